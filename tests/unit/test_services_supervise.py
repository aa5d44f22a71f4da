"""Starting and stopping, with small processes in the place of the servers."""

import os
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar

import pytest

from streams.services import faults, inspect, supervise
from streams.services.artefacts import Artefacts
from streams.services.config import Progress, ServiceName, ServicesConfig, quiet
from streams.services.errors import (
    NotRunningError,
    OtherSettingsError,
    PortTakenError,
    ServicesError,
    StartFailedError,
    StartTimeoutError,
)
from streams.services.java import Java
from streams.services.process import Launch, alive, write_record
from streams.services.service import Runtime, Service

SLEEPS = "import time; time.sleep(60)"
ENDS = "import sys; print('cannot bind'); sys.exit(1)"


class Fake(Service):
    """A service that serves as soon as it runs."""

    name: ClassVar[ServiceName] = "kafka"
    code = SLEEPS
    serves = True

    @property
    def ports(self) -> dict[str, int]:
        port = self.config.kafka_port if self.name == "kafka" else self.config.elasticsearch_port
        return {f"{self.name}_port": port}

    def settings(self) -> str:
        return str(self.ports)

    def launch(self, runtime: Runtime, folder: Path) -> Launch:
        return Launch([sys.executable, "-c", self.code, self.marker], folder, dict(os.environ))

    def ready(self) -> bool:
        return self.serves and bool(self.processes())


class FakeElasticsearch(Fake):
    name: ClassVar[ServiceName] = "elasticsearch"


class Ends(FakeElasticsearch):
    code = ENDS
    serves = False


class Mute(FakeElasticsearch):
    serves = False


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ServicesConfig]:
    runtime = Runtime(
        Java(tmp_path, 17),
        Artefacts(tmp_path, tmp_path),
        None,
        {"kafka": "4.4.0", "elasticsearch": "8.19.21"},
    )
    monkeypatch.setattr(supervise, "_runtime", lambda *_: runtime)
    monkeypatch.setattr(supervise, "_KINDS", {"kafka": Fake, "elasticsearch": FakeElasticsearch})
    chosen = ServicesConfig.on_free_ports(tmp_path / "home")
    yield chosen
    supervise.down(chosen)


def use(monkeypatch: pytest.MonkeyPatch, elasticsearch: type[Fake]) -> None:
    monkeypatch.setattr(supervise, "_KINDS", {"kafka": Fake, "elasticsearch": elasticsearch})


def pids(config: ServicesConfig) -> list[int | None]:
    return [found.pid for found in inspect.status(config)]


def test_up_down_status(config: ServicesConfig) -> None:
    assert [found.state for found in inspect.status(config)] == ["down", "down"]
    assert supervise.up(config) == config.endpoints
    assert [found.state for found in inspect.status(config)] == ["up", "up"]
    assert supervise.down(config) == ["kafka", "elasticsearch"]
    assert [found.state for found in inspect.status(config)] == ["down", "down"]
    assert supervise.down(config) == []


def test_a_second_up_starts_nothing(config: ServicesConfig) -> None:
    supervise.up(config)
    before = pids(config)
    supervise.up(config)
    assert pids(config) == before


def test_up_with_other_settings_is_refused_while_it_runs(config: ServicesConfig) -> None:
    supervise.up(config)
    other = ServicesConfig.on_free_ports(config.home)
    with pytest.raises(OtherSettingsError) as caught:
        supervise.up(other)
    assert str(config.kafka_port) in caught.value.where


def test_a_service_whose_record_was_lost_is_found_again(config: ServicesConfig) -> None:
    supervise.up(config)
    before = pids(config)
    for record in (config.home / "run").glob("*.json"):
        record.unlink()
    supervise.up(config)
    assert pids(config) == before
    assert [found.version for found in inspect.status(config)] == ["4.4.0", "8.19.21"]


def test_one_that_ends_takes_the_others_of_the_same_start_with_it(
    config: ServicesConfig, monkeypatch: pytest.MonkeyPatch
) -> None:
    use(monkeypatch, Ends)
    reports: list[Progress] = []
    with pytest.raises(StartFailedError) as caught:
        supervise.up(config, reports.append)
    assert "cannot bind" in caught.value.where
    assert pids(config) == [None, None]
    assert [report.about for report in reports if report.state == "failed"] == ["elasticsearch"]


