import re
from collections.abc import Iterable

from hypothesis import given, settings
from hypothesis import strategies as st

from streams.core.issues import Term
from streams.core.sieve import Sieve, Sought
from streams.core.text import caseless
from streams.core.turn_wordings import SIEVE, WORDINGS, Wording
from streams.reader import load_lexicon

ISSUES = list(load_lexicon().issues.all.values())
TERMS = [term for issue in ISSUES for term in (*issue.terms, *issue.echoes)]
WORDED: list[Term | Wording] = [*TERMS, *WORDINGS]
SIEVES = Sieve(TERMS), SIEVE
SENSES = ["trade truce|(?:price|culture) war", "20(?:0\\d|1\\d) (?:war|truce)|\\w+ games"]


def text_with(pattern: re.Pattern[str]) -> st.SearchStrategy[str]:
    """Text in which a pattern matches, between others that it may match as well."""
    said = st.from_regex(pattern, fullmatch=True)
    beside = st.sampled_from(["", "the ", "troops, ", "x", "cease-fire ", "retruce ", "sent “", " "])
    return st.lists(st.tuples(beside, said, beside), min_size=1, max_size=3).map(
        lambda parts: "".join(part for each in parts for part in each).lower()
    )


def spans(matches: Iterable[re.Match[str]]) -> list[tuple[int, int]]:
    return [match.span() for match in matches]


@settings(max_examples=300)
@given(st.sampled_from(WORDED).flatmap(lambda each: st.tuples(st.just(each), text_with(each.pattern))))
def test_whatever_a_wording_matches_is_found_where_its_pattern_finds_it(
    case: tuple[Term | Wording, str],
) -> None:
    wording, text = case
    found = [
        spans(matches)
        for sieve in SIEVES
        for known, matches in sieve.found(f"none. {text}", 6, 6 + len(text))
        if known is wording
    ]
    assert found in ([spans(wording.pattern.finditer(f"none. {text}", 6))], [])
    assert found or not wording.pattern.search(text)


@given(st.sampled_from(SENSES).flatmap(lambda each: st.tuples(st.just(each), text_with(caseless(each)))))
def test_a_pattern_that_is_sought_is_found_where_its_regular_expression_finds_it(
    case: tuple[str, str],
) -> None:
    source, text = case
    assert spans(Sought(source).finditer(text, 0, len(text))) == spans(
        caseless(rf"\b(?:{source})\b").finditer(text)
    )
