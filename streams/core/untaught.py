"""Reading of issues that no label was ever written on: by rules over grammar."""

from streams.core.candidates import Candidate
from streams.core.model import Stance
from streams.core.stance import Verdict

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


def judged_by_rule(candidate: Candidate) -> Verdict:
    """Read a pair off the grammar alone."""
    path = candidate.path
    score = _HOLDERS.get(path.role, 0.2)
    kinds = {cue.kind for cue in path.cues}
    if kinds & _NOT_HELD:
        score *= 0.5
    if kinds & _OPEN and not kinds & {"flip", "keep"}:
        score *= 0.7
    if candidate.issue.term.is_weak:
        score *= 0.8
    stance: Stance = "neutral" if _is_undecided(candidate) else "support" if path.sign > 0 else "oppose"
    return Verdict(candidate.actor, candidate.issue, candidate.sentence, stance, score)


def _is_undecided(candidate: Candidate) -> bool:
    """Whether the word that ties the actor to the issue says that it has not made up its mind."""
    cues = candidate.path.cues
    return bool(cues) and cues[-1].kind == "consider" and candidate.path.is_by_holder
