"""A window as the network takes it: what is kept of it is what something is read from."""

from typing import get_args

from streams.core.issues import Frame
from streams.core.pieces import FRAMES, Pieces, Span, pieces
from streams.core.prepare import Lexicon
from streams.core.windows import windows
from streams.network import load_split
from tests.unit.drafts import drafted

TEXT = "Norway's foreign minister urged a ceasefire in Sudan, and the EU will tighten sanctions on Belarus."


def cut(text: str, lexicon: Lexicon) -> Pieces:
    work = drafted(lexicon, text)
    frames = lexicon.issues.frames
    (window,) = windows(work, frames)
    return pieces(work, window, load_split(), frames, lexicon.catalogue.home)


def words(text: str, found: Pieces, span: Span) -> str:
    """What the kept pieces of a span say."""
    _, offsets = load_split()(text)
    return " ".join(text[slice(*offsets[piece])] for piece in found.kept[slice(*span)]).lower()


def test_spans_count_the_kept_pieces(lexicon: Lexicon) -> None:
    found = cut(TEXT, lexicon)
    assert [words(TEXT, found, span) for _, span in found.actors] == [
        "norway ' s foreign minister",
        "sudan",
        "eu",
        "belarus",
    ]
    assert words(TEXT, found, found.issues["ceasefire"][0][1]) == "ceasefire"
    assert ("BLR", "belarus") in [(country, words(TEXT, found, span)) for country, span, _ in found.countries]


def test_the_first_piece_and_all_marked_ones_are_kept_and_little_else(lexicon: Lexicon) -> None:
    found = cut(TEXT, lexicon)
    marked = {i for i, mark in enumerate(found.marks) if mark}
    assert found.kept == sorted({0} | marked)
    assert len(found.kept) < len(found.ids)


def test_the_frames_stand_in_the_order_that_the_network_was_taught_with() -> None:
    assert FRAMES == ("fighting", "sanctioned", "deployment")
    assert set(FRAMES) == set(get_args(Frame))
