"""What the encoder begins with: e5-small-v2 (Wang et al., Text Embeddings by Weakly-Supervised Contrastive Pre-training, 2022),
of whose twelve layers the first are taken. ``deploy/prepare.sh train`` fetches it.
"""

import re
import sys
from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import numpy_helper
from torch import Tensor

_FOLDER = Path(sys.prefix) / "pretrained"
WORD_PIECES = _FOLDER / "e5-small-v2-tokenizer.json"
_MATRIX_PRODUCT = re.compile(r"^/(.+)/MatMul$")


def weights() -> dict[str, Tensor]:
    """Give the weights of BERT by their usual names. The graph knows a matrix by the node alone that multiplies by it, and
    has it the other way round.
    """
    graph = onnx.load(_FOLDER / "e5-small-v2.onnx").graph
    arrays = {each.name: numpy_helper.to_array(each) for each in graph.initializer}
    found = {n: a for n, a in arrays.items() if a.dtype == np.float32 and not n.startswith("onnx::")}
    for node in graph.node:
        place = _MATRIX_PRODUCT.match(node.name)
        if place and node.input[1] in arrays:
            found[place[1].replace("/", ".") + ".weight"] = arrays[node.input[1]].T
    return {name: torch.from_numpy(array.copy()) for name, array in found.items()}
