"""The golden example: ten records as they arrive, and exactly what the pipeline makes of them.

``python -m tests.golden`` writes the outputs anew; read the difference before you commit it.
"""

from datetime import UTC, datetime
from pathlib import Path

import orjson

from streams.core.errors import Rejected
from streams.core.model import Observation, ReportedShift
from streams.history import fold_all, shifts_of
from streams.reading import load_reading

FOLDER = Path(__file__).parents[1] / "schemas" / "golden"
NOW = datetime(2025, 10, 1, 12, tzinfo=UTC)
OPTIONS = orjson.OPT_UTC_Z | orjson.OPT_INDENT_2


def outputs() -> dict[str, bytes]:
    """The content of each output file by its name."""
    reading = load_reading()
    outcomes: list[object] = []
    events = []
    for line in FOLDER.joinpath("raw-articles.jsonl").read_bytes().splitlines():
        try:
            events.append(reading.reader.read(reading.raw.read(line, NOW), NOW))
            outcomes.append(events[-1])
        except Rejected as fault:
            outcomes.append({"code": fault.code, "field": fault.field, "detail": fault.detail})
    readings: list[Observation | ReportedShift] = []
    for event in events:
        readings += (*event.observations, *event.reported_shifts)
    shifts = shifts_of(fold_all(readings), frozenset({"candidate", "confirmed", "retracted"}))
    return {
        "outcomes.json": orjson.dumps(outcomes, option=OPTIONS) + b"\n",
        "shifts.json": orjson.dumps(shifts, option=OPTIONS) + b"\n",
    }


if __name__ == "__main__":
    for name, content in outputs().items():
        FOLDER.joinpath(name).write_bytes(content)
