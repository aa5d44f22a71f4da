"""Which of the two encoders takes an article's windows; the same heads understand both."""

from collections.abc import Sequence

import numpy as np
import pytest

from streams.core.network import Encoder, Network
from streams.core.pipeline import Reader
from streams.core.prepare import Lexicon
from streams.core.vectors import Vector
from streams.network import MODELS, OnnxEncoder, load_split
from streams.reader import load_models
from tests.unit.drafts import AT, raw

TOLD = "France's president called for an immediate ceasefire in Sudan on Monday."
FILLING = " Nobody answered for hours, and the rain went on." * 30


def noting(name: str, asked: set[str]) -> Encoder:
    """An encoder that ships, and notes that it was asked."""
    encoder = OnnxEncoder(MODELS / name)

    def encode(ids: Sequence[int], marks: Sequence[int], kept: Sequence[int]) -> Vector:
        asked.add(name)
        return encoder(ids, marks, kept)

    return encode


@pytest.mark.parametrize(("text", "encoder"), [(TOLD, "encoder.onnx"), (TOLD + FILLING, "narrow.onnx")])
def test_short_items_take_the_encoder_and_full_length_articles_its_narrow_copy(
    lexicon: Lexicon, text: str, encoder: str
) -> None:
    asked: set[str] = set()
    with np.load(MODELS / "heads.npz") as arrays:
        weights = {name: arrays[name] for name in arrays.files}
    encoders = [noting(name, asked) for name in ("encoder.onnx", "narrow.onnx")]
    network = Network(encoders[0], encoders[1], weights, lexicon.issues.frames, "test")
    event = Reader(lexicon, load_models(), network, load_split()).read(raw(text), AT)
    assert asked == {encoder}
    assert [(o.actor.id, o.issue, o.context, o.stance) for o in event.observations] == [
        ("FRA", "ceasefire", "SDN", "support")
    ]
