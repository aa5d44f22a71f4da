"""One look at one feed: fetch, parse, and send what is new or has changed."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import structlog
from aiokafka.errors import MessageSizeTooLargeError

from streams.codec import encode
from streams.feeds.article import (
    Entry,
    both_ids,
    claimed_time,
    fingerprint,
    first_time,
    identified,
    newest,
    raw_article,
    wants_page,
)
from streams.feeds.config import FeedSpec
from streams.feeds.errors import FetchFailed
from streams.feeds.fetch import MIB, Fetcher, Limits
from streams.feeds.fulltext import Page, extract
from streams.feeds.items import Item, ParsedFeed
from streams.feeds.parse import parse_feed
from streams.feeds.robots import Robots
from streams.feeds.state import FeedState, ItemState, State
from streams.feeds.workshop import Workshop
from streams.metrics import FEED_ITEMS, FEED_PAGES

log = structlog.get_logger(__name__)

PAGE = Limits(seconds=20, size=4 * MIB)
PAGE_AGAIN_AFTER = 3600.0  # a feed that calls every item updated at every look costs its pages once an hour
ACCEPT_FEED = (
    "application/atom+xml, application/rss+xml, application/feed+json, application/xml;q=0.9, */*;q=0.5"
)
ACCEPT_PAGE = "text/html, application/xhtml+xml;q=0.9, */*;q=0.1"
ITEMS_AT_ONCE = 8

PAGE_TRIES = 3
SETTLE = 8.0

Send = Callable[[bytes, bytes], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Look:
    """What a look found. feed is None where nothing has changed since the last one."""

    feed: ParsedFeed | None
    etag: str | None = None
    last_modified: str | None = None
    moved_to: str | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of an item; is_done is False where there is more to be had of it later."""

    was_sent: bool
    is_done: bool


NOTHING_NEW = Outcome(was_sent=False, is_done=True)
LATER = Outcome(was_sent=False, is_done=False)


class Reader:
    """Reads feeds and pages. It keeps nothing and sends nothing: ``check`` uses it too."""

    def __init__(self, fetcher: Fetcher, workshop: Workshop) -> None:
        self._fetcher = fetcher
        self._workshop = workshop
        self._robots = Robots(fetcher)

    async def look(self, url: str, known: FeedState | None = None) -> Look:
        """Fetch and parse a feed, if it has changed since the state that is known. Raises FetchFailed."""
        headers = {"Accept": ACCEPT_FEED}
        if known and known.etag:
            headers["If-None-Match"] = known.etag
        if known and known.last_modified:
            headers["If-Modified-Since"] = known.last_modified
        answer = await self._fetcher.get(url, headers=headers)
        if answer.status == 304:
            if len(headers) == 1:
                raise FetchFailed(
                    "http_304", f"{answer.url} says that nothing has changed, to the first question"
                )
            return Look(None, moved_to=answer.moved_to)
        kind = answer.headers.get("content-type", "")
        feed = await self._workshop.run(parse_feed, answer.body, kind, answer.url)
        return Look(
            feed, answer.headers.get("etag"), answer.headers.get("last-modified"), moved_to=answer.moved_to
        )

    async def page(self, url: str) -> Page:
        """The article at an address, if robots.txt allows it. Raises FetchFailed."""
        answer = await self._fetcher.get(
            url, headers={"Accept": ACCEPT_PAGE}, limits=PAGE, admit=self._robots.admit
        )
        kind = answer.headers.get("content-type", "text/html")
        if "html" not in kind.lower():
            raise FetchFailed("no_page", f"{answer.url} is {kind.partition(';')[0]!r}, no page")
        page = await self._workshop.run(extract, answer.body, kind, answer.url)
        if page is None:
            raise FetchFailed("no_text", f"{answer.url} has no article that could be told from the rest")
        return page


