"""Reads off a wording's pattern which letters a text must have that it matches; ``core/sieve.py`` finds these.

A pattern that it cannot read asks for no letters, and is tried more often.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

_SHORTEST = 2
# Where a word of a pattern may start: digits may count how often something stands there.
_WORD = re.compile(r"[A-Za-z][A-Za-z0-9 -]*")
_LETTERS = re.compile(r"[A-Za-z0-9][A-Za-z0-9 -]*")
_MAY_BE_ABSENT = ("?", "*", "{")
_ANCHOR = "(?P<a>"
_MARKS = re.compile(r"\[[^\]\w\\]*\]\??$")  # what may stand before a word and is none: an opened quote


class Needs(NamedTuple):
    """The letters that a text must have. stems: with which the words of its anchor begin; is_first: and so does each match. parts: one of
    each set, wherever in a word.
    """

    stems: tuple[str, ...]
    is_first: bool
    parts: tuple[frozenset[str], ...]


def needs(pattern: str) -> Needs:
    """Give what can be read off a pattern; nothing of what cannot."""
    stems = anchor_stems(pattern)
    return Needs(stems, stems != () and stems == openings(pattern), needed_parts(pattern))


def openings(pattern: str) -> tuple[str, ...]:
    """Give the letters that a match begins with, one for each way that it may begin; none where they cannot be told."""
    return _told(_branches(pattern.replace(_ANCHOR, "(?:")))


def anchor_stems(pattern: str) -> tuple[str, ...]:
    """Give the letters that the words of a pattern's anchor begin with, or where it has none those that it begins with itself; none
    where they cannot be told.
    """
    branches = [each for alternative in _alternatives(pattern) for each in _anchors(alternative)]
    return _told(branches)


def _told(branches: Sequence[str]) -> tuple[str, ...]:
    letters = tuple(dict.fromkeys(map(_leading_letters, branches)))
    return () if min(map(len, letters)) < _SHORTEST else letters


def _anchors(alternative: str) -> list[str]:
    """Give the branches of an alternative's anchor; an empty one where it is optional, or may stand within a word or a group."""
    start = alternative.find(_ANCHOR)
    if start < 0:
        return _branches(alternative)
    inner = _inside(alternative, start + len(_ANCHOR))
    before = _MARKS.sub("", alternative[:start]).rstrip("(){}?*+0123456789,")
    begins_word = not before or before.endswith((" ", "\\s", "\\b"))
    is_optional = alternative.startswith(_MAY_BE_ABSENT, start + len(_ANCHOR) + len(inner) + 1)
    is_outermost = start in {at for at, _ in _units(alternative)}
    return _branches(inner) if begins_word and is_outermost and not is_optional else [""]


def needed_parts(pattern: str) -> tuple[frozenset[str], ...]:
    """Give the letters that each word or group of a pattern begins with, but for what may be absent or is not spelt out. A match of
    one of several alternatives has the longest letters of its own.
    """
    alternatives = _alternatives(pattern)
    if len(alternatives) > 1:
        longest = [max(needed_parts(each), key=_shortest, default=frozenset()) for each in alternatives]
        return (frozenset().union(*longest),) if all(longest) else ()
    found = (frozenset(_parts(each)) for each in _sequence(pattern))
    return tuple(dict.fromkeys(each for each in found if _shortest(each) >= _SHORTEST))


def _shortest(letters: frozenset[str]) -> int:
    return min(map(len, letters))


def _sequence(pattern: str) -> Iterator[str]:
    """Give a pattern from each of its outermost groups and words on, to its end."""
    end = 0
    for at, _ in _units(pattern):
        word = _WORD.match(pattern, at)
        if at >= end and (word or pattern[at] == "("):
            yield pattern[at:].replace(_ANCHOR, "(?:", 1) if pattern.startswith(_ANCHOR, at) else pattern[at:]
            end = word.end() if word else at + 1


def _units(pattern: str) -> Iterator[tuple[int, int]]:
    """Give where each outermost part of a pattern begins and ends: a letter, an escape, a class, a group."""
    at = 0
    while at < len(pattern):
        end = _end(pattern, at)
        yield at, end
        at = end


def _end(pattern: str, at: int) -> int:
    if pattern[at] == "\\":
        return at + 2
    if pattern[at] == "[":
        return _class_end(pattern, at + 1)
    if pattern[at] == "(":
        return _closing(pattern, at + 1) + 1
    return at + 1


def _class_end(pattern: str, at: int) -> int:
    """Give where a class of letters ends: a bracket that it begins with, or that is escaped, is one of them."""
    at += pattern[at] == "^"
    at += pattern[at] == "]"
    while pattern[at] != "]":
        at += 2 if pattern[at] == "\\" else 1
    return at + 1


def _closing(pattern: str, at: int) -> int:
    while pattern[at] != ")":
        at = _end(pattern, at)
    return at


def _parts(branch: str) -> list[str]:
    """Give the letters that a branch begins with, after what may be absent: one for each way that it may go on."""
    if not branch.startswith("(?:"):
        return [_leading_letters(branch)]
    inner = _inside(branch, 3)
    after = branch[len(inner) + 4 :]
    if after.startswith("?"):
        return _parts(after[1:])
    if after.startswith(_MAY_BE_ABSENT):
        return [""]
    return [part for each in _alternatives(inner) for part in _parts(each)]


def _inside(pattern: str, start: int) -> str:
    """Give what stands between an opened group and its closing bracket."""
    return pattern[start : _closing(pattern, start)]


def _alternatives(pattern: str) -> list[str]:
    """Cut a pattern at its outermost bars."""
    bars = [at for at, _ in _units(pattern) if pattern[at] == "|"]
    return [pattern[left + 1 : right] for left, right in pairwise([-1, *bars, len(pattern)])]


def _branches(pattern: str) -> list[str]:
    """Cut a pattern at its outermost bars, and open a group that it begins with."""
    branches = _alternatives(pattern)
    if len(branches) == 1 and pattern.startswith("(?:"):
        inner = _inside(pattern, 3)
        if not pattern[len(inner) + 4 :].startswith(_MAY_BE_ABSENT):
            return _branches(inner)
        return [*_branches(inner), *_branches(pattern[len(inner) + 5 :])]
    return [
        each for branch in branches for each in (_branches(branch) if branch.startswith("(?:") else [branch])
    ]


def _leading_letters(branch: str) -> str:
    match = _LETTERS.match(branch)
    stem = match[0] if match else ""
    if branch[len(stem) : len(stem) + 1] in _MAY_BE_ABSENT:  # the last letter may be absent
        stem = stem[:-1]
    return stem.lower()
