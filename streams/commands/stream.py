"""``setup`` and ``worker``: the commands that need Kafka and Elasticsearch."""

import asyncio
from enum import StrEnum
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape

from streams.commands.common import EXIT_MISMATCH, out, settings_or_exit
from streams.logs import configure_logs
from streams.settings import Settings
from streams.setup import run_setup
from streams.topology import ROLES

Role = StrEnum("Role", {role: role for role in ROLES})  # type: ignore[misc]  # the members are data


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


async def _setup(console: Console, settings: Settings, dry_run: bool, kibana: str | None) -> bool:
    mismatch = False
    async for step in run_setup(settings, dry_run, kibana):
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
