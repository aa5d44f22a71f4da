"""From pairs to observations: score each pair, and keep one stance per actor and issue of an article."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import prod

from streams.core.candidates import Candidate
from streams.core.learned import Linear
from streams.core.model import Stance

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


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a pair is taken to say, and how sure the reader is of it. facts are what it was judged by."""

    candidate: Candidate
    stance: Stance
    score: float
    facts: Sequence[str]


def judge(candidate: Candidate, facts: Sequence[str], model: Linear) -> Verdict:
    """Read a pair by the learned model: whether a stance is held, and which."""
    held, support = model(facts)
    undecided = _is_undecided(candidate)
    if support >= 0.5:
        return Verdict(candidate, "neutral" if undecided else "support", held * support, facts)
    return Verdict(candidate, "neutral" if undecided else "oppose", held * (1 - support), facts)


def judge_by_rule(candidate: Candidate, facts: Sequence[str]) -> Verdict:
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
    return Verdict(candidate, "neutral" if _is_undecided(candidate) else stance, score, facts)


def _is_undecided(candidate: Candidate) -> bool:
    """Whether the word that ties the actor to the issue says that it has not made up its mind."""
    cues = candidate.path.cues
    return (
        bool(cues)
        and cues[-1].kind == "consider"
        and candidate.path.role.startswith(("subject", "owner", "agent"))
    )


def choose(verdicts: Iterable[Verdict], topics: Mapping[str, float], threshold: float) -> list[Verdict]:
    """Keep one verdict of each actor on each issue, the likeliest, if it is likely enough.

    Sentences are witnesses: what several of them say is likelier than what one says. How much the article is about
    the issue at all weighs in.
    """
    told: dict[tuple[str, str], dict[tuple[Stance, int], Verdict]] = {}
    for verdict in verdicts:
        candidate = verdict.candidate
        if candidate.issue.issue not in topics:
            continue
        witnesses = told.setdefault((candidate.actor.actor.id, candidate.issue.issue), {})
        place = (verdict.stance, candidate.sentence)
        if place not in witnesses or verdict.score > witnesses[place].score:
            witnesses[place] = verdict
    kept = (_likeliest(list(witnesses.values()), topics[issue]) for (_, issue), witnesses in told.items())
    return [each for each in kept if each.score >= threshold]


def _likeliest(witnesses: Sequence[Verdict], topic: float) -> Verdict:
    best: Verdict | None = None
    for stance in ("support", "oppose", "neutral"):
        same = [each for each in witnesses if each.stance == stance]
        if not same:
            continue
        surest = max(same, key=lambda each: each.score)
        score = (1.0 - prod(1.0 - each.score for each in same)) * topic**0.5
        if best is None or score > best.score:
            best = Verdict(surest.candidate, surest.stance, score, surest.facts)
    assert best is not None  # noqa: S101 - an actor is listed with a verdict of its own
    return best
