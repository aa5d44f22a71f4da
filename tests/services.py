"""A real Kafka and a real Elasticsearch, started once for the session; names of its own for each test."""

import itertools
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from streams.fleet import Fleet
from streams.services.config import Endpoints, ServicesConfig, free_ports
from streams.services.supervise import erase, up
from streams.settings import Settings, load_settings
from streams.setup import run_setup

_names = itertools.count(1)
START_TIMEOUT = 280.0  # on a machine that has other work too, Elasticsearch takes minutes


class Receiver:
    """Takes alerts like Alertmanager; answers with the next of ``trouble`` while there is any.

    It stands in for a receiver that is overloaded, which a real one cannot be made to show.
    """

    def __init__(self, url: str) -> None:
        self.url = url
        self.alerts: list[dict[str, Any]] = []
        self.trouble: list[int] = []
        self.refused: set[str] = set()

    async def take(self, request: web.Request) -> web.Response:
        if self.trouble:
            return web.Response(status=self.trouble.pop(0))
        alerts = await request.json()
        if any(alert["labels"]["shift_id"][0] in self.refused for alert in alerts):
            return web.Response(status=400)
        self.alerts += alerts
        return web.Response()


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    """A receiver of this test."""
    (port,) = free_ports(1)
    taker = Receiver(f"http://127.0.0.1:{port}")
    app = web.Application()
    app.add_routes([web.post("/api/v2/alerts", taker.take)])
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    yield taker
    await runner.cleanup()


@pytest.fixture(scope="session")
def services(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServicesConfig]:
    """Both services, shared by the session."""
    config = replace(
        ServicesConfig.on_free_ports(tmp_path_factory.mktemp("services")), start_timeout=START_TIMEOUT
    )
    try:
        up(config)
        yield config
    finally:
        erase(config)


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
    return iter(free_ports(12))
