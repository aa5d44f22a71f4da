"""The real Kafka and Elasticsearch, started from Maven's artefacts. Instances of their own: these tests kill them."""

import asyncio
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import psutil
import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from elasticsearch import ApiError, Elasticsearch

from streams import services
from streams.services import FileUser, Security, ServicesConfig
from streams.services.errors import OtherSettingsError, PortTakenError

ROLES = """
writer:
  cluster: [monitor]
  indices:
    - names: ["news-*"]
      privileges: [all]
"""
SECURITY = Security("bootstrap-password", (FileUser("writer", "writer-password", ("writer",)),), ROLES)


@pytest.fixture(scope="module")
def instance(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServicesConfig]:
    config = ServicesConfig.on_free_ports(tmp_path_factory.mktemp("instance"))
    try:
        services.up(config)
        yield config
    finally:
        services.erase(config)


def client(config: ServicesConfig, user: str = "", password: str = "") -> Elasticsearch:
    auth = (user, password) if user else None
    return Elasticsearch(config.endpoints.elasticsearch, basic_auth=auth)


async def make_topic(config: ServicesConfig, name: str) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=config.endpoints.kafka)
    await admin.start()
    try:
        await admin.create_topics([NewTopic(name, num_partitions=1, replication_factor=1)])
    finally:
        await admin.close()


async def send(config: ServicesConfig, topic: str, value: bytes, *, patience: float = 40) -> None:
    producer = AIOKafkaProducer(
        bootstrap_servers=config.endpoints.kafka,
        max_request_size=4_000_000,
        request_timeout_ms=int(patience * 1000),
    )
    await producer.start()
    try:
        await producer.send_and_wait(topic, value)
    finally:
        await producer.stop()


async def read_one(config: ServicesConfig, topic: str) -> bytes:
    consumer = AIOKafkaConsumer(
        topic, bootstrap_servers=config.endpoints.kafka, group_id=topic, auto_offset_reset="earliest"
    )
    await consumer.start()
    try:
        record = await asyncio.wait_for(consumer.getone(), 30)
        assert record.value is not None
        return bytes(record.value)
    finally:
        await consumer.stop()


async def test_messages_of_megabytes_go_through_a_group(instance: ServicesConfig) -> None:
    await make_topic(instance, "large")
    value = bytes(3_500_000)
    await send(instance, "large", value)
    assert await read_one(instance, "large") == value


async def test_a_missing_topic_is_not_made_by_asking_for_it(instance: ServicesConfig) -> None:
    with pytest.raises(Exception, match=r"(?i)topic|partition|metadata"):
        await send(instance, "never-made", b"x", patience=3)
    admin = AIOKafkaAdminClient(bootstrap_servers=instance.endpoints.kafka)
    await admin.start()
    try:
        assert "never-made" not in await admin.list_topics()
    finally:
        await admin.close()


def test_documents_are_found(instance: ServicesConfig) -> None:
    with client(instance) as search:
        search.index(index="news-1", id="1", document={"title": "A ceasefire holds"}, refresh=True)
        assert (
            search.search(index="news-1", query={"match": {"title": "ceasefire"}})["hits"]["total"]["value"]
            == 1
        )


def test_all_listens_on_loopback_only_and_nothing_runs_as_root(instance: ServicesConfig) -> None:
    for found in services.status(instance):
        process = psutil.Process(found.pid)
        listening = {item.laddr[0] for item in process.net_connections() if item.status == psutil.CONN_LISTEN}
        assert listening <= {"127.0.0.1", "::ffff:127.0.0.1"}
        assert process.uids().real != 0


def test_a_second_up_is_quick_and_keeps_what_runs(instance: ServicesConfig) -> None:
    before = [found.pid for found in services.status(instance)]
    begun = time.monotonic()
    services.up(instance)
    assert time.monotonic() - begun < 5
    assert [found.pid for found in services.status(instance)] == before


def test_other_homes_and_other_settings_do_not_mix_with_it(instance: ServicesConfig, tmp_path: Path) -> None:
    with pytest.raises(PortTakenError):
        services.up(replace(instance, home=tmp_path))
    with pytest.raises(OtherSettingsError):
        services.up(ServicesConfig.on_free_ports(instance.home))
    assert [found.state for found in services.status(instance)] == ["up", "up"]


async def test_what_was_acknowledged_survives_a_kill_of_both(instance: ServicesConfig) -> None:
    await make_topic(instance, "kept")
    await send(instance, "kept", b"acknowledged")
    with client(instance) as search:
        search.index(index="news-kept", id="1", document={"title": "acknowledged"})
    services.kill(instance, "kafka")
    services.kill(instance, "elasticsearch")
    assert [(found.state, found.stale_pid is not None) for found in services.status(instance)] == [
        ("down", True)
    ] * 2
    await asyncio.to_thread(services.up, instance)
    assert await read_one(instance, "kept") == b"acknowledged"
    with client(instance) as search:
        assert search.get(index="news-kept", id="1")["_source"] == {"title": "acknowledged"}


def test_a_paused_service_does_not_serve_and_comes_back(instance: ServicesConfig) -> None:
    services.pause(instance, "elasticsearch")
    assert services.status(instance)[1].state == "starting"
    services.resume(instance, "elasticsearch")
    services.up(instance)
    assert services.status(instance)[1].state == "up"


def test_down_leaves_nothing_running_and_up_comes_back(instance: ServicesConfig) -> None:
    pids = [found.pid for found in services.status(instance)]
    assert services.down(instance) == ["kafka", "elasticsearch"]
    assert not any(psutil.pid_exists(pid) for pid in pids if pid)
    services.up(instance)
    assert [found.state for found in services.status(instance)] == ["up", "up"]


def test_security_beside_an_open_instance(instance: ServicesConfig, tmp_path: Path) -> None:
    config = ServicesConfig.on_free_ports(tmp_path, security=SECURITY)
    try:
        services.up(config, names=("elasticsearch",))
        with client(config, "elastic", "bootstrap-password") as admin:
            assert admin.cluster.health()["status"] in {"green", "yellow"}
        with client(config, "writer", "writer-password") as writer:
            writer.index(index="news-1", document={"title": "allowed"})
            with pytest.raises(ApiError, match="403"):
                writer.index(index="other", document={})
        with client(config) as nobody, pytest.raises(ApiError, match="401"):
            nobody.cluster.health()
    finally:
        services.erase(config)
