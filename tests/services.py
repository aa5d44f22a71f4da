"""A real Kafka and a real Elasticsearch, started once for the session; names of its own for each test."""

import itertools
from collections.abc import Iterator
from pathlib import Path

import pytest

from streams.fleet import Fleet
from streams.services.config import Endpoints, ServicesConfig, free_ports
from streams.services.supervise import down, up
from streams.settings import Settings, load_settings
from streams.setup import run_setup

_names = itertools.count(1)


@pytest.fixture(scope="session")
def services(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServicesConfig]:
    """Both services, shared by the session."""
    config = ServicesConfig.on_free_ports(tmp_path_factory.mktemp("services"))
    up(config)
    yield config
    down(config)


@pytest.fixture(scope="session")
def endpoints(services: ServicesConfig) -> Endpoints:
    """Where the services answer."""
    return services.endpoints


@pytest.fixture
async def settings(endpoints: Endpoints) -> Settings:
    """Settings with a prefix of this test's own, set up: topics, templates and indices are there."""
    chosen = load_settings(
        kafka=endpoints.kafka, elasticsearch=endpoints.elasticsearch, prefix=f"t{next(_names)}", partitions=3
    )
    async for _ in run_setup(chosen, dry_run=False):
        pass
    return chosen


@pytest.fixture
def fleet(settings: Settings, tmp_path: Path) -> Iterator[Fleet]:
    """Workers of this test, stopped at its end."""
    workers = Fleet(settings, tmp_path / "logs")
    yield workers
    workers.stop()


@pytest.fixture
def ports() -> Iterator[int]:
    """Free ports for the workers' monitors."""
    return iter(free_ports(8))
