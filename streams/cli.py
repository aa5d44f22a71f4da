"""The console script ``stancewatch``."""

import logging
import sys
from importlib import import_module
from typing import Any

import typer

from streams import __version__
from streams.commands.common import EXIT_SERVICE, EXIT_USAGE, fail
from streams.settings import ServiceUnreachable, SettingsError

# Where each command lives: the module of the one that is called is imported, and no other, so that it starts quickly.
COMMANDS = {
    "demo": "streams.commands.demo:demo",
    "services": "streams.services.commands:app",
    "init": "streams.commands.init:init",
    "setup": "streams.commands.stream:setup",
    "worker": "streams.commands.stream:worker",
    "publish": "streams.commands.publish:publish",
    "feeds": "streams.commands.feeds:app",
    "reprocess": "streams.commands.reprocess:reprocess",
    "status": "streams.commands.status:status",
    "dead": "streams.commands.dead:app",
    "backup": "streams.commands.backup:app",
    "analyze": "streams.commands.offline:analyze",
    "explain": "streams.commands.offline:explain",
    "evaluate": "streams.evaluate:command",
    "backtest": "streams.commands.history:backtest",
    "plot": "streams.commands.history:plot",
    "search": "streams.commands.search:search",
    "shifts": "streams.commands.search:shifts",
    "alerts": "streams.commands.alerts:app",
}


def build(wanted: str | None = None) -> typer.Typer:
    """The command line with the command that is wanted; with all of them where none is named."""
    app = typer.Typer(
        name="stancewatch",
        help="Watches the news for governments that change their minds: who takes which stance, and when it shifts.",
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback()(_root)
    for name, place in COMMANDS.items():
        if wanted in {name, None}:
            command = _load(place)
            if isinstance(command, typer.Typer):
                app.add_typer(command, name=name)
            else:
                app.command(name)(command)
    return app


def main() -> None:
    """Run the command line; what a person can mend is told in one line, without a traceback."""
    # Clients complain on stderr by themselves; what a person needs to know is in the message that follows.
    logging.getLogger("aiokafka").addHandler(logging.NullHandler())
    wanted = next((word for word in sys.argv[1:] if word in COMMANDS), None)
    try:
        build(wanted)()
    except ServiceUnreachable as error:
        sys.exit(fail(str(error), EXIT_SERVICE).exit_code)
    except SettingsError as error:
        sys.exit(fail(str(error), EXIT_USAGE).exit_code)


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
