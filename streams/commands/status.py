"""``status``: how the whole pipeline is doing, on one page."""

import asyncio
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from streams.codec import encode
from streams.commands.common import EXIT_MISMATCH, out, settings_or_exit
from streams.health_report import Report, look


def status(
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object, for programs.")] = False,
    workers: Annotated[
        list[str] | None,
        typer.Option(
            "--worker", help="host[:port] of a worker's monitor; may be repeated. A name may be several."
        ),
    ] = None,
    seconds: Annotated[float, typer.Option(min=0.5, max=60, help="How long to measure rates.")] = 2.0,
) -> None:
    """Show services, lag and rate of each role, the age of the newest data, and the health of each worker and feed.

    Without --worker it asks this machine's ports 9101 to 9105, or, under docker compose, each role by its name.
    Exit code 3 means that something is wrong: a service away, a worker ill or absent, a feed that fails or is silent.

    Examples:

        stancewatch status

        docker compose run --rm cli status --json | jq .problems

        stancewatch status --worker 127.0.0.1:9201 --worker 127.0.0.1:9202
    """
    report = asyncio.run(look(settings_or_exit(), tuple(workers or ()), seconds))
    if as_json:
        typer.echo(encode(report).decode())
    else:
        _show(out(), report)
    if report.problems:
        raise typer.Exit(EXIT_MISMATCH)


def _show(console: Console, report: Report) -> None:
    services = Table("service", "state", "version", box=None)
    for service in report.services:
        services.add_row(service.name, service.state, service.version or "")
    roles = Table("role", "lag", "per second", "oldest waiting", "workers", "version", box=None)
    for role in report.roles:
        lag = "?" if role.lag is None else str(role.lag)
        rate = "?" if role.per_second is None else f"{role.per_second:.1f}"
        waiting = "" if role.oldest_waiting_seconds is None else f"{role.oldest_waiting_seconds:.0f} s"
        roles.add_row(role.name, lag, rate, waiting, f"{role.healthy} healthy of {role.workers}",
                      ", ".join((*role.versions, *role.parts)))  # fmt: skip
    data = Table("what", "documents", "newest", box=None)
    for index in report.indices:
        data.add_row(index.name, str(index.documents), index.newest or "")
    feeds = Table("feed", "last read", "last item", "silent after", "failures", box=None)
    for feed in report.feeds:
        read = "never" if feed.seconds_since_read is None else f"{_span(feed.seconds_since_read)} ago"
        item = f"{_span(feed.seconds_without_item)} ago"
        feeds.add_row(feed.name, read, item, _span(feed.silent_after), str(feed.failures))
    for table in (services, roles, data, *([feeds] if report.feeds else [])):
        console.print(table)
        console.print()
    for problem in report.problems:
        console.print(f"! {problem}", style="red", markup=False, soft_wrap=True)
    if not report.problems:
        console.print("all is well", style="green")


def _span(seconds: float) -> str:
    for unit, size in (("d", 86_400), ("h", 3_600), ("min", 60)):
        if seconds >= size:
            return f"{seconds / size:.1f} {unit}"
    return f"{seconds:.0f} s"
