"""The learned part: what a small language model makes of a window. An encoder gives each word piece a vector; small
heads on top read from them the topics, who takes which stance, where, and how strongly."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from streams.core.article import Surroundings
from streams.core.issues import Frame, IssueMention
from streams.core.learned import logistic
from streams.core.mentions import Mention
from streams.core.model import Modality, Strength
from streams.core.pieces import FRAMES, Pieces, Span

STRENGTHS: tuple[Strength, ...] = ("deed", "decision", "statement", "hint")
MODALITIES: tuple[Modality, ...] = ("asserted", "conditional", "denied")
Vector = NDArray[np.float32]
_Places = dict[str, list[tuple[Vector, tuple[float, float]]]]
"""Where a window names each country: what stands for the place, that it is there, and whether it is named itself."""


class Encoder(Protocol):
    """The language model: a window's pieces in, one vector out for each that is kept (kept x width, float32)."""

    def __call__(self, ids: Sequence[int], marks: Sequence[int], kept: Sequence[int]) -> Vector:
        """Encode one window. What it gives depends on the window alone."""
        ...


@dataclass(frozen=True, slots=True)
class Held:
    """What the network makes of an actor and an issue in a window.

    stances: the chance of each of ``STANCES``, none being the rest. actor and issue: the mentions that show it best.
    contexts weighs the countries that it may be about, None standing for none of them; it is asked of few.
    """

    actor: Mention
    issue: IssueMention
    stances: tuple[float, ...]
    contexts: Callable[[], Mapping[str | None, float]]
    strength: Strength
    modality: Modality


@dataclass(frozen=True, slots=True)
class Look:
    """What the network makes of a window: chances of the topics, and who holds what."""

    topics: Mapping[str, float]
    held: Sequence[Held]


class Network:
    """Encoders and heads. Immutable.

    narrow gives what encoder gives, less truly and in two thirds of the time: it takes the windows of full-length articles, which
    are many. taught: the issues that labels were written on, with how the context of each is found.
    """

    def __init__(
        self,
        encoder: Encoder,
        narrow: Encoder,
        weights: Mapping[str, Vector],
        taught: Mapping[str, Frame],
        version: str,
    ) -> None:
        self._encoder = encoder
        self._narrow = narrow
        self._weights = weights
        self.taught = dict(taught)
        self.version = version
        wide = len(weights["nowhere"])
        about = wide + weights["issues"].shape[1]
        self._of_topic = _cut(weights["topic.0.w"], (wide, about))
        self._of_pair = _cut(weights["pair.0.w"], (wide, about))
        self._of_context = _cut(weights["context.0.w"], (wide, wide, about))
        self._nowhere: Vector = weights["nowhere"] @ self._of_context[1]

    def encode(self, pieces: Pieces, *, is_long: bool) -> Vector:
        """Give the vectors of what is kept of a window. is_long: of a full-length article's."""
        encoder = self._narrow if is_long else self._encoder
        return encoder(pieces.ids, pieces.marks, pieces.kept)

    def look(self, pieces: Pieces, vectors: Vector, around: Surroundings) -> Look:
        """Judge one window of an article by its vectors."""
        named = {issue: self._about(vectors, pieces, issue) for issue in pieces.issues}
        whole = _mean(vectors) @ self._of_topic[0]
        topics = {
            issue: logistic(float(self._score("topic", whole + about @ self._of_topic[1])[0]))
            for issue, about in named.items()
        }
        return Look(topics, self._held(vectors, pieces, named, around))

    def _about(self, vectors: Vector, pieces: Pieces, issue: str) -> Vector:
        """What stands for an issue: its vector in the window, and that of its kind."""
        pooled = _pooled(vectors, [span for _, span in pieces.issues[issue]])
        kind = self._weights["issues"][FRAMES.index(self.taught[issue])]
        about: Vector = np.concatenate([_mean(pooled), kind])
        return about

    def _held(
        self, vectors: Vector, pieces: Pieces, named: Mapping[str, Vector], around: Surroundings
    ) -> list[Held]:
        if not pieces.actors or not named:
            return []
        pooled = _pooled(vectors, [span for _, span in pieces.actors])
        pairs, parties = pooled @ self._of_pair[0], pooled @ self._of_context[0]
        places = self._places(vectors, pieces)
        numbers = _by_actor(pieces.actors)
        found = []
        for issue, about in named.items():
            hidden = self._hidden("pair", pairs + about @ self._of_pair[1])
            margins = self._out("stance", hidden)
            strengths = self._out("strength", hidden).argmax(axis=1).tolist()
            modalities = self._out("modality", hidden).argmax(axis=1).tolist()
            asked = parties + about @ self._of_context[2]
            surest = margins.max(axis=1).tolist()
            chances = _chances(np.stack([_most(margins, own) for own in numbers.values()]))
            for (actor, own), stances in zip(numbers.items(), chances, strict=True):
                best = max(own, key=surest.__getitem__)
                mention = pieces.actors[best][0]
                found.append(
                    Held(
                        actor=mention,
                        issue=_nearest(pieces.issues[issue], mention),
                        stances=tuple(stances),
                        contexts=partial(self._contexts, issue, actor, asked[best], places, around),
                        strength=STRENGTHS[strengths[best]],
                        modality=MODALITIES[modalities[best]],
                    )
                )
        return found

    def _places(self, vectors: Vector, pieces: Pieces) -> _Places:
        found: _Places = {}
        if pieces.countries:
            rows = _pooled(vectors, [span for _, span, _ in pieces.countries]) @ self._of_context[1]
            for (country, _, is_direct), row in zip(pieces.countries, rows, strict=True):
                found.setdefault(country, []).append((row, (1.0, float(is_direct))))
        return found

    def _contexts(
        self,
        issue: str,
        actor: str,
        asked: Vector,
        places: _Places,
        around: Surroundings,
    ) -> dict[str | None, float]:
        """Weigh the countries that the article names; None stands for none of them. asked: actor and issue."""
        rows, numbers, owners = [], [], []
        for country in around.countries:
            facts = around.facts(actor, country, places)
            for row, flags in places.get(country, [(self._nowhere, (0.0, 0.0))]):
                rows.append(row)
                numbers.append([*facts, *flags])
                owners.append(country)
        open_ = float(self._weights["open"][FRAMES.index(self.taught[issue])])
        if not rows:
            return {None: 1.0}
        scores: dict[str | None, float] = {None: open_}
        told = np.array(numbers, dtype=np.float32) @ self._of_context[3]
        for country, score in zip(
            owners, self._score("context", asked + np.stack(rows) + told)[:, 0].tolist(), strict=True
        ):
            scores[country] = max(score, scores.get(country, score))
        chances = _softmax(np.array(list(scores.values()), dtype=np.float32)).tolist()
        return dict(zip(scores, chances, strict=True))

    def _score(self, name: str, sums: Vector) -> Vector:
        """What a head of two layers says, given the sums that its first layer makes of the parts of its input."""
        return self._out(f"{name}.1", self._hidden(name, sums))

    def _hidden(self, name: str, sums: Vector) -> Vector:
        hidden: Vector = np.maximum(sums + self._weights[f"{name}.0.b"], 0.0)
        return hidden

    def _out(self, name: str, rows: Vector) -> Vector:
        product: Vector = rows @ self._weights[f"{name}.w"] + self._weights[f"{name}.b"]
        return product


