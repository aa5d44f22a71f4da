"""Reads every feed at its interval until it is told to stop, and takes in a changed file meanwhile."""

import asyncio
import contextlib
import hashlib
import random
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import structlog

from streams import __version__
from streams.feeds.addresses import Guard
from streams.feeds.config import Feeds, FeedSpec, load_feeds
from streams.feeds.errors import FetchFailed
from streams.feeds.fetch import Fetcher
from streams.feeds.polite import Politeness
from streams.feeds.poll import Poller, Reader, Send
from streams.feeds.state import State
from streams.feeds.workshop import Workshop
from streams.metrics import (
    BUILD,
    FEED_FAILURES,
    FEED_ITEMS,
    FEED_LAST_ITEM,
    FEED_PAGES,
    FEED_POLLS,
    FEED_SILENT_AFTER,
)
from streams.settings import Settings, SettingsError
from streams.topology import FEEDS

log = structlog.get_logger(__name__)

DAY = 86400.0
JITTER = 0.1
LOOK_AT_FILE = 5.0
FORGET_EVERY = 3600.0
STALLED = 180.0  # longer than one page may take, with the longest pause that a host may ask for


@dataclass(slots=True)
class Pulse:
    """When something last moved, and how many feeds are being read."""

    moved_at: float = field(default_factory=time.monotonic)
    in_work: int = 0

    def beat(self) -> None:
        """Something moved."""
        self.moved_at = time.monotonic()

    def health(self, feeds: int, stall_seconds: float) -> dict[str, Any]:
        """The answer for /healthz: ill when feeds are being read and nothing has moved for long."""
        still = time.monotonic() - self.moved_at if self.in_work else 0.0
        return {
            "role": FEEDS,
            "version": __version__,
            "healthy": still < max(stall_seconds, STALLED),
            "feeds": feeds,
            "in_work": self.in_work,
            "seconds_without_progress": round(still, 1),
        }


@contextlib.asynccontextmanager
async def reader(feeds: Feeds, workshop: Workshop) -> AsyncIterator[Reader]:
    """A reader with the guards that the file asks for."""
    guard, polite = Guard(feeds.allow_hosts), Politeness(feeds.host_delay)
    async with Fetcher(guard, polite, feeds.contact) as fetcher:
        yield Reader(fetcher, workshop)


