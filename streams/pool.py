"""Reading off the event loop: processes that read articles in batches, and cannot be stalled or killed by one."""

import asyncio
import multiprocessing
import traceback
from collections.abc import Callable, Sequence
from concurrent.futures import TimeoutError as ReadTimeout
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from typing import Any, TypeVar

from pebble import ProcessExpired, ProcessPool

from streams.codec import encode
from streams.core.errors import Rejected
from streams.core.model import EnrichedEvent, Observation, ReportedShift
from streams.reading import Reading, load_reading

T = TypeVar("T")
CHUNK = 40


@dataclass(frozen=True, slots=True)
class Read:
    """What one record of ``articles.raw`` became, encoded: keys and values for the topics downstream.

    outcome: relevant, irrelevant or not_read. issues: of each observation, for the counters.
    """

    key: bytes
    event: bytes
    readings: tuple[tuple[bytes, bytes], ...]
    outcome: str
    issues: tuple[str, ...]


ChunkReader = Callable[[Sequence[tuple[bytes | None, datetime]]], list[Read | Rejected]]
"""What a process does with a chunk; a function of a module, since processes find it by its name."""


def chunks(items: Sequence[T]) -> list[Sequence[T]]:
    """Pieces that one process reads at a time: large enough to parse in batches, small enough to share out."""
    return [items[at : at + CHUNK] for at in range(0, len(items), CHUNK)]


class ReaderPool:
    """Reads records in other processes. One record may take ``timeout`` seconds and may crash its process:
    it alone is rejected then, never its neighbours. read: what is done instead, for measuring the way alone.
    """

    def __init__(self, processes: int, timeout: float, read: ChunkReader | None = None) -> None:
        self._timeout = timeout
        self._read = read or read_chunk
        self._pool = ProcessPool(max_workers=processes, context=multiprocessing.get_context("spawn"))

    async def warm_up(self) -> None:
        """Wait until a process has loaded the lexicons and the model."""
        await asyncio.wrap_future(self._pool.schedule(_warm_up))

    def close(self) -> None:
        """End the processes, whatever they are doing."""
        self._pool.stop()  # type: ignore[no-untyped-call]  # the library's own gap
        self._pool.join()

    async def read(self, records: Sequence[tuple[bytes | None, datetime]]) -> list[Read | Rejected]:
        """Read (bytes, time of ingestion) pairs; one result each, in order."""
        results = await asyncio.gather(*(self._read_chunk(chunk) for chunk in chunks(records)))
        return [result for chunk in results for result in chunk]

    async def _read_chunk(self, chunk: Sequence[tuple[bytes | None, datetime]]) -> list[Read | Rejected]:
        try:
            # A chunk has the time of one record: whoever needs that much alone is found when it is read alone.
            return await asyncio.wrap_future(
                self._pool.schedule(self._read, args=(list(chunk),), timeout=self._timeout)
            )
        except (ReadTimeout, TimeoutError):
            fault = Rejected("read_timeout", "", f"reading took longer than {self._timeout:g} s")
        except ProcessExpired as error:
            fault = Rejected(
                "reader_crashed", "", f"the reading process died with exit code {error.exitcode}"
            )
        if len(chunk) == 1:
            return [fault]
        return [(await self._read_chunk([record]))[0] for record in chunk]


def read_chunk(records: Sequence[tuple[bytes | None, datetime]]) -> list[Read | Rejected]:
    """Read a few records in this process."""
    reading = _reading()
    results: list[Read | Rejected] = [Rejected("unread", "", "")] * len(records)
    articles = []
    for place, (value, at) in enumerate(records):
        try:
            articles.append((place, reading.raw.read(value, at), at))
        except Rejected as fault:
            results[place] = fault
    for place, result in _read_articles(reading, articles):
        results[place] = result
    return results


def _read_articles(
    reading: Reading, articles: list[tuple[int, Any, datetime]]
) -> list[tuple[int, Read | Rejected]]:
    if not articles:
        return []
    try:
        events = reading.reader.read_many([article for _, article, _ in articles], articles[0][2])
        return [
            (place, _encode(replace(event, ingested_at=at)))
            for (place, _, at), event in zip(articles, events, strict=True)
        ]
    except Exception:  # noqa: BLE001 - the reader met what its authors did not foresee: one record must bear it
        if len(articles) == 1:
            detail = traceback.format_exc(limit=-3)[-400:]
            return [(articles[0][0], Rejected("reader_failed", "", detail))]
        return [result for article in articles for result in _read_articles(reading, [article])]


def _encode(event: EnrichedEvent) -> Read:
    readings: list[Observation | ReportedShift] = [*event.observations, *event.reported_shifts]
    outcome = "not_read" if not event.is_read else "relevant" if event.topics else "irrelevant"
    return Read(
        event.article_id.encode(),
        encode(event),
        tuple((reading.series.encode(), encode(reading)) for reading in readings),
        outcome,
        tuple(observation.issue for observation in event.observations),
    )


def _warm_up() -> None:
    _reading()


@cache
def _reading() -> Reading:
    return load_reading()
