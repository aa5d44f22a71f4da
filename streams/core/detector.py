"""How much a report moves belief in a stance: a hidden Markov model with three states.

The actor's true course is a hidden state (support, oppose, neutral) that switches rarely; every independent
report shows it through a noisy channel. Belief is the forward filter of that model (Rabiner 1989, "A
tutorial on hidden Markov models", section III). Two things make it fit this job: the channel's noise
depends on what was reported (a deed shows the course, a hint hardly does), and a switch is the likelier the
longer nothing was heard, so that one deed settles a series with a report a quarter while a busy series asks
for several witnesses.
"""

import hashlib
from dataclasses import astuple, dataclass
from math import exp
from typing import Final

from streams.core.model import STANCES, Modality, Stance, Strength

Belief = tuple[float, float, float]
_GUESS: Final[Belief] = (0.4, 0.4, 0.2)
"""What a report that shows nothing of the course says, and what is believed before the first report."""


@dataclass(frozen=True, slots=True)
class Detector:
    """The parameters of the model. Probabilities are in [0, 1], times in days.

    deed, decision, statement, hint: chance that such a report shows the actor's true course, not noise.
    wrong_sign, wrong_neutral: the reader's measured rates of reading support for oppose or the reverse, and
    neutral for either. spurious: share of readings at score .5 that should not have been made; it falls to
    none at score 1. min_score: readings below it can be searched and move no series. noise_weight: reports
    that wrong_sign is worth against the contradictions counted in the series itself, so that a series that
    often contradicts itself is believed less.
    conditional, denied, attributed, part: factors on that chance for a condition, a denial, a stance that
    somebody else ascribes to the actor, and a sub-actor.
    switch_min, switch_max: prior chance that the course switched between two reports at once after one
    another, and after a long silence; switch_days: the time constant between them. to_neutral: share of
    switches to neutral.
    turn: belief at which a new stance is told; it is then held with at least commit, so that no single remark
    turns it back. settled: belief from which a stance counts as established.
    word_days: how long a remark that nothing follows can still be where a turn began; pending_days: the same
    for decisions and deeds. copy_days: copies of one text within that time are one witness. quarrel_days:
    voices of one state that contradict one another within that time quarrel. merge_days: a text that tells of
    a turn that old tells of the same turn. stale_days: a stance that nobody repeated for so long is stale.
    """

    deed: float = 0.95
    decision: float = 0.8
    statement: float = 0.65
    hint: float = 0.3
    wrong_sign: float = 0.05
    wrong_neutral: float = 0.02
    spurious: float = 0.1
    min_score: float = 0.57
    noise_weight: float = 12.0
    conditional: float = 0.35
    denied: float = 0.1
    attributed: float = 0.4
    part: float = 0.5
    switch_min: float = 0.05
    switch_max: float = 0.35
    switch_days: float = 30.0
    to_neutral: float = 0.2
    turn: float = 0.6
    settled: float = 0.8
    commit: float = 0.85
    word_days: float = 60.0
    pending_days: float = 365.0
    copy_days: float = 3.0
    quarrel_days: float = 14.0
    merge_days: float = 45.0
    stale_days: float = 365.0

    @property
    def version(self) -> str:
        """The model and a digest of its parameters; every shift carries it."""
        return f"hmm-2-{hashlib.sha256(repr(astuple(self)).encode()).hexdigest()[:8]}"


DEFAULT: Final = Detector()


def informative(
    detector: Detector,
    strength: Strength,
    modality: Modality,
    score: float,
    *,
    is_attributed: bool,
    is_part: bool,
) -> float:
    """Chance that a report shows the actor's true course: how, by whom it is said, how well it was read."""
    chance = {
        "deed": detector.deed,
        "decision": detector.decision,
        "statement": detector.statement,
        "hint": detector.hint,
    }[strength]
    chance *= {"asserted": 1.0, "conditional": detector.conditional, "denied": detector.denied}[modality]
    if is_attributed:
        chance *= detector.attributed
    if is_part:
        chance *= detector.part
    return chance * (1.0 - detector.spurious * 2.0 * (1.0 - min(1.0, max(0.5, score))))


def start() -> Belief:
    """Belief before the first report."""
    return _GUESS


def switched(belief: Belief, days: float, detector: Detector) -> Belief:
    """Belief after a silence of so many days, in which the course may have switched."""
    reach = 1.0 - exp(-max(0.0, days) / detector.switch_days)
    chance = detector.switch_min + (detector.switch_max - detector.switch_min) * reach
    aside = chance * detector.to_neutral
    across = chance - aside
    support, oppose, neutral = belief
    return (
        support * (1 - chance) + oppose * across + neutral * chance / 2,
        oppose * (1 - chance) + support * across + neutral * chance / 2,
        neutral * (1 - chance) + (support + oppose) * aside,
    )


def shown(belief: Belief, stance: Stance, chance: float, wrong_sign: float, detector: Detector) -> Belief:
    """Belief after a report of a stance that shows the true course with this chance (Bayes' rule)."""
    seen = STANCES.index(stance)
    weights = [
        p * (chance * _read(hidden, stance, wrong_sign, detector) + (1.0 - chance) * _GUESS[seen])
        for p, hidden in zip(belief, STANCES, strict=True)
    ]
    total = sum(weights)
    return (weights[0] / total, weights[1] / total, weights[2] / total)


def _read(hidden: Stance, read: Stance, wrong_sign: float, detector: Detector) -> float:
    """Chance that the reader reads one stance where the report shows another; who wavers leans both ways."""
    if hidden == "neutral":
        return 0.6 if read == "neutral" else 0.2
    if read == hidden:
        return 1.0 - wrong_sign - detector.wrong_neutral
    return detector.wrong_neutral if read == "neutral" else wrong_sign
