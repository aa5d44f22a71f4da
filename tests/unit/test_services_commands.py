import json
from pathlib import Path

import pytest
from rich.console import Console
from typer.testing import CliRunner

from streams import services
from streams.services import errors
from streams.services.commands import app
from streams.services.config import Progress, Report, ServicesConfig
from streams.services.display import showing

runner = CliRunner()


@pytest.mark.parametrize("command", ["up", "down", "status"])
def test_help_shows_an_example(command: str) -> None:
    shown = runner.invoke(app, [command, "--help"], env={"COLUMNS": "100"}).output
    assert f"stancewatch services {command}" in shown
    assert "--home" in shown


def test_exit_codes_tell_the_faults_apart() -> None:
    kinds = errors.ServicesError.__subclasses__()
    assert len({kind.exit_code for kind in kinds}) == len(kinds)


def test_a_fault_says_what_where_and_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    def taken(config: ServicesConfig, report: Report) -> None:
        raise errors.PortTakenError("port 9092 is taken", where="by pid 7 [java]", remedy="use --kafka-port")

    monkeypatch.setattr(services, "up", taken)
    result = runner.invoke(app, ["up"])
    assert result.exit_code == errors.PortTakenError.exit_code
    assert result.stderr.splitlines() == [
        "error:   port 9092 is taken",
        "where:   by pid 7 [java]",
        "do:      use --kafka-port",
    ]


def test_ports_may_come_from_the_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    seen: list[ServicesConfig] = []
    monkeypatch.setattr(services, "up", lambda config, _: seen.append(config))
    env = {"STANCEWATCH_HOME": str(tmp_path), "STANCEWATCH_KAFKA_PORT": "19092"}
    assert runner.invoke(app, ["up", "--elasticsearch-port", "19200"], env=env).exit_code == 0
    assert (seen[0].home, seen[0].kafka_port, seen[0].elasticsearch_port) == (tmp_path, 19092, 19200)


def test_status_of_nothing(tmp_path: Path) -> None:
    result = runner.invoke(app, ["status", "--home", str(tmp_path), "--json"])
    assert result.exit_code == 3
    assert [(found["name"], found["state"]) for found in json.loads(result.output)] == [
        ("kafka", "down"),
        ("elasticsearch", "down"),
    ]
    assert "kafka down" in runner.invoke(app, ["status", "--home", str(tmp_path)]).output
    assert list(tmp_path.iterdir()) == []


def test_down_of_nothing_is_fine_and_makes_no_folder(tmp_path: Path) -> None:
    result = runner.invoke(app, ["down", "--home", str(tmp_path / "none")])
    assert (result.exit_code, result.output.strip()) == (0, "services: nothing was running from this home")
    assert not (tmp_path / "none").exists()


def test_progress_is_rows_on_a_terminal() -> None:
    console = Console(force_terminal=True, width=80, record=True)
    with showing(console) as report:
        report(Progress("kafka", "working", "starting"))
        report(Progress("kafka", "note", "an [odd] thing"))
        report(Progress("kafka", "done", "127.0.0.1:9092"))
    shown = console.export_text()
    assert "an [odd] thing" in shown
    assert "127.0.0.1:9092" in shown
