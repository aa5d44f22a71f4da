"""Brings topics and index templates to what ``topology`` and ``schemas/`` say, or says what stands in the way."""

from collections.abc import AsyncIterator

from aiokafka.errors import BrokerResponseError, KafkaError
from elasticsearch import ApiError, TransportError

from streams.indices import index_steps
from streams.kafka import admin, create_topic, topic_states
from streams.kibana import kibana_steps
from streams.search import make_client, told
from streams.settings import Settings
from streams.steps import SetupError, Step
from streams.topology import TopicSpec, topic_specs

__all__ = ["SetupError", "Step", "run_setup"]


async def run_setup(settings: Settings, dry_run: bool, kibana: str | None = None) -> AsyncIterator[Step]:
    """Every step, as it is done. Nothing is changed by a dry run. Raises SetupError, KafkaUnreachable.

    kibana: the URL of a Kibana that gets the objects and rules of ``deploy/kibana`` too.
    """
    async for step in _topics(settings, dry_run):
        yield step
    client = make_client(settings)
    try:
        async for step in index_steps(client, settings, dry_run):
            yield step
    except TransportError as error:
        raise SetupError(
            f"no Elasticsearch answers at {settings.elasticsearch} (STANCEWATCH_ELASTICSEARCH): {told(error)}"
        ) from error
    except ApiError as error:
        raise SetupError(f"Elasticsearch refuses setup: {error.status_code} {error.message}") from error
    finally:
        await client.close()
    if kibana is not None:
        async for step in kibana_steps(settings, kibana, dry_run):
            yield step


async def _topics(settings: Settings, dry_run: bool) -> AsyncIterator[Step]:
    specs = topic_specs(settings)
    async with admin(settings) as client:
        try:
            states = await topic_states(client, [spec.name for spec in specs])
        except BrokerResponseError as error:
            raise SetupError(
                f"Kafka at {settings.kafka} refuses to describe its topics: {error}; give the user the rights that"
                " docs/operating.md lists"
            ) from error
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
