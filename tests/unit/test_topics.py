"""What makes an issue the topic of an article."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from streams.core.topics import Signs, score_by_looks, score_topic

CHANCES = st.floats(0.0, 1.0)
SIGNS = st.builds(
    Signs, CHANCES, CHANCES, CHANCES, st.booleans(), st.integers(0, 9), st.integers(0, 9), st.booleans()
)
NAMED_IN_PASSING = Signs(0.5, 0.0, 0.0, is_doubtful=False, outright=1, named=1, is_long=False)


def test_a_stance_makes_a_topic_of_what_is_named_outright_in_passing() -> None:
    assert score_topic(NAMED_IN_PASSING) < 0.5 < score_topic(replace(NAMED_IN_PASSING, by_stance=0.8))


def test_a_stance_makes_no_topic_of_what_a_short_item_never_names() -> None:
    not_named = replace(NAMED_IN_PASSING, outright=0)
    assert score_topic(replace(not_named, by_stance=1.0)) == score_topic(not_named)
    assert score_topic(replace(not_named, by_stance=1.0, is_long=True)) > 0.5


def test_what_both_readers_see_and_the_text_names_outright_is_a_topic() -> None:
    assert score_topic(Signs(0.9, 0.9, 0.0, is_doubtful=False, outright=1, named=1, is_long=False)) > 0.5


def test_a_full_length_article_reports_on_what_it_says_in_several_places() -> None:
    assert score_by_looks([0.9], is_long=False) > 0.5 > score_by_looks([0.9, 0.1], is_long=True)


@given(SIGNS, CHANCES)
def test_a_score_is_a_chance_and_no_sign_for_a_topic_counts_against_it(signs: Signs, other: float) -> None:
    score = score_topic(signs)
    assert 0.0 <= score <= 1.0
    assert score_topic(replace(signs, by_facts=max(signs.by_facts, other))) >= score
    assert score_topic(replace(signs, by_looks=max(signs.by_looks, other))) >= score
    assert score_topic(replace(signs, outright=signs.outright + 1, named=signs.named + 1)) >= score
    assert score_topic(replace(signs, is_doubtful=True)) <= score_topic(replace(signs, is_doubtful=False))
