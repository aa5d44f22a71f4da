"""The learned part: what a small language model makes of a window. An encoder gives each word piece a vector; small
heads on top read from them the topics, who takes which stance, where, and how strongly."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Protocol

import numpy as np

from streams.core.article import Surroundings
from streams.core.context_head import ContextHead, Countries
from streams.core.issues import Frame, IssueMention
from streams.core.learned import logistic
from streams.core.mentions import Mention
from streams.core.model import STANCES, Modality, Strength
from streams.core.pieces import FRAMES, Pieces, Span
from streams.core.vectors import Vector, cut, mean, most, pooled

STRENGTHS: tuple[Strength, ...] = ("deed", "decision", "statement", "hint")
MODALITIES: tuple[Modality, ...] = ("asserted", "conditional", "denied")
_STANCE = slice(0, len(STANCES))
_STRENGTH = slice(len(STANCES), len(STANCES) + len(STRENGTHS))
_MODALITY = slice(len(STANCES) + len(STRENGTHS), None)


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
        self._of_topic = cut(weights["topic.0.w"], (wide, about))
        self._of_pair = cut(weights["pair.0.w"], (wide, about))
        heads = "stance", "strength", "modality"
        self._of_held = tuple(np.concatenate([weights[f"{e}.{end}"] for e in heads], -1) for end in "wb")
        self._contexts = ContextHead(weights)

    def encode(self, pieces: Pieces, *, is_long: bool) -> Vector:
        """Give the vectors of what is kept of a window. is_long: of a full-length article's."""
        encoder = self._narrow if is_long else self._encoder
        return encoder(pieces.ids, pieces.marks, pieces.kept)

    def look(self, pieces: Pieces, vectors: Vector, around: Surroundings) -> Look:
        """Judge one window of an article by its vectors."""
        named = {issue: self._about(vectors, pieces, issue) for issue in pieces.issues}
        whole = mean(vectors) @ self._of_topic[0]
        topics = {
            issue: logistic(float(self._score("topic", whole + about @ self._of_topic[1])[0]))
            for issue, about in named.items()
        }
        return Look(topics, self._held(vectors, pieces, named, around))

    def _about(self, vectors: Vector, pieces: Pieces, issue: str) -> Vector:
        """What stands for an issue: its vector in the window, and that of its kind."""
        places = pooled(vectors, [span for _, span in pieces.issues[issue]])
        kind = self._weights["issues"][FRAMES.index(self.taught[issue])]
        about: Vector = np.concatenate([mean(places), kind])
        return about

    def _held(
        self, vectors: Vector, pieces: Pieces, named: Mapping[str, Vector], around: Surroundings
    ) -> list[Held]:
        if not pieces.actors or not named:
            return []
        who = pooled(vectors, [span for _, span in pieces.actors])
        pairs = who @ self._of_pair[0]
        countries = Countries(self._contexts, vectors, pieces, around)
        numbers = _by_actor(pieces.actors)
        found = []
        for issue, about in named.items():
            hidden = self._hidden("pair", pairs + about @ self._of_pair[1])
            margins, strengths, modalities = self._said(hidden)
            frame = FRAMES.index(self.taught[issue])
            surest = margins.max(axis=1).tolist()
            chances = _chances(np.stack([most(margins, own) for own in numbers.values()]))
            for (actor, own), stances in zip(numbers.items(), chances, strict=True):
                best = max(own, key=surest.__getitem__)
                mention = pieces.actors[best][0]
                found.append(
                    Held(
                        actor=mention,
                        issue=_nearest(pieces.issues[issue], mention),
                        stances=tuple(stances),
                        contexts=partial(countries.weigh, actor, who[best], about, frame),
                        strength=STRENGTHS[strengths[best]],
                        modality=MODALITIES[modalities[best]],
                    )
                )
        return found

    def _said(self, hidden: Vector) -> tuple[Vector, list[int], list[int]]:
        """Give the margins of the stances, and the likeliest strength and modality, of each actor: all in one product."""
        weights, bias = self._of_held
        said = hidden @ weights + bias
        margins, strengths, modalities = said[:, _STANCE], said[:, _STRENGTH], said[:, _MODALITY]
        return margins, strengths.argmax(axis=1).tolist(), modalities.argmax(axis=1).tolist()

    def _score(self, name: str, sums: Vector) -> Vector:
        """What a head of two layers says, given the sums that its first layer makes of the parts of its input."""
        return self._out(f"{name}.1", self._hidden(name, sums))

    def _hidden(self, name: str, sums: Vector) -> Vector:
        hidden: Vector = np.maximum(sums + self._weights[f"{name}.0.b"], 0.0)
        return hidden

    def _out(self, name: str, rows: Vector) -> Vector:
        product: Vector = rows @ self._weights[f"{name}.w"] + self._weights[f"{name}.b"]
        return product


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
