from pathlib import Path

import pytest

from streams.services.config import Endpoints, FileUser, Security, ServicesConfig, Tls
from streams.services.errors import BadConfigError


def test_endpoints_are_on_loopback() -> None:
    config = ServicesConfig(kafka_port=19092, elasticsearch_port=19200)
    assert config.endpoints == Endpoints("127.0.0.1:19092", "http://127.0.0.1:19200")


@pytest.mark.parametrize(
    "ports", [{"kafka_port": 9200}, {"controller_port": 9092}, {"kafka_port": 0}, {"kafka_port": 70000}]
)
def test_ports_that_cannot_work_are_refused(ports: dict[str, int]) -> None:
    with pytest.raises(BadConfigError, match="port"):
        ServicesConfig(**ports)  # type: ignore[arg-type]


def test_home_is_absolute_so_that_a_change_of_folder_means_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert ServicesConfig(home=Path("here")).home == tmp_path / "here"


def test_free_ports_differ(tmp_path: Path) -> None:
    config = ServicesConfig.on_free_ports(tmp_path)
    assert len({config.kafka_port, config.controller_port, config.elasticsearch_port}) == 3


def test_tls_makes_it_https(tmp_path: Path) -> None:
    tls = Tls(tmp_path / "c", tmp_path / "k", tmp_path / "c")
    config = ServicesConfig(security=Security("boot", tls=tls))
    assert config.endpoints.elasticsearch == "https://127.0.0.1:9200"


def test_passwords_are_not_printed() -> None:
    security = Security("secret-one", (FileUser("writer", "secret-two", ("editor",)),))
    assert "secret" not in repr(ServicesConfig(security=security))
