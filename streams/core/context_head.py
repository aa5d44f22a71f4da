"""The head of the network that weighs the countries which a stance may be about."""

from collections.abc import Mapping, Sequence
from functools import cached_property
from math import exp
from typing import TypeVar

import numpy as np

from streams.core.article import FACTS, Surroundings
from streams.core.pieces import Pieces
from streams.core.vectors import Vector, cut, pooled

K = TypeVar("K")


class ContextHead:
    """Weights of two layers: the first sees who, where and on what, and what the article says of a country."""

    def __init__(self, weights: Mapping[str, Vector]) -> None:
        nowhere = weights["nowhere"]
        about = len(nowhere) + weights["issues"].shape[1]
        parts = cut(weights["context.0.w"], (len(nowhere), len(nowhere), about, 1, FACTS))
        self.of_who, self.of_where, self.of_issue, self.of_home, self.of_facts, self.of_flags = parts
        self.bias = weights["context.0.b"]
        self.last, self.last_bias = weights["context.1.w"], weights["context.1.b"]
        self.nowhere: Vector = nowhere @ self.of_where
        self.none: list[float] = weights["open"].tolist()


class Countries:
    """The countries that an article names, as a window shows them: weighed for the few stances that are asked about, and only then
    is anything multiplied.
    """

    def __init__(self, head: ContextHead, vectors: Vector, pieces: Pieces, around: Surroundings) -> None:
        self._head = head
        self._vectors = vectors
        self._pieces = pieces
        self._around = around

    def weigh(self, actor: str, who: Vector, about: Vector, frame: int) -> dict[str | None, float]:
        """Give the chance of each country, None standing for none of them. who, about: what stands for actor and issue. frame: of
        the issue, by its number.
        """
        if not self._around.countries:
            return {None: 1.0}
        head, home = self._head, self._around.home(actor)
        owners, shown = self._shown
        asked: Vector = who @ head.of_who + about @ head.of_issue + head.bias
        sums = np.add(shown, asked)
        for row, country in enumerate(owners):
            if country == home:
                sums[row] += head.of_home[0]
        said = (np.maximum(sums, 0.0) @ head.last + head.last_bias)[:, 0].tolist()
        scores: dict[str | None, float] = {None: head.none[frame]}
        for country, score in zip(owners, said, strict=True):
            scores[country] = max(score, scores.get(country, score))
        return _chances(scores)

    @cached_property
    def _shown(self) -> tuple[Sequence[str], Vector]:
        """Give the countries, once for each place that names one and once if none does, and what the first layer makes of each:
        of the place, of what the article says, and of whether it is named there, and there itself.
        """
        head, named = self._head, self._pieces.countries
        here = {country for country, _, _ in named}
        facts = self._around.facts(here) @ head.of_facts
        numbers = {country: number for number, country in enumerate(self._around.countries)}
        apart = [country for country in numbers if country not in here]
        owners = [*(country for country, _, _ in named), *apart]
        sums: Vector = facts[[numbers[country] for country in owners]]
        sums[len(named) :] += head.nowhere
        if named:
            flags = np.array([(1.0, float(is_direct)) for _, _, is_direct in named], dtype=np.float32)
            places = pooled(self._vectors, [span for _, span, _ in named])
            sums[: len(named)] += places @ head.of_where + flags @ head.of_flags
        return owners, sums


def _chances(scores: Mapping[K, float]) -> dict[K, float]:
    most = max(scores.values())
    powers = {key: exp(score - most) for key, score in scores.items()}
    total = sum(powers.values())
    return {key: power / total for key, power in powers.items()}
