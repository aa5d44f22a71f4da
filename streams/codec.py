"""Records to JSON bytes and back. Raw articles have a reader of their own: ``core/validate.py``."""

from functools import cache
from typing import Any, TypeVar, cast

import orjson
from pydantic import TypeAdapter, ValidationError

from streams.core.errors import Rejected
from streams.core.model import DeadLetter, Observation, ReportedShift, Shift
from streams.core.validate import parse_object

T = TypeVar("T")
JSON_OPTIONS = orjson.OPT_UTC_Z


def encode(record: Any) -> bytes:
    """A record, or anything made of records, as compact JSON; times as RFC 3339 with ``Z``."""
    return orjson.dumps(record, option=JSON_OPTIONS)


def decode_reading(value: bytes | None) -> Observation | ReportedShift:
    """A value of ``stance.observations``: a reported shift has ``after`` where an observation has ``stance``."""
    document = parse_object(value)
    if "stance" in document:
        return _decode(Observation, document)
    return _decode(ReportedShift, document)


def decode_shift(value: bytes | None) -> Shift:
    """A value of ``stance.shifts``. Raises Rejected."""
    return _decode(Shift, parse_object(value))


def decode_dead_letter(value: bytes | None) -> DeadLetter:
    """A value of ``articles.dead``. Raises Rejected."""
    return _decode(DeadLetter, parse_object(value))


def from_document(kind: type[T], document: Any) -> T:
    """A record of ``kind`` from parsed JSON. Raises Rejected."""
    return _decode(kind, document)


@cache
def _adapter(kind: Any) -> TypeAdapter[Any]:
    return TypeAdapter(kind)


def _decode(kind: type[T], document: Any) -> T:
    try:
        record: T = _adapter(cast(Any, kind)).validate_python(document)
    except ValidationError as error:
        first = error.errors()[0]
        path = ".".join(str(step) for step in first["loc"])
        raise Rejected("bad_record", path, f"no {kind.__name__}: {first['msg']}") from error
    return record
