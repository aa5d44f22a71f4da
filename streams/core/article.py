"""What the article as a whole says of a country, for the choice of a context."""

from collections import Counter
from collections.abc import Callable, Container

import numpy as np
from numpy.typing import NDArray

from streams.core.draft import Draft
from streams.core.mentions import STATE_KINDS

LEAD = 250
"""Characters of the text, after the headline, in which what is named counts as told first."""
_MANY = 4
_FACTS, _OWN, _HERE = 8, 0, 6

Facts = NDArray[np.float32]
Homes = Callable[[str], str | None]


def countries(draft: Draft, home: Homes) -> tuple[str, ...]:
    """Give the countries that a stance may be about, in the order of the text: those named, and the homes of actors."""
    found = (
        country
        for each in draft.mentions
        for country in (each.country, home(each.actor.id) if each.is_actor else None)
    )
    return tuple(dict.fromkeys(country for country in found if country))


class Surroundings:
    """How prominent each country is that a stance may be about."""

    def __init__(self, draft: Draft, home: Homes) -> None:
        counts = Counter(each.country for each in draft.mentions if each.country)
        total = sum(counts.values()) or 1
        most = max(counts.values(), default=0)
        self._home: dict[str, str | None] = {}
        title: set[str] = set()
        lead: set[str] = set()
        for each in draft.mentions:
            if each.country:
                if each.start < draft.shift:
                    title.add(each.country)
                if each.start < draft.shift + LEAD:
                    lead.add(each.country)
            if each.is_actor:
                own = home(each.actor.id)
                self._home[each.actor.id] = own or (each.country if each.kind in STATE_KINDS else None)
        self.countries = countries(draft, home)
        numbers = [
            (
                0.0,
                float(each in title),
                float(each in lead),
                min(counts[each], _MANY) / _MANY,
                counts[each] / total,
                float(counts[each] == most),
                0.0,
                float(draft.is_long),
            )
            for each in self.countries
        ]
        self._facts = np.array(numbers, dtype=np.float32).reshape(len(numbers), _FACTS)

    def facts(self, actor: str, here: Container[str]) -> Facts:
        """Give eight numbers in [0, 1] about each country as the context of an actor's stance (countries x 8, float32).

        here: the countries of the window. The order is what the heads were taught with.
        """
        own = self._home.get(actor)
        facts = self._facts.copy()
        facts[:, _OWN] = [each == own for each in self.countries]
        facts[:, _HERE] = [each in here for each in self.countries]
        return facts
