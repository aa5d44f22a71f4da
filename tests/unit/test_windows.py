"""What is looked at together."""

from streams.core.prepare import Lexicon
from streams.core.windows import Window, close_ups, windows
from tests.unit.drafts import drafted

FILLING = " Nobody answered for hours, and the rain went on." * 30
ISSUES = {"ceasefire", "sanctions"}


def sentences(found: list[Window]) -> list[tuple[int, int]]:
    return [(each.first, each.last) for each in found]


def test_a_short_item_is_looked_at_whole_and_each_sentence_on_an_issue_once_more(lexicon: Lexicon) -> None:
    work = drafted(lexicon, "Norway urged a ceasefire. It rained. Spain imposed sanctions on Mali.")
    assert sentences(windows(work, ISSUES)) == [(0, 2)]
    assert sentences(close_ups(work, ISSUES)) == [(0, 0), (2, 2)]


def test_an_item_of_one_sentence_is_looked_at_once(lexicon: Lexicon) -> None:
    assert close_ups(drafted(lexicon, "Norway urged a ceasefire."), ISSUES) == []


def test_a_long_article_is_looked_at_by_sentence_with_the_speaker_before_it(lexicon: Lexicon) -> None:
    work = drafted(lexicon, f"Norway met envoys. An immediate ceasefire was urged.{FILLING}")
    assert sentences(windows(work, ISSUES)) == [(0, 1)]
    assert close_ups(work, ISSUES) == []


def test_of_a_long_article_only_the_first_sixteen_sentences_on_an_issue_are_looked_at(
    lexicon: Lexicon,
) -> None:
    work = drafted(lexicon, "Norway urged an immediate ceasefire in the eastern province on Monday. " * 20)
    assert sentences(windows(work, ISSUES)) == [(i, i) for i in range(16)]


def test_an_article_on_none_of_the_issues_is_not_looked_at(lexicon: Lexicon) -> None:
    work = drafted(lexicon, "Norway will send troops to Mali.")
    assert windows(work, ISSUES) == []
    assert close_ups(work, ISSUES) == []
