"""From pairs to observations: score each pair, and keep one stance per actor and issue of an article."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from streams.core.candidates import Candidate
from streams.core.learned import Linear
from streams.core.model import Stance

_HOLDERS = {"subject": 0.62, "agent": 0.6, "owner": 0.55, "passive": 0.4, "self": 0.4, "prep:of": 0.35, "head": 0.45}
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
    return bool(cues) and cues[-1].kind == "consider" and candidate.path.role.startswith(("subject", "owner", "agent"))


def choose(verdicts: Iterable[Verdict], topics: Mapping[str, float], threshold: float) -> list[Verdict]:
    """Keep the surest verdict of each actor on each issue, weighed by how much the article is about the issue at all."""
    best: dict[tuple[str, str], Verdict] = {}
    for verdict in verdicts:
        issue = verdict.candidate.issue.issue
        score = verdict.score * topics.get(issue, 0.0) ** 0.5
        key = (verdict.candidate.actor.actor.id, issue)
        if score >= threshold and (key not in best or score > best[key].score):
            best[key] = Verdict(verdict.candidate, verdict.stance, score, verdict.facts)
    return list(best.values())
