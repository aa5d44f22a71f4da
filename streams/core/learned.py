"""Linear models over string features: what training leaves behind."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import repeat
from math import exp

import numpy as np
from numpy.typing import NDArray

_NOTHING = repeat(0.0)


class Linear:
    """One or more logistic models that share a vocabulary. Immutable; unknown features count nothing."""

    def __init__(self, names: Sequence[str], weights: NDArray[np.float32], bias: NDArray[np.float32]) -> None:
        if weights.shape != (len(names), len(bias)):
            raise ValueError(
                f"{len(names)} names and {len(bias)} biases do not fit weights of shape {weights.shape}"
            )
        self._models: list[tuple[float, dict[str, float]]] = [
            (start, dict(zip(names, column, strict=True)))
            for start, column in zip(bias.tolist(), weights.T.tolist(), strict=True)
        ]

    def __call__(self, features: Sequence[str]) -> list[float]:
        """Give the probability that each of the models assigns to a set of features."""
        return [logistic(sum(map(known.get, features, _NOTHING), start)) for start, known in self._models]


def logistic(margin: float) -> float:
    """Give the chance that a margin stands for."""
    if margin >= 0:
        return 1.0 / (1.0 + exp(-margin))
    odds = exp(margin)
    return odds / (1.0 + odds)


@dataclass(frozen=True, slots=True)
class Models:
    """All that was learned, under one version.

    pair gives two probabilities: that the actor holds a stance on the issue, and that it is support if so. topic: that
    the article reports on the issue. context: that a country is the one in question. issues: those that labels were
    written on.
    """

    pair: Linear
    topic: Linear
    context: Linear
    issues: frozenset[str]
    version: str


def unpack(arrays: Mapping[str, NDArray[np.generic]], prefix: str) -> Linear:
    """Build a model from the arrays of the artefact: names as UTF-8 lines, weights, bias."""
    text = arrays[f"{prefix}_names"].astype(np.uint8).tobytes().decode("utf-8")
    names = text.split("\n") if text else []
    weights = arrays[f"{prefix}_weights"].astype(np.float32)
    return Linear(names, weights, arrays[f"{prefix}_bias"].astype(np.float32))


def pack(
    prefix: str, names: Sequence[str], weights: NDArray[np.float32], bias: NDArray[np.float32]
) -> dict[str, NDArray[np.generic]]:
    """Give the arrays that ``unpack`` builds a model from."""
    return {
        f"{prefix}_names": np.frombuffer("\n".join(names).encode("utf-8"), dtype=np.uint8),
        f"{prefix}_weights": weights.astype(np.float16),
        f"{prefix}_bias": bias.astype(np.float32),
    }
