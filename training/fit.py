"""Fits a logistic model on facts and gives it as names, weights and bias."""

from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression

from streams.core.learned import Linear

_RARE = 2
_ROUNDS = 400
Facts = Sequence[str]


class Fitted:
    """A fitted model, ready to be used or packed."""

    def __init__(self, names: list[str], weights: NDArray[np.float32], bias: NDArray[np.float32]) -> None:
        self.names, self.weights, self.bias = names, weights, bias

    def linear(self) -> Linear:
        """Give the model as the reader evaluates it."""
        return Linear(self.names, self.weights, self.bias)


def vocabulary(rows: Sequence[Facts]) -> list[str]:
    """Give the facts that occur often enough to be learned from, in a stable order."""
    counts = Counter(name for row in rows for name in row)
    return sorted(name for name, count in counts.items() if count >= _RARE)


def matrix(rows: Sequence[Facts], names: Sequence[str]) -> csr_matrix:
    """Give rows of facts as a sparse matrix of zeros and ones."""
    index = {name: i for i, name in enumerate(names)}
    columns = [[index[name] for name in row if name in index] for row in rows]
    starts = np.cumsum([0, *(len(each) for each in columns)])
    flat = np.fromiter((i for each in columns for i in each), dtype=np.int64, count=int(starts[-1]))
    return csr_matrix((np.ones(len(flat), dtype=np.float32), flat, starts), shape=(len(rows), len(names)))


def logistic(
    rows: csr_matrix, is_true: NDArray[np.bool_], weight: NDArray[np.float64], strength: float
) -> LogisticRegression:
    """Fit one logistic regression; strength is the inverse of the regularisation."""
    return LogisticRegression(C=strength, max_iter=_ROUNDS).fit(rows, is_true, sample_weight=weight)


def together(names: list[str], models: Sequence[LogisticRegression]) -> Fitted:
    """Put models over one vocabulary side by side."""
    weights = np.stack([model.coef_[0] for model in models], axis=1).astype(np.float32)
    bias = np.array([model.intercept_[0] for model in models], dtype=np.float32)
    used = np.abs(weights).max(axis=1) > 0.004
    kept = [name for name, is_used in zip(names, used, strict=True) if is_used]
    return Fitted(kept, weights[used], bias)
