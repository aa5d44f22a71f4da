"""A network that was taught before and written, as one more voice beside those that are taught now."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from streams.core.pieces import Pieces
from streams.network import OnnxEncoder
from training.export import take_heads
from training.net import Net


class Written(Net):
    """Judges as the reader does: its encoder has weights of eight bits, and learns nothing more."""

    def __init__(self, frames: dict[str, str], folder: Path) -> None:
        super().__init__(frames)
        self._written = OnnxEncoder(folder / "encoder.onnx")
        with np.load(folder / "heads.npz") as arrays:
            take_heads(self, arrays)
        self.eval()

    def encode(self, windows: Sequence[Pieces]) -> list[Tensor]:
        """Give the vectors of the pieces of each window."""
        return [torch.from_numpy(self._written(each.ids, each.marks, each.kept)) for each in windows]
