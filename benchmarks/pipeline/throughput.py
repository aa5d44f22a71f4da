"""How fast a contender drains a topic, and what that costs."""

import asyncio
import contextlib
import itertools
import os
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import orjson
import psutil
from aiokafka import TopicPartition
from aiokafka.errors import GroupCoordinatorNotAvailableError

from benchmarks.pipeline.contender import GROUPS, Contender
from benchmarks.pipeline.job import Task
from streams.core.model import stable_id
from streams.kafka import admin, consumer, create_topic, producer
from streams.settings import Settings
from streams.topology import ENRICHED, OBSERVATIONS, RAW, topic_specs

WARM_UP = 600
LOOK = 0.05
PATIENCE = 180.0
_names = itertools.count(1)


@dataclass(frozen=True, slots=True)
class Drained:
    """One run. seconds: from the end of the warm-up to the last output. cpu: seconds of the contender, of the broker
    and of everybody else on the machine meanwhile. digest: stands for the content of all outputs.
    """

    contender: str
    workers: int
    bound: bool
    with_reading: bool
    articles: int
    seconds: float
    cpu: float
    broker_cpu: float
    others_cpu: float
    peak_mb: float
    load: float
    digest: str


def fresh(task: Task, folder: Path, *, with_reading: bool) -> Task:
    """The same task with names and a folder of its own."""
    name = f"b{os.getpid()}-{next(_names)}"
    place = folder / name
    place.mkdir(parents=True)
    return replace(task, prefix=name, folder=str(place), with_reading=with_reading)


async def drain(
    name: str, task: Task, lines: Sequence[bytes], broker: int, *, workers: int = 1, bound: bool = False
) -> Drained:
    """Fill the topic, start the contender, and measure from the warm-up on. broker: the broker's process."""
    settings = task.settings()
    await create_topics(settings)
    if not bound:
        await fill(settings, lines)
    cores = sorted(os.sched_getaffinity(0))[:workers] if bound else None
    watch = psutil.Process(broker)
    with Contender(name, task, workers, cores) as contender:
        async with consumer(settings) as reader:
            topic = settings.topic(ENRICHED)
            partitions = [TopicPartition(topic, number) for number in range(task.partitions)]

            async def done(count: int) -> float:
                deadline = time.monotonic() + PATIENCE
                while sum((await reader.end_offsets(partitions)).values()) < count:
                    contender.check()
                    if time.monotonic() > deadline:
                        raise TimeoutError(f"{name} did not get {count} articles done in {PATIENCE:.0f} s")
                    await asyncio.sleep(LOOK)
                return time.perf_counter()

            if bound:  # else the first worker would have done everything before the second one is there
                await joined(settings, name, workers)
                await fill(settings, lines)
            began = await done(WARM_UP)
            already = sum((await reader.end_offsets(partitions)).values())
            cpu, broker_cpu, all_cpu = contender.meter.cpu(), _seconds(watch), _busy()
            ended = await done(len(lines))
            used = contender.meter.cpu() - cpu
            broker_used = _seconds(watch) - broker_cpu
            others = _busy() - all_cpu - used - broker_used
        await asyncio.sleep(1.5)  # commits follow; an output that came twice would show now
    digest = await content(settings, len(lines), with_reading=task.with_reading)
    return Drained(
        name, workers, bound, task.with_reading, len(lines) - already, ended - began, used, broker_used,
        max(0.0, others), contender.meter.peak_mb, os.getloadavg()[0], digest,
    )  # fmt: skip


async def joined(settings: Settings, name: str, workers: int) -> None:
    """Wait until so many workers share the partitions."""
    deadline = time.monotonic() + PATIENCE
    group = settings.topic(GROUPS[name])
    async with admin(settings) as client:
        while True:
            with contextlib.suppress(
                GroupCoordinatorNotAvailableError
            ):  # the broker makes its topic just now
                (answer,) = await client.describe_consumer_groups([group])
                ((_, _, state, _, _, members, *_),) = answer.groups
                if state == "Stable" and len(members) == workers:
                    return
            if time.monotonic() > deadline:
                raise TimeoutError(f"{workers} workers of {name} did not join within {PATIENCE:.0f} s")
            await asyncio.sleep(0.3)


async def create_topics(settings: Settings) -> None:
    """The topics of a run."""
    async with admin(settings) as client:
        for spec in topic_specs(settings):
            await create_topic(client, spec)


async def drop_topics(settings: Settings) -> None:
    """Give the disk back."""
    async with admin(settings) as client:
        await client.delete_topics([spec.name for spec in topic_specs(settings)])


async def fill(settings: Settings, lines: Sequence[bytes]) -> None:
    """Put the articles on their topic, spread over its partitions in turn."""
    async with producer(settings) as sender:
        waiting = [
            await sender.send(settings.topic(RAW), value=line, partition=number % settings.partitions)
            for number, line in enumerate(lines)
        ]
        await asyncio.gather(*waiting)


async def content(settings: Settings, expected: int, *, with_reading: bool) -> str:
    """What stands on the output topics, whatever its order. Raises RuntimeError if articles lack or stand twice."""
    found: dict[str, list[str]] = {ENRICHED: [], OBSERVATIONS: []}
    for name, ids in found.items():
        async with consumer(settings, settings.topic(name)) as reader:
            ends = await reader.end_offsets(reader.assignment())
            while any([await reader.position(tp) < end for tp, end in ends.items()]):
                for messages in (await reader.getmany(timeout_ms=500)).values():
                    ids += [_essence(message.value, with_reading=with_reading) for message in messages]
    if len(found[ENRICHED]) != expected or len(set(found[ENRICHED])) != expected:
        raise RuntimeError(
            f"{len(found[ENRICHED])} outputs, {len(set(found[ENRICHED]))} different, of {expected}"
        )
    return stable_id(*sorted(found[ENRICHED]), "and", *sorted(found[OBSERVATIONS]))[:12]


def _essence(value: bytes, *, with_reading: bool) -> str:
    if not with_reading:
        return stable_id(value.decode())
    document = orjson.loads(value)
    document.pop("ingested_at", None)  # the time that the broker gave this run's record
    return stable_id(orjson.dumps(document).decode())


def _seconds(process: psutil.Process) -> float:
    return float(sum(process.cpu_times()[:2]))


def _busy() -> float:
    times = psutil.cpu_times()
    return float(times.user + times.system + times.nice + times.irq + times.softirq)
