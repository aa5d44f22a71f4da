"""Reads off a wording's pattern which letters a text must have, so that few wordings are tried on few sentences.

A pattern that it cannot read asks for no letters, and is tried more often.
"""

import re
from collections.abc import Iterator

_SHORTEST = 2
_LETTERS = re.compile(r"[A-Za-z][A-Za-z0-9 -]*")
_MAY_BE_ABSENT = ("?", "*", "{")


def anchor_stems(pattern: str) -> tuple[str, ...]:
    """Give the letters that the words of a pattern's anchor begin with; none where they cannot be told."""
    start = pattern.find("(?P<a>")
    stems: list[str] = []
    for branch in _branches(_inside(pattern, start + 6) if start >= 0 else pattern):
        stem = _leading_letters(branch)
        if len(stem) < _SHORTEST:
            return ()
        stems.append(stem)
    return tuple(dict.fromkeys(stems))


def needed_parts(pattern: str) -> tuple[frozenset[str], ...]:
    """Give the letters that each word or group of a pattern begins with, but for what may be absent or is not spelt out."""
    if len(_alternatives(pattern)) > 1:
        return ()
    found = (frozenset(_parts(each)) for each in _sequence(pattern))
    return tuple(dict.fromkeys(each for each in found if min(map(len, each)) >= _SHORTEST))


def _sequence(pattern: str) -> Iterator[str]:
    """Give a pattern from each of its outermost groups and words on, to its end."""
    i = 0
    while i < len(pattern):
        length = 2 if pattern[i] == "\\" else 1
        if pattern[i] == "(":
            yield pattern[i:].replace("(?P<a>", "(?:", 1) if pattern.startswith("(?P<a>", i) else pattern[i:]
            length = len(_inside(pattern, i + 1)) + 2
        elif pattern[i] == "[":
            length = pattern.index("]", i) - i + 1
        elif word := _LETTERS.match(pattern, i):
            yield pattern[i:]
            length = len(word[0])
        i += length


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
    depth, i = 1, start
    while depth:
        depth += {"(": 1, ")": -1}.get(pattern[i], 0)
        i += 2 if pattern[i] == "\\" else 1
    return pattern[start : i - 1]


def _alternatives(pattern: str) -> list[str]:
    """Cut a pattern at its outermost bars."""
    found, depth, start = [], 0, 0
    for i, char in enumerate(pattern):
        depth += {"(": 1, "[": 1, ")": -1, "]": -1}.get(char, 0)
        if char == "|" and depth == 0:
            found.append(pattern[start:i])
            start = i + 1
    return [*found, pattern[start:]]


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
