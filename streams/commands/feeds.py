"""``feeds``: read news feeds, try them, and take over a list from another reader."""

import asyncio
import contextlib
import signal
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from streams.codec import encode
from streams.commands.common import (
    EXIT_INPUT,
    EXIT_MISMATCH,
    EXIT_USAGE,
    fail,
    out,
    progress_bar,
    settings_or_exit,
)
from streams.feeds.check import Checked, check, span
from streams.feeds.config import Feeds, load_feeds
from streams.feeds.errors import FetchFailed
from streams.feeds.opml import Imported, added, as_yaml, read_opml
from streams.feeds.run import Runner
from streams.feeds.send import Sender
from streams.feeds.state import State
from streams.feeds.workshop import Workshop
from streams.kafka import missing_topics
from streams.logs import configure_logs, printable
from streams.pages import serve_pages
from streams.settings import Settings
from streams.topology import FEEDS_PORT, RAW

EXIT_MISSING_TOPICS = 4
app = typer.Typer(
    help="Read news feeds (RSS, Atom, JSON Feed) into articles.raw; deploy/feeds.yaml lists them.",
    no_args_is_help=True,
)
File = Annotated[
    Path | None,
    typer.Option("--feeds", help="The list of feeds. Default: STANCEWATCH_FEEDS, deploy/feeds.yaml."),
]


@app.command()
def run(
    feeds: File = None,
    once: Annotated[bool, typer.Option("--once", help="Look at every feed once, then end.")] = False,
    dry_run: Annotated[
        bool,
        typer.Option(
            "--dry-run", help="Look once and print what would be sent as JSONL; send and remember nothing."
        ),
    ] = False,
) -> None:
    """Read the feeds at their intervals until SIGTERM or Ctrl-C, and send what is new to articles.raw.

    What was read and sent is kept in STANCEWATCH_FEEDS_STATE, so that a restart sends nothing twice. A changed list
    of feeds is taken in within seconds. It listens for Prometheus and for health checks on 127.0.0.1:9105.
    With --once, exit code 2 means that some feeds could not be read.

    Examples:

        stancewatch feeds run

        stancewatch feeds run --once --feeds my-feeds.yaml

        stancewatch feeds run --dry-run | jq .title
    """
    settings = settings_or_exit()
    if feeds is not None:
        settings = settings.model_copy(update={"feeds": feeds})
    load_feeds(settings.feeds)  # what is wrong with the list is said before anything is waited for
    configure_logs(settings)
    failed = asyncio.run(_dry_run(settings) if dry_run else _run(settings, once))
    if failed:
        raise typer.Exit(EXIT_INPUT)


async def _run(settings: Settings, once: bool) -> int:
    if await missing_topics(settings, [RAW]):
        raise fail(
            f"the topic {settings.topic(RAW)} is missing; create it with `stancewatch setup`",
            EXIT_MISSING_TOPICS,
        )
    async with contextlib.AsyncExitStack() as stack:
        state = State(settings.feeds_state)
        stack.callback(state.close)
        workshop = Workshop()
        stack.callback(workshop.close)
        sender = Sender(settings)
        stack.push_async_callback(sender.close)
        runner = Runner(settings, state, workshop, sender.send)
        if once:
            return await runner.once()
        stop = asyncio.Event()
        for signum in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(signum, stop.set)
        port = settings.monitor_port or FEEDS_PORT
        try:
            pages = await serve_pages(settings.monitor_host, port, runner.health)
        except OSError as error:
            raise fail(
                f"cannot listen on port {port} (STANCEWATCH_MONITOR_PORT): {error}", EXIT_USAGE
            ) from error
        stack.push_async_callback(pages.cleanup)
        await runner.run(stop)
    return 0


async def _dry_run(settings: Settings) -> int:
    async def show(_: bytes, value: bytes) -> None:
        sys.stdout.buffer.write(value + b"\n")
        sys.stdout.buffer.flush()

    with tempfile.TemporaryDirectory() as folder, contextlib.ExitStack() as stack:
        state = State(Path(folder))
        stack.callback(state.close)
        workshop = Workshop()
        stack.callback(workshop.close)
        return await Runner(settings, state, workshop, show).once()


