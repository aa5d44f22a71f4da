"""The Elasticsearch side of setup: component and index templates, lifecycle, and the indices that are always there."""

import hashlib
import json
from collections.abc import AsyncIterator
from importlib.resources import files
from typing import Any

from elasticsearch import ApiError, AsyncElasticsearch, NotFoundError

from streams.settings import Settings
from streams.steps import Step, outcome
from streams.topology import (
    ALERTS_INDEX,
    ARTICLES_INDEX,
    DEAD_INDEX,
    KIBANA_ALERTS_INDEX,
    OBSERVATIONS_INDEX,
    SERIES_INDEX,
    SHIFTS_INDEX,
)

TEMPLATE_VERSION = 3
TEMPLATES = (
    ARTICLES_INDEX,
    OBSERVATIONS_INDEX,
    SHIFTS_INDEX,
    SERIES_INDEX,
    ALERTS_INDEX,
    DEAD_INDEX,
    KIBANA_ALERTS_INDEX,
)
MONTHLY = (ARTICLES_INDEX, OBSERVATIONS_INDEX)
FIXED = (SERIES_INDEX, SHIFTS_INDEX, ALERTS_INDEX)
BASE, LIFECYCLE = "stancewatch-base", "stancewatch-lifecycle"
# english where the server has it: it stems; the next best that every server has only splits and lowers.
ANALYZERS = ("english", "standard")
ABSENT = frozenset({400, 404, 405})  # what a server without lifecycles says to a question about one


async def index_steps(client: AsyncElasticsearch, settings: Settings, dry_run: bool) -> AsyncIterator[Step]:
    """Bring the server to what ``schemas/elasticsearch`` says, one step after another."""
    analyzer = await _best_analyzer(client)
    has_lifecycle = await _has_lifecycle(client)
    yield await _lifecycle(client, settings, has_lifecycle, dry_run)
    components = {BASE: base(settings, analyzer)}
    if has_lifecycle:
        name = settings.index(LIFECYCLE)
        components[LIFECYCLE] = {"template": {"settings": {"index": {"lifecycle": {"name": name}}}}}
    for name, body in components.items():
        yield await _component(client, settings.index(name), body, dry_run)
    for name in TEMPLATES:
        body = template(settings, name, has_lifecycle)
        yield await _template(client, settings.index(name), body, analyzer, dry_run)
    for name in FIXED:
        yield await _index(client, settings.index(name), dry_run)
    for name in TEMPLATES:
        async for step in _new_fields(client, template(settings, name, has_lifecycle), dry_run):
            yield step


def base(settings: Settings, analyzer: str) -> dict[str, Any]:
    """The component that every index shares: shards, copies, and the analyzer ``news_text``."""
    index = {
        "number_of_shards": 1,
        "number_of_replicas": settings.index_replicas,
        "refresh_interval": "1s",
    }
    analysis = {"analyzer": {"news_text": {"type": analyzer}}}
    return {"template": {"settings": {"index": index, "analysis": analysis}}}


def template(settings: Settings, name: str, has_lifecycle: bool) -> dict[str, Any]:
    """The index template of one name, with this installation's prefix and components."""
    body: dict[str, Any] = json.loads(
        files("schemas").joinpath(f"elasticsearch/{name}.json").read_text("utf-8")
    )
    body["index_patterns"] = [settings.index(pattern) for pattern in body["index_patterns"]]
    aliases = body["template"].get("aliases", {})
    body["template"]["aliases"] = {settings.index(alias): {} for alias in aliases}
    parts = [BASE, LIFECYCLE] if has_lifecycle and name in MONTHLY else [BASE]
    return {**body, "composed_of": [settings.index(part) for part in parts]}


def lifecycle(settings: Settings) -> dict[str, Any]:
    """The policy of the monthly indices; an age counts from the day that the index was made.

    A warm index still takes late articles: it is merged, and given up first when memory is short.
    """
    phases: dict[str, Any] = {
        "hot": {"min_age": "0ms", "actions": {"set_priority": {"priority": 100}}},
        "warm": {
            "min_age": f"{settings.warm_after_days}d",
            "actions": {"forcemerge": {"max_num_segments": 1}, "set_priority": {"priority": 50}},
        },
    }
    if settings.delete_after_days:
        phases["delete"] = {"min_age": f"{settings.delete_after_days}d", "actions": {"delete": {}}}
    return {"phases": phases}


