"""Narrows the encoder before it is taught: a quarter of its time for what hardly any of its neurons say (decision 46)."""

import random
from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional

from training.looks import Taught
from training.net import Layer, Net

_SAMPLE = 800


class _Activity:
    """The sum and the sum of squares of what each neuron of a layer says, over all pieces that went by."""

    def __init__(self, wide: nn.Linear) -> None:
        self._pieces = 0
        self._sum = torch.zeros(wide.out_features)
        self._squares = torch.zeros(wide.out_features)
        wide.register_forward_hook(self._count)

    def _count(self, _module: nn.Module, _inputs: object, output: Tensor) -> None:
        said = functional.gelu(output).reshape(-1, output.shape[-1])
        self._pieces += len(said)
        self._sum += said.sum(0)
        self._squares += said.square().sum(0)

    def mean_and_variance(self) -> tuple[Tensor, Tensor]:
        mean = self._sum / self._pieces
        return mean, self._squares / self._pieces - mean.square()


@torch.no_grad()
def narrow(net: Net, found: Sequence[Taught], kept: int) -> None:
    """Keep of each layer's feed-forward neurons those whose say varies most in a sample of windows, times the weight that it
    has. What the others say on the average goes into the bias (An et al., Fluctuation-based adaptive structured pruning
    for large language models, 2024).
    """
    layers = [layer for layer in net.encoder.layers if isinstance(layer, Layer)]
    watched = [_Activity(layer.wide) for layer in layers]
    net.eval()
    for each in random.Random(0).sample(found, min(_SAMPLE, len(found))):
        net.encode([each.pieces])
    for layer, activity in zip(layers, watched, strict=True):
        _narrow(layer, *activity.mean_and_variance(), kept)


def _narrow(layer: Layer, mean: Tensor, variance: Tensor, kept: int) -> None:
    order = (variance * layer.narrow.weight.square().sum(0)).argsort(descending=True)
    stay, go = order[:kept].sort().values, order[kept:]
    wide, narrow = nn.Linear(layer.wide.in_features, kept), nn.Linear(kept, layer.narrow.out_features)
    wide.weight.copy_(layer.wide.weight[stay])
    wide.bias.copy_(layer.wide.bias[stay])
    narrow.weight.copy_(layer.narrow.weight[:, stay])
    narrow.bias.copy_(layer.narrow.bias + layer.narrow.weight[:, go] @ mean[go])
    layer.wide, layer.narrow = wide, narrow
