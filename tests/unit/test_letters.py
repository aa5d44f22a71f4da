import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.core.issues import Term
from streams.core.letters import anchor_stems, needed_parts
from streams.reader import load_lexicon

TERMS = [term for issue in load_lexicon().issues.all.values() for term in (*issue.terms, *issue.echoes)]


@pytest.mark.parametrize(
    ("pattern", "stems"),
    [
        ("cease-?\\s?fires?", ("cease",)),
        ("(?P<a>pauses?|halt\\w*) in", ("pause", "halt")),
        ("(?:re)?deploys?", ("re", "deploy")),
        ("\\w+ing", ()),
    ],
)
def test_the_letters_that_an_anchor_begins_with_are_read_off_its_pattern(
    pattern: str, stems: tuple[str, ...]
) -> None:
    assert anchor_stems(pattern) == stems


@pytest.mark.parametrize(
    ("pattern", "parts"),
    [
        (
            "(?P<a>pauses?|halts?) {gap}in (?:the )?(?:re)?fighting",
            [{"pause", "halt"}, {"in "}, {"fighting"}],
        ),
        ("(?:the|\\w+) guns? (?:fall|(?:must )?stay) silent", [{"gun"}, {"fall", "stay"}, {"silent"}]),
        ("(?!peace)[a-z]+ (?:talks|treaty)?", []),
        ("truce|armistice", []),
    ],
)
def test_the_letters_that_a_pattern_needs_are_read_off_it(pattern: str, parts: list[set[str]]) -> None:
    assert needed_parts(pattern.replace("{gap}", "(?:(?:[\\w-]+\\s+){0,4}?)")) == tuple(map(frozenset, parts))


@given(
    st.sampled_from(TERMS).flatmap(
        lambda term: st.tuples(st.just(term), st.from_regex(term.pattern, fullmatch=True))
    )
)
def test_whatever_a_wording_matches_has_the_letters_that_it_was_said_to_need(case: tuple[Term, str]) -> None:
    term, text = case
    assert all(any(part in text for part in parts) for parts in term.parts)
    assert not term.stems or any(stem in text for stem in term.stems)
