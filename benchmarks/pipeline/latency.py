"""How long an article takes from its producer to the search: through a contender, and then through our index role."""

import asyncio
import itertools
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
from elasticsearch import ApiError, AsyncElasticsearch

from benchmarks.corpus import article
from benchmarks.pipeline.contender import Contender
from benchmarks.pipeline.job import Task
from streams.fleet import Fleet
from streams.kafka import producer
from streams.search import make_client
from streams.services.config import free_ports
from streams.settings import Settings
from streams.setup import run_setup
from streams.topology import ARTICLES_INDEX, RAW

SEED = 7
WARM_UP = 300
LOOK = 0.05
PATIENCE = 120.0


@dataclass(frozen=True, slots=True)
class Waited:
    """Seconds from the producer's send to the first search that found the article, of one run at one rate."""

    contender: str
    rate: int
    articles: int
    p50: float
    p95: float
    p99: float


async def latency(name: str, task: Task, rates: list[int], seconds: float) -> list[Waited]:
    """Publish at each rate for so many seconds, and look again and again what can be found."""
    settings = task.settings()
    async for _ in run_setup(settings, dry_run=False):
        pass
    fleet = Fleet(settings, Path(task.folder) / "logs")
    client = make_client(settings)
    numbers = itertools.count()
    try:
        fleet.start("index", port=free_ports(1)[0])
        with Contender(name, task) as contender:
            await asyncio.to_thread(fleet.wait_ready)
            await _round(settings, client, contender, numbers, WARM_UP, 100)
            results = []
            for rate in rates:
                waits = sorted(
                    await _round(settings, client, contender, numbers, round(rate * seconds), rate)
                )
                p50, p95, p99 = (waits[min(len(waits) - 1, int(len(waits) * q))] for q in (0.5, 0.95, 0.99))
                results.append(Waited(name, rate, len(waits), p50, p95, p99))
            return results
    finally:
        await asyncio.to_thread(fleet.stop)
        made = await client.indices.get(index=settings.index("*"), ignore_unavailable=True)
        if made:
            await client.indices.delete(index=",".join(made))
        await client.close()


async def _round(
    settings: Settings,
    client: AsyncElasticsearch,
    contender: Contender,
    numbers: "itertools.count[int]",
    count: int,
    rate: int,
) -> list[float]:
    lines = [article(SEED, next(numbers)) for _ in range(count)]
    waiting = {document["id"]: document["published_at"] for document in map(orjson.loads, lines)}
    ids = list(waiting)
    sent: dict[str, float] = {}
    publishing = asyncio.create_task(_publish(settings, ids, lines, rate, sent))
    took = []
    deadline = time.monotonic() + count / rate + PATIENCE
    while waiting:
        contender.check()
        if time.monotonic() > deadline:
            raise TimeoutError(f"{contender.name}: {len(waiting)} of {count} cannot be found")
        # Later articles were published later, so that only those from the first one that lacks on are asked for.
        since = next(iter(waiting.values()))
        found = await _since(client, settings.index(ARTICLES_INDEX), since)
        now = time.perf_counter()
        for hit in found:
            if waiting.pop(hit["_id"], None) is not None:
                took.append(now - sent[hit["_id"]])
        await asyncio.sleep(LOOK)
    await publishing
    return took


async def _since(client: AsyncElasticsearch, index: str, since: str) -> list[Any]:
    """What can be found by now; nothing while the first article's index is being made."""
    try:
        answer = await client.search(
            index=index, query={"range": {"published_at": {"gte": since}}}, size=10_000, source=False,
            track_total_hits=False, ignore_unavailable=True,
        )  # fmt: skip
    except ApiError as error:
        if error.status_code != 503:
            raise
        return []
    return list(answer["hits"]["hits"])


async def _publish(
    settings: Settings, ids: list[str], lines: list[bytes], rate: int, sent: dict[str, float]
) -> None:
    async with producer(settings) as sender:
        began = time.perf_counter()
        for place, (each, line) in enumerate(zip(ids, lines, strict=True)):
            await asyncio.sleep(max(0.0, began + place / rate - time.perf_counter()))
            sent[each] = time.perf_counter()
            await sender.send(settings.topic(RAW), value=line, partition=place % settings.partitions)
