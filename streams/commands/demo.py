"""``demo``: what ``make run`` runs."""

import asyncio
import signal
import sys
import time
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape

from streams.commands.common import EXIT_SERVICE, fail, out, progress_bar, settings_or_exit
from streams.core.model import Quote, Shift
from streams.demo.play import Outcome, corpus, play
from streams.fleet import Fleet, WorkerDied
from streams.services.config import ServicesConfig
from streams.services.display import show_error, showing
from streams.services.errors import ServicesError
from streams.services.supervise import down, up
from streams.settings import load_settings
from streams.setup import run_setup
from streams.topology import ROLES

COLOURS = {"support": "green", "oppose": "red", "neutral": "yellow"}


def demo(
    home: Annotated[Path, typer.Option(help="Where state and logs are kept.")] = Path(".stancewatch"),
    kafka_port: Annotated[int, typer.Option(min=1, max=65535)] = 9092,
    elasticsearch_port: Annotated[int, typer.Option(min=1, max=65535)] = 9200,
    controller_port: Annotated[int, typer.Option(min=1, max=65535)] = 9093,
) -> None:
    """Start Kafka, Elasticsearch and the workers here, play the demonstration corpus, and show each shift.

    On a terminal everything goes on until Ctrl-C, so that you can try the other commands against it; else it
    ends by itself.

    Examples:

        stancewatch demo

        stancewatch demo --home /tmp/sw --kafka-port 19092 --elasticsearch-port 19200 --controller-port 19093
    """
    for signum in (signal.SIGTERM, signal.SIGHUP):  # a terminal that is closed leaves nothing running either
        if signal.getsignal(signum) is not signal.SIG_IGN:  # as nohup has it
            signal.signal(signum, signal.default_int_handler)
    console = out()
    config = ServicesConfig(
        home=home,
        kafka_port=kafka_port,
        elasticsearch_port=elasticsearch_port,
        controller_port=controller_port,
    )
    # What .env says of other servers has no place beside these.
    settings = settings_or_exit(
        env_file="", kafka=config.endpoints.kafka, elasticsearch=config.endpoints.elasticsearch
    )
    try:
        with showing(console) as report:
            up(config, report)
    except ServicesError as error:
        show_error(out(stderr=True), error)
        raise typer.Exit(error.exit_code) from error
    fleet = Fleet(settings, config.home / "logs")
    try:
        _show(console, fleet)
    except WorkerDied as error:
        raise fail(str(error), EXIT_SERVICE) from error
    except KeyboardInterrupt:
        console.print("\nstopping …", style="dim")
    finally:
        fleet.stop()
        down(config)


def _show(console: Console, fleet: Fleet) -> None:
    started = time.monotonic()
    asyncio.run(_prepare(console, fleet))
    for role in ROLES:
        fleet.start(role)
    fleet.wait_ready()
    console.print(
        f"workers {', '.join(ROLES)} are up; their logs are in {escape(str(fleet.logs))}", style="dim"
    )
    lines = corpus()
    console.print(f"publishing {len(lines)} reports of 2025 from {_outlets(lines)} invented outlets …")
    with progress_bar("articles", len(lines), in_bytes=False) as advance:
        outcome = asyncio.run(
            play(
                fleet.settings,
                fleet,
                on_sent=lambda: advance(1),
                on_shift=lambda shift: _live(console, shift),
            )
        )
    _tell(console, outcome, time.monotonic() - started)
    _next_steps(console, fleet)
    while sys.stdout.isatty():
        time.sleep(1)
        fleet.check()


async def _prepare(console: Console, fleet: Fleet) -> None:
    done = [step.outcome async for step in run_setup(fleet.settings, dry_run=False)]
    summary = ", ".join(f"{done.count(outcome)} {outcome}" for outcome in sorted(set(done)))
    console.print(f"topics, templates and indices: {summary}", style="dim")


def _outlets(lines: list[bytes]) -> int:
    return len(
        {line.split(b'"source": "', 1)[1].split(b'"', 1)[0] for line in lines if b'"source": "' in line}
    )


def _live(console: Console, shift: Shift) -> None:
    console.print(f"[bold]shift[/] {shift.event_time:%Y-%m-%d}  {escape(shift.sentence)}", soft_wrap=True)


def _tell(console: Console, outcome: Outcome, seconds: float) -> None:
    confirmed = [shift for shift in outcome.shifts if shift.status == "confirmed"]
    console.rule(f"{len(confirmed)} confirmed shifts")
    for shift in confirmed:
        _story(console, shift)
    console.rule("in and out")
    console.print(f"{outcome.published} lines published in this run of {seconds:.0f} s")
    for index, count in outcome.documents.items():
        console.print(f"{count:>6} documents in {index}")
    buried = ", ".join(f"{count} {code}" for code, count in outcome.dead.items())
    console.print(f"{sum(outcome.dead.values()):>6} dead letters, each with its reason: {buried}")


def _story(console: Console, shift: Shift) -> None:
    before, after = shift.before, shift.after
    console.print(f"\n[bold]{escape(shift.sentence)}[/]", soft_wrap=True)
    console.print(
        f"  {shift.series}, {shift.kind}, confidence {shift.confidence:.2f},"
        f" {shift.clusters} independent reports by {len(shift.sources)} sources",
        style="dim",
    )
    _side(console, "before", before.stance, shift.evidence_before)
    _side(console, "after", after.stance, shift.evidence_after)


def _side(console: Console, when: str, stance: str, quotes: tuple[Quote, ...]) -> None:
    for quote in quotes[:2]:
        console.print(
            f"  {when:>6} [{COLOURS[stance]}]{stance:<7}[/] “{escape(quote.quote)}”"
            f" [dim]{escape(quote.source)}, {quote.published_at:%Y-%m-%d}[/]",
            soft_wrap=True,
        )


def _next_steps(console: Console, fleet: Fleet) -> None:
    url = fleet.settings.elasticsearch
    console.rule("what to try next")
    usual = load_settings(env_file="")
    if (fleet.settings.kafka, url) != (usual.kafka, usual.elasticsearch) or Path(".env").exists():
        ends = f"STANCEWATCH_KAFKA={fleet.settings.kafka} STANCEWATCH_ELASTICSEARCH={url}"
        console.print(f"export STANCEWATCH_ENV_FILE= {ends}", markup=False, soft_wrap=True)
    for line in (
        f"curl '{url}/stance-shifts/_search?q=actor.id:DEU&pretty'",
        f"curl '{url}/news-articles/_search?q=peacekeepers&pretty'",
        "stancewatch explain FILE      what was read from an article of yours, and why",
        "stancewatch publish FILE      send your own JSONL through the running pipeline",
        "stancewatch services status   what runs, where, and how much memory it takes",
    ):
        console.print(line, markup=False, soft_wrap=True)
    if sys.stdout.isatty():
        console.print("\neverything is up; Ctrl-C stops it", style="bold")
