"""What makes an issue the topic of an article."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from streams.core.topics import Signs, score_by_looks, score_topic

CHANCES = st.floats(0.0, 1.0)
SIGNS = st.builds(Signs, CHANCES, CHANCES, st.booleans(), st.integers(0, 9), st.integers(0, 9), st.booleans())


def test_only_a_short_item_that_never_names_an_issue_is_not_plain() -> None:
    hinted = Signs(0.5, 0.5, 0.0, is_doubtful=False, outright=0, named=1, is_long=False)
    assert not hinted.is_plain
    assert replace(hinted, outright=1).is_plain
    assert replace(hinted, is_long=True).is_plain


def test_a_full_length_article_that_may_be_about_an_issue_is_where_somebody_plainly_acts_on_it() -> None:
    in_passing = Signs(0.3, 0.4, 0.0, is_doubtful=False, outright=1, named=1, is_long=True)
    assert 0.1 < score_topic(in_passing) < 0.5
    assert score_topic(replace(in_passing, by_stance=0.7)) > 0.5
    assert score_topic(replace(in_passing, by_stance=0.7, is_long=False)) < 0.5
    assert score_topic(replace(in_passing, by_stance=0.7, by_facts=0.001, by_looks=0.001)) < 0.1


def test_what_words_and_network_see_and_the_text_names_outright_is_a_topic() -> None:
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
