"""Content encodings undone piece by piece, so that a bomb is met before it goes off."""

import zlib
from collections.abc import Callable, Iterator

import brotli

from streams.feeds.errors import FetchFailed

PIECE = 64 * 1024
_GZIP = b"\x1f\x8b"
ACCEPTED = "gzip, br"


class Inflater:
    """Undoes one content encoding. ``feed`` gives pieces of about 64 KiB, made only as they are asked for."""

    def __init__(self, encoding: str) -> None:
        kinds: dict[str, Callable[[], Iterator[bytes]]] = {
            "": self._plain, "identity": self._plain, "gzip": self._gzip, "x-gzip": self._gzip, "br": self._brotli,
        }  # fmt: skip
        encoding = encoding.strip().lower()
        if encoding not in kinds:
            raise FetchFailed("bad_encoding", f"the server answers in {encoding!r}, asked was {ACCEPTED}")
        self._pieces = kinds[encoding]
        self._gzip_state = zlib.decompressobj(wbits=31)
        self._brotli_state = brotli.Decompressor()
        self._is_complete: Callable[[], bool] = {
            self._plain: lambda: True,
            self._gzip: lambda: self._gzip_state.eof,
            self._brotli: self._brotli_state.is_finished,
        }[self._pieces]
        self._data = b""
        self._between = b""  # the first byte of a member whose second has not come yet

    def feed(self, data: bytes) -> Iterator[bytes]:
        """The pieces that come of more input. Raises FetchFailed if it cannot be decompressed."""
        self._data = data
        try:
            yield from self._pieces()
        except (zlib.error, brotli.error) as error:
            raise FetchFailed("bad_encoding", f"what came cannot be decompressed: {error}") from error

    def finish(self) -> None:
        """Raises FetchFailed if the input was cut short."""
        if not self._is_complete():
            raise FetchFailed("bad_encoding", "what came was cut short")

    def _plain(self) -> Iterator[bytes]:
        yield self._data

    def _gzip(self) -> Iterator[bytes]:
        """Member after member; what follows the last and is none, such as padding, counts nothing."""
        data = self._between + self._data
        self._between = b""
        while data:
            if self._gzip_state.eof:
                if not data.startswith(_GZIP):
                    self._between = data if data == _GZIP[:1] else b""
                    return
                self._gzip_state = zlib.decompressobj(wbits=31)
            yield self._gzip_state.decompress(data, PIECE)
            data = self._gzip_state.unconsumed_tail or self._gzip_state.unused_data

    def _brotli(self) -> Iterator[bytes]:
        piece = self._brotli_state.process(self._data, output_buffer_limit=PIECE)
        while piece:  # can_accept_more_data() is true already while output is still held back
            yield piece
            piece = self._brotli_state.process(b"", output_buffer_limit=PIECE)
