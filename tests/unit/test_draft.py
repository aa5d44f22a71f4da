"""What an article is read as."""

import pytest

from streams.core.draft import draft
from tests.unit.drafts import raw

SHORT = "Norway urged a ceasefire in Mali on Monday."
LONG = "Norway urged a ceasefire in Mali, and nobody answered for hours. " * 20


@pytest.mark.parametrize(
    ("title", "text", "is_kept"),
    [
        ("Norway urges ceasefire", SHORT, True),
        ("Recipes for the summer", SHORT, False),
        ("Recipes for the summer", LONG, True),
        ("The 2025 of the 2024", LONG, False),
    ],
)
def test_only_a_short_item_loses_a_headline_that_is_not_its_own(title: str, text: str, is_kept: bool) -> None:
    assert draft(raw(text, title), "en").has_headline is is_kept
