"""Linear models over string features: what training leaves behind."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import repeat
from math import exp, log

import numpy as np
from numpy.typing import NDArray

_NOTHING = repeat(0.0)
_SURE = 1e-4


class Linear:
    """A logistic model. Immutable; unknown features count nothing."""

    def __init__(self, names: Sequence[str], weights: NDArray[np.float32], bias: float) -> None:
        if weights.shape != (len(names),):
            raise ValueError(f"{len(names)} names do not fit weights of shape {weights.shape}")
        self._bias = bias
        self._weights = dict(zip(names, weights.tolist(), strict=True))

    def __call__(self, features: Sequence[str]) -> float:
        """Give the probability that the model assigns to a set of features."""
        return logistic(sum(map(self._weights.get, features, _NOTHING), self._bias))


def logistic(margin: float) -> float:
    """Give the chance that a margin stands for."""
    if margin >= 0:
        return 1.0 / (1.0 + exp(-margin))
    odds = exp(margin)
    return odds / (1.0 + odds)


def log_odds(chance: float) -> float:
    """Give the margin that stands for a chance; nothing is taken for surer than one in ten thousand."""
    bounded = min(max(chance, _SURE), 1.0 - _SURE)
    return log(bounded / (1.0 - bounded))


@dataclass(frozen=True, slots=True)
class Models:
    """All that was learned, under one version.

    skim: that the network would see a stance in a window. topic: that the article reports on the issue. context: that a country is the one in
    question.
    """

    skim: Linear
    topic: Linear
    context: Linear
    version: str


def unpack(arrays: Mapping[str, NDArray[np.generic]], prefix: str) -> Linear:
    """Build a model from the arrays of the artefact: names as UTF-8 lines, weights, bias."""
    text = arrays[f"{prefix}_names"].astype(np.uint8).tobytes().decode("utf-8")
    names = text.split("\n") if text else []
    return Linear(names, arrays[f"{prefix}_weights"].astype(np.float32), float(arrays[f"{prefix}_bias"]))


def pack(
    prefix: str, names: Sequence[str], weights: NDArray[np.float32], bias: float
) -> dict[str, NDArray[np.generic]]:
    """Give the arrays that ``unpack`` builds a model from."""
    return {
        f"{prefix}_names": np.frombuffer("\n".join(names).encode("utf-8"), dtype=np.uint8),
        f"{prefix}_weights": weights.astype(np.float16),
        f"{prefix}_bias": np.array(bias, dtype=np.float32),
    }
