"""The learned part: what a small language model makes of a window. An encoder gives each word piece a vector; small
heads on top read from them the topics, who takes which stance, where, and how strongly."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import exp
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from streams.core.article import Surroundings
from streams.core.issues import Frame, IssueMention
from streams.core.mentions import Mention
from streams.core.model import Modality, Strength
from streams.core.pieces import FRAMES, Pieces, Span

STRENGTHS: tuple[Strength, ...] = ("deed", "decision", "statement", "hint")
MODALITIES: tuple[Modality, ...] = ("asserted", "conditional", "denied")
Vector = NDArray[np.float32]


class Encoder(Protocol):
    """The language model: ids and marks of a window's pieces in, one vector a piece out (pieces x width, float32)."""

    def __call__(self, ids: Sequence[int], marks: Sequence[int]) -> Vector:
        """Encode one window. What it gives depends on the window alone."""
        ...


@dataclass(frozen=True, slots=True)
class Held:
    """What the network makes of an actor and an issue in a window.

    stances: the chance of each of ``STANCES``, none being the rest. actor and issue: the mentions that show it best.
    """

    actor: Mention
    issue: IssueMention
    stances: tuple[float, ...]
    contexts: Mapping[str | None, float]
    strength: Strength
    modality: Modality


@dataclass(frozen=True, slots=True)
class Look:
    """What the network makes of a window: chances of the topics, and who holds what."""

    topics: Mapping[str, float]
    held: Sequence[Held]


class Network:
    """Encoder and heads. Immutable.

    frames tells of each watched issue how its context is found; taught names those that labels were written on. Of the
    others only the contexts are worth anything, since how a country stands in a sentence is much the same for all.
    """

    def __init__(
        self,
        encoder: Encoder,
        weights: Mapping[str, Vector],
        frames: Mapping[str, Frame],
        taught: Iterable[str],
        version: str,
    ) -> None:
        self._encoder = encoder
        self._weights = weights
        self._frames = dict(frames)
        self.taught = {issue: frames[issue] for issue in taught}
        self.version = version

    def look(self, pieces: Pieces, around: Surroundings) -> Look:
        """Look at one window of an article."""
        vectors = self._encoder(pieces.ids, pieces.marks)
        named = {issue: self._issue(vectors, pieces, issue) for issue in pieces.issues}
        whole = vectors.mean(axis=0)
        topics = {
            issue: float(
                _logistic(self._head("topic", np.concatenate([whole, *self._about(issue, each)]))[0])
            )
            for issue, each in named.items()
            if issue in self.taught
        }
        return Look(topics, self._held(vectors, pieces, named, around))

    def _about(self, issue: str, named: Vector) -> tuple[Vector, Vector]:
        return named, self._weights["issues"][FRAMES.index(self._frames[issue])]

    def _issue(self, vectors: Vector, pieces: Pieces, issue: str) -> Vector:
        pooled = np.stack([_pooled(vectors, span) for _, span in pieces.issues[issue]])
        mean: Vector = pooled.mean(axis=0)
        return mean

    def _held(
        self, vectors: Vector, pieces: Pieces, named: Mapping[str, Vector], around: Surroundings
    ) -> list[Held]:
        if not pieces.actors or not named:
            return []
        pooled = [_pooled(vectors, span) for _, span in pieces.actors]
        places = [
            (country, _pooled(vectors, span), is_direct) for country, span, is_direct in pieces.countries
        ]
        found = []
        for issue, vector in named.items():
            about = np.concatenate(self._about(issue, vector))
            rows = np.stack([np.concatenate([each, about]) for each in pooled])
            hidden = self._hidden("pair", rows)
            margins = self._out("stance", hidden)
            for actor, numbers in _by_actor(pieces.actors).items():
                best = max(numbers, key=lambda i: float(margins[i].max()))
                found.append(
                    self._one(
                        pieces,
                        issue,
                        best,
                        hidden[best],
                        margins[numbers].max(axis=0),
                        self._contexts(issue, actor, pooled[best], about, places, around),
                    )
                )
        return found

    def _one(
        self,
        pieces: Pieces,
        issue: str,
        best: int,
        hidden: Vector,
        margins: Vector,
        contexts: Mapping[str | None, float],
    ) -> Held:
        mention, span = pieces.actors[best]
        nearest = min(pieces.issues[issue], key=lambda each: abs(each[1][0] - span[0]))
        return Held(
            actor=mention,
            issue=nearest[0],
            stances=tuple(_softmax(np.concatenate([np.zeros(1, np.float32), margins])).tolist()[1:]),
            contexts=contexts,
            strength=STRENGTHS[int(self._out("strength", hidden).argmax())],
            modality=MODALITIES[int(self._out("modality", hidden).argmax())],
        )

    def _contexts(
        self,
        issue: str,
        actor: str,
        who: Vector,
        about: Vector,
        places: Sequence[tuple[str, Vector, bool]],
        around: Surroundings,
    ) -> dict[str | None, float]:
        """Weigh the countries that the article names; None stands for none of them."""
        rows, owners = [], []
        named = {country for country, _, _ in places}
        nowhere = self._weights["nowhere"]
        for country in around.countries:
            facts = around.facts(actor, country, named)
            here = [(vector, is_direct) for each, vector, is_direct in places if each == country]
            for vector, flags in [(v, (1.0, float(d))) for v, d in here] or [(nowhere, (0.0, 0.0))]:
                rows.append(np.concatenate([who, vector, about, [*facts, *flags]], dtype=np.float32))
                owners.append(country)
        open_ = float(self._weights["open"][FRAMES.index(self._frames[issue])])
        if not rows:
            return {None: 1.0}
        scores: dict[str | None, float] = {None: open_}
        for country, score in zip(owners, self._head("context", np.stack(rows))[:, 0].tolist(), strict=True):
            scores[country] = max(score, scores.get(country, score))
        chances = _softmax(np.array(list(scores.values()), dtype=np.float32)).tolist()
        return dict(zip(scores, chances, strict=True))

    def _hidden(self, name: str, rows: Vector) -> Vector:
        hidden: Vector = np.maximum(self._out(f"{name}.0", rows), 0.0)
        return hidden

    def _out(self, name: str, rows: Vector) -> Vector:
        product: Vector = rows @ self._weights[f"{name}.w"] + self._weights[f"{name}.b"]
        return product

    def _head(self, name: str, rows: Vector) -> Vector:
        return self._out(f"{name}.1", self._hidden(name, rows))


def _pooled(vectors: Vector, span: Span) -> Vector:
    pooled: Vector = vectors[span[0] : span[1]].mean(axis=0)
    return pooled


def _by_actor(actors: Sequence[tuple[Mention, Span]]) -> dict[str, list[int]]:
    numbers: dict[str, list[int]] = {}
    for i, (mention, _) in enumerate(actors):
        numbers.setdefault(mention.actor.id, []).append(i)
    return numbers


def _softmax(scores: Vector) -> Vector:
    powers = np.exp(scores - scores.max())
    chances: Vector = powers / powers.sum()
    return chances


def _logistic(margin: float) -> float:
    return 1.0 / (1.0 + exp(-margin))
