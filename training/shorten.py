"""Shortens the encoder once it was taught: four layers learn to say what six said, two of them over all pieces instead of four. And
narrows a copy of the short one, for the many windows of full-length articles.

The vectors of the kept pieces are all that the heads see, so that these need no lesson yet (after Jiao et al., TinyBERT: Distilling
BERT for natural language understanding, 2020). Nor do the windows need labels: ``docs/decisions/0051`` and ``0058`` have what it costs
and spares.
"""

import copy
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

from training.looks import Cut
from training.narrow import narrow
from training.net import Net
from training.teach import alike, descend

_STAY, _FIRST = (0, 2, 4, 5), 2
_NEURONS, _HEADS = 384, 8
SHORT_EPOCHS, NARROW_EPOCHS, _RATE = 4, 12, 4e-4


@dataclass(frozen=True, slots=True)
class _Lesson:
    """A window, and the vectors of its kept pieces as the taught encoder gives them."""

    cut: Cut
    vectors: Tensor


def shortened(net: Net) -> Net:
    """Copy a network, and leave layers of its encoder out."""
    short = copy.deepcopy(net)
    short.encoder.layers = nn.ModuleList(short.encoder.layers[i] for i in _STAY)
    short.encoder.first = _FIRST
    return short


def narrowed(short: Net, cuts: Sequence[Cut]) -> Net:
    """Copy a shortened network, with fewer neurons and heads, and a last layer that looks at the kept pieces alone."""
    copied = copy.deepcopy(short)
    copied.encoder.among_kept = 1
    narrow(copied, [each.pieces for each in cuts], _NEURONS, _HEADS)
    return copied


def imitate(short: Net, net: Net, cuts: Sequence[Cut], epochs: int) -> Iterator[float]:
    """Teach a smaller network to give the vectors of another; gives the mean square error of each epoch as it ends."""
    learning = [each for each in short.encoder.parameters() if each.requires_grad]
    optimiser = torch.optim.AdamW(learning, lr=_RATE, weight_decay=0.01)
    short.eval()  # nothing is dropped at random: there is one right answer
    lessons = list(_lessons(net, cuts))
    return descend(
        short.encoder,
        optimiser,
        epochs,
        lessons,
        lambda each: len(each.cut.pieces.ids),
        lambda part: _error(short, part),
    )


def _error(short: Net, lessons: Sequence[_Lesson]) -> Tensor:
    given = torch.cat(short.encode([each.cut.pieces for each in lessons]))
    return functional.mse_loss(given, torch.cat([each.vectors for each in lessons]).float())


@torch.no_grad()
def _lessons(net: Net, cuts: Sequence[Cut]) -> Iterator[_Lesson]:
    net.eval()
    for part in alike(cuts):
        for cut, vectors in zip(part, net.encode([each.pieces for each in part]), strict=True):
            yield _Lesson(cut, vectors.half())
