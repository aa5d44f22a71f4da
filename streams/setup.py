"""Brings topics and index templates to what ``topology`` and ``schemas/`` say, or says what stands in the way."""

import hashlib
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from importlib.resources import files
from typing import Any, Literal

from aiokafka.errors import KafkaError
from elasticsearch import ApiError, AsyncElasticsearch, NotFoundError, TransportError

from streams.kafka import admin, create_topic, topic_states
from streams.search import make_client
from streams.settings import ServiceUnreachable, Settings
from streams.topology import ALERTS_INDEX, DEAD_INDEX, SERIES_INDEX, SHIFTS_INDEX, TopicSpec, topic_specs

TEMPLATE_VERSION = 1
TEMPLATES = (
    "news-articles",
    "news-dead-letters",
    "stance-observations",
    "stance-shifts",
    "stance-series",
    "stance-alerts",
)
# english where the server has it: it stems; the next best that every server has only splits and lowers.
ANALYZERS = ("english", "standard")

Outcome = Literal["unchanged", "created", "updated", "would create", "would update", "mismatch"]


class SetupError(ServiceUnreachable):
    """Setup cannot go on; the message says what, where and what to do."""


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that setup looked at. mend: the command that cures a mismatch."""

    what: str
    name: str
    outcome: Outcome
    detail: str = ""
    mend: str = ""


async def run_setup(settings: Settings, dry_run: bool) -> AsyncIterator[Step]:
    """Every step, as it is done. Nothing is changed by a dry run. Raises SetupError, KafkaUnreachable."""
    async for step in _topics(settings, dry_run):
        yield step
    client = make_client(settings)
    try:
        async for step in _elasticsearch(client, settings, dry_run):
            yield step
    except TransportError as error:
        raise SetupError(
            f"no Elasticsearch answers at {settings.elasticsearch} (STANCEWATCH_ELASTICSEARCH): {error}"
        ) from error
    except ApiError as error:
        raise SetupError(f"Elasticsearch refuses setup: {error.status_code} {error.message}") from error
    finally:
        await client.close()


async def _topics(settings: Settings, dry_run: bool) -> AsyncIterator[Step]:
    specs = topic_specs(settings)
    async with admin(settings) as client:
        states = await topic_states(client, [spec.name for spec in specs])
        for spec in specs:
            state = states.get(spec.name)
            if state is not None:
                yield _compare(settings, spec, state.partitions, state.config)
            elif dry_run:
                yield Step("topic", spec.name, "would create", _describe(spec))
            else:
                try:
                    await create_topic(client, spec)
                except KafkaError as error:
                    raise SetupError(f"Kafka refuses topic {spec.name}: {error}") from error
                yield Step("topic", spec.name, "created", _describe(spec))


def _compare(settings: Settings, spec: TopicSpec, partitions: int, config: dict[str, str]) -> Step:
    if partitions < spec.partitions:
        mend = (
            f"kafka-topics.sh --bootstrap-server {settings.kafka} --alter --topic {spec.name}"
            f" --partitions {spec.partitions}"
        )
        return Step(
            "topic",
            spec.name,
            "mismatch",
            f"{partitions} partitions where {spec.partitions} are needed",
            mend,
        )
    wrong = {key: value for key, value in spec.config.items() if config.get(key) != value}
    if wrong:
        changes = ",".join(f"{key}={value}" for key, value in wrong.items())
        mend = (
            f"kafka-configs.sh --bootstrap-server {settings.kafka} --alter --entity-type topics"
            f" --entity-name {spec.name} --add-config {changes}"
        )
        found = ", ".join(f"{key} is {config.get(key)}, not {value}" for key, value in wrong.items())
        return Step("topic", spec.name, "mismatch", found, mend)
    return Step("topic", spec.name, "unchanged", _describe(spec))


def _describe(spec: TopicSpec) -> str:
    days = int(spec.config["retention.ms"]) // 86_400_000
    return f"{spec.partitions} partitions, kept {days} days"


async def _elasticsearch(
    client: AsyncElasticsearch, settings: Settings, dry_run: bool
) -> AsyncIterator[Step]:
    analyzer = await _best_analyzer(client)
    for name in TEMPLATES:
        yield await _template(client, settings, name, analyzer, dry_run)
    for name in (SERIES_INDEX, SHIFTS_INDEX, ALERTS_INDEX, DEAD_INDEX):
        yield await _index(client, settings.index(name), dry_run)


async def _template(
    client: AsyncElasticsearch, settings: Settings, name: str, analyzer: str, dry_run: bool
) -> Step:
    body = _template_body(settings, name, analyzer)
    full_name = settings.index(name)
    try:
        found = await client.indices.get_index_template(name=full_name)
        old: dict[str, Any] = found["index_templates"][0]["index_template"].get("_meta", {})
    except NotFoundError:
        old = {}
    if old.get("content") == body["_meta"]["content"]:
        return Step("template", full_name, "unchanged", f"analyzer {analyzer}")
    if old.get("version", 0) > TEMPLATE_VERSION:
        mend = f"upgrade stancewatch, or remove the template: DELETE _index_template/{full_name}"
        return Step(
            "template",
            full_name,
            "mismatch",
            f"version {old['version']} is newer than {TEMPLATE_VERSION}",
            mend,
        )
    if not dry_run:
        await client.indices.put_index_template(name=full_name, **body)
    done: Outcome = "updated" if old else "created"
    planned: Outcome = "would update" if old else "would create"
    return Step("template", full_name, planned if dry_run else done, f"analyzer {analyzer}")


def _template_body(settings: Settings, name: str, analyzer: str) -> dict[str, Any]:
    body: dict[str, Any] = json.loads(
        files("schemas").joinpath(f"elasticsearch/{name}.json").read_text("utf-8")
    )
    body["index_patterns"] = [settings.index(pattern) for pattern in body["index_patterns"]]
    template = body["template"]
    template["aliases"] = {settings.index(alias): {} for alias in template.get("aliases", {})}
    template["settings"] = {
        "index": {
            "number_of_shards": 1,
            "number_of_replicas": settings.index_replicas,
            "refresh_interval": "1s",
        },
        "analysis": {"analyzer": {"news_text": {"type": analyzer}}},
    }
    content = hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()[:16]
    body["_meta"] = {"version": TEMPLATE_VERSION, "content": content}
    return body


async def _index(client: AsyncElasticsearch, name: str, dry_run: bool) -> Step:
    if await client.indices.exists(index=name):
        return Step("index", name, "unchanged")
    if dry_run:
        return Step("index", name, "would create")
    try:
        await client.indices.create(index=name)
    except ApiError as error:
        if error.error != "resource_already_exists_exception":
            raise
        return Step("index", name, "unchanged")
    return Step("index", name, "created")


async def _best_analyzer(client: AsyncElasticsearch) -> str:
    for name in ANALYZERS[:-1]:
        try:
            await client.indices.analyze(analyzer=name, text="ceasefires")
        except ApiError as error:
            if error.status_code not in {400, 404}:
                raise
            continue
        return name
    return ANALYZERS[-1]