class Poller:
    """Takes feeds from the reader to Kafka, and keeps in the state what stands there."""

    def __init__(
        self, reader: Reader, state: State, send: Send, clock: Callable[[], float] = time.time
    ) -> None:
        self._reader = reader
        self._state = state
        self._send = send
        self._clock = clock
        self._busy: set[str] = set()
        self._sending: set[asyncio.Task[None]] = set()

    async def poll(self, spec: FeedSpec) -> int:
        """Look once and send what is new; how many records were sent. Raises FetchFailed.

        The feed's ETag is kept only when nothing that it announced is left to do: a crash before that sees it again.
        """
        known = self._state.feed(spec.name, spec.url)
        look = await self._reader.look(spec.url, known)
        if look.moved_to:
            log.warning(
                "the feed has moved for good; write the new address", feed=spec.name, to=look.moved_to
            )
        now = self._clock()
        if look.feed is None:
            self._state.keep_feed(replace(known, failures=0, read_at=now, trouble=None))
            return 0
        sent, is_done = await self._items(spec, look.feed)
        self._state.keep_feed(
            replace(
                known,
                etag=look.etag if is_done else None,
                last_modified=look.last_modified if is_done else None,
                failures=0,
                read_at=now,
                item_at=self._clock() if sent else known.item_at,
                trouble=None,
            )
        )
        return sent

    async def settle(self) -> None:
        """Wait some seconds for what is being sent right now. What Kafka does not take in time is sent again later."""
        if not self._sending:
            return
        _, waiting = await asyncio.wait(self._sending, timeout=SETTLE)
        for sending in waiting:
            sending.cancel()

    async def _items(self, spec: FeedSpec, feed: ParsedFeed) -> tuple[int, bool]:
        items = identified(spec, feed.items, self._state.named)
        if len(items) > spec.max_items:
            log.warning("more items than max_items; the oldest are left", feed=spec.name, items=len(items))
        taken = newest(items, spec.max_items, datetime.fromtimestamp(self._clock(), UTC))
        slots = asyncio.Semaphore(ITEMS_AT_ONCE)

        async def one(name: str, item: Item) -> Outcome:
            async with slots:
                return await self._alone(spec, feed.language, name, item)

        # The oldest first, as far as a feed is in order: that is how its articles came to be.
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(one(name, item)) for name, item in reversed(taken.items())]
        outcomes = [task.result() for task in tasks]
        self._state.still_there(list(taken), self._clock())
        return sum(each.was_sent for each in outcomes), all(each.is_done for each in outcomes)

    async def _alone(self, spec: FeedSpec, language: str | None, name: str, item: Item) -> Outcome:
        """Two feeds may list one article at the same time: then the second looks again later."""
        if name in self._busy:
            return LATER
        self._busy.add(name)
        try:
            return await self._item(spec, language, name, item)
        finally:
            self._busy.discard(name)

    async def _item(self, spec: FeedSpec, language: str | None, name: str, item: Item) -> Outcome:
        mark, now = fingerprint(item), self._clock()
        known = self._state.item(name)
        if known and known.body is not None and known.feed != spec.name:
            return NOTHING_NEW
        # Before it is sent: whoever stands beside it when it is seen again, it is the same article.
        self._state.keep_name(*both_ids(spec, item), name)
        if known and known.body is not None and known.fingerprint == mark:
            return NOTHING_NEW
        page, is_settled, with_page = None, True, wants_page(spec, item)
        if with_page:
            if known and known.page_at and now - known.page_at < PAGE_AGAIN_AFTER:
                return LATER
            page, is_settled = await self._page(spec, item)
        if known is None or known.body is None:
            known = known or self._first_seen(spec, name, item, page, now)
            known = replace(known, feed=spec.name)
            # Kept before it is sent: whoever sends it again after a crash gives it the same time.
            self._state.keep_item(known, now)
        is_settled = is_settled or known.tries + 1 >= PAGE_TRIES
        entry = raw_article(spec, name, language, item, page, known.published_at)
        done = replace(
            known,
            fingerprint=mark if is_settled else "",
            page_at=now if with_page else None,
            tries=0 if is_settled else known.tries + 1,
        )
        from_page = entry.value["text_from"] == "page"
        if known.body == entry.body or (known.from_page and page is None):  # a summary is no newer version
            self._state.keep_item(done, now)
            return NOTHING_NEW if is_settled else LATER
        done = replace(done, body=entry.body, from_page=from_page)
        sending = asyncio.create_task(self._deliver(spec, entry, done, is_new=known.body is None))
        self._sending.add(sending)
        sending.add_done_callback(self._sending.discard)
        await asyncio.shield(sending)  # a send that is cut off in the middle would be sent a second time
        return Outcome(was_sent=True, is_done=is_settled)

    @staticmethod
    def _first_seen(spec: FeedSpec, name: str, item: Item, page: Page | None, now: float) -> ItemState:
        moment = datetime.fromtimestamp(now, UTC)
        return ItemState(name, spec.name, first_time(claimed_time(item, moment), page, moment))

    async def _deliver(self, spec: FeedSpec, entry: Entry, done: ItemState, is_new: bool) -> None:
        try:
            await self._send(entry.article_id.encode(), encode(entry.value))
        except MessageSizeTooLargeError as error:
            FEED_ITEMS.labels(spec.name, "refused").inc()
            log.error(
                "Kafka takes no record so large", feed=spec.name, url=entry.value.get("url"), error=str(error)
            )
        else:
            FEED_ITEMS.labels(spec.name, "sent" if is_new else "updated").inc()
        self._state.keep_item(done, self._clock())

    async def _page(self, spec: FeedSpec, item: Item) -> tuple[Page | None, bool]:
        """The page, and whether there is no use in trying it again."""
        try:
            page = await self._reader.page(item.url or "")
        except FetchFailed as failed:
            FEED_PAGES.labels(spec.name, "missed").inc()
            log.info("no full text, the summary goes", feed=spec.name, url=item.url, reason=str(failed))
            return None, not failed.may_pass
        FEED_PAGES.labels(spec.name, "read").inc()
        return page, True
