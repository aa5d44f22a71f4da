"""One bad day after another, long ones: each ends with the same result as a day without faults."""

import asyncio
import os
import random
import shutil
import time
from dataclasses import replace
from pathlib import Path

import pytest

from streams.search import make_client
from streams.services import faults
from streams.services.config import ServiceName, ServicesConfig, free_ports
from streams.services.supervise import up
from streams.topology import ROLES
from tests.alertmanager import Receiver as AlertReceiver
from tests.alertmanager import start_alertmanager
from tests.faults.proxy import proxied
from tests.faults.stage import Stage
from tests.faults.story import Story, make_story
from tests.support import documents, eventually

pytestmark = [pytest.mark.long, pytest.mark.timeout(1500)]
RATE = 40.0
CLOCK = Path(__file__).with_name("clock")


@pytest.fixture(scope="module")
def story() -> Story:
    """Some 25 seconds of news."""
    return make_story(1000)


async def test_no_fault(stage: Stage, story: Story) -> None:
    await stage.start()
    await stage.play(story, RATE)
    await stage.verdict("none", story, since=time.monotonic())


@pytest.mark.parametrize("role", ROLES)
async def test_kill_9_five_times_at_random_moments(stage: Stage, story: Story, role: str) -> None:
    rng = random.Random(f"five {role}")
    await stage.start()
    playing = stage.play(story, RATE)
    for _ in range(5):
        await asyncio.sleep(rng.uniform(0.2, 4))
        await stage.kill(role)
    since = time.monotonic()
    await playing
    await stage.verdict(f"kill -9 of {role}, five times", story, since=since)


async def test_workers_join_and_leave(stage: Stage, story: Story) -> None:
    await stage.start()
    playing = stage.play(story, RATE)
    for role in ("classify", "track", "index"):
        first = stage.members[role]
        second, third = await stage.add(role), await stage.add(role)
        await asyncio.to_thread(stage.fleet.wait_ready, [second, third])
        await asyncio.sleep(3)
        await stage.leave(first)
        await asyncio.to_thread(stage.fleet.kill, second)
    since = time.monotonic()
    await playing
    await stage.verdict(
        "two and three workers join, one leaves, one is killed, of three roles", story, since=since
    )


@pytest.mark.parametrize(
    ("server", "name", "seconds"), [("kafka", "broker", 20), ("elasticsearch", "Elasticsearch", 60)]
)
async def test_a_server_is_killed_and_away(
    stage: Stage, story: Story, services: ServicesConfig, server: ServiceName, name: str, seconds: int
) -> None:
    await stage.start()
    playing = stage.play(story, RATE)
    await asyncio.sleep(6)
    await asyncio.to_thread(faults.kill, services, server)
    await asyncio.sleep(seconds)
    await asyncio.to_thread(up, services, names=(server,))
    since = time.monotonic()
    await playing
    await stage.verdict(f"{name} killed, away for {seconds} s", story, since=since)


async def test_elasticsearch_is_slow(stage: Stage, story: Story) -> None:
    async with proxied(stage.settings.elasticsearch) as proxy:
        await stage.start(STANCEWATCH_ELASTICSEARCH=proxy.url)
        proxy.delay = 2.0
        playing = stage.play(story, RATE)
        await asyncio.sleep(30)
        proxy.delay = 0.0
        since = time.monotonic()
        await playing
        await stage.verdict("Elasticsearch slow, 2 s more for each answer, for 30 s", story, since=since)


async def test_elasticsearch_refuses(stage: Stage, story: Story) -> None:
    async with proxied(stage.settings.elasticsearch) as proxy:
        await stage.start(STANCEWATCH_ELASTICSEARCH=proxy.url)
        playing = stage.play(story, RATE)
        await asyncio.sleep(3)
        proxy.refusing = True
        await asyncio.sleep(20)
        proxy.refusing = False
        assert proxy.refused > 3
        since = time.monotonic()
        await playing
        await stage.verdict("Elasticsearch answers 429 for 20 s", story, since=since)


