"""``publish``: articles from files of several kinds, once and resumably."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from streams.commands.common import EXIT_INPUT, EXIT_USAGE, fail, out, progress_bar, settings_or_exit
from streams.doors.fields import Fields, pairs
from streams.doors.files import KINDS, STDIN, Doors, inputs, records
from streams.doors.journal import Journal
from streams.doors.parquet import NeedsExtra
from streams.doors.record import Record
from streams.logs import printable
from streams.publish import Line, publish_records
from streams.settings import Settings

Kind = StrEnum("Kind", {kind: kind for kind in dict.fromkeys(KINDS.values())})  # type: ignore[misc]  # the members are data
BAD_LINES_SHOWN = 20


@dataclass(slots=True)
class Tally:
    """What became of the input so far; of the bad records the first few.

    kept: bad ones that were sent. left: records that are no article. lost: those that the broker failed.
    """

    sent: int = 0
    bad: int = 0
    kept: int = 0
    left: int = 0
    lost: int = 0
    shown: list[Line] = field(default_factory=list)

    def add(self, line: Line) -> None:
        """Count one more."""
        self.sent += line.was_sent
        self.kept += line.was_sent and line.fault is not None
        self.left += not line.was_sent and line.fault is None
        if line.fault is not None:
            self.bad += 1
            self.lost += line.fault.code == "not_sent"
            if len(self.shown) < BAD_LINES_SHOWN:
                self.shown.append(line)


def publish(
    path: Annotated[Path, typer.Argument(metavar="PATH", help="A file, a folder, or - for standard input.")],
    kind: Annotated[
        Kind | None, typer.Option("--format", help="What the input is, where its name does not say so.")
    ] = None,
    mapping: Annotated[
        list[str] | None,
        typer.Option("--map", metavar="FIELD=COLUMN", help="Take a field from a column; may be repeated."),
    ] = None,
    fixed: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="FIELD=VALUE", help="Give a field one value; may be repeated."),
    ] = None,
    delimiter: Annotated[
        str | None, typer.Option(help="Of CSV. Default: what the heading has most of: , ; | or a tab.")
    ] = None,
    rate: Annotated[float | None, typer.Option(help="Articles a second at the most.", min=0.01)] = None,
    keep_bad: Annotated[
        bool, typer.Option("--keep-bad", help="Send bad records too, so that they end as dead letters.")
    ] = False,
    restart: Annotated[
        bool, typer.Option("--restart", help="Begin anew even if an earlier run stopped on the way.")
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Print the first articles as they would be sent; send nothing.")
    ] = False,
) -> None:
    """Send raw articles to articles.raw: JSONL, CSV, Parquet or WARC, plain, in gzip or zstd, a file or a folder.

    Bad records are reported with their numbers and do not stop the rest. A run that was stopped goes on where it
    stopped when it is started again. Of a WARC file, each web page that has an article is sent.
    Exit code 2 means that some records were not sent.

    Examples:

        stancewatch publish articles.jsonl

        stancewatch publish archive.csv.gz --map text=body --map published_at=date --set "source=Northwind Wire"

        stancewatch publish folder/ --map source=source.name --dry-run

        zcat big.jsonl.gz | stancewatch publish - --rate 100
    """
    try:
        fields = Fields(pairs(mapping or [], "--map"), pairs(fixed or [], "--set"))
    except ValueError as error:
        raise fail(str(error), EXIT_USAGE) from error
    if delimiter is not None and len(delimiter) != 1:
        raise fail(f"--delimiter {delimiter!r}: write one character", EXIT_USAGE)
    doors = Doors(fields, kind.value if kind else None, delimiter)
    try:
        files = (STDIN,) if path == STDIN else inputs(path)
        if not files:
            raise fail(f"{path} holds no file ending in {', '.join(KINDS)}, packed or not", EXIT_INPUT)
        if dry_run:
            _show(files, doors)
            return
        tally = _publish(settings_or_exit(), path, files, doors, rate, keep_bad, restart)
    except OSError as error:
        raise fail(f"cannot read {error.filename or path}: {error.strerror or error}", EXIT_INPUT) from error
    except NeedsExtra as error:
        raise fail(str(error), EXIT_USAGE) from error
    _tell(tally)
    if tally.bad > tally.kept:
        raise typer.Exit(EXIT_INPUT)


def _show(files: tuple[Path, ...], doors: Doors, most: int = 10) -> None:
    shown = 0
    for record in _chained(files, doors, None):
        if record.fault is not None:
            out(stderr=True).print(
                f"record {record.number}: {printable(str(record.fault))}", style="red", markup=False
            )
        if record.value is not None:
            typer.echo(record.value)
            shown += 1
        if shown == most:
            return


def _publish(
    settings: Settings, path: Path, files: tuple[Path, ...], doors: Doors, rate: float | None, keep_bad: bool,
    restart: bool,
) -> Tally:  # fmt: skip
    journal = None
    if path != STDIN:
        identity = (str(path.resolve()), settings.kafka, settings.prefix, repr(doors), str(keep_bad))
        journal = Journal(settings.publish_state, *identity)
        if restart:
            journal.forget()
    tally, console = Tally(), out(stderr=True)
    if journal is not None and not journal.can_write():
        console.print(
            f"{journal} cannot be written: if this run is stopped, the next begins anew", style="yellow"
        )
        journal = None
    if journal is not None and not journal.is_fresh:
        console.print(
            "an earlier run of this input was stopped: going on where it was (--restart begins anew)"
        )
    try:
        asyncio.run(_send(settings, files, doors, journal, tally, rate, keep_bad))
    except KeyboardInterrupt:
        _stopped(console, tally, journal)
        raise typer.Exit(130) from None
    except BaseException:
        _stopped(console, tally, journal)
        raise
    if journal is not None and not tally.lost:
        journal.forget()
    elif journal is not None:
        _stopped(console, tally, journal)
    return tally


async def _send(
    settings: Settings, files: tuple[Path, ...], doors: Doors, journal: Journal | None, tally: Tally,
    rate: float | None, keep_bad: bool,
) -> None:  # fmt: skip
    from streams.contracts import raw_articles  # noqa: PLC0415 - keeps `--help` quick

    total = None if files == (STDIN,) else sum(file.stat().st_size for file in files)
    found = _chained(files, doors, journal)
    with progress_bar("publishing", total) as advance:
        async for line in publish_records(found, settings, raw_articles(), rate=rate, keep_bad=keep_bad):
            advance(line.size)
            tally.add(line)
            if journal is not None and not tally.lost:
                journal.note(Path(line.place) if line.place else files[0], line.number)


def _chained(files: tuple[Path, ...], doors: Doors, journal: Journal | None) -> Iterator[Record]:
    for file in files:
        skip = journal.records(file) if journal else 0
        yield from records(file, doors, skip, str(file) if len(files) > 1 else "")


def _stopped(console: Console, tally: Tally, journal: Journal | None) -> None:
    if journal is None:
        return
    if journal.is_fresh:
        journal.forget()
    if not tally.sent:
        return
    journal.write()
    console.print(f"stopped after {tally.sent} articles; the same command goes on from there")


def _tell(tally: Tally) -> None:
    console = out(stderr=True)
    for line in tally.shown:
        where = f"{line.place}: " if line.place else ""
        console.print(
            f"{printable(where)}line {line.number}: {printable(str(line.fault))}", style="red", markup=False
        )
    if tally.bad > len(tally.shown):
        console.print(f"… and {tally.bad - len(tally.shown)} more bad lines", style="red")
    kept = " (kept: they will end as dead letters)" if tally.kept else ""
    left = f", {tally.left} records without an article left" if tally.left else ""
    out().print(f"{tally.sent} articles published, {tally.bad} bad lines{kept}{left}")
