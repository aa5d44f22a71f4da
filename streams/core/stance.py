"""From pairs to observations: what network and grammar make of each place, and one stance per actor and issue.

The two read the same sentence by different means, and fail in different places: what both say is surer than either.
"""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from math import prod
from typing import TypeVar

from streams.core.candidates import Candidate
from streams.core.issues import IssueMention
from streams.core.learned import Linear
from streams.core.mentions import Mention
from streams.core.model import OPPOSITE, STANCES, Modality, Stance, Strength
from streams.core.network import Held

K = TypeVar("K")
Chances = Mapping[Stance, float]
_HOLDERS = {
    "subject": 0.62,
    "agent": 0.6,
    "owner": 0.55,
    "passive": 0.4,
    "self": 0.4,
    "prep:of": 0.35,
    "head": 0.45,
}
_OPEN = {"talk", "consider"}
_NOT_HELD = {"accuse", "fear", "suffer"}


_NETWORK, _GRAMMAR = 0.5, 0.5
_LITTLE = 1e-6
_CLEARLY = 2.0  # times as likely as the other side
_FADING = 0.1  # the eleventh sentence counts half as much as the first


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one place of an article is taken to say, and how sure the reader is of it.

    sentence is the one that the actor stands in. Grammar's verdicts carry the candidate that they judge, the network's
    what it saw; joined ones carry both, and of the network all that speaks for their stance, with how sure it was.
    """

    actor: Mention
    issue: IssueMention
    sentence: int
    stance: Stance
    score: float
    candidate: Candidate | None = None
    seen: tuple[tuple[float, Held], ...] = ()
    strength: Strength | None = None
    modality: Modality | None = None


def verdicts(held: Held, sentence: int) -> Iterator[Verdict]:
    """Give what the network saw as verdicts, one a stance."""
    for stance, chance in zip(STANCES, held.stances, strict=True):
        yield Verdict(
            held.actor,
            held.issue,
            sentence,
            stance,
            chance,
            seen=((chance, held),),
            strength=held.strength,
            modality=held.modality,
        )


def judged(candidate: Candidate, facts: Sequence[str], model: Linear) -> Iterator[Verdict]:
    """Read a pair by the learned weights of its facts: whether a stance is held, and which."""
    held, support = model(facts)
    if _is_undecided(candidate):
        yield _verdict(candidate, "neutral", held * max(support, 1.0 - support))
        return
    yield _verdict(candidate, "support", held * support)
    yield _verdict(candidate, "oppose", held * (1.0 - support))


def judged_by_rule(candidate: Candidate) -> Verdict:
    """Read a pair off the grammar alone: for issues that no label was ever written on."""
    path = candidate.path
    score = _HOLDERS.get(path.role, 0.2)
    kinds = {cue.kind for cue in path.cues}
    if kinds & _NOT_HELD:
        score *= 0.5
    if kinds & _OPEN and not kinds & {"flip", "keep"}:
        score *= 0.7
    if candidate.issue.term.is_weak:
        score *= 0.8
    stance: Stance = "support" if path.sign > 0 else "oppose"
    return _verdict(candidate, "neutral" if _is_undecided(candidate) else stance, score)


def _verdict(candidate: Candidate, stance: Stance, score: float) -> Verdict:
    return Verdict(candidate.actor, candidate.issue, candidate.sentence, stance, score, candidate)


def _is_undecided(candidate: Candidate) -> bool:
    """Whether the word that ties the actor to the issue says that it has not made up its mind."""
    cues = candidate.path.cues
    return (
        bool(cues)
        and cues[-1].kind == "consider"
        and candidate.path.role.startswith(("subject", "owner", "agent"))
    )


def by_actor(found: Iterable[Verdict]) -> list[Verdict]:
    """Join the verdicts on each actor and issue into the likeliest."""
    return _joined_by(found, lambda each: (each.actor.actor.id, each.issue.issue))


def by_sentence(found: Iterable[Verdict]) -> list[Verdict]:
    """Join the verdicts of each sentence on an actor and an issue into the likeliest."""
    return _joined_by(found, lambda each: (each.sentence, each.actor.actor.id, each.issue.issue))


def _joined_by(found: Iterable[Verdict], key: Callable[[Verdict], Hashable]) -> list[Verdict]:
    told: defaultdict[Hashable, list[Verdict]] = defaultdict(list)
    for verdict in found:
        told[key(verdict)].append(verdict)
    return [_likeliest(witnesses) for witnesses in told.values()]


def _likeliest(witnesses: Sequence[Verdict]) -> Verdict:
    """Join the witnesses of each stance, and keep the stance that is likeliest then.

    Places are witnesses: what several of them say is likelier than what one says. Where they contradict each other, those
    that come first count more: newspapers tell what is new before what was.
    """
    by_network = [each for each in witnesses if each.candidate is None]
    by_grammar = [each for each in witnesses if each.candidate is not None]
    early = _chances(by_grammar, _FADING)
    side, share = _side(early), _GRAMMAR if by_network else 1.0
    faded = _scores(_chances(by_network, _FADING), early, side, share)
    stance = max(STANCES, key=lambda each: faded[each])
    own = [each for each in witnesses if each.stance == stance]
    surest = max(own, key=lambda each: (each.candidate is not None, each.score))
    view = max((e for e in own if e.candidate is None), key=lambda each: each.score, default=surest)
    return replace(
        surest,
        score=_scores(_chances(by_network), _chances(by_grammar), side, share)[stance],
        seen=tuple((each.score, held) for each in own for _, held in each.seen),
        strength=view.strength,
        modality=view.modality,
    )


def _scores(
    by_network: Chances, by_grammar: Chances, side: Stance | None, share: float
) -> dict[Stance, float]:
    """How likely each stance is by what both readers say. side: where that goes which the network takes for undecided."""
    if side is not None:
        laid = min(1.0, by_network[side] + by_network["neutral"])
        by_network = {**by_network, side: laid, "neutral": 0.0}
    return {each: _NETWORK * by_network[each] + share * by_grammar[each] for each in STANCES}


def _side(by_grammar: Chances) -> Stance | None:
    """The side that grammar clearly sees, early places before late ones; None where a word says that nothing is decided: who
    draws up plans for a force leans to it, who weighs them does not.
    """
    side: Stance = "support" if by_grammar["support"] > by_grammar["oppose"] else "oppose"
    if by_grammar["neutral"] or by_grammar[side] < _CLEARLY * by_grammar[OPPOSITE[side]]:
        return None
    return side if by_grammar[side] else None


def _chances(witnesses: Sequence[Verdict], fading: float = 0.0) -> dict[Stance, float]:
    """The chance of each stance that one of the places says it; within a sentence the surest mention counts."""
    surest: dict[Stance, dict[int, float]] = {each: {} for each in STANCES}
    for each in witnesses:
        told = surest[each.stance]
        told[each.sentence] = max(told.get(each.sentence, 0.0), each.score)
    return {
        stance: 1.0 - prod(1.0 - score / (1.0 + fading * sentence) for sentence, score in told.items())
        for stance, told in surest.items()
    }


def contexts(verdict: Verdict) -> dict[str | None, float]:
    """Weigh the countries that a stance may be about, None for none of them, by how sure each place is of the stance.

    The weights sum to one; there are none where the network saw nothing.
    """
    joined: defaultdict[str | None, float] = defaultdict(float)
    for score, held in verdict.seen:
        for country, chance in held.contexts().items():
            joined[country] += chance * (score + _LITTLE)
    return shares(joined)


def shares(weights: Mapping[K, float]) -> dict[K, float]:
    """Scale weights so that they sum to one; where all are nothing, none has a share."""
    total = sum(weights.values())
    return {key: weight / total for key, weight in weights.items()} if total else {}
