"""Small sums over the vectors of a window; numpy's own means take several times as long for so few rows."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from streams.core.pieces import Span

Vector = NDArray[np.float32]


def cut(weights: Vector, widths: Sequence[int]) -> list[Vector]:
    """Cut a layer into the parts that take one part of its input each, so that none is multiplied twice."""
    places = [sum(widths[: i + 1]) for i in range(len(widths))]
    return [np.ascontiguousarray(part) for part in np.split(weights, places)]


def mean(rows: Vector) -> Vector:
    """The mean of rows."""
    found: Vector = np.add.reduce(rows) / np.float32(len(rows))
    return found


def pooled(vectors: Vector, spans: Sequence[Span]) -> Vector:
    """The mean of the vectors of each span; most spans have one piece."""
    found: Vector = vectors[[start for start, _ in spans]]
    for i, (start, end) in enumerate(spans):
        if end - start > 1:
            found[i] = mean(vectors[start:end])
    return found


def most(rows: Vector, chosen: Sequence[int]) -> Vector:
    """The most of each column in the chosen rows."""
    found: Vector = rows[chosen[0]] if len(chosen) == 1 else np.maximum.reduce(rows[chosen])
    return found
