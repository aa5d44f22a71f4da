"""What a series holds to: witnesses, the stand that they make, and the turn from one stand to another."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from streams.core.detector import Detector
from streams.core.model import Actor, Observation, Quote, ReportedShift, ShiftKind, Stance, Strength

_WITNESSES: Final = 4
_OUTLETS: Final = 8
_ENOUGH: Final = 3
"""Independent reports after which a confirmed turn takes no more evidence: no reader waits for the fourth."""


@dataclass(frozen=True, slots=True)
class Witness:
    """One story's verdict, as much of it as is told later: a series keeps many.

    chance: that it shows the true course. part: the sub-actor that speaks, empty for the actor itself.
    strength is None where the story tells of a turn; is_plain: asserted by the article itself. sources: who
    printed it.
    """

    stance: Stance
    at: datetime
    chance: float
    part: str
    actor: Actor
    reading_id: str
    strength: Strength | None
    is_plain: bool
    quote: Quote
    sources: tuple[str, ...]

    @property
    def is_weighty(self) -> bool:
        """Whether it is more than a remark: a deed, a decision, or a text that tells of a turn."""
        return self.strength in {"deed", "decision", None}

    @property
    def is_deed(self) -> bool:
        """Whether the actor itself is seen to act: plainly, and told by the article itself."""
        return self.strength == "deed" and self.is_plain and not self.part


def witness_of(
    reading: Observation | ReportedShift, at: datetime, chance: float, part: str, sources: tuple[str, ...]
) -> Witness:
    """What a story's best reading says."""
    quote = Quote(reading.evidence.quote, reading.article_id, reading.source, reading.published_at)
    stance, strength, is_plain = _said(reading)
    actor = Actor(reading.actor.id, reading.actor.name, reading.actor.parent)
    return Witness(
        stance, at, chance, part, actor, reading.observation_id, strength, is_plain, quote, sources
    )


def _said(reading: Observation | ReportedShift) -> tuple[Stance, Strength | None, bool]:
    if isinstance(reading, ReportedShift):
        return reading.after, None, True
    return reading.stance, reading.strength, reading.modality == "asserted" and reading.attribution is None


@dataclass(frozen=True, slots=True)
class Stand:
    """A stance held: since when, last seen when, on how many witnesses; peak is the highest belief in it so
    far.

    last_own: when the actor itself was last heard, not a part of it. witnesses: the best few; sources: the
    first few outlets.
    """

    stance: Stance
    since: datetime
    last: datetime
    last_own: datetime | None
    n: int
    peak: float
    has_deed: bool
    witnesses: tuple[Witness, ...]
    sources: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Turn:
    """From one stand to another.

    silence: days without news before it; standing: belief in the old stance just before the first contrary
    report.
    """

    shift_id: str
    before: Stand
    after: Stand
    kind: ShiftKind
    silence: float
    standing: float
    is_undone: bool = False


def is_settled(stand: Stand, detector: Detector) -> bool:
    """Whether a stance was established: belief in it was high once, or a deed showed it."""
    return stand.peak >= detector.settled or stand.has_deed


def is_confirmed(stand: Stand, detector: Detector) -> bool:
    """Whether a new stance is beyond doubt: by a deed, or by independent stories of several outlets.

    Sub-actors alone are never enough.
    """
    if stand.last_own is None:
        return False
    is_agreed = stand.n >= 2 and len(stand.sources) >= 2 and stand.peak >= detector.settled
    return stand.has_deed or is_agreed


def is_closed(turn: Turn, detector: Detector) -> bool:
    """Whether a turn takes no more evidence."""
    return turn.is_undone or (is_confirmed(turn.after, detector) and turn.after.n >= _ENOUGH)


def stand_on(witnesses: tuple[Witness, ...], belief: float) -> Stand:
    """A new stand on some witnesses, in order of time; belief: in it now."""
    first = witnesses[0]
    stand = Stand(first.stance, first.at, first.at, None, 0, 0.0, False, (), ())
    for witness in witnesses:
        stand = grown(stand, witness, belief)
    return stand


def grown(stand: Stand, witness: Witness, belief: float) -> Stand:
    """A stand with one more witness; belief: in it now."""
    outlets = dict.fromkeys((*stand.sources, *witness.sources))
    return Stand(
        stand.stance,
        stand.since,
        max(stand.last, witness.at),
        stand.last_own if witness.part else witness.at,
        stand.n + 1,
        max(stand.peak, belief),
        stand.has_deed or witness.is_deed,
        _best((*stand.witnesses, witness)),
        tuple(outlets)[:_OUTLETS],
    )


def _best(witnesses: tuple[Witness, ...]) -> tuple[Witness, ...]:
    """The few to quote, in order of time: the strongest, of equals the latest."""
    if len(witnesses) <= _WITNESSES:
        return witnesses
    weakest = min(witnesses, key=lambda w: (w.chance, w.at, w.reading_id))
    return tuple(w for w in witnesses if w is not weakest)
