"""Columns of somebody else's table as the fields of a raw article."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import orjson

_OPTIONS = orjson.OPT_UTC_Z | orjson.OPT_NAIVE_UTC | orjson.OPT_NON_STR_KEYS


@dataclass(frozen=True, slots=True)
class Fields:
    """Which column each field is taken from, and the fields that have one value throughout.

    A column may be a path into nested objects, such as ``source.name``. Columns that are not named stay as they are.
    """

    columns: Mapping[str, str] = field(default_factory=dict)
    fixed: Mapping[str, str] = field(default_factory=dict)

    def __bool__(self) -> bool:
        """Whether there is anything to change."""
        return bool(self.columns or self.fixed)

    def article(self, row: Mapping[str, Any]) -> bytes:
        """The row as a raw article in JSON. Empty cells are left out."""
        taken = {name: _at(row, column) for name, column in self.columns.items()}
        rest = {name: value for name, value in row.items() if name not in self.columns.values()}
        whole = {**rest, **taken, **self.fixed}
        kept = {name: value for name, value in whole.items() if value is not None and value != ""}
        return orjson.dumps(kept, default=_plain, option=_OPTIONS)

    def mapped(self, line: bytes) -> bytes:
        """A line of JSON, mapped; what is no object or nested too deep comes back as it is, to be rejected with its bytes."""
        if not self:
            return line
        try:
            row = orjson.loads(line)
        except orjson.JSONDecodeError:
            return line
        try:
            return self.article(row) if isinstance(row, dict) else line
        except TypeError:  # orjson reads four times as deep as it writes
            return line


def pairs(given: list[str], option: str) -> dict[str, str]:
    """``field=value`` arguments as a dictionary. Raises ValueError that says what is wrong."""
    found: dict[str, str] = {}
    for each in given:
        name, sign, value = each.partition("=")
        if not sign or not name.strip() or not value.strip():
            raise ValueError(f"{option} {each!r}: write FIELD=VALUE, such as text=body")
        if name.strip() in found:
            raise ValueError(f"{option} {each!r}: {name.strip()} is given twice")
        found[name.strip()] = value.strip()
    return found


def _at(row: Mapping[str, Any], column: str) -> Any:
    if column in row:
        return row[column]
    found: Any = row
    for step in column.split("."):
        if not isinstance(found, Mapping):
            return None
        found = found.get(step)
    return found


def _plain(value: Any) -> Any:
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    if isinstance(value, (Decimal, date, datetime, timedelta)):
        return str(value)
    raise TypeError(f"no JSON for {type(value).__name__}")
