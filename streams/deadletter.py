"""What becomes of a record that cannot be served: its original bytes, where it stood, and why."""

import base64
from datetime import datetime

from streams.core.errors import Rejected
from streams.core.model import DeadLetter, stable_id


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
    """The dead letter of one record; the same record and step give the same id, so that it is kept once."""
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


def original_value(letter: DeadLetter) -> bytes:
    """The bytes of the record as they stood on its topic."""
    return base64.b64decode(letter.value_base64)
