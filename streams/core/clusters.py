"""Witnesses: the readings of a series gathered into clusters, one for each story however often it was
reprinted.

A cluster is a join-semilattice: bounded summaries (the best reading, the smallest ids) that merge the same
way in any order and any number of times. That is what makes the fold indifferent to order and repeats.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from streams.core.model import Observation, ReportedShift, Stance
from streams.core.text import is_copy

_IDS: Final = 16
_SOURCES: Final = 8
_STRANDS: Final = 8
_VOICES: Final = 8
_STRENGTHS: Final = ("hint", "statement", "decision", "deed")


@dataclass(frozen=True, slots=True)
class Strand:
    """One text's signature and the time from its first to its last printing."""

    fingerprint: str
    first: datetime
    last: datetime


@dataclass(frozen=True, slots=True)
class Voice:
    """What one story says of one stance of the actor itself (part empty) or of a sub-actor of it.

    best is the weightiest reading; ids and sources are the smallest few of the copies' (16 and 8).
    """

    stance: Stance
    part: str
    best: Observation
    ids: tuple[str, ...]
    sources: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Report:
    """That a story itself tells of a turn to a stance; ids and sources as in Voice."""

    best: ReportedShift
    ids: tuple[str, ...]
    sources: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Cluster:
    """One independent witness: a story, with all its near-duplicates."""

    strands: tuple[Strand, ...]
    voices: tuple[Voice, ...]
    reports: tuple[Report, ...]

    @property
    def at(self) -> datetime:
        """When the story was first printed."""
        return min(strand.first for strand in self.strands)

    @property
    def last(self) -> datetime:
        """When it was last printed."""
        return max(strand.last for strand in self.strands)

    @property
    def key(self) -> tuple[datetime, str]:
        """Where it stands in the order of a series."""
        ids = [v.ids[0] for v in self.voices] + [r.ids[0] for r in self.reports]
        return (self.at, min(ids))

    @property
    def sources(self) -> tuple[str, ...]:
        """The outlets that printed it, the first few by name; outlets without a name are not counted."""
        printed = [v.sources for v in self.voices] + [r.sources for r in self.reports]
        named = {source for sources in printed for source in sources if source}
        return tuple(sorted(named)[:_SOURCES])


def is_same_story(left: str, right: str) -> bool:
    """Whether two fingerprints are of one story; one that is no signature is a copy of its equals only."""
    if left == right:
        return True
    try:
        return is_copy(left, right)
    except ValueError:
        return False


def part_of(reading: Observation | ReportedShift, series: str) -> str:
    """Name the sub-actor that speaks in this series, empty where the series' own actor does."""
    actor, owner = reading.actor, series.split("|", 1)[0]
    if actor.parent is None or (actor.id == owner and actor.parent != owner):
        return ""
    return actor.name if actor.id == owner else actor.id


def gather(
    ring: Sequence[Cluster], readings: Iterable[Observation | ReportedShift], series: str, copy_days: float
) -> tuple[Cluster, ...]:
    """Merge readings into the clusters of a ring, sorted by time; their order does not matter."""
    found = list(ring)
    for reading in readings:
        cluster = _single(reading, series)
        apart = []
        for other in found:
            if _is_same(cluster, other, timedelta(days=copy_days)):
                cluster = _join(cluster, other)
            else:
                apart.append(other)
        found = [*apart, cluster]
    return tuple(sorted(found, key=lambda cluster: cluster.key))


def touches(strand: Strand, other: Strand, within: timedelta) -> bool:
    """Whether two strands are printings of one story: near in time and alike in text."""
    is_near = strand.first - within <= other.last and other.first - within <= strand.last
    return is_near and is_same_story(strand.fingerprint, other.fingerprint)


def _is_same(left: Cluster, right: Cluster, within: timedelta) -> bool:
    if left.at - within > right.last or right.at - within > left.last:
        return False
    return any(touches(a, b, within) for a in left.strands for b in right.strands)


def _single(reading: Observation | ReportedShift, series: str) -> Cluster:
    strand = Strand(reading.fingerprint, reading.published_at, reading.published_at)
    ids, sources = (reading.observation_id,), (reading.source,)
    if isinstance(reading, ReportedShift):
        return Cluster((strand,), (), (Report(reading, ids, sources),))
    voice = Voice(reading.stance, part_of(reading, series), reading, ids, sources)
    return Cluster((strand,), (voice,), ())


def _join(left: Cluster, right: Cluster) -> Cluster:
    strands: dict[str, Strand] = {}
    for strand in (*left.strands, *right.strands):
        old = strands.get(strand.fingerprint, strand)
        first, last = min(old.first, strand.first), max(old.last, strand.last)
        strands[strand.fingerprint] = Strand(strand.fingerprint, first, last)
    voices: dict[tuple[str, str], Voice] = {}
    for voice in (*left.voices, *right.voices):
        key = (voice.part, voice.stance)
        voices[key] = _louder(voices[key], voice) if key in voices else voice
    reports: dict[str, Report] = {}
    for report in (*left.reports, *right.reports):
        after = report.best.after
        reports[after] = _clearer(reports[after], report) if after in reports else report
    by_time = sorted(strands.values(), key=lambda strand: (strand.first, strand.fingerprint))
    return Cluster(
        tuple(by_time[:_STRANDS]),
        tuple(voices[key] for key in sorted(voices)[:_VOICES]),
        tuple(reports[key] for key in sorted(reports)),
    )


def _louder(left: Voice, right: Voice) -> Voice:
    best = min(left.best, right.best, key=_rank)
    ids = _smallest(left.ids, right.ids, _IDS)
    return Voice(left.stance, left.part, best, ids, _smallest(left.sources, right.sources, _SOURCES))


def _clearer(left: Report, right: Report) -> Report:
    best = min(left.best, right.best, key=lambda r: (-r.score, r.published_at, r.observation_id, repr(r)))
    ids = _smallest(left.ids, right.ids, _IDS)
    return Report(best, ids, _smallest(left.sources, right.sources, _SOURCES))


def _smallest(left: tuple[str, ...], right: tuple[str, ...], most: int) -> tuple[str, ...]:
    return tuple(sorted({*left, *right})[:most])


def _rank(reading: Observation) -> tuple[object, ...]:
    """Order readings of one stance in one story: the plainest first, then the earliest; a total order."""
    return (
        reading.modality != "asserted",
        reading.attribution is not None,
        -_STRENGTHS.index(reading.strength),
        -reading.score,
        reading.published_at,
        reading.observation_id,
        repr(reading),
    )
