"""Kafka at the edge, outside the Faust apps: topics, counts, and a producer for publishing."""

import contextlib
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.errors import KafkaError, for_code
from tenacity import retry, retry_if_exception, stop_after_delay, wait_fixed

from streams.credentials import client_options
from streams.patience import ServiceAway, until_served
from streams.settings import ServiceUnreachable, Settings
from streams.topology import MAX_LETTER_BYTES, TopicSpec, group_of, sources


class KafkaUnreachable(ServiceUnreachable):
    """No broker answers at the configured address."""


@dataclass(frozen=True, slots=True)
class TopicState:
    """What a topic is like on the broker."""

    partitions: int
    config: dict[str, str]


@contextlib.asynccontextmanager
async def admin(settings: Settings) -> AsyncIterator[AIOKafkaAdminClient]:
    """An admin client. Raises KafkaUnreachable."""
    client = AIOKafkaAdminClient(**client_options(settings), request_timeout_ms=15000)
    try:
        await client.start()
    except (KafkaError, OSError) as error:
        await client.close()
        raise KafkaUnreachable(
            f"no Kafka broker answers at {settings.kafka} (STANCEWATCH_KAFKA): {error}"
        ) from error
    try:
        yield client
    finally:
        await client.close()


@contextlib.asynccontextmanager
async def producer(settings: Settings) -> AsyncIterator[AIOKafkaProducer]:
    """An idempotent producer. Raises KafkaUnreachable."""
    sender = AIOKafkaProducer(
        **client_options(settings),
        enable_idempotence=True,
        linger_ms=10,
        max_request_size=MAX_LETTER_BYTES,
    )
    try:
        await sender.start()
    except (KafkaError, OSError) as error:
        await sender.stop()
        raise KafkaUnreachable(
            f"no Kafka broker answers at {settings.kafka} (STANCEWATCH_KAFKA): {error}"
        ) from error
    try:
        yield sender
    finally:
        await sender.stop()


async def topic_states(client: AIOKafkaAdminClient, names: Iterable[str]) -> dict[str, TopicState]:
    """The topics that exist among ``names``. Raises KafkaError where their configuration may not be seen."""
    existing = set(await client.list_topics())
    wanted = [name for name in names if name in existing]
    if not wanted:
        return {}
    described = {topic["topic"]: topic for topic in await client.describe_topics(wanted)}
    answers = await client.describe_configs(
        [ConfigResource(ConfigResourceType.TOPIC, name) for name in wanted]
    )
    configs: dict[str, dict[str, str]] = {}
    for answer in answers:
        for code, message, _, name, entries in answer.resources:
            if code:
                raise for_code(code)(f"the configuration of topic {name}: {message}")
            configs[name] = {entry[0]: entry[1] for entry in entries}
    return {name: TopicState(len(described[name]["partitions"]), configs[name]) for name in wanted}


async def create_topic(client: AIOKafkaAdminClient, spec: TopicSpec) -> None:
    """Create a topic; one that somebody else created meanwhile is fine. Raises KafkaError."""
    answer = await client.create_topics(
        [NewTopic(spec.name, spec.partitions, spec.replication, topic_configs=spec.config)]
    )
    for name, code, *rest in answer.topic_errors:
        if code not in {0, 36}:  # 36: it exists already
            raise for_code(code)(f"{name}: {rest}")


async def missing_topics(settings: Settings, names: Iterable[str]) -> list[str]:
    """Which of the product's topics are not there. Waits for ever while the broker is away."""

    async def look() -> list[str]:
        try:
            async with admin(settings) as client:
                existing = set(await client.list_topics())
        except (KafkaUnreachable, KafkaError) as error:
            raise ServiceAway(str(error)) from error
        return [name for name in map(settings.topic, names) if name not in existing]

    return await until_served("kafka", look)


@contextlib.asynccontextmanager
async def consumer(
    settings: Settings, *topics: str, group: str | None = None
) -> AsyncIterator[AIOKafkaConsumer]:
    """A plain consumer from the first offset, without a group unless one is named. Raises KafkaUnreachable."""
    reader = AIOKafkaConsumer(
        *topics,
        **client_options(settings),
        group_id=group,
        auto_offset_reset="earliest",
        enable_auto_commit=False,
        fetch_max_bytes=MAX_LETTER_BYTES,
        max_partition_fetch_bytes=MAX_LETTER_BYTES,
    )
    try:
        await reader.start()
    except (KafkaError, OSError) as error:
        await reader.stop()
        raise KafkaUnreachable(
            f"no Kafka broker answers at {settings.kafka} (STANCEWATCH_KAFKA): {error}"
        ) from error
    try:
        yield reader
    finally:
        await reader.stop()


@retry(
    retry=retry_if_exception(lambda error: isinstance(error, KafkaError) and error.retriable),
    wait=wait_fixed(0.5),
    stop=stop_after_delay(30),
    reraise=True,
)
async def group_lag(settings: Settings, role: str) -> int:
    """Records of its topics that a role has still to commit. Raises KafkaUnreachable, KafkaError."""
    async with admin(settings) as client:
        committed = await client.list_consumer_group_offsets(group_of(settings, role))
    async with consumer(settings) as reader:
        await reader._client.force_metadata_update()
        lag = 0
        for topic in map(settings.topic, sources(role)):
            partitions = [TopicPartition(topic, p) for p in reader.partitions_for_topic(topic) or ()]
            ends = await reader.end_offsets(partitions)
            for tp, end in ends.items():
                at = committed[tp].offset if tp in committed else 0
                lag += end - max(0, at)
        return lag
