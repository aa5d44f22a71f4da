"""The actor catalogue: finds who and where in a text, by wordings, dates and a small grammar."""

import datetime
from collections.abc import Mapping
from typing import Any

from streams.core.anaphora import resolve
from streams.core.mentions import Kind, Mention, Sense, fold
from streams.core.phrases import compose
from streams.core.senses import wordings
from streams.core.tokens import Recogniser

__all__ = ["Catalogue", "Kind", "Mention", "build", "resolve"]


class Catalogue:
    """Who and where the lexicon knows. Immutable once built; ``find`` depends on its arguments alone."""

    def __init__(self, recogniser: Recogniser, homes: Mapping[str, str | None]) -> None:
        self._recogniser = recogniser
        self._homes = homes

    def find(self, text: str, at: datetime.date) -> tuple[Mention, ...]:
        """Give the mentions as of a day: the longest at each place, left to right, none overlapping."""
        return compose(text, self._recogniser.tokens(text, at))

    def home(self, actor_id: str) -> str | None:
        """Give the country (alpha-3) where an actor lives; None for an organisation of many states."""
        return self._homes.get(actor_id)


def build(data: Mapping[str, Any]) -> Catalogue:
    """Build the catalogue from the parsed lexicon; ``streams.lexicon`` reads it from the files. Raises KeyError where a leader
    or an institution belongs to an actor that it does not name.
    """
    senses: dict[str, dict[Sense, None]] = {}
    for wording, sense in wordings(data):
        senses.setdefault(" " + fold(wording).strip(), {})[sense] = None
    homes: dict[str, str | None] = {row["id"]: row.get("country", row["id"]) for row in data["countries"]}
    for kind in ("organisations", "groups"):
        homes |= {id_: row.get("home") for id_, row in data[kind].items()}
    openers = frozenset(data["grammar"]["openers"])
    return Catalogue(Recogniser({key: tuple(each) for key, each in senses.items()}, openers), homes)
