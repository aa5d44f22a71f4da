"""Narrows the layers of an encoder: much of its time goes into neurons and heads that hardly say anything (decisions 46 and 58)."""

import random
from collections.abc import Sequence

import torch
from torch import Tensor, nn

from streams.core.pieces import Pieces
from training.net import HEAD_WIDTH, Layer, Net

_SAMPLE = 800


class _Said:
    """The sum and the sum of squares of each input of a linear layer, over all pieces that went by."""

    def __init__(self, linear: nn.Linear) -> None:
        self._linear = linear
        self._pieces = 0
        self._sum = torch.zeros(linear.in_features)
        self._squares = torch.zeros(linear.in_features)
        self._hook = linear.register_forward_pre_hook(self._count)

    def _count(self, _module: nn.Module, inputs: tuple[Tensor]) -> None:
        said = inputs[0].reshape(-1, self._linear.in_features)
        self._pieces += len(said)
        self._sum += said.sum(0)
        self._squares += said.square().sum(0)

    def narrowed(self, kept: int, together: int) -> tuple[Tensor, nn.Linear]:
        """Give the inputs that stay, and the linear layer that takes these alone. together: how many stay or go as one.

        Those stay whose value varies most, times the weight that it has. What the others say on the average goes into the bias.
        """
        self._hook.remove()
        weight, bias = self._linear.weight, self._linear.bias
        mean = self._sum / self._pieces
        says = (self._squares / self._pieces - mean.square()) * weight.square().sum(0)
        order = says.reshape(-1, together).sum(1).argsort(descending=True)
        inputs = torch.arange(len(mean)).reshape(-1, together)
        stay = inputs[order[: kept // together].sort().values].flatten()
        go = inputs[order[kept // together :]].flatten()
        return stay, _linear(weight[:, stay], bias + weight[:, go] @ mean[go])


@torch.no_grad()
def narrow(net: Net, windows: Sequence[Pieces], neurons: int, heads: int) -> None:
    """Keep in each layer only so many neurons of its feed-forward net and so many heads of attention, by what they say in a
    sample of windows (An et al., Fluctuation-based adaptive structured pruning for large language
    models, 2024).
    """
    layers = [layer for layer in net.encoder.layers if isinstance(layer, Layer)]
    watched = [(layer, _Said(layer.joined), _Said(layer.narrow)) for layer in layers]
    net.eval()
    for each in random.Random(0).sample(windows, min(_SAMPLE, len(windows))):
        net.encode([each])
    for layer, seen, said in watched:
        stay, layer.narrow = said.narrowed(neurons, 1)
        layer.wide = _linear(layer.wide.weight[stay], layer.wide.bias[stay])
        stay, layer.joined = seen.narrowed(heads * HEAD_WIDTH, HEAD_WIDTH)
        third = len(layer.looks.weight) // 3
        rows = torch.cat([stay + third * part for part in range(3)])
        layer.looks = _linear(layer.looks.weight[rows], layer.looks.bias[rows])


def _linear(weight: Tensor, bias: Tensor) -> nn.Linear:
    made = nn.Linear(weight.shape[1], weight.shape[0])
    made.weight.copy_(weight)
    made.bias.copy_(bias)
    return made
