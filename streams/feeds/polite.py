"""One request at a time for each host, with a pause between two, and none while it asks to be left alone."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field

from streams.feeds.errors import FetchFailed

LONGEST_WAIT = 60.0  # a request that would have to wait longer is not made
REMEMBERED = 2000


@dataclass(slots=True)
class _Host:
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    free_at: float = 0.0
    delay: float = 0.0


class Politeness:
    """Keeps the pauses. ``clock`` gives seconds and is moved by tests."""

    def __init__(self, delay: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._delay = delay
        self._clock = clock
        self._hosts: dict[str, _Host] = {}

    def slow_down(self, host: str, delay: float) -> None:
        """Pause for so many seconds between two requests to this host, if that is more than usual."""
        self._host(host).delay = min(delay, LONGEST_WAIT)

    def leave_alone(self, host: str, seconds: float) -> None:
        """Make no request to this host for so long."""
        found = self._host(host)
        found.free_at = max(found.free_at, self._clock() + seconds)

    @contextlib.asynccontextmanager
    async def turn(self, host: str) -> AsyncIterator[None]:
        """Hold the host for one request. Raises FetchFailed if it asked to be left alone for longer than a minute."""
        found = self._host(host)
        async with found.lock:
            wait = found.free_at - self._clock()
            if wait > LONGEST_WAIT:
                raise FetchFailed("left_alone", f"{host} asked for {wait:.0f} s without requests", wait)
            await asyncio.sleep(max(0.0, wait))
            try:
                yield
            finally:
                found.free_at = max(found.free_at, self._clock() + max(self._delay, found.delay))

    def _host(self, host: str) -> _Host:
        if host not in self._hosts and len(self._hosts) >= REMEMBERED:
            now = self._clock()
            self._hosts = {
                name: each for name, each in self._hosts.items() if each.lock.locked() or each.free_at > now
            }
        return self._hosts.setdefault(host, _Host())
