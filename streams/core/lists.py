"""Actors in a list (``Poland, Finland and the Baltic states``) do together what is said of any of them."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import pairwise

from streams.core.draft import Draft
from streams.core.mentions import Mention
from streams.core.model import Stance
from streams.core.stance import Verdict

_AND = re.compile(r"(?:[’']s)?(?:,? (?:and|or|as well as|along with)|,) (?:the )?")
_OBJECTS, _SUBJECTS = {"pobj", "dobj"}, {"nsubj", "nsubjpass"}


def shared(found: Iterable[Verdict], draft: Draft) -> Iterator[Verdict]:
    """Give each verdict with the score of the surest one on the same list, issue and stance, reader by reader."""
    verdicts = list(found)
    lists = listed(draft)
    surest: defaultdict[tuple[int, str, Stance, bool], float] = defaultdict(float)
    keys = [
        (lists.get(each.actor.start, each.actor.start), each.issue.issue, each.stance, each.candidate is None)
        for each in verdicts
    ]
    for key, each in zip(keys, verdicts, strict=True):
        surest[key] = max(surest[key], each.score)
    for key, each in zip(keys, verdicts, strict=True):
        yield replace(each, score=surest[key]) if each.actor.start in lists else each


def listed(draft: Draft) -> dict[int, int]:
    """Say of each listed mention, by its start, where its list starts."""
    named = [each for each in draft.mentions if each.is_actor and each.kind != "pronoun"]
    lists: dict[int, int] = {}
    for left, right in pairwise(named):
        if _AND.fullmatch(draft.body, left.end, right.start) and not _is_next_clause(draft, left, right):
            first = lists.setdefault(left.start, left.start)
            lists[right.start] = first
    return lists


def _is_next_clause(draft: Draft, left: Mention, right: Mention) -> bool:
    """Whether a clause ends between the two: ``will send soldiers to Ukraine, the chancellor said``."""
    index = draft.sentence_at(left.start)
    tree = draft.trees.get(index)
    if tree is None:
        return False
    start = draft.sentences[index].start
    before, after = (tree.deps[tree.head_of(each.start - start, each.end - start)] for each in (left, right))
    return before in _OBJECTS and after in _SUBJECTS
