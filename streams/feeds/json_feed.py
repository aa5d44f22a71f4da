"""JSON Feed 1 and 1.1 (jsonfeed.org)."""

from datetime import UTC, datetime
from typing import Any

import orjson

from streams.core.markup import clean_text
from streams.core.teasers import without_teaser
from streams.feeds.errors import FetchFailed
from streams.feeds.items import Item, ParsedFeed, absolute, one_line, plain, tag


def parse_json_feed(body: bytes, url: str) -> ParsedFeed:
    """The feed that the bytes hold. Raises FetchFailed with ``not_a_feed``."""
    try:
        document = orjson.loads(body.removeprefix(b"\xef\xbb\xbf"))
    except orjson.JSONDecodeError as error:
        raise FetchFailed("not_a_feed", f"it begins like JSON and is none: {error}") from error
    items = document.get("items")
    if "jsonfeed.org/version" not in str(document.get("version")) or not isinstance(items, list):
        raise FetchFailed("not_a_feed", "JSON, but no JSON Feed: it lacks `version` or `items`")
    return ParsedFeed(
        kind=f"JSON Feed {str(document['version']).rpartition('/')[2]}",
        title=one_line(document.get("title")),
        language=tag(document.get("language")),
        items=tuple(_item(item, url) for item in items if isinstance(item, dict)),
    )


def _item(item: dict[str, Any], base: str) -> Item:
    written = item.get("content_text")
    markup = item.get("content_html")
    whole = without_teaser(clean_text(written)) if isinstance(written, str) else ""
    whole = whole or (plain(markup) if isinstance(markup, str) else "")
    summary = item.get("summary")
    given = item.get("id")
    return Item(
        guid=str(given).strip() or None if isinstance(given, str | int | float) else None,
        url=absolute(base, item.get("url")) or absolute(base, item.get("external_url")),
        title=one_line(item.get("title")),
        text=whole or (without_teaser(clean_text(summary)) if isinstance(summary, str) else ""),
        is_whole=bool(whole),
        author=_authors(item),
        published_at=_time(item.get("date_published")),
        updated_at=_time(item.get("date_modified")),
        language=tag(item.get("language")),
    )


def _authors(item: dict[str, Any]) -> str | None:
    listed = item.get("authors")
    people = listed if isinstance(listed, list) else [item.get("author")]
    names = [one_line(person.get("name")) for person in people if isinstance(person, dict)]
    return ", ".join(filter(None, names)) or None


def _time(value: Any) -> datetime | None:
    if not isinstance(value, str):
        return None
    try:
        found = datetime.fromisoformat(value.strip())
        return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