def test_one_that_ran_before_survives_a_failed_start_of_the_other(
    config: ServicesConfig, monkeypatch: pytest.MonkeyPatch
) -> None:
    supervise.up(config, names=("kafka",))
    use(monkeypatch, Ends)
    with pytest.raises(StartFailedError):
        supervise.up(config)
    assert [found.state for found in inspect.status(config)] == ["up", "down"]


def test_one_that_never_answers_is_given_up(config: ServicesConfig, monkeypatch: pytest.MonkeyPatch) -> None:
    use(monkeypatch, Mute)
    hasty = ServicesConfig(
        home=config.home,
        kafka_port=config.kafka_port,
        controller_port=config.controller_port,
        elasticsearch_port=config.elasticsearch_port,
        start_timeout=0.5,
    )
    with pytest.raises(StartTimeoutError, match="does not answer"):
        supervise.up(hasty)
    assert pids(config) == [None, None]


def test_a_stale_pid_is_told_forgotten_and_never_killed(config: ServicesConfig) -> None:
    supervise.up(config, names=("kafka",))
    record = supervise.service_of(config, "kafka").record()
    assert record is not None
    faults.kill(config, "kafka")
    # The pid of this very test, started at another time: what a reused pid looks like.
    write_record(
        config.home / "run" / "kafka.json",
        type(record)(os.getpid(), 1.0, record.fingerprint, record.version, record.folder, record.ports),
    )
    stale = inspect.status(config)[0]
    assert (stale.state, stale.stale_pid) == ("down", os.getpid())
    reports: list[Progress] = []
    supervise.up(config, reports.append, names=("kafka",))
    assert any("another process" in report.text for report in reports if report.state == "note")


def test_a_taken_port_is_found_before_anything_starts(config: ServicesConfig, tmp_path: Path) -> None:
    import socket

    with socket.socket() as listener:
        listener.bind(("127.0.0.1", config.elasticsearch_port))
        listener.listen()
        with pytest.raises(PortTakenError, match=str(config.elasticsearch_port)):
            supervise.up(config)
    assert not (config.home / "kafka").exists()


def test_kill_pause_resume_and_restart_act_on_one_service(config: ServicesConfig) -> None:
    supervise.up(config)
    kafka, elasticsearch = pids(config)
    faults.pause(config, "kafka")
    faults.resume(config, "kafka")
    faults.kill(config, "kafka")
    assert kafka is not None
    assert alive(kafka) is None
    with pytest.raises(NotRunningError):
        faults.kill(config, "kafka")
    supervise.up(config)
    supervise.restart(config, "kafka")
    assert pids(config)[1] == elasticsearch
    assert pids(config)[0] not in {None, kafka}


def test_erase_deletes_what_a_start_made_and_nothing_else(config: ServicesConfig) -> None:
    supervise.up(config, names=("kafka",))
    (config.home / "elasticsearch").mkdir()
    (config.home / "elasticsearch" / "mine.txt").touch()
    supervise.erase(config)
    assert [path.name for path in config.home.rglob("*")] == ["elasticsearch", "mine.txt"]


def test_two_starts_at_once_start_one(config: ServicesConfig) -> None:
    failures: list[ServicesError] = []

    def start() -> None:
        try:
            supervise.up(config, quiet)
        except ServicesError as error:
            failures.append(error)

    threads = [threading.Thread(target=start) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert [found.state for found in inspect.status(config)] == ["up", "up"]


def test_an_interrupted_start_leaves_nothing(config: ServicesConfig, monkeypatch: pytest.MonkeyPatch) -> None:
    use(monkeypatch, Mute)

    def interrupt(*_: object, **__: object) -> None:
        time.sleep(0.3)
        raise KeyboardInterrupt

    monkeypatch.setattr(supervise, "wait", interrupt)
    with pytest.raises(KeyboardInterrupt):
        supervise.up(config)
    assert pids(config) == [None, None]
