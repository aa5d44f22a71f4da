"""/metrics and /healthz of a worker. Healthy means: offsets progress while there is lag."""

import asyncio
import time
from typing import Any

import structlog

from streams import __version__
from streams.agents.worker import Role
from streams.metrics import BUILD, LAG, LAST_PROGRESS, PARTS, QUEUE
from streams.pages import serve_pages
from streams.settings import Settings
from streams.topology import MONITOR_PORTS

log = structlog.get_logger(__name__)


class Progress:
    """Watches lag and committed offsets. ``clock`` gives seconds and is moved by tests."""

    def __init__(self, stall_seconds: float, clock: Any = time.monotonic) -> None:
        self._stall_seconds = stall_seconds
        self._clock = clock
        self._committed: dict[Any, int] = {}
        self._moved_at: float = clock()
        self.lag = 0

    def see(self, committed: dict[Any, int], ends: dict[Any, int]) -> None:
        """Take the committed offset and the end of each partition that is assigned now."""
        self.lag = sum(max(0, ends[tp] - offset) for tp, offset in committed.items())
        if self.lag == 0 or committed != self._committed:
            self._moved_at = self._clock()
        self._committed = dict(committed)

    def stalled_for(self) -> float:
        """Seconds since offsets last moved or nothing was left to do."""
        return float(self._clock() - self._moved_at)

    def healthy(self) -> bool:
        """False when there is lag and offsets have stood still for longer than allowed."""
        return self.stalled_for() < self._stall_seconds


class Monitor:
    """Serves both pages for one Faust app, on the settings' host."""

    def __init__(self, app: Any, role: Role, settings: Settings) -> None:
        self._app = app
        self._role = role
        self._host = settings.monitor_host
        self._port = settings.monitor_port or MONITOR_PORTS[role.name]
        self.progress = Progress(settings.stall_seconds)
        self._lagging: set[str] = set()

    async def start(self) -> None:
        """Listen; raises OSError if the port is taken."""
        BUILD.labels(self._role.name, __version__).set(1)
        for part, version in self._role.parts.items():
            PARTS.labels(self._role.name, part, version).set(1)
        self._runner = await serve_pages(self._host, self._port, self._health)
        self._watching = asyncio.create_task(self._watch())

    async def stop(self) -> None:
        """Stop listening."""
        self._watching.cancel()
        await self._runner.cleanup()

    async def _watch(self) -> None:
        while True:
            try:
                self._look()
            except Exception as error:  # noqa: BLE001 - a watcher that dies would call a sound worker ill for good
                log.debug("no offsets to be seen yet", error=repr(error))
            await asyncio.sleep(1)

    def _look(self) -> None:
        committed, ends, taken = _offsets(self._app)
        self.progress.see(committed, ends)
        # of partitions that went elsewhere nothing is left
        lag: dict[str, int] = dict.fromkeys(self._lagging, 0)
        queue = dict(lag)
        for tp, offset in committed.items():
            lag[tp.topic] = lag.get(tp.topic, 0) + max(0, ends[tp] - offset)
            queue[tp.topic] = queue.get(tp.topic, 0) + max(0, taken[tp] - offset)
        for topic, records in lag.items():
            LAG.labels(topic).set(records)
            QUEUE.labels(topic).set(queue[topic])
        self._lagging = set(lag)
        LAST_PROGRESS.set(self.progress.stalled_for())

    def _health(self) -> dict[str, Any]:
        return {
            "role": self._role.name,
            "version": __version__,
            "parts": self._role.parts,
            "healthy": self.progress.healthy(),
            "lag": self.progress.lag,
            "seconds_without_progress": round(self.progress.stalled_for(), 1),
        }


def _offsets(app: Any) -> tuple[dict[Any, int], dict[Any, int], dict[Any, int]]:
    """Of each partition: the next offset to be committed, its end, and the last offset that was taken."""
    consumer = app.consumer
    committed: dict[Any, int] = {}
    ends: dict[Any, int] = {}
    taken: dict[Any, int] = {}
    for tp in consumer.assignment():
        end = consumer.highwater(tp)
        if end is None:
            continue
        ends[tp] = end
        committed[tp] = max(0, consumer._committed_offset[tp] or 0)
        taken[tp] = consumer._read_offset[tp] or 0
    return committed, ends, taken
