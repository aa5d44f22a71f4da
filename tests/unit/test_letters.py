from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.core.issues import Issue, Issues, Term
from streams.core.letters import anchor_stems, needed_parts
from streams.core.turn_wordings import SIEVE, WORDINGS, Wording
from streams.reader import load_lexicon

ISSUES = list(load_lexicon().issues.all.values())
TERMS = [term for issue in ISSUES for term in (*issue.terms, *issue.echoes)]


@pytest.mark.parametrize(
    ("pattern", "stems"),
    [
        ("cease-?\\s?fires?", ("cease",)),
        ("(?P<a>pauses?|halt\\w*) in", ("pause", "halt")),
        ("(?:re)?deploys?", ("re", "deploy")),
        ("\\w+ing", ()),
        ("(?P<a>pause) talks|armistice", ("pause", "armistice")),
        ("truce \\(signed|armistice[)]", ("truce ", "armistice")),
        ("x (?P<a>truce[)]|deal) talks", ("truce", "deal")),
        ("(?P<a>pause)? talks", ()),
        ("front-?(?P<a>line)", ()),
        ("(?:un)?(?P<a>freez\\w+) assets", ()),
        ("(?:the (?P<a>pause)|no) talks", ()),
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
        ("truce|armistice", [{"truce", "armistice"}]),
        ("a (?:long )?pause|the (?:\\w+) truce", [{"pause", "truce"}]),
        ("truce|\\w+", []),
        ("truce|[^\\]abcd]+", []),
        ("[^]ab]+ truce|[]]lull", [{"truce", "lull"}]),
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


@given(
    st.sampled_from([(issue, term) for issue in ISSUES for term in issue.terms]).flatmap(
        lambda known: st.tuples(st.just(known), st.from_regex(known[1].pattern, fullmatch=True))
    )
)
def test_whatever_a_wording_matches_is_found_in_the_second_of_two_sentences(
    case: tuple[tuple[Issue, Term], str],
) -> None:
    (issue, term), text = case
    issues = Issues([replace(issue, terms=(term,), echoes=(), others=None)])
    assert 1 in issues.find(f"None. {text}", [(0, 5), (6, 6 + len(text))])


@given(
    st.sampled_from(WORDINGS).flatmap(
        lambda wording: st.tuples(st.just(wording), st.from_regex(wording.pattern))
    )
)
def test_whatever_a_wording_of_a_turn_matches_is_worth_a_try(case: tuple[Wording, str]) -> None:
    wording, text = case
    assert wording in SIEVE.likely(text)
