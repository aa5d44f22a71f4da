"""Look at the services of an instance."""

import contextlib
from dataclasses import dataclass, replace
from typing import Any, Literal

import psutil

from streams.services.config import ServiceName, ServicesConfig
from streams.services.process import Record
from streams.services.supervise import ALL, service_of


@dataclass(frozen=True, slots=True)
class ServiceStatus:
    """How one service stands: ``up`` serves, ``starting`` runs and does not serve (yet), ``down`` is neither.

    address and ports are those it runs on, else those it would use. stale_pid: the pid of a record whose
    process ended without a ``down``, by a crash or a kill.
    """

    name: ServiceName
    state: Literal["up", "starting", "down"]
    address: str
    ports: tuple[int, ...]
    folder: str
    pid: int | None = None
    version: str | None = None
    started: float | None = None
    rss_mb: int | None = None
    stale_pid: int | None = None


def status(config: ServicesConfig) -> list[ServiceStatus]:
    """How each service stands now. Starts, stops and writes nothing."""
    return [_status(config, name) for name in ALL]


def _status(config: ServicesConfig, name: ServiceName) -> ServiceStatus:
    record = service_of(config, name).record()
    service = service_of(_as_recorded(config, record), name)
    running = service.processes()
    ports = tuple(service.ports.values())
    folder = record.folder if record else str(config.home / name)
    if not running:
        stale = record.pid if record else None
        return ServiceStatus(name, "down", service.address(), ports, folder, stale_pid=stale)
    rss = started = None
    with contextlib.suppress(psutil.Error):
        rss = round(running[-1].memory_info().rss / 1e6)
        started = running[-1].create_time()
    return ServiceStatus(
        name,
        "up" if service.ready() else "starting",
        service.address(),
        ports,
        folder,
        pid=running[-1].pid,
        version=record.version if record else None,
        started=started,
        rss_mb=rss,
    )


def _as_recorded(config: ServicesConfig, record: Record | None) -> ServicesConfig:
    """The instance on the ports that it was started on: whoever asks need not know them."""
    ports: dict[str, Any] = {} if record is None else record.ports
    return replace(config, **ports)