async def test_elasticsearch_is_full(stage: Stage, story: Story) -> None:
    await stage.start()
    playing = stage.play(story, RATE)
    await asyncio.sleep(3)
    await flood(stage, "1000tb")

    async def is_blocked() -> bool:
        return await blocked(stage)

    await eventually(is_blocked, 90)
    await asyncio.sleep(20)
    await flood(stage, None)
    since = time.monotonic()
    await playing
    await stage.verdict("Elasticsearch's disk past its flood stage for 20 s", story, since=since)


async def flood(stage: Stage, free: str | None) -> None:
    """Ask for more free space than there is: from then on every index is what it is when a disk is full."""
    marks = {
        f"cluster.routing.allocation.disk.watermark.{mark}": free for mark in ("low", "high", "flood_stage")
    }
    client = make_client(stage.settings)
    watching = {
        "cluster.routing.allocation.disk.threshold_enabled": True if free else None,
        "cluster.info.update.interval": "10s" if free else None,
    }
    await client.cluster.put_settings(persistent={**marks, **watching})
    await client.close()


async def blocked(stage: Stage) -> bool:
    client = make_client(stage.settings)
    found = await client.indices.get_settings(index=stage.settings.index("stance-shifts"))
    await client.close()
    (index,) = found.values()
    return bool(index["settings"]["index"].get("blocks", {}).get("read_only_allow_delete"))


async def test_alertmanager_is_away(stage: Stage, story: Story, tmp_path: Path) -> None:
    port, receiver_port = free_ports(2)
    receiver = AlertReceiver()
    runner = await receiver.start(receiver_port)
    stage.alerts = lambda: [alert for _, alert in receiver.alerts]
    stage.extra = {"STANCEWATCH_ALERTMANAGER": f"http://127.0.0.1:{port}"}
    await stage.start()
    playing = stage.play(story, RATE)
    await asyncio.sleep(30)
    process = await asyncio.to_thread(start_alertmanager, tmp_path, port, receiver_port)
    since = time.monotonic()
    try:
        await playing
        await stage.verdict("Alertmanager away for 30 s", story, since=since)
    finally:
        process.terminate()
        await asyncio.to_thread(process.wait, 10)
        await runner.cleanup()


async def test_the_clock_steps(stage: Stage, story: Story, tmp_path: Path) -> None:
    clock = tmp_path / "clock"
    clock.write_text("0")
    stage.extra = {"PYTHONPATH": str(CLOCK), "STEPPED_CLOCK": str(clock)}
    await stage.start()
    playing = stage.play(story, RATE)
    for hours in (2, -2, 90 * 24, 0):
        await asyncio.sleep(4)
        clock.write_text(str(hours * 3600))
    since = time.monotonic()
    await playing
    await stage.verdict("clock of all workers steps by +2 h, -2 h, +90 days and back", story, since=since)


@pytest.fixture
def changed_package(tmp_path: Path) -> dict[str, str]:
    """The package with one more issue, as the next version would have it."""
    root = Path(__file__).parents[2]
    shutil.copytree(root / "streams", tmp_path / "next" / "streams")
    shutil.copy(root / "tests/data/arms_deliveries.yaml", tmp_path / "next/streams/lexicons/issues")
    return {"PYTHONPATH": os.fspath(tmp_path / "next"), "PYTHONSAFEPATH": "1"}


async def test_the_lexicon_changes_while_running(
    stage: Stage, story: Story, changed_package: dict[str, str]
) -> None:
    await stage.start()
    half = len(story.lines) // 2
    beginning = stage.play(replace(story, lines=story.lines[:half]), RATE)
    old = stage.members["classify"]
    new = await stage.add("classify", **changed_package)
    await asyncio.to_thread(stage.fleet.wait_ready, [new])
    await beginning
    rest = stage.play(replace(story, lines=story.lines[half:]), RATE)
    await asyncio.sleep(5)
    await stage.leave(old)
    since = time.monotonic()
    await rest
    await stage.verdict("the lexicon gains an issue, workers replaced one by one", story, since=since)
    versions = {
        each["lexicon_version"] for each in (await documents(stage.settings, "news-articles")).values()
    }
    assert len(versions) == 2, f"both lexicons must have read some of it: {versions}"