def _cut(weights: Vector, widths: Sequence[int]) -> list[Vector]:
    """Cut a layer into the parts that take one part of its input each, so that none is multiplied twice."""
    places = [sum(widths[: i + 1]) for i in range(len(widths))]
    return [np.ascontiguousarray(part) for part in np.split(weights, places)]


def _mean(rows: Vector) -> Vector:
    """The mean of rows; numpy's own takes several times as long for so few."""
    mean: Vector = np.add.reduce(rows) / np.float32(len(rows))
    return mean


def _pooled(vectors: Vector, spans: Sequence[Span]) -> Vector:
    """The mean of the vectors of each span; most spans have one piece."""
    pooled: Vector = vectors[[start for start, _ in spans]]
    for i, (start, end) in enumerate(spans):
        if end - start > 1:
            pooled[i] = _mean(vectors[start:end])
    return pooled


def _most(rows: Vector, chosen: Sequence[int]) -> Vector:
    """The most of each column in the chosen rows."""
    most: Vector = rows[chosen[0]] if len(chosen) == 1 else np.maximum.reduce(rows[chosen])
    return most


def _nearest(named: Sequence[tuple[IssueMention, Span]], actor: Mention) -> IssueMention:
    return min((issue for issue, _ in named), key=lambda each: abs(each.start - actor.start))


def _chances(margins: Vector) -> list[list[float]]:
    """The chances of each stance, a row an actor; where none is held the margin is 0."""
    most = np.maximum(margins.max(axis=1, keepdims=True), np.float32(0.0))
    powers = np.exp(margins - most)
    chances: list[list[float]] = (powers / (powers.sum(axis=1, keepdims=True) + np.exp(-most))).tolist()
    return chances


def _by_actor(actors: Sequence[tuple[Mention, Span]]) -> dict[str, list[int]]:
    """The numbers of each actor's mentions."""
    numbers: dict[str, list[int]] = {}
    for i, (mention, _) in enumerate(actors):
        numbers.setdefault(mention.actor.id, []).append(i)
    return numbers


def _softmax(scores: Vector) -> Vector:
    powers = np.exp(scores - scores.max())
    chances: Vector = powers / powers.sum()
    return chances
