"""Feeds as an operator runs them: a local publisher, the real command, a real Kafka."""

import asyncio
import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import orjson
import pytest

from streams.fleet import Fleet
from streams.settings import Settings
from streams.topology import RAW
from tests.integration.test_commands import run, variables_of
from tests.publisher import Publisher, encoded, entry, gzip_bomb, rss
from tests.support import documents, eventually, values
from tests.unit.test_feed_fulltext import BODY, HEADS, page

CALLS = "France called for an immediate ceasefire in Gaza on Tuesday, Foreign Minister Jean-Noel Barrot said."


def listed(folder: Path, publisher: Publisher, *paths: str, **more: str) -> Path:
    lines = ["allow_hosts: [127.0.0.1]", "host_delay: 0", "feeds:"]
    for path in paths:
        name = path.strip("/")
        given = {
            "name": name,
            "url": publisher.url + path,
            "source": f"Outlet {name}",
            "interval": "60s",
            **more,
        }
        lines.append("  - {" + ", ".join(f"{key}: '{value}'" for key, value in given.items()) + "}")
    file = folder / "feeds.yaml"
    file.write_text("\n".join(lines) + "\n")
    return file


def environment(settings: Settings, folder: Path) -> dict[str, str]:
    return {
        **variables_of(settings),
        "STANCEWATCH_FEEDS": str(folder / "feeds.yaml"),
        "STANCEWATCH_FEEDS_STATE": str(folder / "state"),
    }


class Service:
    """``feeds run`` as a process."""

    def __init__(self, settings: Settings, folder: Path, port: int) -> None:
        self.log = folder / "feeds.log"
        self.base = f"http://127.0.0.1:{port}"
        variables = {**os.environ, **environment(settings, folder), "STANCEWATCH_MONITOR_PORT": str(port)}
        with self.log.open("ab") as stream:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "streams", "feeds", "run"], stdout=stream, stderr=stream, env=variables,
                start_new_session=True,
            )  # fmt: skip

    async def stop(self, how: signal.Signals = signal.SIGTERM) -> int:
        if how is signal.SIGKILL:
            os.killpg(self.process.pid, how)
        else:
            self.process.send_signal(how)
        return await asyncio.to_thread(self.process.wait, 15)

    async def is_up(self) -> bool:
        try:
            return "stancewatch_build" in await self.metrics()
        except httpx.HTTPError:
            return False

    async def metrics(self) -> str:
        async with httpx.AsyncClient() as client:
            return (await client.get(f"{self.base}/metrics")).text


@pytest.fixture
def started() -> Iterator[list[Service]]:
    found: list[Service] = []
    yield found
    for service in found:
        if service.process.poll() is None:
            os.killpg(service.process.pid, signal.SIGKILL)
            service.process.wait()


def sent_of(found: list[dict[str, Any]]) -> Counter[str]:
    return Counter(value["id"] for value in found)


async def test_from_a_feed_to_the_index(
    settings: Settings,
    fleet: Fleet,
    ports: Iterator[int],
    publisher: Publisher,
    tmp_path: Path,
    started: list[Service],
) -> None:
    publisher.pages |= {
        "/feed": rss(
            entry(1, CALLS, f"{publisher.url}/a") + entry(2, "A short line of it.", f"{publisher.url}/page")
        ),
        "/page": page(BODY, HEADS["json-ld"]),
        "/feed-broken": "<html>oops</html>",
        "/feed-bomb": lambda _: encoded(gzip_bomb(64 * 1024 * 1024), "gzip"),
    }
    listed(tmp_path, publisher, "/feed", "/feed-broken", "/feed-bomb")
    fleet.start("classify", port=next(ports))
    fleet.start("index", port=next(ports))
    fleet.wait_ready()
    started.append(Service(settings, tmp_path, next(ports)))

    async def both() -> bool:
        return len(await values(settings, RAW)) == 2

    await eventually(both, 150)
    await fleet.served(("classify", "index"))
    articles = await documents(settings, "news-articles")
    assert {each["source"] for each in articles.values()} == {"Outlet feed"}
    whole = next(each for each in articles.values() if each["title"] == "Report 2")
    assert whole["extra"] == {"author": "Ada Marsh", "feed": "feed", "text_from": "page"}
    assert whole["observations"][0]["actor"]["id"] == "DEU"
    metrics = await started[0].metrics()
    assert 'stancewatch_feed_items_total{feed="feed",outcome="sent"} 2.0' in metrics
    assert 'stancewatch_feed_polls_total{feed="feed-broken",result="not_a_feed"} 1.0' in metrics
    assert 'stancewatch_feed_polls_total{feed="feed-bomb",result="too_large"} 1.0' in metrics
    assert 'stancewatch_feed_failures{feed="feed-broken"} 1.0' in metrics
    assert 'stancewatch_feed_silent_after_seconds{feed="feed"} 86400.0' in metrics
    async with httpx.AsyncClient() as client:
        health = (await client.get(f"{started[0].base}/healthz")).json()
    assert (health["healthy"], health["role"], health["feeds"]) == (True, "feeds", 3)
    where = ("--worker", started[0].base.removeprefix("http://"))
    told = orjson.loads(
        run("status", "--json", "--seconds", "0.5", *where, variables=variables_of(settings)).stdout
    )
    feeds = {feed["name"]: feed for feed in told["feeds"]}
    assert {name: feed["failures"] for name, feed in feeds.items()} == {
        "feed": 0, "feed-broken": 1, "feed-bomb": 1,
    }  # fmt: skip
    assert 0 <= feeds["feed"]["seconds_since_read"] < 600
    assert 0 <= feeds["feed"]["seconds_without_item"] < 600
    assert feeds["feed-bomb"]["seconds_since_read"] is None
    assert any("feed feed-broken failed once: not_a_feed" in problem for problem in told["problems"])
    assert await started[0].stop() == 0


