"""The state of every series, one Elasticsearch document each, changed by compare-and-set."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from elasticsearch import AsyncElasticsearch

from streams.codec import encode, from_document
from streams.core.errors import Rejected
from streams.core.model import Observation, ReportedShift, Shift
from streams.core.shift import SeriesState, empty_series, fold
from streams.core.story import Watched
from streams.lexicon import watched_issues
from streams.metrics import CONFLICTS
from streams.patience import ServiceAway
from streams.search import Store, Write
from streams.settings import Settings
from streams.topology import SERIES_INDEX

Reading = Observation | ReportedShift


@dataclass(frozen=True, slots=True)
class Stored:
    """A series as it was read. causes: of each shift, the readings that came in the batch that last changed it.

    A batch that is repeated after a crash finds its own readings there, and its shifts are sent again.
    """

    state: SeriesState
    causes: dict[str, list[str]]
    seen: tuple[int, int] | None


class SeriesStore:
    """Folds readings into series. Two workers may own a series for a moment: the later write folds again."""

    def __init__(self, client: AsyncElasticsearch, settings: Settings) -> None:
        self._store = Store(client)
        self._index = settings.index(SERIES_INDEX)
        self._watched = watched_issues()

    async def close(self) -> None:
        """Close the connection."""
        await self._store.close()

    async def fold(self, readings: Mapping[str, Sequence[Reading]], now: datetime) -> list[Shift]:
        """Fold readings by series; the shifts that they touch, changed by this call or by an earlier try."""
        waiting = dict(readings)
        touched: list[Shift] = []
        while waiting:
            stored = await self._read(list(waiting))
            folded = {key: _fold(stored[key], waiting[key], now, self._watched) for key in waiting}
            lost = await self._write(stored, folded)
            CONFLICTS.inc(len(lost))
            for key in set(waiting) - lost:
                touched += _touched(folded[key], waiting[key])
            waiting = {key: waiting[key] for key in waiting if key in lost}
        return touched

    async def _read(self, keys: Sequence[str]) -> dict[str, Stored]:
        found = await self._store.fetch(self._index, keys)
        return {key: _stored(key, found.get(key)) for key in keys}

    async def _write(self, before: Mapping[str, Stored], after: Mapping[str, Stored]) -> set[str]:
        changed = [key for key in after if after[key] != before[key]]
        writes = [
            Write(self._index, key, _body(key, after[key]), seen=before[key].seen or "create")
            for key in changed
        ]
        verdicts = await self._store.write(writes)
        for verdict in verdicts:
            if isinstance(verdict, Rejected):
                # The state is ours, not the record's: a refusal is a fault of the set-up, and burying would lose it.
                raise ServiceAway(str(verdict))
        return {key for key, verdict in zip(changed, verdicts, strict=True) if verdict == "stale"}


def _stored(key: str, document: Mapping[str, Any] | None) -> Stored:
    if document is None:
        return Stored(empty_series(key), {}, None)
    source = document["_source"]
    seen = (document["_seq_no"], document["_primary_term"])
    return Stored(from_document(SeriesState, source["state"]), source["causes"], seen)


def _body(key: str, stored: Stored) -> bytes:
    return encode({"series": key, "state": stored.state, "causes": stored.causes})


def _fold(
    before: Stored, readings: Sequence[Reading], now: datetime, watched: Mapping[str, Watched]
) -> Stored:
    state = fold(before.state, readings, now, watched=watched)
    old = {shift.shift_id: shift.revision for shift in before.state.shifts}
    ids = sorted(reading.observation_id for reading in readings)
    changed = {shift.shift_id: ids for shift in state.shifts if old.get(shift.shift_id) != shift.revision}
    kept = {shift.shift_id for shift in state.shifts}
    causes = {shift_id: cause for shift_id, cause in (before.causes | changed).items() if shift_id in kept}
    return Stored(state, causes, before.seen)


def _touched(stored: Stored, readings: Sequence[Reading]) -> list[Shift]:
    ids = {reading.observation_id for reading in readings}
    return [shift for shift in stored.state.shifts if ids & set(stored.causes.get(shift.shift_id, ()))]
