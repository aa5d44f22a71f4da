"""The console script ``stancewatch``."""

import logging
import os
import sys
from importlib import import_module
from typing import Any, NamedTuple

import typer

from streams import __version__
from streams.commands.common import EXIT_SERVICE, EXIT_USAGE, fail
from streams.settings import ServiceUnreachable, SettingsError


class Command(NamedTuple):
    """Where a command lives, and what the help of all commands says of it: the head of its own help."""

    place: str
    summary: str


# The module of the command that is called is imported, and no other, so that it starts quickly; for the help of all, none is.
COMMANDS = {
    "demo": Command("streams.commands.demo:demo",
        "Start Kafka, Elasticsearch and the workers here, play the demonstration corpus, and show each shift."),
    "init": Command("streams.commands.init:init",
        "Write .env and secrets/ for docker compose, with passwords drawn by chance. Nothing is ever overwritten."),
    "setup": Command("streams.commands.stream:setup",
        "Create and verify the Kafka topics, the Elasticsearch templates and the fixed indices; fill a Kibana if asked."),
    "worker": Command("streams.commands.stream:worker",
        "Run one role of the pipeline until SIGTERM or Ctrl-C. Run it again elsewhere to scale it."),
    "publish": Command("streams.commands.publish:publish",
        "Send raw articles to articles.raw: JSONL, CSV, Parquet or WARC, plain, in gzip or zstd, a file or a folder."),
    "reprocess": Command("streams.commands.reprocess:reprocess",
        "Read the indexed articles again, month by month, into new indices, and swap each month by alias."),
    "status": Command("streams.commands.status:status",
        "Show services, lag and rate of each role, the age of the newest data, and the health of each worker and feed."),
    "analyze": Command("streams.commands.offline:analyze",
        "Read raw articles and print enriched events as JSONL. Needs no Kafka and no Elasticsearch."),
    "explain": Command("streams.commands.offline:explain",
        "Show a person what was read from an article: each sentence that counted, its evidence, and why."),
    "evaluate": Command("streams.evaluate:command",
        "Score enriched events against labels: topics, observations, reported shifts, wrong signs, what was taken for what."),
    "backtest": Command("streams.commands.history:backtest",
        "Fold past articles in the order of their publication, and print the shifts that would have fired."),
    "plot": Command("streams.commands.history:plot",
        "Draw a series over time: its observations by stance and strength, the stance held, and the shifts."),
    "search": Command("streams.commands.search:search",
        "Search the articles, with what matched highlighted."),
    "shifts": Command("streams.commands.search:shifts",
        "Show the latest shifts: who turned from what to what, and the quotes that prove both."),
    "services": Command("streams.services.commands:app",
        "Run Kafka and Elasticsearch on this machine without Docker."),
    "feeds": Command("streams.commands.feeds:app",
        "Read news feeds (RSS, Atom, JSON Feed) into articles.raw; deploy/feeds.yaml lists them."),
    "dead": Command("streams.commands.dead:app",
        "Look at dead letters, send them again, or drop them."),
    "backup": Command("streams.commands.backup:app",
        "Copy all indices to a snapshot repository, and bring them back."),
    "alerts": Command("streams.commands.alerts:app",
        "Check alert rules, and try them on the past."),
}  # fmt: skip


def build(wanted: str | None = None) -> typer.Typer:
    """The command line with the command that is wanted; with all of them where none is named."""
    app = _root_app()
    for name, (place, _) in COMMANDS.items():
        if wanted in {name, None}:
            command = _load(place)
            if isinstance(command, typer.Typer):
                app.add_typer(command, name=name)
            else:
                app.command(name)(command)
    return app


def outline() -> typer.Typer:
    """The command line as its help shows it: all commands by name, none of which can be run."""
    app = _root_app()
    for name, (_, summary) in COMMANDS.items():
        app.command(name, help=summary)(lambda: None)
    return app


def main() -> None:
    """Run the command line; what a person can mend is told in one line, without a traceback."""
    # Clients complain on stderr by themselves; what a person needs to know is in the message that follows.
    logging.getLogger("aiokafka").addHandler(logging.NullHandler())
    wanted = next((word for word in sys.argv[1:] if word in COMMANDS), None)
    is_completing = "_STANCEWATCH_COMPLETE" in os.environ
    try:
        (build(wanted) if wanted or is_completing else outline())()
    except ServiceUnreachable as error:
        sys.exit(fail(str(error), EXIT_SERVICE).exit_code)
    except SettingsError as error:
        sys.exit(fail(str(error), EXIT_USAGE).exit_code)


def _root_app() -> typer.Typer:
    app = typer.Typer(
        name="stancewatch",
        help="Watches the news for governments that change their minds: who takes which stance, and when it shifts.",
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback()(_root)
    return app


def _load(place: str) -> Any:
    module, _, name = place.partition(":")
    return getattr(import_module(module), name)


def _version(asked: bool) -> None:
    if asked:
        typer.echo(__version__)
        raise typer.Exit


def _root(
    version: bool = typer.Option(
        False, "--version", callback=_version, is_eager=True, help="Print the version."
    ),
) -> None:
    pass
