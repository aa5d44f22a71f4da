"""RSS, Atom and JSON Feed as items. Pure: bytes in, records out; it runs in a process of its own (``workshop.py``)."""

import calendar
import io
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from xml.sax import SAXException, handler, xmlreader

import feedparser
from defusedxml import EntitiesForbidden
from defusedxml.expatreader import DefusedExpatParser
from feedparser.encodings import convert_to_utf8

from streams.core.markup import clean_text
from streams.feeds.errors import FetchFailed
from streams.feeds.items import Item, ParsedFeed, absolute, one_line, plain, tag
from streams.feeds.json_feed import parse_json_feed


def parse_feed(body: bytes, content_type: str, url: str) -> ParsedFeed:
    """The feed that the bytes hold. Raises FetchFailed: ``not_a_feed``, ``xml_entities``."""
    if body.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"{":
        return parse_json_feed(body, url)
    headers = {"content-type": content_type, "content-location": url}
    # Of the bytes that the library reads in the end: in EBCDIC a declaration looks like none.
    _refuse_entities(convert_to_utf8(headers, body, {}))
    # A stream, because the library takes bytes that look like an address or a file name for one.
    found = feedparser.parse(
        io.BytesIO(body),
        response_headers=headers,
        sanitize_html=False,
        resolve_relative_uris=False,
    )
    if not found.get("version") and not found.entries:
        begins = clean_text(body[:300].decode("utf-8", "replace"))[:80]
        raise FetchFailed("not_a_feed", f"neither RSS nor Atom nor JSON Feed; it begins with {begins!r}")
    feed = found.feed
    return ParsedFeed(
        kind=feedparser.api.SUPPORTED_VERSIONS.get(found.version, "unknown"),
        title=one_line(feed.get("title")),
        language=tag(feed.get("language")),
        items=tuple(_item(entry, url) for entry in found.entries),
    )


def _refuse_entities(body: bytes) -> None:
    """Raise FetchFailed if the document declares entities; one that is no XML is looked through as text."""
    reader = DefusedExpatParser(
        forbid_external=False
    )  # a DOCTYPE that names a DTD is fine: it is never fetched
    reader.setContentHandler(handler.ContentHandler())
    reader.setFeature(handler.feature_external_ges, False)
    source = xmlreader.InputSource()
    source.setByteStream(io.BytesIO(body))
    declared = False
    try:
        reader.parse(source)
    except EntitiesForbidden:
        declared = True
    except (SAXException, ValueError, LookupError):
        # Zero bytes go, so that UTF-16 and UTF-32 are read as well.
        declared = b"<!entity" in body.replace(b"\0", b"").lower()
    if declared:
        raise FetchFailed("xml_entities", "the document declares XML entities, which are refused")


def _item(entry: Mapping[str, Any], base: str) -> Item:
    raw: dict[str, Any] = dict(entry)  # its own get() passes one date off as another
    contents = [each.get("value") or "" for each in raw.get("content", ())]
    whole = plain(max(contents, key=len, default=""))
    summary = plain(raw.get("summary") or "")
    text = whole if len(whole) >= len(summary) else summary
    language = next((each.get("language") for each in raw.get("content", ()) if each.get("language")), None)
    detail = raw.get("title_detail") or {}
    return Item(
        guid=(raw.get("id") or "").strip() or None,
        url=absolute(base, raw.get("feedburner_origlink") or raw.get("link")),
        title=one_line(raw.get("title")),
        text=text,
        is_whole=bool(whole) and text == whole,
        author=_authors(raw),
        published_at=_time(raw.get("published_parsed") or raw.get("created_parsed")),
        updated_at=_time(raw.get("updated_parsed")),
        language=tag(language or detail.get("language")),
    )


def _authors(raw: Mapping[str, Any]) -> str | None:
    names = [one_line(person.get("name")) for person in raw.get("authors", ())]
    return ", ".join(dict.fromkeys(filter(None, names))) or one_line(raw.get("author")) or None


def _time(parsed: time.struct_time | None) -> datetime | None:
    if parsed is None:
        return None
    try:
        return datetime.fromtimestamp(calendar.timegm(parsed), UTC)
    except (ValueError, OverflowError, OSError):
        return None
