"""Fits a logistic model on facts and gives it as names, weights and bias."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, vstack
from sklearn.linear_model import LogisticRegression

_RARE = 2
_ROUNDS = 400
_NOTHING = 0.004
Facts = Sequence[str]


@dataclass(frozen=True, slots=True)
class Fitted:
    """A fitted model, ready to be packed."""

    names: list[str]
    weights: NDArray[np.float32]
    bias: float


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


def fit(rows: Sequence[Facts], chances: Sequence[float], weights: Sequence[float], strength: float) -> Fitted:
    """Fit a logistic regression. chances: how likely each row is true, where labels say so 0 or 1. strength is the inverse of the
    regularisation. Weights that say nothing are left out.
    """
    names = vocabulary(rows)
    facts, likely, weighed = matrix(rows, names), np.array(chances, float), np.array(weights, float)
    both = np.concatenate([weighed * likely, weighed * (1.0 - likely)])
    is_true = np.arange(len(both)) < len(likely)
    model = LogisticRegression(C=strength, max_iter=_ROUNDS)
    model.fit(vstack([facts, facts]), is_true, sample_weight=both)
    found = model.coef_[0].astype(np.float32)
    used = np.abs(found) > _NOTHING
    kept = [name for name, is_used in zip(names, used, strict=True) if is_used]
    return Fitted(kept, found[used], float(model.intercept_[0]))
