"""What a host's robots.txt allows (RFC 9309), kept for a day."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

from protego import Protego

from streams.feeds.errors import FetchFailed
from streams.feeds.fetch import AGENT, Fetcher, Limits

LIMITS = Limits(seconds=15, size=512 * 1024)
KEPT, KEPT_IN_DOUBT = 86400.0, 3600.0
REMEMBERED = 2000


@dataclass(frozen=True, slots=True)
class _Rules:
    rules: Protego | None  # None: the host could not say, so nothing is allowed
    until: float


class Robots:
    """Asks each host once a day. ``clock`` gives seconds and is moved by tests."""

    def __init__(self, fetcher: Fetcher, clock: Callable[[], float] = time.monotonic) -> None:
        self._fetcher = fetcher
        self._clock = clock
        self._known: dict[str, _Rules] = {}

    async def admit(self, url: str) -> None:
        """Return if the page may be fetched. Raises FetchFailed if the host forbids it or cannot be asked."""
        parts = urlsplit(url)
        origin = f"{parts.scheme}://{parts.netloc}"
        found = self._known.get(origin)
        if found is None or found.until <= self._clock():
            found = await self._ask(origin, parts.netloc)
            if len(self._known) >= REMEMBERED:
                self._known.clear()
            self._known[origin] = found
        if found.rules is None:
            raise FetchFailed("robots_unknown", f"{origin}/robots.txt cannot be had, so nothing is taken")
        if not found.rules.can_fetch(url, AGENT):
            raise FetchFailed("robots_forbid", f"{origin}/robots.txt forbids {url}")

    async def _ask(self, origin: str, netloc: str) -> _Rules:
        try:
            answer = await self._fetcher.get(f"{origin}/robots.txt", limits=LIMITS)
            rules = Protego.parse(answer.body.decode("utf-8", "replace"))
        except FetchFailed as failed:
            absent = failed.code.startswith("http_4") and failed.code != "http_429"
            if not absent:
                return _Rules(None, self._clock() + KEPT_IN_DOUBT)
            rules = Protego.parse("")
        delay = rules.crawl_delay(AGENT)
        if delay:
            self._fetcher.polite.slow_down(netloc, float(delay))
        return _Rules(rules, self._clock() + KEPT)
