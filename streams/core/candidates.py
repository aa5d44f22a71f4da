"""Every actor beside every issue in a sentence: the pairs that a stance may lie in."""

from collections.abc import Iterator
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
    rank: int


def candidates(draft: Draft, cues: Cues) -> Iterator[Candidate]:
    """Give the pairs of all parsed sentences, in the order of the text."""
    for index in sorted(draft.trees):
        tree, start = draft.trees[index], draft.sentences[index].start
        actors = [each for each in draft.actors.get(index, ()) if each.is_actor][:_MOST_ACTORS]
        for issue in kept_anchors(draft.issues.get(index, [])):
            anchor = tree.at(issue.anchor - start)
            for rank, actor in enumerate(actors):
                token = tree.head_of(actor.start - start, actor.end - start)
                path = compose(tree, cues, token, anchor, issue)
                yield Candidate(index, actor, issue, token, anchor, path, rank)


def kept_anchors(mentions: list[IssueMention]) -> list[IssueMention]:
    """Leave out weak wordings where the sentence has strong ones of the same issue, and the tail of a long list."""
    strong = {mention.issue for mention in mentions if not mention.term.is_weak}
    kept = [each for each in mentions if not each.term.is_weak or each.issue not in strong]
    return kept[:_MOST_ANCHORS]
