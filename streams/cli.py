"""The console script ``stancewatch``."""

import sys

import typer

from streams import __version__
from streams.commands import alerts, demo, history, offline, search, stream
from streams.commands.common import EXIT_SERVICE, EXIT_USAGE, fail
from streams.kafka import KafkaUnreachable
from streams.rules import RulesError
from streams.services.commands import app as services_app
from streams.settings import SettingsError
from streams.setup import SetupError

app = typer.Typer(
    name="stancewatch",
    help="Watches the news for governments that change their minds: who takes which stance, and when it shifts.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command("setup")(stream.setup)
app.command("worker")(stream.worker)
app.command("publish")(stream.publish_command)
app.command("analyze")(offline.analyze)
app.command("backtest")(history.backtest)
app.command("plot")(history.plot)
app.command("explain")(offline.explain)
app.command("search")(search.search)
app.command("shifts")(search.shifts)
app.command("demo")(demo.demo)
app.add_typer(alerts.app, name="alerts")
app.add_typer(services_app, name="services")


def _version(asked: bool) -> None:
    if asked:
        typer.echo(__version__)
        raise typer.Exit


@app.callback()
def _root(
    version: bool = typer.Option(
        False, "--version", callback=_version, is_eager=True, help="Print the version."
    ),
) -> None:
    pass


def main() -> None:
    """Run the command line; what a person can mend is told in one line, without a traceback."""
    try:
        app()
    except (KafkaUnreachable, SetupError) as error:
        sys.exit(fail(str(error), EXIT_SERVICE).exit_code)
    except (RulesError, SettingsError) as error:
        sys.exit(fail(str(error), EXIT_USAGE).exit_code)
