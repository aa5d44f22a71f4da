"""What the article as a whole says of a country, for the choice of a context."""

from collections import Counter
from collections.abc import Callable, Collection

from streams.core.draft import Draft
from streams.core.mentions import STATE_KINDS

LEAD = 250
"""Characters of the text, after the headline, in which what is named counts as told first."""
_MANY = 4

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
        self._counts = Counter(each.country for each in draft.mentions if each.country)
        self._total = sum(self._counts.values()) or 1
        self._most = max(self._counts.values(), default=0)
        self._is_long = draft.is_long
        self._home: dict[str, str | None] = {}
        self._title: set[str] = set()
        self._lead: set[str] = set()
        for each in draft.mentions:
            if each.country:
                if each.start < draft.shift:
                    self._title.add(each.country)
                if each.start < draft.shift + LEAD:
                    self._lead.add(each.country)
            if each.is_actor:
                own = home(each.actor.id)
                self._home[each.actor.id] = own or (each.country if each.kind in STATE_KINDS else None)
        self.countries = countries(draft, home)

    def facts(self, actor: str, country: str, here: Collection[str]) -> list[float]:
        """Give eight numbers in [0, 1] about a country as the context of an actor's stance.

        here: the countries of the window. The order is what the heads were taught with.
        """
        count = self._counts.get(country, 0)
        return [
            float(country == self._home.get(actor)),
            float(country in self._title),
            float(country in self._lead),
            min(count, _MANY) / _MANY,
            count / self._total,
            float(count == self._most),
            float(country in here),
            float(self._is_long),
        ]
