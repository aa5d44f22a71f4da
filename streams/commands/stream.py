"""``setup``, ``worker`` and ``publish``: the commands that need Kafka and Elasticsearch."""

import asyncio
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape

from streams.commands.common import EXIT_INPUT, EXIT_MISMATCH, lines_of, out, progress_bar, settings_or_exit
from streams.core.errors import Rejected
from streams.logs import configure_logs
from streams.publish import Line, publish
from streams.setup import run_setup
from streams.topology import ROLES

Role = StrEnum("Role", {role: role for role in ROLES})  # type: ignore[misc]
BAD_LINES_SHOWN = 20


def setup(
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would be done, and change nothing.")
    ] = False,
    kibana: Annotated[
        str | None, typer.Option(metavar="URL", help="Import data views, dashboard and rules here too.")
    ] = None,
) -> None:
    """Create and verify the Kafka topics, the Elasticsearch templates and the fixed indices; fill a Kibana if asked.

    It may be run at any time: what is right stays as it is. What is there but differs is never changed: the
    command that mends it is printed, and the exit code is 3.

    Examples:

        stancewatch setup --dry-run

        STANCEWATCH_KAFKA=broker:9092 STANCEWATCH_PARTITIONS=12 stancewatch setup

        STANCEWATCH_KIBANA_API_KEY_FILE=key stancewatch setup --kibana http://127.0.0.1:5601
    """
    settings = settings_or_exit()
    mismatch = asyncio.run(_setup(out(), settings, dry_run, kibana))
    if mismatch:
        raise typer.Exit(EXIT_MISMATCH)


async def _setup(console: Console, settings: object, dry_run: bool, kibana: str | None) -> bool:
    mismatch = False
    async for step in run_setup(settings, dry_run, kibana):  # type: ignore[arg-type]
        colour = {"mismatch": "red", "unchanged": "dim", "unavailable": "yellow"}.get(step.outcome, "green")
        detail = f"  [dim]{escape(step.detail)}[/]" if step.detail else ""
        console.print(
            f"[{colour}]{step.outcome:>12}[/]  {step.what} {escape(step.name)}{detail}", soft_wrap=True
        )
        if step.outcome == "mismatch":
            mismatch = True
            console.print(f"{'':14}to mend it: [bold]{escape(step.mend)}[/]", soft_wrap=True)
    return mismatch


def worker(role: Annotated[Role, typer.Argument(help="Which part of the pipeline to run.")]) -> None:
    """Run one role of the pipeline until SIGTERM or Ctrl-C. Run it again elsewhere to scale it.

    classify reads articles, track finds shifts, index writes to Elasticsearch, notify tells an Alertmanager.
    Each listens for Prometheus and for health checks on 127.0.0.1:9101 to 9104 (/metrics, /healthz).

    Examples:

        stancewatch worker classify

        STANCEWATCH_READERS=4 STANCEWATCH_MONITOR_PORT=9201 stancewatch worker classify

        STANCEWATCH_ALERTMANAGER=http://127.0.0.1:9093 stancewatch worker notify
    """
    settings = settings_or_exit()
    configure_logs(settings)
    from streams.agents.run import run_worker  # noqa: PLC0415 - Faust takes a second to import; only workers pay it

    run_worker(role.value, settings)


def publish_command(
    file: Annotated[Path, typer.Argument(help="Raw articles as JSONL, or - for standard input.")],
    rate: Annotated[float | None, typer.Option(help="Articles a second at the most.", min=0.01)] = None,
    keep_bad: Annotated[
        bool, typer.Option("--keep-bad", help="Send bad lines too, so that they end as dead letters.")
    ] = False,
) -> None:
    """Send raw articles to articles.raw. Bad lines are reported with their numbers and do not stop the rest.

    Exit code 2 means that some lines were not sent.

    Examples:

        stancewatch publish articles.jsonl

        zcat big.jsonl.gz | stancewatch publish - --rate 100
    """
    settings = settings_or_exit()
    sent, bad = asyncio.run(_publish(file, settings, rate, keep_bad))
    console = out(stderr=True)
    for line in bad[:BAD_LINES_SHOWN]:
        fault = line.fault or Rejected("", "", "")
        console.print(f"line {line.number}: {escape(str(fault))}", style="red", soft_wrap=True)
    if len(bad) > BAD_LINES_SHOWN:
        console.print(f"… and {len(bad) - BAD_LINES_SHOWN} more bad lines", style="red")
    kept = " (kept: they will end as dead letters)" if keep_bad and bad else ""
    out().print(f"{sent} articles published, {len(bad)} bad lines{kept}")
    if bad and not keep_bad:
        raise typer.Exit(EXIT_INPUT)


async def _publish(
    file: Path, settings: object, rate: float | None, keep_bad: bool
) -> tuple[int, list[Line]]:
    from streams.contracts import raw_articles  # noqa: PLC0415 - keeps `--help` quick

    bad: list[Line] = []
    sent = 0
    with lines_of(file) as (lines, total), progress_bar("publishing", total) as advance:
        async for line in publish(lines, settings, raw_articles(), rate=rate, keep_bad=keep_bad):  # type: ignore[arg-type]
            advance(line.size)
            if line.fault is not None:
                bad.append(line)
            sent += line.fault is None or keep_bad
    return sent, bad
