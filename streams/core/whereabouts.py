"""Which country each stance of an article is about: what network and weights make of it, and what they make of its fellows."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import cached_property

from streams.core.context import Named, context_features
from streams.core.draft import Draft
from streams.core.learned import Linear
from streams.core.prepare import Lexicon
from streams.core.stance import Verdict, contexts, shares

_FELLOWS = 2.0  # as much as network and weights together
_HELD = 0.4
_Told = tuple[Mapping[str | None, float], Mapping[str, float]]


class Whereabouts:
    """Chooses the country that a stance is about, for the stances of one article.

    Half by the network, half by learned weights over where countries are named. What a full-length article says in several places on one
    issue is mostly about one country, named in some of them alone: there the other stances on the issue count as well.
    none_from is the chance above which the network's word that it is none of the countries is taken.
    """

    def __init__(
        self, work: Draft, stances: Sequence[Verdict], lexicon: Lexicon, model: Linear, none_from: float
    ) -> None:
        self._work = work
        self._held = [each for each in stances if each.score >= _HELD] if work.is_long else []
        self._lexicon = lexicon
        self._model = model
        self._none_from = none_from

    def of(self, verdict: Verdict) -> str | None:
        """Name the country, or None where it is about none, or nobody can tell.

        Where two states fight on both sides of a border the network answers that it is none of them; it is the other
        side then, so that each party has a series of its own.
        """
        by_network, own = self._told(verdict)
        is_none = by_network.get(None, 0.0) > self._none_from
        if is_none and self._lexicon.issues.frames[verdict.issue.issue] != "fighting":
            return None
        weighed = dict(own)
        for country, weight in self._by_fellows(verdict).items():
            weighed[country] = weighed.get(country, 0.0) + _FELLOWS * weight
        home = self._lexicon.catalogue.home(verdict.actor.actor.id)
        if home is not None and (is_none or self._is_imposing(verdict)):
            weighed.pop(home, None)
        return max(weighed, key=lambda country: (weighed[country], country), default=None)

    def _is_imposing(self, verdict: Verdict) -> bool:
        """Whether a state itself imposes sanctions: on whom else it may be, on its own country hardly ever. Who only calls for them
        may mean rebels at home.
        """
        is_for = verdict.stance == "support" and verdict.strength in {"deed", "decision"}
        frame = self._lexicon.issues.frames[verdict.issue.issue]
        actor = verdict.actor.actor.id
        return is_for and frame == "sanctioned" and actor == self._lexicon.catalogue.home(actor)

    def _by_fellows(self, verdict: Verdict) -> Mapping[str, float]:
        """What the other stances on the issue are about, by how sure they are; the weights sum to one."""
        joined: defaultdict[str, float] = defaultdict(float)
        for each, (_, weighed) in self._fellows:
            is_fellow = each.issue.issue == verdict.issue.issue
            if is_fellow and each.actor.actor.id != verdict.actor.actor.id:
                for country, weight in shares(weighed).items():
                    joined[country] += each.score * weight
        return shares(joined)

    @cached_property
    def _fellows(self) -> list[tuple[Verdict, _Told]]:
        return [(each, self._weigh(each)) for each in self._held]

    def _told(self, verdict: Verdict) -> _Told:
        known = (told for each, told in self._fellows if each is verdict)
        return next(known, None) or self._weigh(verdict)

    def _weigh(self, verdict: Verdict) -> _Told:
        """What the network makes of a verdict alone, and what network and weights do together."""
        by_network = contexts(verdict)
        weighed = {country: chance for country, chance in by_network.items() if country is not None}
        for country, chance in self._by_weights(verdict).items():
            weighed[country] = weighed.get(country, 0.0) + chance
        return by_network, weighed

    @cached_property
    def _named(self) -> Named:
        return Named(self._work, self._lexicon.catalogue.home)

    def _by_weights(self, verdict: Verdict) -> Mapping[str, float]:
        frame = self._lexicon.issues.frames[verdict.issue.issue]
        return shares(
            {
                country: self._model(context_features(self._named, verdict, country, frame))
                for country in self._named.all
            }
        )