async def _lifecycle(
    client: AsyncElasticsearch, settings: Settings, has_lifecycle: bool, dry_run: bool
) -> Step:
    name = settings.index(LIFECYCLE)
    if not has_lifecycle:
        detail = "this server has no index lifecycles: no index is ever merged or deleted by itself"
        return Step("lifecycle", name, "unavailable", detail)
    policy = lifecycle(settings)
    meta = _meta(policy)
    try:
        found = (await client.ilm.get_lifecycle(name=name))[name]["policy"].get("_meta", {})
    except NotFoundError:
        found = None
    if found and found.get("content") == meta["content"]:
        return Step("lifecycle", name, "unchanged")
    if not dry_run:
        await client.ilm.put_lifecycle(name=name, policy={**policy, "_meta": meta})
    return Step("lifecycle", name, outcome(exists=found is not None, dry_run=dry_run))


async def _component(client: AsyncElasticsearch, name: str, body: dict[str, Any], dry_run: bool) -> Step:
    meta = _meta(body)
    try:
        answer = await client.cluster.get_component_template(name=name)
        found = answer["component_templates"][0]["component_template"].get("_meta", {})
    except NotFoundError:
        found = None
    if found and found.get("content") == meta["content"]:
        return Step("component", name, "unchanged")
    if found and found.get("version", 0) > TEMPLATE_VERSION:
        return _newer("component", name, found["version"], f"DELETE _component_template/{name}")
    if not dry_run:
        await client.cluster.put_component_template(name=name, meta=meta, **body)
    return Step("component", name, outcome(exists=found is not None, dry_run=dry_run))


async def _template(
    client: AsyncElasticsearch, name: str, body: dict[str, Any], analyzer: str, dry_run: bool
) -> Step:
    meta = _meta(body)
    try:
        answer = await client.indices.get_index_template(name=name)
        found = answer["index_templates"][0]["index_template"].get("_meta", {})
    except NotFoundError:
        found = None
    if found and found.get("content") == meta["content"]:
        return Step("template", name, "unchanged", f"analyzer {analyzer}")
    if found and found.get("version", 0) > TEMPLATE_VERSION:
        return _newer("template", name, found["version"], f"DELETE _index_template/{name}")
    if not dry_run:
        await client.indices.put_index_template(name=name, meta=meta, **body)
    return Step("template", name, outcome(exists=found is not None, dry_run=dry_run), f"analyzer {analyzer}")


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


async def _new_fields(client: AsyncElasticsearch, body: dict[str, Any], dry_run: bool) -> AsyncIterator[Step]:
    """Indices of an older version get the fields that came since: a template counts for new indices only."""
    wanted = body["template"]["mappings"]["properties"]
    found = await client.indices.get_mapping(
        index=",".join(body["index_patterns"]), ignore_unavailable=True, allow_no_indices=True
    )
    for name, mapping in found.items():
        present = mapping["mappings"].get("properties", {})
        missing = {field: wanted[field] for field in wanted if field not in present}
        if missing:
            if not dry_run:
                await client.indices.put_mapping(index=name, properties=missing)
            yield Step("fields", name, outcome(exists=True, dry_run=dry_run), ", ".join(missing))


def _meta(body: dict[str, Any]) -> dict[str, Any]:
    content = hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()[:16]
    return {"version": TEMPLATE_VERSION, "content": content}


def _newer(what: str, name: str, version: int, remove: str) -> Step:
    detail = f"version {version} is newer than {TEMPLATE_VERSION}"
    return Step(what, name, "mismatch", detail, f"upgrade stancewatch, or remove the {what}: {remove}")


async def _has_lifecycle(client: AsyncElasticsearch) -> bool:
    try:
        await client.ilm.get_lifecycle()
    except ApiError as error:
        if error.status_code not in ABSENT:
            raise
        return False
    return True


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
