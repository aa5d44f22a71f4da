"""The head of the network that weighs the countries which a stance may be about."""

from collections.abc import Container, Mapping, Sequence
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from streams.core.article import Surroundings
from streams.core.pieces import Pieces
from streams.core.vectors import Vector, cut, pooled


class ContextHead:
    """Weights of two layers: the first sees who, where and on what, and what the article says of a country."""

    def __init__(self, weights: Mapping[str, Vector]) -> None:
        nowhere = weights["nowhere"]
        about = len(nowhere) + weights["issues"].shape[1]
        self.of_who, self.of_where, self.of_issue, self.of_facts = cut(
            weights["context.0.w"], (len(nowhere), len(nowhere), about)
        )
        self.bias = weights["context.0.b"]
        self.last, self.last_bias = weights["context.1.w"], weights["context.1.b"]
        self.nowhere: Vector = nowhere @ self.of_where


class Countries:
    """The countries that an article names, as a window shows them: weighed for the few stances that are asked about, and only then
    is anything multiplied.
    """

    def __init__(self, head: ContextHead, vectors: Vector, pieces: Pieces, around: Surroundings) -> None:
        self._head = head
        self._vectors = vectors
        self._pieces = pieces
        self._around = around

    def weigh(self, actor: str, who: Vector, about: Vector, none: float) -> dict[str | None, float]:
        """Give the chance of each country, None standing for none of them. who, about: what stands for actor and issue. none: the
        score of none.
        """
        countries = self._around.countries
        if not countries:
            return {None: 1.0}
        head = self._head
        rows, owners, flags = self._shown
        facts = np.concatenate([self._around.facts(actor, self._here)[owners], flags], axis=1)
        asked = who @ head.of_who + about @ head.of_issue + head.bias
        hidden = np.maximum(asked + rows + facts @ head.of_facts, 0.0)
        scores = (hidden @ head.last + head.last_bias)[:, 0]
        best = np.full(len(countries), -np.inf, dtype=np.float32)
        np.maximum.at(best, owners, scores)
        chances = _softmax(np.concatenate([np.array([none], dtype=np.float32), best])).tolist()
        return dict(zip((None, *countries), chances, strict=True))

    @cached_property
    def _here(self) -> Container[str]:
        return {country for country, _, _ in self._pieces.countries}

    @cached_property
    def _shown(self) -> tuple[Vector, Sequence[int], Vector]:
        """Give what stands for each country, once for each place that names it, else for nowhere; whose it is, by number; and
        whether it is named there, and there itself.
        """
        numbers = {country: number for number, country in enumerate(self._around.countries)}
        named = self._pieces.countries
        apart = [number for country, number in numbers.items() if country not in self._here]
        nowhere = np.broadcast_to(self._head.nowhere, (len(apart), len(self._head.nowhere)))
        flags = [(1.0, float(is_direct)) for _, _, is_direct in named] + [(0.0, 0.0)] * len(apart)
        there = pooled(self._vectors, [span for _, span, _ in named]) @ self._head.of_where
        owners = [numbers[country] for country, _, _ in named] + apart
        return np.concatenate([there, nowhere]), owners, np.array(flags, dtype=np.float32)


def _softmax(scores: NDArray[np.float32]) -> Vector:
    powers = np.exp(scores - scores.max())
    chances: Vector = powers / powers.sum()
    return chances
