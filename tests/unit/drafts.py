"""Articles for tests of the reading: short to write, prepared as the reader prepares them."""

from datetime import UTC, datetime

from streams.core.draft import Draft
from streams.core.model import RawArticle
from streams.core.prepare import Lexicon, prepare

AT = datetime(2025, 6, 1, tzinfo=UTC)


def raw(text: str, title: str = "") -> RawArticle:
    return RawArticle("a", "Wire", title, text, AT, language="en")


def drafted(lexicon: Lexicon, text: str) -> Draft:
    """An article of this text alone."""
    return prepare(raw(text), lexicon)
