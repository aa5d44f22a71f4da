"""An actor beside an issue in a parsed sentence: the pairs that grammar is asked about."""

from collections.abc import Container, Iterator
from dataclasses import dataclass

from streams.core.composition import Path, compose
from streams.core.cues import Cues
from streams.core.draft import Draft
from streams.core.issues import IssueMention
from streams.core.mentions import Mention

_MOST_ANCHORS = 4
_MOST_ACTORS = 8


@dataclass(frozen=True, slots=True)
class Candidate:
    """An actor mention and an issue mention of one sentence, and the way from one to the other."""

    sentence: int
    actor: Mention
    issue: IssueMention
    actor_token: int
    anchor_token: int
    path: Path


def candidates(draft: Draft, cues: Cues, issues: Container[str]) -> Iterator[Candidate]:
    """Give the pairs of all parsed sentences on some issues, in the order of the text."""
    for index in sorted(draft.trees):
        actors = [each for each in draft.actors.get(index, ()) if each.is_actor][:_MOST_ACTORS]
        for issue in _kept_anchors(draft.issues.get(index, [])):
            if issue.issue in issues:
                yield from (paired(draft, cues, index, actor, issue) for actor in actors)


def paired(draft: Draft, cues: Cues, index: int, actor: Mention, issue: IssueMention) -> Candidate:
    """Put an actor beside an issue of the same parsed sentence."""
    tree, start = draft.trees[index], draft.sentences[index].start
    anchor = tree.at(issue.anchor - start)
    token = tree.head_of(actor.start - start, actor.end - start)
    return Candidate(index, actor, issue, token, anchor, compose(tree, cues, token, anchor, issue))


def _kept_anchors(mentions: list[IssueMention]) -> list[IssueMention]:
    """Leave out weak wordings where the sentence has strong ones of the same issue, and the tail of a long list."""
    strong = {mention.issue for mention in mentions if not mention.term.is_weak}
    kept = [each for each in mentions if not each.term.is_weak or each.issue not in strong]
    return kept[:_MOST_ANCHORS]
