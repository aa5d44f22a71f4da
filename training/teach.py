"""Teaches the network. The same examples, seed and library versions give the same weights on the same kind of machine."""

import math
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

import torch
from torch import Tensor, nn
from torch.nn import functional

from streams.core.model import STANCES
from streams.core.network import MODALITIES, STRENGTHS
from training.looks import Cut, Taught, Told
from training.net import FIRST_LAYERS, Net, Seen

T = TypeVar("T")
BATCH = 24
_WARM_UP = 0.1
_TRAPS = 0.6  # the weight of a window of traps, which are written to be hard: far rarer in a stream than among our own
STRENGTH, MODALITY, CONTEXT, _NO_CONTEXT, _TURN = 0.3, 0.15, 0.7, 0.2, 1.0


@dataclass(frozen=True, slots=True)
class Term:
    """How long and how fast something is taught. Rates are the largest of a term: they rise and fall in it. seed: of the
    order, and of what is dropped at random. shared: the weight of a window of the shared labels. first: the layers of
    the encoder that renew all pieces. counts: how much the judgement of what is so taught counts beside the others'.
    """

    epochs: int
    encoder_rate: float
    head_rate: float
    seed: int = 0
    shared: float = 1.5
    first: int = FIRST_LAYERS
    counts: int = 1


# Networks that learn from the same text in other orders, one of them twice as deep; two lean more on the shared labels.
WHOLE = (
    Term(epochs=5, encoder_rate=1.6e-4, head_rate=1e-3),
    Term(epochs=5, encoder_rate=1.6e-4, head_rate=1e-3, seed=1, shared=3.0),
    Term(epochs=4, encoder_rate=1.2e-4, head_rate=1e-3, seed=2, shared=2.0, first=10, counts=2),
)
FIRST = Term(epochs=4, encoder_rate=1.6e-4, head_rate=1e-3)
SECOND = Term(epochs=2, encoder_rate=8e-5, head_rate=5e-4)
REPLAYED = 1500  # windows of our own in the second term, beside some 760 of the shared labels


def second_term(labels: Sequence[Taught], own: Sequence[Taught]) -> list[Taught]:
    """Choose what is taught in the second term: all that is labelled, and some of our own as newspapers write."""
    natural = [each for each in own if each.group == "natural"]
    return [*labels, *random.Random(0).sample(natural, min(REPLAYED, len(natural)))]


def teach(net: Net, examples: Sequence[Taught], term: Term) -> Iterator[float]:
    """Teach a network for a term; gives the mean loss of each epoch as it ends."""
    torch.manual_seed(term.seed)
    net.train()
    yield from descend(
        net,
        optimiser_of(net, term),
        term.epochs,
        examples,
        lambda each: len(each.pieces.ids),
        lambda batch: _loss(net, batch, term.shared),
        term.seed,
    )
    net.eval()


def optimiser_of(net: Net, term: Term) -> torch.optim.Optimizer:
    """Give what moves a network's weights: those of its encoder and of its heads at rates of their own."""
    encoder = [each for each in net.encoder.parameters() if each.requires_grad]
    heads = [each for name, each in net.named_parameters() if not name.startswith("encoder.")]
    return torch.optim.AdamW(
        [{"params": encoder, "lr": term.encoder_rate}, {"params": heads, "lr": term.head_rate}],
        weight_decay=0.01,
    )


def descend(
    learner: nn.Module,
    optimiser: torch.optim.Optimizer,
    epochs: int,
    items: Sequence[T],
    length: Callable[[T], int],
    loss_of: Callable[[Sequence[T]], Tensor],
    seed: int = 0,
) -> Iterator[float]:
    """Lower the loss over items in batches of like length; gives its mean of each epoch as it ends."""
    rng = random.Random(seed)
    steps = epochs * math.ceil(len(items) / BATCH)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimiser, lambda step: _rate(step / steps))
    for _ in range(epochs):
        total, count = 0.0, 0
        for batch in _batches(items, length, rng):
            loss = loss_of(batch)
            optimiser.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]  # the library's own gap
            torch.nn.utils.clip_grad_norm_(learner.parameters(), 1.0)
            optimiser.step()
            schedule.step()
            total, count = total + float(loss.detach()), count + 1
        yield total / count


def alike(cuts: Sequence[Cut]) -> Iterator[Sequence[Cut]]:
    """Give windows in batches of like length, the shortest first, so that little is padded."""
    order = sorted(cuts, key=lambda each: len(each.pieces.ids))
    for start in range(0, len(order), BATCH):
        yield order[start : start + BATCH]


def _rate(done: float) -> float:
    """Give the share of a term's rate when so much of the term is done: it rises for a tenth of it, and falls."""
    return min(1.0, done / _WARM_UP) * min(1.0, max(0.0, (1.0 - done) / (1.0 - _WARM_UP)))


def _batches(items: Sequence[T], length: Callable[[T], int], rng: random.Random) -> list[list[T]]:
    """Shuffle, and put windows of like length together, so that little is padded."""
    order = list(items)
    rng.shuffle(order)
    found = []
    for start in range(0, len(order), 16 * BATCH):
        part = sorted(order[start : start + 16 * BATCH], key=length)
        found += [part[i : i + BATCH] for i in range(0, len(part), BATCH)]
    rng.shuffle(found)
    return found


def _loss(net: Net, batch: Sequence[Taught], shared: float) -> Tensor:
    weights = {"shared": shared, "traps": _TRAPS}
    losses = []
    for vectors, example in zip(net.encode([each.pieces for each in batch]), batch, strict=True):
        seen = net.see(vectors, example.pieces)
        parts = [
            functional.binary_cross_entropy_with_logits(seen.topics[issue], torch.tensor(truth))
            for issue, truth in example.topics.items()
        ]
        for told in example.told:
            parts += _stance_losses(net, seen, example, told)
        if parts:
            losses.append(weights.get(example.group, 1.0) * torch.stack(parts).sum())
    return torch.stack(losses).sum() / len(batch)


def _stance_losses(net: Net, seen: Seen, example: Taught, told: Told) -> Iterator[Tensor]:
    key = told.actor, told.issue
    label = told.observation
    yield _cross(seen.signs(key), 0 if label is None else 1 + STANCES.index(label["stance"]))
    if label is None:
        return
    hidden = seen.hidden[key]
    if label.get("strength") in STRENGTHS:
        yield STRENGTH * _cross(net.strength(hidden), STRENGTHS.index(label["strength"]))
    if label.get("modality") in MODALITIES:
        yield MODALITY * _cross(net.modality(hidden), MODALITIES.index(label["modality"]))
    # No part of the product (docs/decisions/0048): to tell what is new for an actor helps to tell what it holds.
    yield _TURN * functional.binary_cross_entropy_with_logits(
        net.turn(hidden)[0], torch.tensor(float(told.is_turn))
    )
    countries, scores = net.weigh(seen, example.around, *key)
    context = label["context"]
    if context is None:
        yield _NO_CONTEXT * _cross(scores, len(countries))
    elif context in countries:
        yield CONTEXT * _cross(scores, countries.index(context))


def _cross(scores: Tensor, truth: int) -> Tensor:
    return functional.cross_entropy(scores[None], torch.tensor([truth]))
