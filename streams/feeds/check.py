"""Tries each feed once, as ``feeds run`` would, and says what came of it."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from streams.core.language import UNDETERMINED, detect
from streams.feeds.article import claimed_time, wants_page
from streams.feeds.config import Feeds, FeedSpec
from streams.feeds.errors import FetchFailed
from streams.feeds.items import Item, ParsedFeed
from streams.feeds.poll import Reader
from streams.feeds.run import reader
from streams.feeds.workshop import Workshop

SAMPLE = 5


@dataclass(frozen=True, slots=True)
class Checked:
    """What was found. newest is the latest time that an item claims; words are those of the sample's text.

    full_text: ``page``, ``feed`` (the feed carries it all), ``off``, or why there is none. notes: what to change.
    """

    name: str
    url: str
    trouble: str | None
    kind: str = ""
    items: int = 0
    newest: datetime | None = None
    full_text: str = ""
    words: int = 0
    language: str = UNDETERMINED
    notes: tuple[str, ...] = ()


async def check(feeds: Feeds, only: frozenset[str] = frozenset()) -> AsyncIterator[Checked]:
    """Each enabled feed, or each that is named, as soon as it has been tried."""
    wanted = [feed for feed in feeds.feeds if (feed.name in only if only else feed.enabled)]
    workshop = Workshop()
    try:
        async with reader(feeds, workshop) as reading:
            slots = asyncio.Semaphore(feeds.at_once)

            async def one(spec: FeedSpec) -> Checked:
                async with slots:
                    return await _check(reading, spec)

            for found in asyncio.as_completed([one(spec) for spec in wanted]):
                yield await found
    finally:
        workshop.close()


async def _check(reading: Reader, spec: FeedSpec) -> Checked:
    try:
        look = await reading.look(spec.url)
    except FetchFailed as failed:
        return Checked(spec.name, spec.url, str(failed))
    feed = look.feed
    if feed is None or not feed.items:
        return Checked(spec.name, spec.url, "empty: the feed has no items", feed.kind if feed else "")
    now = datetime.now(UTC)
    times = [time for item in feed.items if (time := claimed_time(item, now))]
    newest = max(times, default=None)
    sample = max(feed.items, key=lambda item: claimed_time(item, now) or datetime.min.replace(tzinfo=UTC))
    full_text, text = await _full_text(reading, spec, sample)
    told = " ".join([text, *(f"{item.title}. {item.text}" for item in feed.items[:SAMPLE])])
    language = detect(told)
    notes = list(_notes(spec, feed, language, newest, now))
    if look.moved_to:
        notes.insert(0, f"moved for good to {look.moved_to}")
    return Checked(
        spec.name, spec.url, None, feed.kind, len(feed.items), newest, full_text, len(text.split()), language,
        tuple(notes),
    )  # fmt: skip


async def _full_text(reading: Reader, spec: FeedSpec, item: Item) -> tuple[str, str]:
    if not spec.full_text:
        return "off", item.text
    if not wants_page(spec, item):
        return ("feed" if item.is_whole else "no address"), item.text
    try:
        page = await reading.page(item.url or "")
    except FetchFailed as failed:
        return failed.code, item.text
    return ("page", page.text) if len(page.text) > len(item.text) else ("feed", item.text)


def _notes(
    spec: FeedSpec, feed: ParsedFeed, language: str, newest: datetime | None, now: datetime
) -> list[str]:
    notes = []
    claimed = (spec.language or feed.language or "").split("-")[0].lower()
    if claimed and language not in {UNDETERMINED, claimed}:
        notes.append(f"{'the file' if spec.language else 'the feed'} says {claimed}")
    if newest is None:
        notes.append("no item has a date that can be used")
    elif (now - newest).total_seconds() > spec.silent_after:
        notes.append(f"nothing new for {span(now - newest)}")
    if len(feed.items) > spec.max_items:
        notes.append(f"more items than max_items ({spec.max_items})")
    return notes


def span(time: timedelta) -> str:
    """A span of time in one unit, such as ``3 h``."""
    seconds = time.total_seconds()
    for size, unit in ((86400, "d"), (3600, "h"), (60, "min")):
        if seconds >= size:
            return f"{seconds // size:.0f} {unit}"
    return f"{max(0.0, seconds):.0f} s"
