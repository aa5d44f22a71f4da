"""The raw edge: bytes of ``articles.raw`` become a RawArticle, or are rejected with a reason."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

import jsonschema_rs
import orjson

from streams.core.canonical import canonical_url
from streams.core.errors import Rejected
from streams.core.markup import clean_text, nesting, text_of_html
from streams.core.model import RawArticle, stable_id

KNOWN_FIELDS = frozenset({"id", "url", "source", "title", "text", "html", "published_at", "language"})
EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
CLOCK_SKEW = timedelta(days=1)
MAX_DEPTH = 20
MAX_HTML_DEPTH = 2_000
MAX_ID_BYTES = 512  # what Elasticsearch takes as a document id
BOM = b"\xef\xbb\xbf"
_BARE_DATE = re.compile(r"\d{4}-\d{2}-\d{2}\Z")


class RawArticles:
    """Reads raw articles by a JSON Schema that is compiled once."""

    def __init__(self, schema: Mapping[str, Any]) -> None:
        self._validator = jsonschema_rs.validator_for(dict(schema))

    def read(self, value: bytes | None, now: datetime) -> RawArticle:
        """One record's bytes as an article. ``now`` bounds the time of publication from above.

        Of a key that stands twice in an object the last one counts, as in every common JSON reader.
        Raises Rejected with the code of the first thing that is wrong, whatever that is: the next record is served.
        """
        document = parse_object(value)
        try:
            self._check_schema(document)
            return to_article(document, now)
        except (Rejected, MemoryError):
            raise
        except Exception as error:
            raise Rejected("reader_failed", "", _short(f"{type(error).__name__}: {error}")) from error

    def _check_schema(self, document: dict[str, Any]) -> None:
        try:
            error = next(iter(self._validator.iter_errors(document)), None)
        except ValueError as trouble:  # what is wrong would be told with the whole value, which has a limit
            raise Rejected("too_deep", "", "a value is wrong, and nested too deep to say which") from trouble
        if error is None:
            return
        path = ".".join(str(step) for step in error.instance_path)
        raise Rejected(_schema_code(error, document), path, _short(error.message))


def parse_object(value: bytes | None) -> dict[str, Any]:
    """The JSON object that the bytes hold. Raises Rejected for anything else."""
    if not value:
        raise Rejected("empty_value", "", "the record has no value")
    value = value.removeprefix(BOM)
    try:
        value.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Rejected("bad_encoding", "", f"not UTF-8 at byte {error.start}: {error.reason}") from error
    try:
        document = orjson.loads(value)
    except orjson.JSONDecodeError as error:
        raise Rejected("bad_json", "", _short(str(error))) from error
    if not isinstance(document, dict):
        raise Rejected("not_an_object", "", f"a JSON {type(document).__name__} where an object is needed")
    return document


def to_article(document: Mapping[str, Any], now: datetime) -> RawArticle:
    """A document that passed the schema as an article; raises Rejected where a value makes no sense."""
    text = _article_text(document)
    if not text:
        raise Rejected(
            "empty_text", "text", "no text is left after markup and control characters are removed"
        )
    source = clean_text(document["source"])
    if not source:
        raise Rejected("empty_source", "source", "the source is blank")
    title = clean_text(document.get("title") or "").replace("\n", " ")
    published_at = read_time(document["published_at"], now)
    extra = {key: value for key, value in document.items() if key not in KNOWN_FIELDS}
    if _deeper_than(extra, MAX_DEPTH):
        raise Rejected("too_deep", "extra", f"unknown fields are nested deeper than {MAX_DEPTH} levels")
    url = (document.get("url") or "").strip() or None
    return RawArticle(
        article_id=_article_id(document.get("id"), url, source, title, published_at),
        source=source,
        title=title,
        text=text,
        published_at=published_at,
        url=url,
        language=document.get("language") or None,
        extra=extra,
    )


def read_time(value: str | float, now: datetime) -> datetime:
    """A time of publication in UTC, to the second. Raises Rejected if none is meant or it cannot be true."""
    try:
        time = _parse_time(value)
    except (ValueError, OverflowError, OSError, TypeError) as error:
        raise Rejected("bad_date", "published_at", f"{_short(repr(value))} is no date: {error}") from error
    if time < EARLIEST:
        raise Rejected("date_too_old", "published_at", f"{time.isoformat()} lies before {EARLIEST.date()}")
    if time > now + CLOCK_SKEW:
        raise Rejected("date_in_future", "published_at", f"{time.isoformat()} lies more than a day ahead")
    return time


def _parse_time(value: str | float) -> datetime:
    if isinstance(value, (int, float)):
        return datetime.fromtimestamp(value, UTC).replace(microsecond=0)
    value = value.strip()
    if _BARE_DATE.match(value):
        value += "T12:00:00+00:00"
    try:
        time = datetime.fromisoformat(value)
    except ValueError:
        time = parsedate_to_datetime(value)
    if time.tzinfo is None:
        time = time.replace(tzinfo=UTC)
    return time.astimezone(UTC).replace(microsecond=0)


def _article_text(document: Mapping[str, Any]) -> str:
    for field in ("text", "html"):
        if nesting(document.get(field) or "", MAX_HTML_DEPTH) == MAX_HTML_DEPTH:
            raise Rejected("too_deep", field, f"elements are nested deeper than {MAX_HTML_DEPTH} levels")
    return clean_text(document.get("text") or "") or text_of_html(document.get("html") or "")


def _article_id(given: str | int | None, url: str | None, source: str, title: str, at: datetime) -> str:
    if given is not None and (article_id := str(given).strip()):
        if len(article_id.encode()) > MAX_ID_BYTES:
            raise Rejected("id_too_long", "id", f"longer than {MAX_ID_BYTES} bytes")
        return article_id
    if url:
        return stable_id("url", canonical_url(url))
    return stable_id("article", source, title, at.isoformat())


def _schema_code(error: jsonschema_rs.ValidationError, document: Mapping[str, Any]) -> str:
    keyword = error.kind.name
    if keyword == "anyOf":
        return "missing_text"
    if keyword == "required":
        missing = next(name for name in ("source", "published_at") if name not in document)
        return f"missing_{missing}"
    return {"type": "wrong_type", "maxLength": "too_long", "minLength": "empty_source"}.get(
        keyword, "bad_schema"
    )


def _deeper_than(value: Any, limit: int) -> bool:
    level = [value]
    for _ in range(limit):
        level = [child for node in level for child in _children(node)]
        if not level:
            return False
    return True


def _children(node: Any) -> list[Any]:
    inner = list(node.values()) if isinstance(node, dict) else node if isinstance(node, list) else []
    return [child for child in inner if isinstance(child, (dict, list))]


def _short(text: str, limit: int = 200) -> str:
    return text if len(text) <= limit else f"{text[:limit]}…"
