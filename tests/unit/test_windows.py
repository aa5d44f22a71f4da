"""Which windows of a full-length article are looked at."""

from hypothesis import given
from hypothesis import strategies as st

from streams.core.windows import Window, telling

CUT = [Window(i, i, 10 * i, 10 * i + 9) for i in range(6)]


def test_a_window_in_which_grammar_sees_nothing_is_spared() -> None:
    assert telling(CUT, {0: 0.9, 1: 0.05, 2: 0.4, 4: 0.2}) == [CUT[0], CUT[2], CUT[4]]


def test_an_article_that_grammar_makes_nothing_of_is_looked_at_in_three_places() -> None:
    assert telling(CUT, {5: 0.01}) == [CUT[0], CUT[1], CUT[5]]


def test_a_window_counts_all_of_its_sentences() -> None:
    wide = [Window(0, 1, 0, 19), *CUT[2:]]
    assert wide[0] in telling(wide, {1: 0.9, 2: 0.8, 3: 0.7, 4: 0.6})


@given(st.dictionaries(st.integers(0, 5), st.floats(0, 1)))
def test_whatever_grammar_sees_no_clear_sign_is_passed_over_and_the_order_stands(
    surest: dict[int, float],
) -> None:
    kept = telling(CUT, surest)
    assert [each for each in CUT if each in kept] == kept
    assert len(kept) >= 3
    assert all(each in kept for each in CUT if surest.get(each.first, 0.0) >= 0.1)
