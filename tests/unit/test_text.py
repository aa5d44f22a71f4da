import itertools
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.core.text import caseless, fingerprint, is_copy, lower, similarity, split

WIRE = (
    "France will send 300 soldiers to Romania next month, the defence minister said on Tuesday, as part of a NATO"
    " battlegroup that Paris has led since 2022. The soldiers will come from the 27th mountain brigade."
)


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        (
            "Mr. Smith of the U.S. Army said so. It rained.",
            ["Mr. Smith of the U.S. Army said so.", "It rained."],
        ),
        ("“Never!” he said. “Not now.” She left.", ["“Never!” he said.", "“Not now.”", "She left."]),
        ("A headline without a stop\nThe text begins.", ["A headline without a stop", "The text begins."]),
        ("About 3.5 million fled, Gen. J. Doe said.", ["About 3.5 million fled, Gen. J. Doe said."]),
        ("", []),
        (" \n ", []),
    ],
)
def test_sentences_are_cut_where_a_reader_would_cut_them(text: str, parts: list[str]) -> None:
    assert [text[start:end] for start, end in split(text)] == parts


@given(st.text(max_size=300))
def test_sentences_cover_the_text_in_order_and_leave_out_white_space_only(text: str) -> None:
    spans = split(text)
    assert all(left.end <= right.start for left, right in itertools.pairwise(spans))
    assert "".join("".join(text[a:b].split()) for a, b in spans) == "".join(text.split())


def test_a_reprint_is_a_copy_and_another_story_is_not() -> None:
    reprint = WIRE.replace("on Tuesday, ", "") + " Reporting by our staff."
    other = "Germany rules out sending soldiers to Lithuania before the summer, its chancellor said in Berlin on Friday."
    assert is_copy(fingerprint(WIRE), fingerprint(reprint))
    assert similarity(fingerprint(WIRE), fingerprint(other)) < 0.1


@given(st.text(max_size=200))
def test_a_fingerprint_has_a_fixed_length_and_equals_itself(text: str) -> None:
    mark = fingerprint(text)
    assert len(mark) == 256
    assert similarity(mark, mark) == 1.0


def test_what_is_no_fingerprint_is_refused() -> None:
    with pytest.raises(ValueError, match="fingerprint"):
        similarity("ab", "cd")


@given(text=st.text(alphabet="aBcXÉé .-", max_size=30))
def test_a_caseless_pattern_finds_in_lowered_text_what_it_would_find_in_any_case(text: str) -> None:
    source = r"\b(?P<a>Ab|\w\S)[A-C]?x*"
    in_any_case = [match.span() for match in re.finditer(source, text, re.IGNORECASE)]
    assert [match.span() for match in caseless(source).finditer(lower(text))] == in_any_case


@pytest.mark.parametrize("source", [r"\u00C9tat", r"\x4Bim", r"king(?-i: [A-Z])", r"(?i)king"])
def test_a_pattern_whose_case_cannot_be_lowered_is_refused(source: str) -> None:
    with pytest.raises(ValueError, match="in lower case"):
        caseless(source)


@given(text=st.text(max_size=30))
def test_lowered_text_keeps_every_offset(text: str) -> None:
    assert len(lower(text)) == len(text)