class Runner:
    """Reads the feeds of a file. ``send`` returns when what it is given stands in Kafka."""

    def __init__(self, settings: Settings, state: State, workshop: Workshop, send: Send) -> None:
        self._settings = settings
        self._path = settings.feeds
        self._state = state
        self._workshop = workshop
        self._send = send
        self._pulse = Pulse()
        self._feeds = Feeds()
        BUILD.labels(FEEDS, __version__).set(1)

    def health(self) -> dict[str, Any]:
        """How it and each feed is doing, for /healthz."""
        whole = self._pulse.health(len(self._feeds.enabled), self._settings.stall_seconds)
        return {**whole, "each": [self._health_of(spec) for spec in self._feeds.enabled]}

    async def once(self) -> int:
        """Look at every feed once, due or not; how many could not be read. Raises FeedsError."""
        self._feeds = load_feeds(self._path)
        async with reader(self._feeds, self._workshop) as reading:
            poller, slots = Poller(reading, self._state, self._sent), asyncio.Semaphore(self._feeds.at_once)
            looks = [self._look(poller, slots, spec) for spec in self._feeds.enabled]
            return (await asyncio.gather(*looks)).count(False)

    async def run(self, stop: asyncio.Event) -> None:
        """Read until ``stop`` is set. Raises FeedsError if the file cannot be used at the start."""
        self._feeds = load_feeds(self._path)
        stopped = asyncio.create_task(stop.wait())
        try:
            while not stop.is_set():
                await self._run_these(stopped)
        finally:
            stopped.cancel()

    async def _run_these(self, stopped: "asyncio.Task[Any]") -> None:
        feeds = self._feeds
        log.info("reading feeds", feeds=len(feeds.enabled), disabled=len(feeds.feeds) - len(feeds.enabled))
        if not feeds.enabled:
            log.warning("no feed is enabled; this process waits for one", file=str(self._path))
        async with reader(feeds, self._workshop) as reading:
            poller, slots = Poller(reading, self._state, self._sent), asyncio.Semaphore(feeds.at_once)
            tasks = [asyncio.create_task(self._forever(poller, slots, spec)) for spec in feeds.enabled]
            tasks += [asyncio.create_task(self._changed()), asyncio.create_task(self._forget())]
            done, _ = await asyncio.wait([stopped, *tasks], return_when=asyncio.FIRST_COMPLETED)
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await poller.settle()
        for task in done:
            task.result()  # a task that ended by a fault of ours says so

    async def _forever(self, poller: Poller, slots: asyncio.Semaphore, spec: FeedSpec) -> None:
        self._announce(spec)
        while True:
            await asyncio.sleep(max(0.0, self._state.feed(spec.name, spec.url).next_at - time.time()))
            await self._look(poller, slots, spec)

    async def _look(self, poller: Poller, slots: asyncio.Semaphore, spec: FeedSpec) -> bool:
        async with slots:
            self._pulse.in_work += 1
            self._pulse.beat()
            try:
                sent = await poller.poll(spec)
            except FetchFailed as failed:
                self._failed(spec, failed)
                return False
            except Exception as error:
                log.error("a feed failed for an unforeseen reason", feed=spec.name, exc_info=True)
                self._failed(spec, FetchFailed("unforeseen", repr(error)))
                return False
            finally:
                self._pulse.in_work -= 1
            self._succeeded(spec, sent)
            return True

    def _succeeded(self, spec: FeedSpec, sent: int) -> None:
        FEED_POLLS.labels(spec.name, "new" if sent else "unchanged").inc()
        known = self._state.feed(spec.name, spec.url)
        self._state.keep_feed(replace(known, next_at=time.time() + spread(spec.interval)))
        self._announce(spec)
        if sent:
            log.info("feed read", feed=spec.name, sent=sent)

    def _failed(self, spec: FeedSpec, failed: FetchFailed) -> None:
        FEED_POLLS.labels(spec.name, failed.code).inc()
        known = self._state.feed(spec.name, spec.url)
        failures = known.failures + 1
        wait = max(spread(pause(spec.interval, failures, failed)), failed.retry_after or 0.0)
        self._state.keep_feed(
            replace(known, failures=failures, next_at=time.time() + wait, trouble=str(failed))
        )
        self._announce(spec)
        log.warning(
            "feed cannot be read", feed=spec.name, reason=str(failed), failures=failures, again_in=round(wait)
        )

    def _announce(self, spec: FeedSpec) -> None:
        known = self._state.feed(spec.name, spec.url)
        if known.item_at is None:  # silence counts from when the feed was first known
            known = replace(known, item_at=time.time())
            self._state.keep_feed(known)
        FEED_LAST_ITEM.labels(spec.name).set(known.item_at or 0)
        FEED_SILENT_AFTER.labels(spec.name).set(spec.silent_after)
        FEED_FAILURES.labels(spec.name).set(known.failures)
        for outcome in ("sent", "updated", "refused"):
            FEED_ITEMS.labels(spec.name, outcome)
        for result in ("new", "unchanged"):
            FEED_POLLS.labels(spec.name, result)
        for result in ("read", "missed"):
            FEED_PAGES.labels(spec.name, result)

    def _health_of(self, spec: FeedSpec) -> dict[str, Any]:
        known = self._state.feed(spec.name, spec.url)
        now = time.time()
        return {
            "name": spec.name,
            "failures": known.failures,
            "trouble": known.trouble if known.failures else None,
            "seconds_since_read": round(now - known.read_at) if known.read_at else None,
            "seconds_without_item": round(now - known.item_at) if known.item_at else 0,
            "silent_after": spec.silent_after,
        }

    async def _sent(self, key: bytes, value: bytes) -> None:
        await self._send(key, value)
        self._pulse.beat()

    async def _changed(self) -> None:
        """Return when the file has changed to something that can be used."""
        seen = _digest(self._path)
        while True:
            await asyncio.sleep(LOOK_AT_FILE)
            now = _digest(self._path)
            if now == seen:
                continue
            seen = now
            try:
                self._feeds = load_feeds(self._path)
            except SettingsError as error:
                log.error("the changed file cannot be used; the feeds stay as they were", reason=str(error))
            else:
                return

    async def _forget(self) -> None:
        while True:
            forgotten = self._state.forget_old(time.time())
            if forgotten:
                log.info("items that no feed lists any more are forgotten", items=forgotten)
            await asyncio.sleep(FORGET_EVERY)


def pause(interval: float, failures: int, failed: FetchFailed) -> float:
    """Seconds until a feed that failed is tried again: twice as long each time, a day at the most."""
    if failed.code == "http_410":  # gone for good, says the server
        return DAY
    return max(interval, min(interval * 2.0 ** min(failures, 20), DAY))


def spread(seconds: float) -> float:
    """The time, a tenth longer or shorter by chance, so that no two feeds keep step."""
    return seconds * random.uniform(1 - JITTER, 1 + JITTER)


def _digest(path: Path) -> bytes:
    try:
        return hashlib.sha256(path.read_bytes()).digest()
    except OSError:
        return b""
