"""Plays the corpus through real services and workers, and tells what comes out."""

import asyncio
import contextlib
from collections import Counter
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from importlib.resources import files
from math import inf

from streams.codec import decode_dead_letter, decode_shift
from streams.contracts import raw_articles
from streams.core.model import Shift
from streams.fleet import Fleet
from streams.kafka import consumer
from streams.publish import publish
from streams.search import make_client
from streams.settings import Settings
from streams.topology import ARTICLES_INDEX, DEAD, OBSERVATIONS_INDEX, SHIFTS, SHIFTS_INDEX

PACE = 40.0  # articles a second: quick enough not to bore, slow enough to watch


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the show ended with: lines published, documents by index, dead letters by code, the latest shifts."""

    published: int
    documents: dict[str, int]
    dead: dict[str, int]
    shifts: tuple[Shift, ...]


def corpus() -> list[bytes]:
    """The lines of the demonstration corpus."""
    return files("streams.demo").joinpath("corpus.jsonl").read_bytes().splitlines()


async def play(
    settings: Settings, fleet: Fleet, *, on_sent: Callable[[], None], on_shift: Callable[[Shift], None]
) -> Outcome:
    """Publish the corpus, wait until the pipeline has served all of it, and gather the outcome."""
    seen: dict[str, Shift] = {}
    watching = asyncio.create_task(_watch(settings, seen, on_shift))
    published = 0
    async for _ in publish(corpus(), settings, raw_articles(), rate=PACE, keep_bad=True):
        published += 1
        on_sent()
    await fleet.served(seconds=inf)
    watching.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await watching
    shifts = tuple(sorted(seen.values(), key=lambda shift: shift.event_time))
    return Outcome(published, await documents(settings), await dead_letters(settings), shifts)


async def documents(settings: Settings) -> dict[str, int]:
    """Documents by index, after a refresh."""
    client = make_client(settings)
    try:
        counts = {}
        for name in (ARTICLES_INDEX, OBSERVATIONS_INDEX, SHIFTS_INDEX):
            index = settings.index(name)
            await client.indices.refresh(index=index, ignore_unavailable=True)
            counts[name] = (await client.count(index=index, ignore_unavailable=True))["count"]
        return counts
    finally:
        await client.close()


async def dead_letters(settings: Settings) -> dict[str, int]:
    """Distinct dead letters by code."""
    codes: dict[str, str] = {}
    async for value in _to_the_end(settings, DEAD):
        letter = decode_dead_letter(value)
        codes[letter.dead_id] = letter.code
    return dict(Counter(codes.values()).most_common())


async def _watch(settings: Settings, seen: dict[str, Shift], on_shift: Callable[[Shift], None]) -> None:
    async with consumer(settings, settings.topic(SHIFTS)) as reader:
        async for message in reader:
            shift = decode_shift(message.value)
            known = seen.get(shift.shift_id)
            if known is not None and known.revision >= shift.revision:
                continue
            seen[shift.shift_id] = shift
            if shift.status == "confirmed" and (known is None or known.status != "confirmed"):
                on_shift(shift)


async def _to_the_end(settings: Settings, topic: str) -> AsyncIterator[bytes]:
    async with consumer(settings, settings.topic(topic)) as reader:
        partitions = reader.assignment()
        ends = await reader.end_offsets(partitions)
        while any([await reader.position(tp) < ends[tp] for tp in partitions]):
            for messages in (await reader.getmany(timeout_ms=500)).values():
                for message in messages:
                    yield message.value
