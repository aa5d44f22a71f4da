"""Teaches the shortened network what the whole ones say on the average: taught in other orders, they misread other windows.

The whole ones need not be quick, and may be deeper. No labels are asked (Hinton, Vinyals and Dean, Distilling the knowledge in a neural network, 2015). ``docs/decisions/0054`` and
``0056`` have what it gains.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from training.looks import Cut
from training.net import Net, Seen
from training.teach import CONTEXT, MODALITY, STRENGTH, Term, alike, descend, optimiser_of

Key = tuple[str, str]
_TERM = Term(epochs=3, encoder_rate=2e-4, head_rate=5e-4)
_HOLDS = 0.2  # how likely there is a stance from which on its strength, modality and context are a lesson


@dataclass(frozen=True, slots=True)
class _Details:
    """What is likely of a stance, if there is one; weight is how likely there is one."""

    weight: float
    strength: Tensor
    modality: Tensor
    context: Tensor


@dataclass(frozen=True, slots=True)
class _Lesson:
    """A window, and how likely the whole networks think each of its topics and stances. A stance: none, then each sign."""

    cut: Cut
    topics: Mapping[str, Tensor]
    stances: Mapping[Key, Tensor]
    details: Mapping[Key, _Details]


@dataclass(frozen=True, slots=True)
class Voice:
    """A whole network, and how much its judgement counts."""

    net: Net
    counts: int = 1


def agree(short: Net, voices: Sequence[Voice], cuts: Sequence[Cut]) -> Iterator[float]:
    """Teach a shortened network what whole ones say on the average; gives the mean loss of each epoch as it ends."""
    short.eval()  # nothing is dropped at random: what is taught is as sure as its teachers
    lessons = list(_lessons(voices, cuts))
    return descend(
        short,
        optimiser_of(short, _TERM),
        _TERM.epochs,
        lessons,
        lambda each: len(each.cut.pieces.ids),
        lambda part: _loss(short, part),
    )


@torch.no_grad()
def _lessons(voices: Sequence[Voice], cuts: Sequence[Cut]) -> Iterator[_Lesson]:
    shares = torch.tensor([float(each.counts) for each in voices])
    shares /= shares.sum()
    nets = [each.net for each in voices]
    for part in alike(cuts):
        vectors = [net.encode([each.pieces for each in part]) for net in nets]
        for number, cut in enumerate(part):
            seen = [net.see(v[number], cut.pieces) for net, v in zip(nets, vectors, strict=True)]
            yield _lesson(nets, shares, seen, cut)


def _lesson(nets: Sequence[Net], shares: Tensor, seen: Sequence[Seen], cut: Cut) -> _Lesson:
    topics = {
        issue: _mean([each.topics[issue].sigmoid() for each in seen], shares) for issue in seen[0].topics
    }
    stances = {key: _mean([each.signs(key).softmax(0) for each in seen], shares) for key in seen[0].margins}
    details = {}
    for key, signs in stances.items():
        weight = 1.0 - float(signs[0])
        if weight > _HOLDS:
            said = [_said(net, each, cut, key) for net, each in zip(nets, seen, strict=True)]
            means = (
                _mean([scores.softmax(0) for scores in column], shares) for column in zip(*said, strict=True)
            )
            details[key] = _Details(weight, *means)
    return _Lesson(cut, topics, stances, details)


def _said(net: Net, seen: Seen, cut: Cut, key: Key) -> tuple[Tensor, Tensor, Tensor]:
    """Give the scores of a stance's strength, modality and context."""
    hidden = seen.hidden[key]
    return net.strength(hidden), net.modality(hidden), net.weigh(seen, cut.around, *key)[1]


def _mean(given: Sequence[Tensor], shares: Tensor) -> Tensor:
    return torch.tensordot(shares, torch.stack(list(given)), 1)


def _loss(short: Net, lessons: Sequence[_Lesson]) -> Tensor:
    losses = []
    for vectors, lesson in zip(short.encode([each.cut.pieces for each in lessons]), lessons, strict=True):
        seen = short.see(vectors, lesson.cut.pieces)
        losses += [
            functional.binary_cross_entropy_with_logits(seen.topics[issue], likely)
            for issue, likely in lesson.topics.items()
        ]
        losses += [_apart(seen.signs(key), likely) for key, likely in lesson.stances.items()]
        for key, details in lesson.details.items():
            strength, modality, context = _said(short, seen, lesson.cut, key)
            parts = (
                STRENGTH * _apart(strength, details.strength),
                MODALITY * _apart(modality, details.modality),
                CONTEXT * _apart(context, details.context),
            )
            losses.append(details.weight * torch.stack(parts).sum())
    return torch.stack(losses).sum() / len(lessons)


def _apart(scores: Tensor, likely: Tensor) -> Tensor:
    """Give the cross entropy of scores with what is likely."""
    return -(likely * scores.log_softmax(-1)).sum()
