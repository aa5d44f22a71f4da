"""``analyze`` and ``explain``: the reader on files, without any service."""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from streams.codec import encode
from streams.commands.common import exit_by, lines_of, out, progress_bar
from streams.core.model import EnrichedEvent
from streams.history import BadLine, read_all
from streams.inputs import raw_records

File = Annotated[
    Path, typer.Argument(help="Raw articles as JSONL, or one as a JSON object; - for standard input.")
]


def analyze(file: File) -> None:
    """Read raw articles and print enriched events as JSONL. Needs no Kafka and no Elasticsearch.

    Bad lines are reported on stderr with their numbers; exit code 2 means that there were some.

    Examples:

        stancewatch analyze articles.jsonl > enriched.jsonl

        stancewatch analyze - < one-article.json | jq .observations
    """
    bad = each_event(file, lambda event: sys.stdout.buffer.write(encode(event) + b"\n"))
    sys.stdout.flush()
    exit_by(bad)


def explain(file: File) -> None:
    """Show a person what was read from an article: each sentence that counted, its evidence, and why.

    Examples:

        stancewatch explain article.json

        head -3 articles.jsonl | stancewatch explain -
    """
    from streams.explain import explain_event  # noqa: PLC0415 - pulls in the sentence splitter

    console = out()
    bad = each_event(file, lambda event: explain_event(event, console), quiet=True)
    exit_by(bad)


def each_event(file: Path, act: Callable[[EnrichedEvent], object], *, quiet: bool = False) -> int:
    """Read a file's records and act on each event; bad ones are reported, and their number is returned."""
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
