"""WARC files: each web page that has an article becomes one."""

from typing import Any
from urllib.parse import urlsplit

from warcio.archiveiterator import ArchiveIterator
from warcio.exceptions import ArchiveLoadFailed

from streams.core.errors import Rejected
from streams.doors.fields import Fields
from streams.doors.record import Reader, Rows, Source
from streams.feeds.errors import FetchFailed
from streams.feeds.fulltext import extract
from streams.feeds.workshop import Workshop

LARGEST_PAGE = 4 * 1024 * 1024


def read_warc(fields: Fields, workshop: Workshop) -> Reader:
    """A reader of WARC records. Whatever is no page with an article is left, without being a fault."""

    def read(source: Source, skip: int) -> Rows:
        number = 0
        try:
            for number, record in enumerate(ArchiveIterator(source), 1):
                if number <= skip:
                    continue
                try:
                    value = _article(record, fields, workshop)
                except FetchFailed as failed:
                    yield number, None, Rejected(failed.code, "", failed.detail)
                else:
                    _to_its_end(record)
                    yield number, value, None
        except (ArchiveLoadFailed, EOFError, ValueError) as error:
            yield number + 1, None, Rejected("bad_warc", "", f"cannot be read on: {error}")

    return read


def _to_its_end(record: Any) -> None:
    """Read what is left of a record. Raises EOFError if less comes than it announces, which warcio lets pass."""
    while record.raw_stream.read(1024 * 1024):
        pass
    if getattr(record.raw_stream, "limit", 0) > 0:
        raise EOFError("the file ends in the middle of this record")


def _article(record: Any, fields: Fields, workshop: Workshop) -> bytes | None:
    head = record.rec_headers
    answer = record.http_headers
    url = head.get_header("WARC-Target-URI") or ""
    if record.rec_type != "response" or answer is None or answer.get_statuscode() != "200":
        return None
    kind = answer.get_header("Content-Type") or ""
    if "html" not in kind.lower() or not url.startswith(("http://", "https://")):
        return None
    body = record.content_stream().read(LARGEST_PAGE + 1)
    if len(body) > LARGEST_PAGE:
        raise FetchFailed("too_large", f"{url} is larger than {LARGEST_PAGE} bytes")
    page = workshop.run_and_wait(extract, body, kind, url)
    if page is None:
        return None
    return fields.article(
        {
            "url": url,
            "source": page.site or (urlsplit(url).hostname or "").removeprefix("www."),
            "title": page.title,
            "text": page.text,
            "published_at": page.published_at or head.get_header("WARC-Date"),
            "language": page.language,
            "author": page.author,
            "fetched_at": head.get_header("WARC-Date"),
        }
    )
