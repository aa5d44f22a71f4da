"""Writes what ships: the encoder as an ONNX graph with weights of eight bits, the heads as numpy arrays, and a card."""

import hashlib
import json
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from onnxruntime.quantization import QuantType, quantize_dynamic
from torch import Tensor, nn

from training.net import Encoder, Net
from training.pretrained import WORD_PIECES

_OPSET = 17
_LINEAR = {
    "topic.0": "topic.0",
    "topic.3": "topic.1",
    "pair.0": "pair.0",
    "context.0": "context.0",
    "context.3": "context.1",
    "stance": "stance",
    "strength": "strength",
    "modality": "modality",
}


def write_network(net: Net, narrow: Net, folder: Path, card: Mapping[str, Any]) -> str:
    """Write encoder.onnx, heads.npz, words.json, network.json, and narrow.onnx, the encoder of a network whose vectors the same heads
    understand; gives the version, a digest of all weights.
    """
    folder.mkdir(parents=True, exist_ok=True)
    encoders = {"encoder.onnx": net.encoder, "narrow.onnx": narrow.encoder}
    for name, encoder in encoders.items():
        _write_encoder(encoder.eval(), folder / name)
    arrays = heads(net)
    with (folder / "heads.npz").open("wb") as out:
        np.savez_compressed(out, **arrays)
    shutil.copyfile(WORD_PIECES, folder / "words.json")
    digest = hashlib.sha256()
    for name in encoders:
        digest.update((folder / name).read_bytes())
    for name in sorted(arrays):
        digest.update(arrays[name].tobytes())
    version = digest.hexdigest()[:12]
    text = json.dumps({"version": version, "issues": sorted(net.frames), **card}, indent=1)
    (folder / "network.json").write_text(text + "\n", encoding="utf-8")
    return version


def _write_encoder(encoder: Encoder, path: Path) -> None:
    sample = torch.ones(8, dtype=torch.long)
    kept, others = torch.tensor([0, 2, 3]), torch.tensor([1, 4, 5, 6, 7])
    with tempfile.TemporaryDirectory() as folder:
        full = Path(folder) / "full.onnx"
        torch.onnx.export(
            encoder,  # of one window: without neighbours nothing is padded, and nothing depends on them
            (sample, torch.zeros_like(sample), kept, others),
            str(full),
            input_names=["ids", "marks", "kept", "others"],
            output_names=["vectors"],
            dynamic_axes={
                "ids": {0: "pieces"},
                "marks": {0: "pieces"},
                "kept": {0: "kept"},
                "others": {0: "others"},
                "vectors": {0: "kept"},
            },
            opset_version=_OPSET,
            dynamo=False,
        )
        # Seven bits: on processors without the newer instructions, eight-bit products overflow in sums of two. A scale for
        # each channel: with one for the whole matrix the vectors err four times as much, which costs .05 on hard text.
        quantize_dynamic(
            str(full), str(path), weight_type=QuantType.QInt8, reduce_range=True, per_channel=True
        )


def heads(net: Net) -> dict[str, NDArray[np.float32]]:
    """Give the heads as ``core.network`` takes them."""
    modules = dict(net.named_modules())
    arrays: dict[str, NDArray[np.float32]] = {
        "issues": _array(net.issues.weight),
        "nowhere": _array(net.nowhere),
        "open": _array(net.open),
    }
    for theirs, name in _LINEAR.items():
        linear = modules[theirs]
        assert isinstance(linear, nn.Linear)  # noqa: S101 - the table names no other
        arrays[f"{name}.w"], arrays[f"{name}.b"] = _array(linear.weight.T), _array(linear.bias)
    return arrays


def take_heads(net: Net, arrays: Mapping[str, NDArray[np.float32]]) -> None:
    """Give a network the heads that were written."""
    given = {
        "issues.weight": arrays["issues"],
        "nowhere": arrays["nowhere"],
        "open": arrays["open"],
    }
    for theirs, name in _LINEAR.items():
        given |= {f"{theirs}.weight": arrays[f"{name}.w"].T, f"{theirs}.bias": arrays[f"{name}.b"]}
    net.load_state_dict(net.state_dict() | {name: torch.from_numpy(a.copy()) for name, a in given.items()})


def _array(tensor: Tensor) -> NDArray[np.float32]:
    array: NDArray[np.float32] = tensor.detach().numpy().astype(np.float32)
    return array
