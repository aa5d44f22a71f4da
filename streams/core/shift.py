"""The fold: from the set of a series' readings to its current stance and its shifts.

What is believed (ring, base, current, quarrel, which turns stand) is a pure function of the set of
readings, as long as none comes later than the 64 stories that the ring holds: what is older has no place
any more. What was told (``shifts``: revisions, times of detection, retractions) remembers besides what
readers have already been sent.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Final

from streams.core.clusters import Cluster, Strand, gather, touches
from streams.core.detector import DEFAULT, Detector
from streams.core.model import Observation, Position, ReportedShift, Shift
from streams.core.quarrel import Quarrel, find_quarrel
from streams.core.scan import scan
from streams.core.story import Watched, position, tell
from streams.core.turns import Track, empty_track

RING: Final = 64
"""Clusters kept as they are; older ones live on in the base."""
_SHIFTS: Final = 12
_SPENT: Final = 32
_ARMY: Final = "MILITARY"
_UNWATCHED: Final[Mapping[str, Watched]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class SeriesState:
    """All that is kept of a series; its size does not grow with age.

    ring: the last clusters; base: the pass over all that fell off it; spent: strands of the last of those,
    so that a late copy of one is no new witness. current is the stance held, stale from stale_at on.
    quarrel: voices of one state on both sides, the last one found. shifts: the last 12 told, by time.
    """

    series: str
    ring: tuple[Cluster, ...]
    base: Track
    spent: tuple[Strand, ...] = ()
    current: Position | None = None
    stale_at: datetime | None = None
    quarrel: Quarrel | None = None
    shifts: tuple[Shift, ...] = ()
    detector_version: str = ""


def empty_series(series: str) -> SeriesState:
    """A series of which nothing is known."""
    return SeriesState(series, (), empty_track(series))


def fold(
    state: SeriesState,
    readings: Sequence[Observation | ReportedShift],
    now: datetime,
    detector: Detector = DEFAULT,
    watched: Mapping[str, Watched] = _UNWATCHED,
) -> SeriesState:
    """Take readings into a series. Readings already taken change nothing, and the very same state is
    returned.

    now stamps the revisions that this call makes, and decides nothing. watched: what is known of issues, by id.
    """
    fresh = [reading for reading in readings if _counts(reading, state, detector, watched)]
    ring = gather(state.ring, fresh, state.series, detector.copy_days)
    if ring == state.ring:
        return state
    fallen, ring = ring[: max(0, len(ring) - RING)], ring[max(0, len(ring) - RING) :]
    base = scan(state.base, fallen, detector)
    spent = (*state.spent, *(strand for cluster in fallen for strand in cluster.strands))[-_SPENT:]
    track = scan(base, ring, detector)
    stand = track.stand
    return SeriesState(
        series=state.series,
        ring=ring,
        base=base,
        spent=spent,
        current=position(stand) if stand else None,
        stale_at=stand.last + timedelta(days=detector.stale_days) if stand else None,
        quarrel=find_quarrel(ring, detector) or _past(state.quarrel, base),
        shifts=_told(state.shifts, track, now, detector, watched),
        detector_version=detector.version,
    )


def moves_nothing(reading: Observation, watched: Mapping[str, Watched]) -> str | None:
    """Say why no stance shifts by an observation that was read surely; None where one may.

    Where an army retreats or is reinforced on its own soil, that tells how the war goes, and not what the state wants of those that
    are sent there.
    """
    if reading.is_historical:
        return "told as background"
    known, actor = watched.get(reading.issue), reading.actor
    is_at_home = actor.id == reading.context and actor.parent == f"{actor.id}.{_ARMY}"
    if known and known.is_sent and is_at_home and reading.strength == "deed":
        return "a move of an army on its own soil"
    return None


def _counts(
    reading: Observation | ReportedShift,
    state: SeriesState,
    detector: Detector,
    watched: Mapping[str, Watched],
) -> bool:
    """Whether a reading tells of a course, was read surely enough, and can still find its place."""
    if reading.score < detector.min_score:
        return False
    if isinstance(reading, Observation) and moves_nothing(reading, watched):
        return False
    if state.base.at is None:
        return True
    strand = Strand(reading.fingerprint, reading.published_at, reading.published_at)
    within = timedelta(days=detector.copy_days)
    return reading.published_at > state.base.at and not any(
        touches(strand, old, within) for old in state.spent
    )


def _past(quarrel: Quarrel | None, base: Track) -> Quarrel | None:
    """A quarrel whose voices fell off the ring is remembered; any other is found there again."""
    return quarrel if quarrel and base.at and quarrel.last <= base.at else None


def _told(
    told: tuple[Shift, ...], track: Track, now: datetime, detector: Detector, watched: Mapping[str, Watched]
) -> tuple[Shift, ...]:
    """Bring what was told up to what is believed: new shifts, new revisions, retractions."""
    known = {shift.shift_id: shift for shift in told}
    for turn in track.turns:
        old = known.get(turn.shift_id)
        if old or not turn.is_undone:
            known[turn.shift_id] = _revised(old, tell(turn, track.series, now, detector, watched))
    standing = {turn.shift_id for turn in track.turns}
    oldest = track.turns[0].after.since if len(track.turns) >= _SHIFTS else None
    for shift in told:
        is_kept = shift.shift_id in standing or (oldest is not None and shift.event_time <= oldest)
        if not is_kept and shift.status != "retracted":
            known[shift.shift_id] = _revised(shift, replace(shift, status="retracted", detected_at=now))
    return tuple(sorted(known.values(), key=lambda shift: (shift.event_time, shift.shift_id))[-_SHIFTS:])


def _revised(old: Shift | None, new: Shift) -> Shift:
    """The next revision if a reader would care about what changed; else the old one."""
    if old is None:
        return new
    same = replace(
        new, revision=old.revision, detected_at=old.detected_at, detector_version=old.detector_version
    )
    return old if same == old else replace(new, revision=old.revision + 1)