async def test_a_restart_sends_nothing_twice_and_a_changed_list_is_taken_in(
    settings: Settings, ports: Iterator[int], publisher: Publisher, tmp_path: Path, started: list[Service]
) -> None:
    publisher.pages["/feed"] = rss("".join(entry(n, f"Text {n}.") for n in range(20)))
    publisher.pages["/feed-more"] = rss(entry(100, "From another feed."))
    listed(tmp_path, publisher, "/feed", full_text="false")

    async def count(wanted: int) -> None:
        async def look() -> bool:
            return len(await values(settings, RAW)) >= wanted

        await eventually(look, 150)

    port = next(ports)
    started.append(Service(settings, tmp_path, port))
    await count(20)
    assert await started[-1].stop() == 0
    publisher.pages["/feed"] = rss("".join(entry(n, f"Text {n}.") for n in range(21)))
    done = await asyncio.to_thread(run, "feeds", "run", "--once", variables=environment(settings, tmp_path))
    assert done.returncode == 0, done.stderr
    started.append(Service(settings, tmp_path, port))
    await eventually(started[-1].is_up, 150)
    (tmp_path / "feeds.yaml").write_text("feeds: [")

    async def is_refused() -> bool:
        return "the changed file cannot be used" in started[-1].log.read_text()

    await eventually(is_refused, 30)
    listed(tmp_path, publisher, "/feed", "/feed-more", full_text="false")
    await count(22)
    assert await started[-1].stop() == 0
    found = sent_of(await values(settings, RAW))
    assert len(found) == 22
    assert set(found.values()) == {1}


async def test_kill_9_loses_nothing_and_repeats_only_the_same_ids(
    settings: Settings, ports: Iterator[int], publisher: Publisher, tmp_path: Path, started: list[Service]
) -> None:
    publisher.pages["/feed"] = rss("".join(entry(n, f"Text {n}.", day="") for n in range(200)))
    listed(tmp_path, publisher, "/feed", full_text="false")
    port = next(ports)
    for wanted in (1, 60):
        started.append(Service(settings, tmp_path, port))

        async def some(wanted: int = wanted) -> bool:
            return len(await values(settings, RAW)) >= wanted

        await eventually(some, 150)
        await started[-1].stop(signal.SIGKILL)
    done = await asyncio.to_thread(run, "feeds", "run", "--once", variables=environment(settings, tmp_path))
    assert done.returncode == 0, done.stderr
    found = await values(settings, RAW)
    assert len(sent_of(found)) == 200
    times: dict[str, set[str]] = {}
    for value in found:
        times.setdefault(value["id"], set()).add(value["published_at"])
    assert all(len(each) == 1 for each in times.values()), "a repeat has the time of the first"


async def test_what_is_wrong_is_said_before_anything_is_waited_for(
    settings: Settings, tmp_path: Path
) -> None:
    (tmp_path / "feeds.yaml").write_text("feeds: []\n")
    nowhere = {**environment(settings, tmp_path), "STANCEWATCH_PREFIX": "never-set-up"}
    done = run("feeds", "run", "--once", variables=nowhere)
    assert (done.returncode, b"stancewatch setup" in done.stderr) == (4, True)
