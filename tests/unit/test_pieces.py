"""A window as the network takes it: what is kept of it is what something is read from."""

from typing import get_args

from hypothesis import given
from hypothesis import strategies as st
from tokenizers import Tokenizer

from streams.core.issues import Frame
from streams.core.pieces import FRAMES, Pieces, Span, pieces
from streams.core.prepare import Lexicon
from streams.core.windows import windows
from streams.network import MODELS, load_split
from tests.unit.drafts import drafted

SPLIT = load_split()
TOKENIZER = Tokenizer.from_file(str(MODELS / "words.json"))
ANY = st.characters(exclude_categories=["Cs"])  # no half of a pair: what is published is UTF-8
TEXT = "Norway's foreign minister urged a ceasefire in Sudan, and the EU will tighten sanctions on Belarus."


def cut(text: str, lexicon: Lexicon) -> Pieces:
    work = drafted(lexicon, text)
    frames = lexicon.issues.frames
    (window,) = windows(work, frames)
    return pieces(work, window, SPLIT, frames, lexicon.catalogue.home)


def words(text: str, found: Pieces, span: Span) -> str:
    """What the kept pieces of a span say."""
    _, offsets = SPLIT(text)
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


@given(st.text(st.one_of(st.sampled_from(" \n\xa0aZ7éŁßİ'’“—-._&[]€中\u0301\u200b"), ANY)))
def test_a_text_has_the_pieces_of_its_words_whatever_stands_in_it(text: str) -> None:
    whole = TOKENIZER.encode(text)
    ids, offsets = SPLIT(text)
    assert (list(ids), list(offsets)) == (whole.ids, whole.offsets)
