"""JSONL and CSV."""

import codecs
import csv
from collections.abc import Callable, Iterator

from streams.core.errors import Rejected
from streams.doors.fields import Fields
from streams.doors.record import Reader, Rows, Source
from streams.topology import MAX_MESSAGE_BYTES

LONGEST_LINE = MAX_MESSAGE_BYTES
TOO_LONG = Rejected("too_large", "", f"longer than {LONGEST_LINE} bytes")


def read_jsonl(fields: Fields) -> Reader:
    """A reader of JSON lines; each line goes as it stands unless fields are mapped."""

    def read(source: Source, skip: int) -> Rows:
        for number, line in enumerate(_bounded(source), 1):
            if number <= skip:
                continue
            if line is None:
                yield number, None, TOO_LONG
            else:
                value = line.strip()
                if value:
                    yield number, fields.mapped(value), None

    return read


def read_csv(fields: Fields, delimiter: str | None) -> Reader:
    """A reader of CSV in UTF-8 with a heading. delimiter: None takes what stands most often in the heading."""

    def read(source: Source, skip: int) -> Rows:
        csv.field_size_limit(LONGEST_LINE)
        heading: list[str] = []
        text = _texts(source, lambda first: delimiter or likely_delimiter(first))
        sign = next(text, "")
        if not sign:
            return
        rows = csv.reader(text, delimiter=sign, strict=True)
        number = 0
        while True:
            number += 1
            try:
                row = next(rows)
            except StopIteration:
                return
            except (csv.Error, UnicodeDecodeError) as error:
                yield number, None, Rejected("bad_csv", "", f"no CSV in UTF-8: {error}")
                return  # where the next row begins cannot be told
            if not heading:
                heading = [name.strip() for name in row]
            elif number <= skip or not any(row):
                continue
            elif len(row) != len(heading):
                detail = f"{len(row)} cells where the heading has {len(heading)}"
                yield number, None, Rejected("bad_csv", "", detail)
            else:
                yield number, fields.article(dict(zip(heading, row, strict=True))), None

    return read


def likely_delimiter(heading: str) -> str:
    """Comma, semicolon, tab or bar: the one that the heading has most of."""
    return max(",;\t|", key=heading.count)


def _texts(source: Source, delimiter_of: Callable[[str], str]) -> Iterator[str]:
    """The delimiter first, which the heading decides, then the lines."""
    decode = codecs.getincrementaldecoder("utf-8-sig")().decode
    first = decode(source.readline(LONGEST_LINE))
    if not first.strip():
        return
    yield delimiter_of(first)
    yield first
    while line := source.readline(LONGEST_LINE):
        yield decode(line)


def _bounded(source: Source) -> Iterator[bytes | None]:
    """The lines; None for one that is too long to be sent, which is passed over and never held as a whole."""
    while line := source.readline(LONGEST_LINE + 1):
        if len(line) <= LONGEST_LINE or line.endswith(b"\n"):
            yield line
            continue
        while (rest := source.readline(1024 * 1024)) and not rest.endswith(b"\n"):
            pass
        yield None
