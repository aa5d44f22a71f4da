"""``stancewatch services``: the local Kafka and Elasticsearch from the command line."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import orjson
import typer
from rich.console import Console

from streams import services
from streams.services.config import ServicesConfig
from streams.services.display import show_error, show_status, showing
from streams.services.errors import ServicesError

NOT_ALL_UP = 3

app = typer.Typer(help="Run Kafka and Elasticsearch on this machine without Docker.", no_args_is_help=True)

Home = Annotated[
    Path, typer.Option(envvar="STANCEWATCH_HOME", help="Folder for data, logs and pids of this instance.")
]
KafkaPort = Annotated[int, typer.Option(envvar="STANCEWATCH_KAFKA_PORT", help="Port for Kafka's clients.")]
ControllerPort = Annotated[
    int, typer.Option(envvar="STANCEWATCH_CONTROLLER_PORT", help="Port of Kafka's controller.")
]
ElasticsearchPort = Annotated[
    int, typer.Option(envvar="STANCEWATCH_ELASTICSEARCH_PORT", help="Port for Elasticsearch's HTTP clients.")
]
Cache = Annotated[
    Path | None,
    typer.Option(
        envvar="STANCEWATCH_CACHE", help="Folder for the programs. Default: the user's cache folder."
    ),
]
StartTimeout = Annotated[
    float, typer.Option(envvar="STANCEWATCH_START_TIMEOUT", help="Seconds to wait for a service to answer.")
]
StopGrace = Annotated[
    float, typer.Option(envvar="STANCEWATCH_STOP_GRACE", help="Seconds to end in before it is killed.")
]
Erase = Annotated[bool, typer.Option("--erase", help="Delete this home's data and logs too.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON for scripts.")]


@app.command(
    epilog="Examples:\n\nstancewatch services up\n\nstancewatch services up --home /tmp/second "
    "--kafka-port 19092 --controller-port 19093 --elasticsearch-port 19200"
)
def up(
    home: Home = Path(".stancewatch"),
    kafka_port: KafkaPort = 9092,
    controller_port: ControllerPort = 9093,
    elasticsearch_port: ElasticsearchPort = 9200,
    cache: Cache = None,
    start_timeout: StartTimeout = 120.0,
) -> None:
    """Start Kafka and Elasticsearch on 127.0.0.1 and wait until both serve.

    The first start fetches about 150 MB with Maven. Needs a JDK of 17 or newer.
    Does nothing when both are up.
    """
    with _explained():
        config = ServicesConfig(
            home=home,
            kafka_port=kafka_port,
            controller_port=controller_port,
            elasticsearch_port=elasticsearch_port,
            cache=cache,
            start_timeout=start_timeout,
        )
        with showing(Console()) as report:
            services.up(config, report)


@app.command(
    epilog="Examples:\n\nstancewatch services down\n\nstancewatch services down --home /tmp/second --erase"
)
def down(home: Home = Path(".stancewatch"), stop_grace: StopGrace = 20.0, erase: Erase = False) -> None:
    """Stop what `up` started from this home, and nothing else. Data and logs stay."""
    with _explained(), showing(Console()) as report:
        config = ServicesConfig(home=home, stop_grace=stop_grace)
        if not services.down(config, report):
            report(services.Progress("services", "done", "nothing was running from this home"))
        if erase:
            services.erase(config, report)


@app.command(epilog="Examples:\n\nstancewatch services status\n\nstancewatch services status --json")
def status(home: Home = Path(".stancewatch"), as_json: Json = False) -> None:
    """Show how both stand. Exits with 0 when both serve, with 3 when one does not."""
    with _explained():
        found = services.status(ServicesConfig(home=home))
    if as_json:
        typer.echo(orjson.dumps([asdict(service) for service in found]).decode())
    else:
        show_status(Console(), found)
    if any(service.state != "up" for service in found):
        raise typer.Exit(NOT_ALL_UP)


@contextmanager
def _explained() -> Iterator[None]:
    """Turn a fault into its message on standard error and its exit code."""
    try:
        yield
    except ServicesError as error:
        show_error(Console(stderr=True), error)
        raise typer.Exit(error.exit_code) from error
    except KeyboardInterrupt:
        Console(stderr=True).print("interrupted: what this command had started is stopped again")
        raise typer.Exit(130) from None


if __name__ == "__main__":
    app()
