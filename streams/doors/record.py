"""What every door gives."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Protocol

from streams.core.errors import Rejected


@dataclass(frozen=True, slots=True)
class Record:
    """One record of an input, numbered from 1. value is None where nothing can be sent: then fault says why,
    or, without a fault, the record is no article and is left, such as a picture in a WARC file.

    place: the file, where there are several. size: bytes of the input, as it lies there, since the last record.
    """

    number: int
    value: bytes | None
    size: int = 0
    fault: Rejected | None = None
    place: str = ""


class Source(Protocol):
    """A stream of bytes that are already decompressed."""

    def read(self, size: int = -1, /) -> bytes:
        """Up to so many bytes; none at the end."""

    def readline(self, size: int = -1, /) -> bytes:
        """A line with its end, up to so many bytes of it; none at the end."""


# (number, value or None, fault or None) of each record after the first ``skip``.
Rows = Iterator[tuple[int, bytes | None, Rejected | None]]
Reader = Callable[[Source, int], Rows]
