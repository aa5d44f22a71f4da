"""Finds the wordings of the lexicon in a text, each with the sense that fits spelling, day and company."""

import datetime
import re
from collections.abc import Mapping
from typing import NamedTuple

from ahocorasick_rs import AhoCorasick, MatchKind

from streams.core.mentions import Sense, Token, fold

_WORD_BEFORE = re.compile(r"([^\W\d_][\w’'-]*\.?) $")
_WORD_AFTER = re.compile(r" ([^\W\d_][\w-]*)")
_AROUND = 60
# The roles of leaders that a title speaks of in other words.
_SAME_ROLE = {"SPEAKER": "SPOKESPERSON", "DEFENCE": "MILITARY", "SECURITY": "INTERIOR"}


class _Place(NamedTuple):
    """Where a match stands, and what was found before it."""

    text: str
    folded: str
    start: int
    end: int
    at: datetime.date
    title: Token | None
    introduced: set[str]


class Recogniser:
    """All wordings in one automaton. ``tokens`` depends on its arguments alone."""

    def __init__(self, senses: Mapping[str, tuple[Sense, ...]], openers: frozenset[str]) -> None:
        self._senses = senses
        self._openers = openers
        self._keys = list(senses)
        self._automaton = AhoCorasick(self._keys, matchkind=MatchKind.LeftmostLongest)

    def tokens(self, text: str, at: datetime.date) -> list[Token]:
        """Give the wordings in the text, the longest at each place, left to right."""
        folded = f" {fold(text)} "
        tokens: list[Token] = []
        introduced: set[str] = set()
        for index, start, stop in self._automaton.find_matches_as_indexes(folded):
            title = tokens[-1] if tokens and tokens[-1].end == start - 1 else None
            place = _Place(text, folded, start, stop - 1, at, title, introduced)
            token = self._token(place, self._keys[index])
            if token is None or (token.sense.guarded and not self._is_itself(text, token, title)):
                continue
            if token.sense.bearer is not None:
                introduced.add(token.sense.bearer)
            tokens.append(token)
        return tokens

    def _token(self, place: _Place, key: str) -> Token | None:
        """Take the match, or the longest beginning of it that is a wording too and stands as whole words."""
        while key:
            if place.folded[place.end + 1] == " " and (senses := self._senses.get(key)):
                token = _pick(senses, place)
                if token is not None:
                    return token
            key = key.rpartition(" ")[0]
            place = place._replace(end=place.start + len(key) - 1)
        return None

    def _is_itself(self, text: str, token: Token, title: Token | None) -> bool:
        """Whether a name is its bearer's: no capitalised stranger beside it, headlines apart."""
        before = None if title else _WORD_BEFORE.search(text, max(0, token.start - 24), token.start)
        after = _WORD_AFTER.match(text, token.end)
        return (self._is_familiar(before) and self._is_familiar(after)) or _is_headline(text, token)

    def _is_familiar(self, word: re.Match[str] | None) -> bool:
        if word is None or not word[1][0].isupper():
            return True
        folded = fold(word[1]).strip()
        return folded in self._openers or f" {folded}" in self._senses


def _pick(senses: tuple[Sense, ...], place: _Place) -> Token | None:
    past: Token | None = None
    for sense in senses:
        if not _fits(sense, place):
            continue
        token = Token(place.start, _end(sense, place), sense, sense.since <= place.at <= sense.until)
        if token.is_current:
            return token
        past = past or token
    return past


def _fits(sense: Sense, place: _Place) -> bool:
    if sense.case == "exact":
        if place.text[place.start : place.end] not in sense.exact:
            return False
    elif sense.case == "proper" and place.text[place.start + sense.capital].islower():
        return False
    if sense.shy and sense.bearer not in place.introduced and not _is_titled(sense, place):
        return False
    if sense.cues and not any(cue in place.folded for cue in sense.cues):
        return False
    return not sense.unless or not any(cue in place.folded for cue in sense.unless)


def _is_titled(sense: Sense, place: _Place) -> bool:
    """Whether the title before a common family name is the one that its bearer has."""
    title = place.title
    if title is None or not title.sense.takes_name or sense.sub is None:
        return False
    role = sense.sub.partition(".")[2]
    words = fold(place.text[title.start : title.end]).upper().replace(" ", "_")
    return role in {words, title.sense.sub, _SAME_ROLE.get(title.sense.sub or "")}


def _end(sense: Sense, place: _Place) -> int:
    """Take the last full stop of ``U.S.`` in."""
    if sense.case != "exact":
        return place.end
    surface = place.text[place.start : place.end + 1]
    return place.end + (surface.endswith(".") and "." in surface[:-1])


def _is_headline(text: str, token: Token) -> bool:
    around = text[max(0, token.start - _AROUND) : token.end + _AROUND]
    words = [word for word in around.split() if word[0].isalpha()]
    return sum(word[0].isupper() for word in words) > 0.75 * len(words)
