"""Runs one role until a signal ends it."""

import asyncio
import os
import signal
import sys
import threading
from collections.abc import Callable
from typing import Any

import faust
import structlog
import uvloop

from streams.agents.classify import Classify
from streams.agents.index import Index
from streams.agents.monitor import Monitor
from streams.agents.notify import Notify
from streams.agents.track import Track
from streams.agents.worker import Role, Worker
from streams.kafka import missing_topics
from streams.settings import Settings
from streams.topology import DEAD, sources

log = structlog.get_logger(__name__)

MAKERS: dict[str, Callable[[Settings], Role]] = {
    "classify": Classify,
    "track": Track,
    "index": Index,
    "notify": Notify,
}
EXIT_MISSING_TOPICS = 4
EXIT_SLOW_STOP = 75
STOP_WITHIN = 8.0


def run_worker(role: str, settings: Settings) -> None:
    """Run until SIGTERM or SIGINT. Exits with 4 if topics are missing: Faust would ignore them for good."""
    chosen = MAKERS[role](
        settings
    )  # first of all: what is wrong with its settings is said without any service
    uvloop.install()
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    missing = loop.run_until_complete(missing_topics(settings, [*sources(role), DEAD]))
    if missing:
        log.error("topics are missing; create them with `stancewatch setup`", missing=missing)
        sys.exit(EXIT_MISSING_TOPICS)
    worker = Worker(chosen, settings)
    service = _Service(worker, Monitor(worker.app, chosen, settings))
    runner = _FaustWorker(
        worker.app, service, loop=loop, loglevel=settings.log_level, quiet=True, override_logging=False
    )
    runner.execute_from_commandline()


class _FaustWorker(faust.Worker):  # type: ignore[misc]  # Faust has no types
    """Faust's own runner, which must end in time: what it has not committed is repeated, never lost."""

    def _schedule_shutdown(self, signal: signal.Signals) -> None:
        timer = threading.Timer(STOP_WITHIN, os._exit, args=(EXIT_SLOW_STOP,))
        timer.daemon = True
        timer.start()
        super()._schedule_shutdown(signal)


class _Service(faust.Service):  # type: ignore[misc]  # likewise
    """Opens the role before the first record comes, and closes it after the last."""

    def __init__(self, worker: Worker, monitor: Monitor, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._worker = worker
        self._monitor = monitor

    async def on_start(self) -> None:
        await self._worker.outbox.start()
        await self._worker.role.start()
        await self._monitor.start()
        log.info("worker is up", role=self._worker.role.name)

    async def on_stop(self) -> None:
        await self._monitor.stop()
        await self._worker.role.stop()
        await self._worker.outbox.stop()
        log.info("worker is down", role=self._worker.role.name)
