"""What a series holds to: witnesses, the stand that they make, and the turn from one stand to another."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from streams.core.detector import Detector
from streams.core.model import Observation, ReportedShift, ShiftKind, Stance

_WITNESSES: Final = 6
_OUTLETS: Final = 8


@dataclass(frozen=True, slots=True)
class Witness:
    """One story's verdict. chance: that it shows the true course; sources: who printed it."""

    stance: Stance
    at: datetime
    chance: float
    part: str
    best: Observation | ReportedShift
    sources: tuple[str, ...]

    @property
    def is_deed(self) -> bool:
        """Whether the actor itself is seen to act: plainly, and told by the article itself."""
        best = self.best
        if self.part or not isinstance(best, Observation):
            return False
        return best.strength == "deed" and best.modality == "asserted" and best.attribution is None


@dataclass(frozen=True, slots=True)
class Stand:
    """A stance held: since when, last seen when, on how many witnesses; peak is the highest belief in it so
    far.

    witnesses are the first, and the best of the others; sources the first few outlets.
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
    """Whether a new stance is beyond doubt: a deed settled it, or independent stories of several outlets
    agree.

    Sub-actors alone never are enough.
    """
    if stand.last_own is None:
        return False
    is_agreed = stand.n >= 2 and len(stand.sources) >= 2 and stand.peak >= detector.settled
    return stand.has_deed or is_agreed


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
    weakest = min(witnesses, key=lambda w: (w.chance, w.at, w.best.observation_id))
    return tuple(w for w in witnesses if w is not weakest)
