"""Reading off the event loop: processes that read articles in batches, and cannot be stalled or killed by one."""

import asyncio
import multiprocessing
from collections.abc import Callable, Sequence
from concurrent.futures import TimeoutError as ReadTimeout
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import TypeVar

from pebble import ProcessExpired, ProcessPool
from threadpoolctl import threadpool_limits

from streams.codec import encode
from streams.core import grammar
from streams.core.errors import Rejected
from streams.core.model import EnrichedEvent, Observation, ReportedShift
from streams.metrics import POOL_PIECES, POOL_PROCESSES
from streams.reading import Reading, load_reading

T = TypeVar("T")
CHUNK = 40
CHUNK_BYTES = 256 * 1024


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


@dataclass(frozen=True, slots=True)
class Loaded:
    """What a reading process works with: its versions, and the issues that it watches."""

    pipeline: str
    lexicon: str
    issues: tuple[str, ...]


ChunkReader = Callable[[Sequence[tuple[bytes | None, datetime]]], list[Read | Rejected]]
"""What a process does with a chunk; a function of a module, since processes find it by its name."""


def chunks(items: Sequence[T], size_of: Callable[[T], int]) -> list[list[T]]:
    """Pieces that one process reads at a time: large enough to parse in batches, small enough to share out.

    What is larger than CHUNK_BYTES stands alone: whoever may need all of its time keeps no neighbour waiting.
    """
    pieces: list[list[T]] = []
    room = 0
    for item in items:
        size = size_of(item)
        if not pieces or size > room or len(pieces[-1]) == CHUNK:
            pieces.append([])
            room = CHUNK_BYTES
        pieces[-1].append(item)
        room -= size
    return pieces


class ReaderPool:
    """Reads records in other processes. One record may take ``timeout`` seconds and may crash its process:
    it alone is rejected then, never its neighbours. read: what is done instead, for measuring the way alone.
    """

    def __init__(self, processes: int, timeout: float, read: ChunkReader | None = None) -> None:
        self._timeout = timeout
        self._read = read or read_chunk
        POOL_PROCESSES.set(processes)
        # Loading is not reading: a process that replaces a killed one loads before the next record's time begins.
        self._pool = ProcessPool(
            max_workers=processes, context=multiprocessing.get_context("spawn"), initializer=_warm_up
        )

    async def warm_up(self) -> "Loaded":
        """Wait until a process has loaded the lexicons and the model; what it has loaded."""
        loaded: Loaded = await asyncio.wrap_future(self._pool.schedule(_loaded))
        return loaded

    def close(self) -> None:
        """End the processes, whatever they are doing."""
        self._pool.stop()  # type: ignore[no-untyped-call]  # the library's own gap
        self._pool.join()

    async def read(self, records: Sequence[tuple[bytes | None, datetime]]) -> list[Read | Rejected]:
        """Read (bytes, time of ingestion) pairs; one result each, in order."""
        results = await asyncio.gather(*(self._read_chunk(chunk) for chunk in chunks(records, _size)))
        return [result for chunk in results for result in chunk]

    async def _read_chunk(self, chunk: Sequence[tuple[bytes | None, datetime]]) -> list[Read | Rejected]:
        POOL_PIECES.inc()
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
        finally:
            POOL_PIECES.dec()
        if len(chunk) == 1:
            return [fault]
        return [(await self._read_chunk([record]))[0] for record in chunk]


def read_chunk(records: Sequence[tuple[bytes | None, datetime]]) -> list[Read | Rejected]:
    """Read a few records in this process."""
    reading = _reading()
    results: list[Read | Rejected] = [Rejected("unread", "", "")] * len(records)
    articles = {}
    for place, (value, at) in enumerate(records):
        try:
            articles[place] = reading.raw.read(value, at), at
        except Rejected as fault:
            results[place] = fault
    for place, result in zip(articles, reading.each(list(articles.values()), _encode), strict=True):
        results[place] = result
    return results


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


def _size(record: tuple[bytes | None, datetime]) -> int:
    return len(record[0] or b"")


def _warm_up() -> None:
    """Compute on one thread, since there is a process for each core, and parse and read once: spaCy is loaded by the first
    sentence that needs it.
    """
    threadpool_limits(1)
    grammar.parse(["France called for a ceasefire."])
    article = {"source": "-", "published_at": "2025-01-01", "text": "France called for a ceasefire in Gaza."}
    read_chunk([(encode(article), datetime(2025, 1, 1, tzinfo=UTC))])


def _loaded() -> Loaded:
    reading = _reading()
    lexicon = reading.reader.lexicon
    return Loaded(reading.reader.version, lexicon.version, tuple(lexicon.issues.all))


@cache
def _reading() -> Reading:
    return load_reading()
