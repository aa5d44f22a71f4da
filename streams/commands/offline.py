"""``analyze``, ``backtest`` and ``explain``: the core on files, without any service."""

import sys
from collections.abc import Callable, Iterator
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from streams.codec import encode
from streams.commands.common import EXIT_INPUT, lines_of, out, progress_bar
from streams.core.model import EnrichedEvent, Observation, ReportedShift
from streams.history import BadLine, fold_all, read_all, shifts_of
from streams.inputs import raw_records

File = Annotated[
    Path, typer.Argument(help="Raw articles as JSONL, or one as a JSON object; - for standard input.")
]


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


def analyze(file: File) -> None:
    """Read raw articles and print enriched events as JSONL. Needs no Kafka and no Elasticsearch.

    Bad lines are reported on stderr with their numbers; exit code 2 means that there were some.

    Examples:

        stancewatch analyze articles.jsonl > enriched.jsonl

        stancewatch analyze - < one-article.json | jq .observations
    """
    bad = _each_event(file, lambda event: sys.stdout.buffer.write(encode(event) + b"\n"))
    sys.stdout.flush()
    _exit_by(bad)


def backtest(
    file: File,
    status: Annotated[Status, typer.Option(help="confirmed is what would have fired.")] = Status.confirmed,
) -> None:
    """Read raw articles, fold them in the order of their publication, and print the shifts as JSONL.

    Uses the same core as the workers; each shift is printed once, in its last revision.

    Examples:

        stancewatch backtest archive.jsonl > shifts.jsonl

        stancewatch backtest archive.jsonl --status all | jq -r .sentence
    """
    events: list[EnrichedEvent] = []
    bad = _each_event(file, events.append)
    readings: list[Observation | ReportedShift] = []
    for event in events:
        readings += (*event.observations, *event.reported_shifts)
    for shift in shifts_of(fold_all(readings), STATUSES[status]):
        sys.stdout.buffer.write(encode(shift) + b"\n")
    sys.stdout.flush()
    _exit_by(bad)


def explain(file: File) -> None:
    """Show a person what was read from an article: each sentence that counted, its evidence, and why.

    Examples:

        stancewatch explain article.json

        stancewatch publish --help && stancewatch explain - < articles.jsonl | less -R
    """
    from streams.explain import explain_event  # noqa: PLC0415 - pulls in the sentence splitter

    console = out()
    bad = _each_event(file, lambda event: explain_event(event, console), quiet=True)
    _exit_by(bad)


def _each_event(file: Path, act: Callable[[EnrichedEvent], object], *, quiet: bool = False) -> int:
    from streams.reading import load_reading  # noqa: PLC0415 - takes seconds; `--help` must not pay for it

    bad = 0
    reading = load_reading()
    with lines_of(file) as (lines, total), progress_bar("reading", None if quiet else total) as advance:

        def records() -> Iterator[tuple[int, bytes]]:
            for number, value in raw_records(lines):
                yield number, value
                advance(len(value))

        for result in read_all(records(), reading):
            if isinstance(result, BadLine):
                bad += 1
                message = f"line {result.number}: {escape(str(result.fault))}"
                out(stderr=True).print(message, style="red", soft_wrap=True)
            else:
                act(result)
    return bad


def _exit_by(bad: int) -> None:
    if bad:
        raise typer.Exit(EXIT_INPUT)
