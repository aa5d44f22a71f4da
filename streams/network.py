"""Loads what training left behind: the language model and its narrow copy, their word pieces, and the heads."""

import json
import re
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

import numpy as np
import onnxruntime
from numpy.typing import NDArray
from tokenizers import Tokenizer

from streams.core.network import Network
from streams.core.pieces import Parts, Split
from streams.core.prepare import Lexicon

MODELS = Path(__file__).parent / "models"
_WORDS = 20_000
# Of such letters and marks the tokenizer makes the same pieces of a text as of its words; a bracket may open a token of its own.
_USUAL = re.compile(r"[ \n\t\xa0A-Za-z0-9À-ÖØ-öø-ɏ!-/:-@\\^-`{-~“”‘’–—…]*")
_WORD = re.compile(r"[^\W_]+|[^\w\s]|_")


class OnnxEncoder:
    """The encoder on one thread: a worker has a process for each core, and a window is small."""

    def __init__(self, path: Path) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.log_severity_level = 3
        self._session = onnxruntime.InferenceSession(
            path.read_bytes(), options, providers=["CPUExecutionProvider"]
        )

    def __call__(self, ids: Sequence[int], marks: Sequence[int], kept: Sequence[int]) -> NDArray[np.float32]:
        """Encode one window. Alone, since the eight-bit arithmetic scales by all that is encoded together."""
        read = set(kept)
        given = {
            "ids": np.array(ids, dtype=np.int64),
            "marks": np.array(marks, dtype=np.int64),
            "kept": np.array(kept, dtype=np.int64),
            "others": np.array([place for place in range(len(ids)) if place not in read], dtype=np.int64),
        }
        vectors: NDArray[np.float32] = self._session.run(["vectors"], given)[0]
        return vectors


def load_network(lexicon: Lexicon, folder: Path = MODELS) -> Network:
    """Load the network for the issues of a lexicon."""
    card = json.loads((folder / "network.json").read_text(encoding="utf-8"))
    with np.load(folder / "heads.npz") as arrays:
        weights = {name: arrays[name] for name in arrays.files}
    taught = {issue: lexicon.issues.frames[issue] for issue in card["issues"]}
    encoder, narrow = (OnnxEncoder(folder / name) for name in ("encoder.onnx", "narrow.onnx"))
    return Network(encoder, narrow, weights, taught, card["version"])


def load_split(path: Path = MODELS / "words.json") -> Split:
    """Load the word pieces that the encoder knows."""
    tokenizer = Tokenizer.from_file(str(path))
    tokenizer.no_padding()
    tokenizer.no_truncation()
    (first, last), none = tokenizer.encode("").ids, (0, 0)

    @lru_cache(maxsize=_WORDS)
    def pieces_of(word: str) -> Parts:
        encoding = tokenizer.encode(word, add_special_tokens=False)
        return encoding.ids, encoding.offsets

    def split(text: str) -> Parts:
        if not _USUAL.fullmatch(text):
            encoding = tokenizer.encode(text)
            return encoding.ids, encoding.offsets
        ids, offsets = [first], [none]
        for match in _WORD.finditer(text):
            start = match.start()
            own, within = pieces_of(match[0])
            ids += own
            offsets += [(start + left, start + right) for left, right in within]
        return [*ids, last], [*offsets, none]

    return split
