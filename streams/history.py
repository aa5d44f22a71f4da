"""The whole pipeline in one process, without Kafka and Elasticsearch: the same core as the workers."""

import itertools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from streams.core.detector import DEFAULT, Detector
from streams.core.errors import Rejected
from streams.core.model import EnrichedEvent, Observation, ReportedShift, Shift
from streams.core.shift import SeriesState, empty_series, fold
from streams.lexicon import watched_issues
from streams.reading import Reading

BATCH = 200


@dataclass(frozen=True, slots=True)
class BadLine:
    """A record of the input that was rejected."""

    number: int
    fault: Rejected


def read_all(records: Iterable[tuple[int, bytes]], reading: Reading) -> Iterator[EnrichedEvent | BadLine]:
    """Each record, in order, as an enriched event or a bad line."""
    for batch in _batched(records):
        now = datetime.now(UTC)
        results: dict[int, EnrichedEvent | BadLine] = {}
        articles = {}
        for number, value in batch:
            try:
                articles[number] = reading.raw.read(value, now), now
            except Rejected as fault:
                results[number] = BadLine(number, fault)
        read = reading.each(list(articles.values()), lambda event: event)
        for number, result in zip(articles, read, strict=True):
            results[number] = BadLine(number, result) if isinstance(result, Rejected) else result
        yield from (results[number] for number in sorted(results))


def _batched(records: Iterable[tuple[int, bytes]]) -> Iterator[tuple[tuple[int, bytes], ...]]:
    iterator = iter(records)
    while batch := tuple(itertools.islice(iterator, BATCH)):
        yield batch


def fold_all(
    readings: Iterable[Observation | ReportedShift], detector: Detector = DEFAULT
) -> dict[str, SeriesState]:
    """Every series after all readings, folded in order of publication as if each were seen on its day."""
    states: dict[str, SeriesState] = {}
    watched = watched_issues()
    for reading in sorted(readings, key=lambda r: (r.published_at, r.observation_id)):
        state = states.get(reading.series) or empty_series(reading.series)
        states[reading.series] = fold(state, [reading], reading.published_at, detector, watched)
    return states


def shifts_of(states: dict[str, SeriesState], statuses: frozenset[str]) -> list[Shift]:
    """The shifts of all series that have one of ``statuses``, in order of time."""
    shifts = [shift for state in states.values() for shift in state.shifts if shift.status in statuses]
    return sorted(shifts, key=lambda shift: (shift.event_time, shift.shift_id))
