"""What becomes of a record that cannot be served: its original bytes, where it stood, and why."""

import base64
from collections import Counter, deque
from datetime import datetime
from typing import Any

from streams.core.errors import Rejected
from streams.core.model import DeadLetter, stable_id
from streams.topology import MAX_LETTER_BYTES

EXCERPT_BYTES = 2000
KEPT_IN_PART = "kept_in_part"
_ROOM = 64 * 1024  # in a letter, for all but key and value


def dead_letter(
    *,
    topic: str,
    partition: int,
    offset: int,
    key: bytes | None,
    value: bytes | None,
    step: str,
    fault: Rejected,
    at: datetime,
) -> DeadLetter:
    """The dead letter of one record; the same record and step give the same id, so that it is kept once.

    A record that is too large for a letter, as one that came compressed may be, is kept in part: the rest of it stands on
    its topic, and ``replay`` leaves such a letter alone.
    """
    if _size(key, value) > MAX_LETTER_BYTES:
        fault = Rejected(
            KEPT_IN_PART,
            "",
            f"{fault}; too large for a letter, which has its beginning; its topic has all of it",
        )
        key, value = key and key[:EXCERPT_BYTES], value and value[:EXCERPT_BYTES]
    return DeadLetter(
        dead_id=stable_id("dead", topic, str(partition), str(offset), step),
        topic=topic,
        partition=partition,
        offset=offset,
        key=None if key is None else key.decode("utf-8", "replace"),
        value_base64=base64.b64encode(value or b"").decode("ascii"),
        step=step,
        code=fault.code,
        reason=str(fault),
        at=at,
    )


def _size(key: bytes | None, value: bytes | None) -> int:
    """At most so many bytes a letter takes: a byte of a key is six where JSON escapes it."""
    return 6 * len(key or b"") + 4 * (len(value or b"") // 3 + 1) + _ROOM


def dead_document(letter: DeadLetter) -> dict[str, Any]:
    """The letter as ``dead`` and Kibana find it: with the beginning of its text, and open until somebody acts."""
    text = original_value(letter)[:EXCERPT_BYTES].decode("utf-8", "replace")
    fields = {name: getattr(letter, name) for name in letter.__dataclass_fields__}
    return {**fields, "excerpt": text, "state": "open"}


class TooManyBad(Exception):  # noqa: N818 - says what is so
    """Among the last records, more were bad than a healthy stream ever holds: the fault is rather ours."""


class Breaker:
    """Counts bad records among the last ones. Told before they are buried, so that a bad deploy drains nothing.

    A batch is judged as a whole, together with the batches before it, once they make ``window`` records.
    """

    def __init__(self, ratio: float, window: int) -> None:
        self._ratio = ratio
        self._window = window
        self._batches: deque[list[int]] = deque()  # records, and the bad ones among them
        self._codes: deque[Counter[str]] = deque()

    def open_batch(self, records: int) -> None:
        """The next ``bad`` belong to this batch. Batches that the window no longer needs are forgotten."""
        self._batches.append([records, 0])
        self._codes.append(Counter())
        while sum(size for size, _ in self._batches) - self._batches[0][0] >= self._window:
            self._batches.popleft()
            self._codes.popleft()

    def bad(self, codes: list[str]) -> None:
        """Records of the open batch are bad, for these reasons. Raises TooManyBad."""
        if not self._batches:
            return
        self._batches[-1][1] += len(codes)
        self._codes[-1].update(codes)
        seen = sum(size for size, _ in self._batches)
        bad = sum(count for _, count in self._batches)
        if seen >= self._window and bad / seen > self._ratio:
            why = sum(self._codes, Counter()).most_common(3)
            reasons = ", ".join(f"{code} {count}" for code, count in why)
            raise TooManyBad(f"{bad} of the last {seen} records were bad ({reasons})")


def original_value(letter: DeadLetter) -> bytes:
    """The bytes of the record as they stood on its topic."""
    return base64.b64decode(letter.value_base64)
