"""From places to observations: what each place of an article says of an actor and an issue, and one stance for the two."""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from math import prod
from typing import TypeVar

from streams.core.draft import Draft
from streams.core.issues import IssueMention
from streams.core.learned import log_odds, logistic
from streams.core.mentions import Mention
from streams.core.model import STANCES, Modality, Stance, Strength
from streams.core.network import Held

K = TypeVar("K")
_LITTLE = 1e-6
_HELD = 0.3
_SAYS = 0.1  # of the surest: where less is seen of a stance, nothing is told of its country
SHARPNESS, BIAS = 0.67, 0.13
_FADING = 0.1  # the eleventh sentence counts half as much as the first


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one place of an article is taken to say, and how sure the reader is of it.

    sentence is the one that the actor stands in. seen: what the network saw, with how sure it was; nothing where the place was
    read by rule. Joined ones carry what speaks for their stance.
    """

    actor: Mention
    issue: IssueMention
    sentence: int
    stance: Stance
    score: float
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


def one_sided(
    found: Iterable[Verdict], side_of: Callable[[Verdict], Stance | None], at_least: float = 0.0
) -> Iterator[Verdict]:
    """Give each verdict, with the chance of both sides on the one that side_of names, which is asked once for an actor mention and an
    issue, and which is then believed at_least so much. Where it names none, and what is neutral, stays.
    """
    sides: dict[tuple[int, str], Stance | None] = {}
    for each in found:
        key = each.actor.start, each.issue.issue
        if each.stance != "neutral" and key not in sides:
            sides[key] = side_of(each)
        side = sides.get(key)
        if side is None or each.stance == "neutral":
            yield each
        else:
            yield replace(each, stance=side, score=max(each.score, at_least))


def in_reach(found: Sequence[Verdict], draft: Draft) -> Iterator[Verdict]:
    """Leave out what is laid to an actor of another sentence than that which names the issue, where that sentence has somebody of
    its own who holds a stance on it, and the actor's has an issue of its own or comes before: ``Norway will send troops. The EU
    extended its sanctions.`` Who follows may answer: ``Brazil urged a ceasefire. Kenya abstained.``
    """
    beside = _beside(draft)
    taken = {
        (each.sentence, each.issue.issue) for each in found if each.score >= _HELD and _pair(each) in beside
    }
    for each in found:
        there = draft.sentence_at(each.issue.start)
        is_apart = each.sentence < there or each.sentence in draft.issues
        if not is_apart or (there, each.issue.issue) not in taken or _pair(each) in beside:
            yield each


def _pair(verdict: Verdict) -> tuple[str, str]:
    return verdict.actor.actor.id, verdict.issue.issue


def _beside(draft: Draft) -> set[tuple[str, str]]:
    """Give the actors and issues that are named in one sentence."""
    return {
        (actor.actor.id, mention.issue)
        for index, named in draft.issues.items()
        for mention in named
        for actor in draft.actors.get(index, ())
    }


def by_actor(found: Iterable[Verdict]) -> list[Verdict]:
    """Join the verdicts on each actor and issue into the likeliest."""
    return _joined_by(found, _pair)


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
    stance = max(STANCES, key=lambda each: _chance(witnesses, each, _FADING))
    own = [each for each in witnesses if each.stance == stance]
    surest, chance = max(own, key=lambda each: each.score), _chance(own, stance)
    return replace(
        surest,
        score=calibrated(chance) if surest.seen else chance,
        seen=tuple(
            (each.score, held) for each in own if each.score >= _SAYS * surest.score for _, held in each.seen
        ),
    )


def calibrated(chance: float) -> float:
    """How often a stance that is seen with so much of a chance is right (Platt scaling, fitted by ``training/calibrate.py``): the
    network and the joining of places are surer than they should be.
    """
    return logistic(SHARPNESS * log_odds(chance) + BIAS)


def _chance(witnesses: Sequence[Verdict], stance: Stance, fading: float = 0.0) -> float:
    """The chance that one of the places says a stance; within a sentence the surest mention counts."""
    surest: dict[int, float] = {}
    for each in witnesses:
        if each.stance == stance:
            surest[each.sentence] = max(surest.get(each.sentence, 0.0), each.score)
    return 1.0 - prod(1.0 - score / (1.0 + fading * sentence) for sentence, score in surest.items())


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
