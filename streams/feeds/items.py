"""What every kind of feed is read into, and how its fields are cleaned."""

import contextlib
import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urljoin

from streams.core.markup import clean_text, text_of_html
from streams.core.teasers import without_teaser


@dataclass(frozen=True, slots=True)
class Item:
    """One entry. text is plain; is_whole says that the feed calls it content and not a summary. Times as claimed."""

    guid: str | None
    url: str | None
    title: str
    text: str
    is_whole: bool
    author: str | None
    published_at: datetime | None
    updated_at: datetime | None
    language: str | None


@dataclass(frozen=True, slots=True)
class ParsedFeed:
    """A feed as it came; items in its own order."""

    kind: str
    title: str
    language: str | None
    items: tuple[Item, ...]


def plain(markup: str) -> str:
    """Readable text of an entry's markup, without what it says about itself."""
    return without_teaser(text_of_html(markup))


def one_line(text: Any) -> str:
    """A title or a name as one clean line; empty for anything else than text."""
    return " ".join(clean_text(text).split()) if isinstance(text, str) else ""


def tag(language: Any) -> str | None:
    """A language as BCP 47 writes it, or None where what stands there is none."""
    if not isinstance(language, str):
        return None
    found = language.strip().replace("_", "-")
    return found if re.fullmatch(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*", found) else None


def absolute(base: str, link: Any) -> str | None:
    """The link as a web address of at most 4096 characters, or None."""
    if not isinstance(link, str) or not link.strip():
        return None
    with contextlib.suppress(ValueError):  # such as a host in half a bracket: then there is no link
        there = urljoin(base, link.strip())
        if there.startswith(("http://", "https://")) and len(there) <= 4096:
            return there
    return None
