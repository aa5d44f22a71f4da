"""Files and folders as records: what kind each is, how it is packed, and where to go on."""

import gzip
import io
import sys
import zlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from backports import zstd

from streams.core.errors import Rejected
from streams.doors.fields import Fields
from streams.doors.lines import read_csv, read_jsonl
from streams.doors.parquet import read_parquet
from streams.doors.record import Reader, Record, Rows, Source
from streams.feeds.workshop import Workshop

KINDS = {
    ".jsonl": "jsonl", ".ndjson": "jsonl", ".json": "jsonl", ".csv": "csv", ".tsv": "csv", ".parquet": "parquet",
    ".warc": "warc",
}  # fmt: skip
PACKED = {".gz", ".zst"}
STDIN = Path("-")


@dataclass(frozen=True, slots=True)
class Doors:
    """How inputs are read. kind: of every input, else each by its name; delimiter: of CSV, else by its heading."""

    fields: Fields
    kind: str | None = None
    delimiter: str | None = None


def kind_of(path: Path) -> str | None:
    """The kind of a file by its name, packed or not; None for a name that tells nothing."""
    endings = [ending.lower() for ending in path.suffixes]
    if endings and endings[-1] in PACKED:
        endings.pop()
    return KINDS.get(endings[-1]) if endings else None


def inputs(path: Path) -> tuple[Path, ...]:
    """The file itself, or all files of a folder and those below it that can be read, in the order of their names."""
    if not path.is_dir():
        return (path,)
    found = (each for each in path.rglob("*") if each.is_file() and kind_of(each))
    return tuple(
        sorted(
            each for each in found if not any(part.startswith(".") for part in each.relative_to(path).parts)
        )
    )


def records(path: Path, doors: Doors, skip: int = 0, place: str = "") -> Iterator[Record]:
    """The records of a file, or of standard input (``-``), after the first ``skip``.

    Raises OSError if it cannot be opened, NeedsExtra for Parquet without pyarrow.
    """
    kind = doors.kind or kind_of(path) or "jsonl"
    with ExitStack() as stack:
        if kind == "parquet":
            size = path.stat().st_size
            yield from _numbered(read_parquet(path, doors.fields, skip), _all_at_end(size), place)
            return
        standard = cast(io.BufferedReader, sys.stdin.buffer)
        file = standard if path == STDIN else stack.enter_context(path.open("rb"))
        reader = _reader(kind, path, doors, stack)
        position = _position(file)
        # WARC files are packed record by record, which their own reader undoes.
        source: Source = file if kind == "warc" and path.suffix != ".zst" else unpacked(file, stack)
        yield from _numbered(reader(source, skip), position, place)


def _reader(kind: str, path: Path, doors: Doors, stack: ExitStack) -> Reader:
    if kind == "csv":
        is_tsv = ".tsv" in path.suffixes
        return read_csv(doors.fields, doors.delimiter or ("\t" if is_tsv else None))
    if kind == "warc":
        from streams.doors.warc import read_warc  # noqa: PLC0415 - only this door needs what it brings along

        workshop = Workshop()
        stack.callback(workshop.close)
        return read_warc(doors.fields, workshop)
    return read_jsonl(doors.fields)


def _numbered(rows: Rows, position: Callable[[], int], place: str) -> Iterator[Record]:
    at, number = 0, 0
    try:
        for number, value, fault in rows:
            now = position()
            yield Record(number, value, now - at, fault, place)
            at = now
    except (EOFError, OSError, zlib.error, zstd.ZstdError) as error:
        yield Record(number + 1, None, 0, Rejected("bad_input", "", f"cannot be read on: {error}"), place)


def unpacked(file: io.BufferedReader, stack: ExitStack) -> Source:
    """The stream without gzip or zstd, told by its first bytes and not by its name."""
    magic = file.peek(4)[:4]
    if magic[:2] == b"\x1f\x8b":
        return stack.enter_context(gzip.GzipFile(fileobj=file))
    if magic == b"\x28\xb5\x2f\xfd":
        return stack.enter_context(zstd.ZstdFile(file))
    return file


def _position(file: io.BufferedReader) -> Callable[[], int]:
    return file.tell if file.seekable() else lambda: 0


def _all_at_end(size: int) -> Callable[[], int]:
    return lambda: size
