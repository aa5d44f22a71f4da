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
    """Give each verdict with the score of the surest one on the same list, issue and stance."""
    verdicts = list(found)
    lists = listed(draft)
    surest: defaultdict[tuple[int, str, Stance], float] = defaultdict(float)
    keys = [
        (lists.get(each.actor.start, each.actor.start), each.issue.issue, each.stance) for each in verdicts
    ]
    for key, each in zip(keys, verdicts, strict=True):
        surest[key] = max(surest[key], each.score)
    for key, each in zip(keys, verdicts, strict=True):
        yield replace(each, score=surest[key]) if each.actor.start in lists else each


def listed(draft: Draft) -> dict[int, int]:
    """Say of each listed mention, by its start, where its list starts. In parsed sentences alone: without grammar nobody can tell a
    list from a speaker who follows a place.
    """
    lists: dict[int, int] = {}
    for left, right in _neighbours(draft):
        index = draft.sentence_at(left.start)
        if index in draft.trees and not _is_next_clause(draft, index, left, right):
            first = lists.setdefault(left.start, left.start)
            lists[right.start] = first
    return lists


def may_list(draft: Draft) -> set[int]:
    """Give the sentences in which actors follow each other as in a list."""
    return {draft.sentence_at(left.start) for left, _ in _neighbours(draft)}


def _neighbours(draft: Draft) -> Iterator[tuple[Mention, Mention]]:
    named = [each for each in draft.mentions if each.is_actor and each.kind != "pronoun"]
    for left, right in pairwise(named):
        if _AND.fullmatch(draft.body, left.end, right.start):
            yield left, right


def _is_next_clause(draft: Draft, index: int, left: Mention, right: Mention) -> bool:
    """Whether a clause ends between the two: ``will send soldiers to Ukraine, the chancellor said``."""
    tree, start = draft.trees[index], draft.sentences[index].start
    before, after = (tree.deps[tree.head_of(each.start - start, each.end - start)] for each in (left, right))
    return before in _OBJECTS and after in _SUBJECTS
