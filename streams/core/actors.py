"""The actor catalogue: finds who and where in a text, by wordings, dates and a small grammar."""

import datetime
from collections.abc import Mapping
from typing import Any

from streams.core.anaphora import resolve
from streams.core.mentions import Kind, Mention, Sense, fold
from streams.core.model import Actor
from streams.core.phrases import compose
from streams.core.senses import wordings
from streams.core.tokens import Recogniser

__all__ = ["Catalogue", "Kind", "Mention", "build", "resolve"]


class Catalogue:
    """Who and where the lexicon knows. Immutable once built; ``find`` depends on its arguments alone."""

<<<<<<< HEAD
    def __init__(self, recogniser: Recogniser, names: Mapping[str, str], homes: Mapping[str, str | None]) -> None:
        self._recogniser = recogniser
        self._names = names
=======
    def __init__(
        self,
        senses: Mapping[str, tuple[Sense, ...]],
        homes: Mapping[str, str | None],
        openers: frozenset[str],
    ) -> None:
        self._senses = senses
        self._keys = list(senses)
        self._automaton = AhoCorasick(self._keys, matchkind=MatchKind.LeftmostLongest)
>>>>>>> reading
        self._homes = homes

    def find(self, text: str, at: datetime.date) -> tuple[Mention, ...]:
        """Give the mentions in the text as of a day: the longest at each place, left to right, none overlapping."""
        return compose(text, self._recogniser.tokens(text, at))

    def actor(self, id: str) -> Actor:  # noqa: A002 - the field of Actor that it looks up
        """Give the actor of an id. Raises KeyError for an id that the catalogue does not know."""
        return Actor(id, self._names[id])

    def home(self, actor_id: str) -> str | None:
        """Give the country (alpha-3) where an actor lives; None for an organisation of many states."""
        return self._homes.get(actor_id)

<<<<<<< HEAD
=======
    def _tokens(self, text: str, at: datetime.date) -> list[Token]:
        folded = f" {fold(text)} "
        tokens: list[Token] = []
        introduced: set[str] = set()
        for index, start, stop in self._automaton.find_matches_as_indexes(folded):
            token = self._token(text, folded, self._keys[index], start, stop, at)
            if token is None:
                continue
            sense = token.sense
            if (sense.guarded or sense.shy) and not self._is_itself(text, token, tokens, introduced):
                continue
            if sense.bearer is not None:
                introduced.add(sense.bearer)
            tokens.append(token)
        return tokens

    def _token(
        self, text: str, folded: str, key: str, start: int, stop: int, at: datetime.date
    ) -> Token | None:
        """Take the match, or the longest beginning of it that is a wording too and stands as whole words."""
        while key:
            if folded[stop] == " " and (senses := self._senses.get(key)):
                token = _pick(senses, text, folded, start, stop - 1, at)
                if token is not None:
                    return token
            key = key.rpartition(" ")[0]
            stop = start + len(key)
        return None

    def _is_itself(self, text: str, token: Token, tokens: list[Token], introduced: set[str]) -> bool:
        """Whether a name stands for its bearer: no stranger's name beside it, and introduced if it must be."""
        previous = tokens[-1] if tokens else None
        is_led = previous is not None and previous.end == token.start - 1
        if token.sense.shy and token.sense.bearer not in introduced:
            return is_led and previous is not None and previous.sense.takes_name
        if is_led:
            return True
        before = _WORD_BEFORE.search(text, max(0, token.start - 24), token.start)
        if before is not None and before[1][0].isupper() and fold(before[1]).strip() not in self._openers:
            return False
        after = _WORD_AFTER.match(text, token.end)
        return after is None or not after[1][0].isupper() or self._is_known(after[1])

    def _is_known(self, word: str) -> bool:
        folded = fold(word)
        return folded in self._openers or f" {folded}" in self._senses


def _pick(
    senses: tuple[Sense, ...], text: str, folded: str, start: int, end: int, at: datetime.date
) -> Token | None:
    past: Token | None = None
    for sense in senses:
        if not _is_written(sense, text, start, end) or not _is_cued(sense, folded):
            continue
        stop = (
            end + 1
            if sense.case == "exact" and text[start : end + 1].endswith(".") and "." in text[start:end]
            else end
        )
        if sense.since <= at <= sense.until:
            return Token(start, stop, sense, True)
        past = past or Token(start, stop, sense, False)
    return past


def _is_written(sense: Sense, text: str, start: int, end: int) -> bool:
    if sense.case == "exact":
        return text[start:end] in sense.exact
    return sense.case == "any" or not text[start + sense.capital].islower()


def _is_cued(sense: Sense, folded: str) -> bool:
    if sense.cues and not any(cue in folded for cue in sense.cues):
        return False
    return not any(cue in folded for cue in sense.unless)

>>>>>>> reading

def build(data: Mapping[str, Any]) -> Catalogue:
    """Build the catalogue from the parsed lexicon; ``streams.lexicon`` reads it from the files."""
    senses: dict[str, dict[Sense, None]] = {}
    for wording, sense in wordings(data):
        senses.setdefault(" " + fold(wording).strip(), {})[sense] = None
    names = {row["id"]: row["name"] for row in data["countries"]}
    homes: dict[str, str | None] = {row["id"]: row.get("country", row["id"]) for row in data["countries"]}
    for kind in ("organisations", "groups"):
        names |= {id_: row["name"] for id_, row in data[kind].items()}
        homes |= {id_: row.get("home") for id_, row in data[kind].items()}
    openers = frozenset(data["grammar"]["openers"])
    return Catalogue(Recogniser({key: tuple(each) for key, each in senses.items()}, openers), names, homes)
