"""What the article as a whole says of a country, for the choice of a context."""

from collections import Counter
from collections.abc import Callable, Container

import numpy as np

from streams.core.draft import Draft
from streams.core.mentions import STATE_KINDS
from streams.core.vectors import Vector

LEAD = 250
"""Characters of the text, after the headline, in which what is named counts as told first."""
_MANY = 4
FACTS, _HERE = 7, 5

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
        self._facts = np.array(numbers, dtype=np.float32).reshape(len(numbers), FACTS)

    def facts(self, here: Container[str]) -> Vector:
        """Give seven numbers in [0, 1] about each country as the context of a stance (countries x 7, float32).

        here: the countries of the window. The order is what the heads were taught with.
        """
        facts = self._facts.copy()
        facts[:, _HERE] = [each in here for each in self.countries]
        return facts

    def home(self, actor: str) -> str | None:
        """Give the country where an actor of the article is at home, or which it is."""
        return self._home.get(actor)