@app.command(name="check")
def check_command(
    names: Annotated[
        list[str] | None, typer.Argument(metavar="[NAME]...", help="Only these, enabled or not.")
    ] = None,
    feeds: File = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a feed, for programs.")] = False,
) -> None:
    """Try each feed and print a table: reachable, items, newest, full text, language. Nothing is sent.

    Exit code 3 means that some feeds could not be read.

    Examples:

        stancewatch feeds check

        stancewatch feeds check bbc-world --feeds my-feeds.yaml

        stancewatch feeds check --json | jq 'select(.trouble)'
    """
    settings = settings_or_exit()
    listed = load_feeds(feeds or settings.feeds)
    known = {feed.name for feed in listed.feeds}
    unknown = sorted(set(names or ()) - known)
    if unknown:
        raise fail(
            f"the list has no feed {', '.join(unknown)}; it has {', '.join(sorted(known))}", EXIT_USAGE
        )
    only = frozenset(names or ())
    wanted = len(only) or len(listed.enabled)
    if not wanted:
        out(stderr=True).print(
            "no feed is enabled in this list; set `enabled: true` or name one", style="yellow"
        )
    found = asyncio.run(_check(listed, only, wanted))
    if as_json:
        for each in found:
            typer.echo(encode(each).decode())
    elif found:
        _show(out(), found)
    if any(each.trouble for each in found):
        raise typer.Exit(EXIT_MISMATCH)


async def _check(listed: Feeds, only: frozenset[str], wanted: int) -> list[Checked]:
    found = []
    with progress_bar("checking", wanted, in_bytes=False, per_second="feeds") as advance:
        async for each in check(listed, only):
            advance(1)
            found.append(each)
    place = {feed.name: number for number, feed in enumerate(listed.feeds)}
    return sorted(found, key=lambda each: place[each.name])


def _show(console: Console, found: list[Checked]) -> None:
    table = Table("feed", "reachable", "items", "newest", "full text", "language", box=None)
    now = datetime.now(UTC)
    for each in found:
        if each.trouble:
            table.add_row(each.name, "[red]no[/]")
            continue
        newest = f"{span(now - each.newest)} ago" if each.newest else "?"
        full_text = f"{each.full_text}, {each.words} words" if each.words else each.full_text
        table.add_row(
            each.name, f"[green]yes[/], {each.kind}", str(each.items), newest, full_text, each.language
        )
    console.print(table)
    console.print()
    for each in found:
        for line in [each.trouble] if each.trouble else each.notes:
            colour = "red" if each.trouble else "yellow"
            console.print(f"! {each.name}: {printable(line)}", style=colour, markup=False)
    bad = sum(each.trouble is not None for each in found)
    console.print(f"{len(found) - bad} of {len(found)} feeds can be read", style="red" if bad else "green")


@app.command(name="import")
def import_command(
    opml: Annotated[Path, typer.Argument(help="A list of feeds as OPML, or - for standard input.")],
    feeds: File = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Print what would be added; change nothing.")
    ] = False,
) -> None:
    """Add the feeds of an OPML list to the list here. What is there stays as it is, comments too.

    Exit code 2 means that some of them could not be taken over; each is named.

    Examples:

        stancewatch feeds import subscriptions.opml --dry-run

        stancewatch feeds import subscriptions.opml && stancewatch feeds check
    """
    path = feeds or settings_or_exit().feeds
    listed = load_feeds(path) if path.exists() else Feeds()
    try:
        body = sys.stdin.buffer.read() if str(opml) == "-" else opml.read_bytes()
        found = read_opml(body, listed.feeds)
    except OSError as error:
        raise fail(f"cannot read {opml}: {error.strerror}", EXIT_INPUT) from error
    except FetchFailed as failed:
        raise fail(f"{opml}: {failed.detail}", EXIT_INPUT) from failed
    if dry_run:
        typer.echo(as_yaml(found.feeds), nl=False)
    elif found.feeds:
        _add(path, found)
    _tell(path, found, dry_run)


def _add(path: Path, found: Imported) -> None:
    text = path.read_text("utf-8") if path.exists() else ""
    whole = added(text, as_yaml(found.feeds))
    if whole is None:
        raise fail(
            f"{path}: `feeds:` is not the last key of the file, or is written on one line; put these there yourself:\n"
            + as_yaml(found.feeds),
            EXIT_MISMATCH,
        )
    try:
        path.write_text(whole, "utf-8")
    except OSError as error:
        raise fail(f"cannot write {path}: {error.strerror}", EXIT_INPUT) from error


def _tell(path: Path, found: Imported, dry_run: bool) -> None:
    console = out(stderr=True)
    for line in found.left:
        console.print(f"left  {printable(line)}", style="yellow", markup=False)
    verb = "would be added to" if dry_run else "added to"
    console.print(f"{len(found.feeds)} feeds {verb} {path}, {len(found.left)} left")
    if any("is there already" not in line for line in found.left):
        raise typer.Exit(EXIT_INPUT)
