"""From pairs to observations: score each pair, and keep one stance per actor and issue of an article."""

from collections.abc import Iterable
from dataclasses import dataclass

from streams.core.candidates import Candidate
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


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a pair is taken to say, and how sure the reader is of it."""

    candidate: Candidate
    stance: Stance
    score: float


def judge_by_rule(candidate: Candidate) -> Verdict:
    """Read a pair off the grammar alone: the actor's place, and the sign composed on the way to it."""
    path = candidate.path
    score = _HOLDERS.get(path.role, 0.2)
    kinds = {cue.kind for cue in path.cues}
    if kinds & {"accuse", "fear", "suffer"}:
        score *= 0.5
    if kinds & {"talk", "consider"} and not kinds & {"flip", "keep"}:
        score *= 0.7
    stance: Stance = "support" if path.sign > 0 else "oppose"
    return Verdict(candidate, stance, score)


def choose(verdicts: Iterable[Verdict], threshold: float) -> list[Verdict]:
    """Keep the surest verdict of each actor on each issue, if it is sure enough."""
    best: dict[tuple[str, str], Verdict] = {}
    for verdict in verdicts:
        key = (verdict.candidate.actor.actor.id, verdict.candidate.issue.issue)
        if verdict.score >= threshold and (key not in best or verdict.score > best[key].score):
            best[key] = verdict
    return list(best.values())
