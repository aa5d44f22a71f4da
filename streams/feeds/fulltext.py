"""The article of a web page, found by trafilatura. It runs in a process of its own (``workshop.py``)."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from lxml.etree import LxmlError
from trafilatura import bare_extraction

from streams.core.markup import clean_text
from streams.core.teasers import without_teaser
from streams.feeds.errors import FetchFailed
from streams.feeds.items import one_line, tag

MIN_LETTERS = 200
MAX_LETTERS = 1_000_000
_META_TIME = re.compile(
    r"""["'](?:article:published_time|datePublished|parsely-pub-date|sailthru\.date|date)["']\s*(?::|content=)\s*"""
    r"""["'](\d{4}-\d\d-\d\dT[\d:.]{5,15}(?:Z|[+-]\d\d:?\d\d)?)["']"""
)

_LANGUAGE = re.compile(r"""<html\b[^>]{0,400}\blang=["']?([\w-]{2,35})""", re.I)


@dataclass(frozen=True, slots=True)
class Page:
    """What a page says. text is plain, a line a paragraph; what is not found is None."""

    title: str | None
    author: str | None
    published_at: datetime | None
    site: str | None
    language: str | None
    text: str


def extract(body: bytes, content_type: str, url: str | None) -> Page | None:
    """The article of an HTML page, or None where there is none: a front page, a wall, an error in good clothes.

    Raises FetchFailed with ``unforeseen`` where reading it fails in a way that nobody thought of.
    """
    try:
        return _article(decode(body, content_type), url)
    except (MemoryError, RecursionError):
        raise  # the workshop has a word for these
    except Exception as error:
        raise FetchFailed("unforeseen", f"{url or 'the page'} cannot be read: {error!r}") from error


def _article(markup: str, url: str | None) -> Page | None:
    try:
        found = bare_extraction(
            markup, url=url, favor_precision=True, include_comments=False, include_tables=False, with_metadata=True,
            date_extraction_params={"original_date": True, "extensive_search": False},
        )  # fmt: skip
    except (ValueError, LxmlError):
        return None
    if found is None or isinstance(found, dict):
        return None
    language = _LANGUAGE.search(markup[:4096])
    text = _without_heading(without_teaser(clean_text(found.text or "")), one_line(found.title))
    if not MIN_LETTERS <= len(text) <= MAX_LETTERS:
        return None
    return Page(
        title=one_line(found.title) or None,
        author=one_line(found.author) or None,
        published_at=_time(markup, found.date),
        site=one_line(found.sitename) or None,
        language=tag(language[1]) if language else None,
        text=text,
    )


def _without_heading(text: str, title: str) -> str:
    """The text without the title above it, which the article has a field for."""
    first, _, rest = text.partition("\n")
    return rest if title and first.casefold() == title.casefold() else text


def decode(body: bytes, content_type: str) -> str:
    """The page as text: by the header's charset, else by the page's own, else as UTF-8."""
    named = re.search(r"charset=[\"']?([\w.:-]+)", content_type, re.I)
    inside = re.search(rb"<meta[^>]{0,200}charset=[\"']?([\w.:-]+)", body[:4096], re.I)
    for encoding in ("utf-8-sig", named and named[1], inside and inside[1].decode(), "cp1252"):
        if encoding:
            try:
                return body.decode(encoding)
            except (UnicodeError, LookupError):  # some of Python's codecs raise no UnicodeDecodeError
                continue
    return body.decode("utf-8", "replace")


def _time(markup: str, day: str | None) -> datetime | None:
    """The day that the extractor found, to the second where the page's own record of that day has it."""
    if not day or not re.fullmatch(r"\d{4}-\d\d-\d\d", day):
        return None
    noon = datetime.fromisoformat(f"{day}T12:00:00+00:00")
    for found in _META_TIME.finditer(markup):
        try:
            time = datetime.fromisoformat(found[1])
            time = (time if time.tzinfo else time.replace(tzinfo=UTC)).astimezone(UTC).replace(microsecond=0)
        except (ValueError, OverflowError):
            continue
        if abs(time - noon) <= timedelta(hours=36):
            return time
    return noon
