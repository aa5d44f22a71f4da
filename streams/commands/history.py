"""``backtest`` and ``plot``: what the detector makes of the past, from a file or from the indices."""

import asyncio
import sys
from collections.abc import Sequence
from dataclasses import fields, replace
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from elasticsearch import TransportError
from rich.table import Table

from streams.archive import count_between, readings_between, stored_series
from streams.codec import encode
from streams.commands.common import (
    EXIT_INPUT,
    EXIT_SERVICE,
    EXIT_USAGE,
    exit_by,
    fail,
    out,
    progress_bar,
    settings_or_exit,
)  # fmt: skip
from streams.commands.offline import each_event
from streams.core.detector import DEFAULT, Detector
from streams.core.model import EnrichedEvent, Observation, ReportedShift, Shift
from streams.core.shift import SeriesState
from streams.history import fold_all, shifts_of
from streams.search import make_client

Readings = list[Observation | ReportedShift]
Day = Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S"])]


class Status(StrEnum):
    """Which shifts to print."""

    confirmed = "confirmed"
    open = "open"
    all = "all"


STATUSES = {
    Status.confirmed: frozenset({"confirmed"}),
    Status.open: frozenset({"confirmed", "candidate"}),
    Status.all: frozenset({"confirmed", "candidate", "retracted"}),
}


def backtest(
    file: Annotated[
        Path | None,
        typer.Argument(help="Raw articles as JSONL; - for standard input. Without it: the indices."),
    ] = None,
    since: Day = None,
    until: Day = None,
    status: Annotated[Status, typer.Option(help="confirmed is what would have fired.")] = Status.confirmed,
    setting: Annotated[
        list[str] | None,
        typer.Option("--set", help="A parameter of the detector, NAME=VALUE; may be repeated."),
    ] = None,
    versus: Annotated[
        list[str] | None,
        typer.Option("--versus", help="A second setting to lay beside the first, NAME=VALUE."),
    ] = None,
    table: Annotated[bool, typer.Option("--table", help="A table for a person instead of JSONL.")] = False,
) -> None:
    """Fold past articles in the order of their publication, and print the shifts that would have fired.

    Uses the same core as the workers. Each shift is printed once, in its last revision. With a FILE it needs no
    service; without one it reads what the pipeline has indexed. --versus prints a table of both settings.

    Examples:

        stancewatch backtest archive.jsonl > shifts.jsonl

        stancewatch backtest archive.jsonl --versus turn=0.8 --versus settled=0.95

        stancewatch backtest --since 2025-05-01 --until 2025-07-01 --status all --table
    """
    detector = _detector(setting or ())
    other = _detector([*(setting or ()), *versus]) if versus else None
    readings, bad = _from_file(file) if file else (asyncio.run(_from_index(since, until)), 0)
    readings = [reading for reading in readings if _within(reading, since, until)]
    shifts = shifts_of(fold_all(readings, detector), STATUSES[status])
    if other is not None:
        _compare(shifts, shifts_of(fold_all(readings, other), STATUSES[status]))
    elif table:
        _compare(shifts, None)
    else:
        sys.stdout.buffer.write(b"".join(encode(shift) + b"\n" for shift in shifts))
        sys.stdout.flush()
    exit_by(bad)


def plot(
    series: Annotated[str, typer.Argument(help="ACTOR|issue|context, such as 'DEU|troop_deployment|UKR'.")],
    file: Annotated[
        Path | None, typer.Option(help="Raw articles as JSONL; without it: the series index.")
    ] = None,
    to: Annotated[Path, typer.Option(help="Where to write; the ending decides: .svg or .png.")] = Path(
        "series.svg"
    ),
) -> None:
    """Draw a series over time: its observations by stance and strength, the stance held, and the shifts.

    Examples:

        stancewatch plot 'DEU|troop_deployment|UKR'

        stancewatch plot 'USA|sanctions|SYR' --file archive.jsonl --to syria.png
    """
    from streams.plot import plot_series  # noqa: PLC0415 - matplotlib takes a second to import

    if to.suffix not in {".svg", ".png"}:
        raise fail(f"{to}: the ending must be .svg or .png", EXIT_USAGE)
    state = fold_all(_from_file(file)[0]).get(series) if file else asyncio.run(_stored(series))
    if state is None:
        raise fail(f"there is no series {series!r}", EXIT_INPUT)
    plot_series(state, to)
    out().print(f"{to}: {len(state.shifts)} shifts", markup=False)


def _detector(pairs: Sequence[str]) -> Detector:
    names = {field.name for field in fields(Detector)}
    changes: dict[str, float] = {}
    for pair in pairs:
        name, _, value = pair.partition("=")
        try:
            changes[name] = float(value)
        except ValueError:
            raise fail(f"{pair!r} is not NAME=NUMBER", EXIT_USAGE) from None
        if name not in names:
            raise fail(f"no parameter {name!r}; there are: {', '.join(sorted(names))}", EXIT_USAGE)
    return replace(DEFAULT, **changes)


def _from_file(file: Path) -> tuple[Readings, int]:
    readings: Readings = []

    def take(event: EnrichedEvent) -> None:
        readings.extend((*event.observations, *event.reported_shifts))

    bad = each_event(file, take)
    return readings, bad


async def _from_index(since: datetime | None, until: datetime | None) -> Readings:
    settings = settings_or_exit()
    client = make_client(settings)
    readings: Readings = []
    try:
        total = await count_between(client, settings, since, until)
        with progress_bar("reading back", total, in_bytes=False) as advance:
            async for found in readings_between(client, settings, since, until):
                readings += found
                advance(1)
    except TransportError as error:
        raise fail(f"no Elasticsearch answers at {settings.elasticsearch}: {error}", EXIT_SERVICE) from error
    finally:
        await client.close()
    return readings


async def _stored(series: str) -> SeriesState | None:
    settings = settings_or_exit()
    client = make_client(settings)
    try:
        return await stored_series(client, settings, series)
    except TransportError as error:
        raise fail(f"no Elasticsearch answers at {settings.elasticsearch}: {error}", EXIT_SERVICE) from error
    finally:
        await client.close()


def _within(reading: Observation | ReportedShift, since: datetime | None, until: datetime | None) -> bool:
    at = reading.published_at
    return not (since and at < since.replace(tzinfo=UTC)) and not (until and at >= until.replace(tzinfo=UTC))


def _compare(first: Sequence[Shift], second: Sequence[Shift] | None) -> None:
    rows: dict[tuple[str, str, str], list[str]] = {}
    for place, shifts in enumerate((first, second or ())):
        for shift in shifts:
            key = (
                f"{shift.event_time:%Y-%m-%d}",
                shift.series,
                f"{shift.before.stance} → {shift.after.stance}",
            )
            rows.setdefault(key, ["", ""])[place] = f"{shift.status} {shift.confidence:.2f}"
    shown = Table(
        "day", "series", "turn", "fired", *(["with --versus"] if second is not None else []), box=None
    )
    for key, cells in sorted(rows.items()):
        shown.add_row(*key, *(cells if second is not None else cells[:1]))
    out().print(shown)
    totals = f"{len(first)} shifts" + (f", {len(second)} with --versus" if second is not None else "")
    out().print(totals, style="bold")
