"""Parquet, where pyarrow is installed."""

from pathlib import Path
from typing import Any

from streams.core.errors import Rejected
from streams.doors.fields import Fields
from streams.doors.record import Rows

ROWS_AT_ONCE = 500
INSTALL = "Parquet needs pyarrow, which is not installed: pip install 'stancewatch[parquet]'"


class NeedsExtra(Exception):  # noqa: N818 - says what is so
    """A door needs a library that is installed only on request; the message says how."""


def read_parquet(path: Path, fields: Fields, skip: int) -> Rows:
    """The rows of a file, a few hundred in memory at a time. Raises NeedsExtra."""
    try:
        import pyarrow as pa  # noqa: PLC0415 - 165 MB that only this door needs
        from pyarrow import parquet  # noqa: PLC0415
    except ImportError as error:
        raise NeedsExtra(INSTALL) from error
    number = skip
    try:
        with parquet.ParquetFile(path) as file:
            left = skip
            for batch in file.iter_batches(batch_size=ROWS_AT_ONCE):
                if left >= batch.num_rows:
                    left -= batch.num_rows
                    continue
                for row in _in_microseconds(pa, batch.slice(left)).to_pylist():
                    number += 1
                    yield number, fields.article(row), None
                left = 0
    except (pa.ArrowException, OSError, ValueError) as error:
        yield number + 1, None, Rejected("bad_parquet", "", f"cannot be read on: {error}")


def _in_microseconds(pa: Any, batch: Any) -> Any:
    """Python's times know no nanoseconds, which other tools write by default."""
    for place, column in enumerate(batch.schema):
        if pa.types.is_timestamp(column.type):
            fine = pa.timestamp("us", tz=column.type.tz)
            batch = batch.set_column(place, column.name, batch.column(place).cast(fine, safe=False))
    return batch
