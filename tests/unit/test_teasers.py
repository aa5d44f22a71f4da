"""Lines that only lead to other articles are not read, and stay in the text that is kept."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.core.model import RawArticle
from streams.core.prepare import prepare
from streams.core.teasers import hide_teasers
from streams.reader import load_lexicon

TEXT = """Norway will keep its sanctions on Belarus, the foreign minister said.
Read more: Sweden sends soldiers to Latvia
She spoke in Oslo after a meeting of the cabinet."""


def test_what_a_teaser_names_is_not_found() -> None:
    article = RawArticle("a", "Fjord Post", "", TEXT, datetime(2025, 2, 1, tzinfo=UTC), language="en")
    work = prepare(article, load_lexicon())
    assert {each.issue for found in work.issues.values() for each in found} == {"sanctions"}
    assert "SWE" not in {each.actor.id for each in work.mentions}
    last = work.sentences[-1]
    assert work.evidence(0, last.end).quote == TEXT


def test_a_text_of_one_teaser_is_read_all_the_same() -> None:
    assert hide_teasers("Watch: Minister rules out a truce") == "Watch: Minister rules out a truce"


@pytest.mark.parametrize(
    "line",
    [
        "The Post reported that Norway's premier appeared on Sunday to call for a truce.",
        "Sign up to the truce, the minister told the rebels on Monday.",
        "Read more than 40 nations' names under the call for a truce",
    ],
)
def test_a_sentence_that_begins_like_a_teaser_is_read(line: str) -> None:
    assert hide_teasers(f"Talks began.\n{line}") == f"Talks began.\n{line}"


@pytest.mark.parametrize(
    "line",
    [
        "The post Norway calls for a truce appeared first on Fjord Post.",
        "Sign up for our daily newsletter.",
        "Read more about the truce",
    ],
)
def test_a_line_about_the_page_is_hidden(line: str) -> None:
    assert hide_teasers(f"Talks began.\n{line}").strip() == "Talks began."


@given(st.lists(st.sampled_from(["Read more: A truce", "Related: Oil", "Talks began.", "", "Advertisement"])))
def test_offsets_stay(lines: list[str]) -> None:
    text = "\n".join(lines)
    hidden = hide_teasers(text)
    assert len(hidden) == len(text)
    assert all(a in (b, " ") for a, b in zip(hidden, text, strict=True))
