"""An entry of a feed as a raw article, under an id that stays the same whatever the publisher changes later."""

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from streams.core.canonical import canonical_url
from streams.core.model import stable_id
from streams.core.validate import CLOCK_SKEW, EARLIEST
from streams.feeds.config import FeedSpec
from streams.feeds.fulltext import Page
from streams.feeds.items import Item

FULL_ENOUGH = 1500  # letters of content in a feed that spare the page


@dataclass(frozen=True, slots=True)
class Entry:
    """An item as it is sent. body says what a reader would see of it; two entries of one body are one version."""

    article_id: str
    value: dict[str, Any]

    @property
    def body(self) -> str:
        """A digest of title and text: it changes when there is a new version to send."""
        return digest(self.value["title"], self.value["text"])


def identified(
    spec: FeedSpec, items: Iterable[Item], named: Callable[[str], Mapping[str, str]] = lambda _: {}
) -> dict[str, Item]:
    """The items of a feed by their ids, in order; of two with one id the first.

    A guid that the feed gives to items with different addresses, or titles where they have none, tells nothing
    apart, and is passed over. named: under which ids the items of a guid went until now (``State.named``). They
    keep them, whoever stands beside them, and a guid that was passed over once is passed over again.
    """
    items = list(items)
    addresses: dict[str, set[str]] = {}
    for item in items:
        if item.guid:
            addresses.setdefault(item.guid, set()).add(canonical_url(item.url) if item.url else item.title)
    until_now = cache(named)
    found: dict[str, Item] = {}
    for item in items:
        by_guid, by_address = both_ids(spec, item)
        known = until_now(by_guid)
        is_shared = len(addresses.get(item.guid or "", ())) > 1 or any(
            each != by_guid for each in known.values()
        )
        name = known.get(by_address) or (by_address if is_shared else by_guid)
        if name in found and both_ids(spec, found[name])[1] != by_address:
            name = by_address  # they were taken for one article that had moved, and stand here side by side
        found.setdefault(name, item)
    return found


def both_ids(spec: FeedSpec, item: Item) -> tuple[str, str]:
    """The id of an item by its guid, and the one without; the same where the guid says no more than the address."""
    return article_id(spec, item), article_id(spec, replace(item, guid=None))


def article_id(spec: FeedSpec, item: Item) -> str:
    """The id of an item: by its guid, else its address, else its title and day; always within its source.

    Within its source, so that no feed can put its own words under the id of another outlet's article.
    """
    name = item.guid or item.url
    if name is None:
        day = item.published_at.date().isoformat() if item.published_at else ""
        return stable_id("feed", spec.source, item.title or item.text[:200], day)
    if name.startswith("http"):
        # A publisher counts versions behind a #, unless the # is how its pages are addressed.
        route = name.partition("#")[2]
        name = canonical_url(name) + (f"#{route}" if route.startswith(("/", "!")) else "")
    return stable_id("feed", spec.source, name)


def fingerprint(item: Item) -> str:
    """A digest of what the feed itself says of an item: it changes when the item may have changed."""
    return digest(item.title, item.text, item.url or "", str(item.updated_at or ""))


def digest(*parts: str) -> str:
    """A short digest of some texts."""
    return hashlib.sha256("\x1f".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:32]


def claimed_time(item: Item, now: datetime) -> datetime | None:
    """When the item says that it was published; None where it says nothing or what cannot be."""
    at = item.published_at or item.updated_at
    return at if at is not None and EARLIEST <= at <= now + CLOCK_SKEW else None


def newest(items: dict[str, Item], count: int, now: datetime) -> dict[str, Item]:
    """So many of the items, those with the latest times, in the order of the feed; without times the first."""
    ranked = sorted(
        items,
        key=lambda name: claimed_time(items[name], now) or datetime.min.replace(tzinfo=UTC),
        reverse=True,
    )
    taken = set(ranked[:count])
    return {name: item for name, item in items.items() if name in taken}


def wants_page(spec: FeedSpec, item: Item) -> bool:
    """Whether the page is to be fetched: the feed is read in full and does not carry the whole text itself."""
    return spec.full_text and item.url is not None and not (item.is_whole and len(item.text) >= FULL_ENOUGH)


def raw_article(
    spec: FeedSpec,
    name: str,
    feed_language: str | None,
    item: Item,
    page: Page | None,
    published_at: datetime,
) -> Entry:
    """The raw article. The page's text is taken if it says more than the feed does."""
    from_page = page is not None and len(page.text) > len(item.text)
    text = page.text if page is not None and from_page else item.text
    value: dict[str, Any] = {
        "id": name,
        "url": item.url,
        "source": spec.source,
        "title": item.title or (page.title if page else None) or "",
        # A headline alone is news too.
        "text": text or item.title,
        "published_at": published_at.isoformat(),
        "language": spec.language or item.language or (page.language if page else None) or feed_language,
        "author": item.author or (page.author if page else None),
        "updated_at": item.updated_at.isoformat() if item.updated_at else None,
        "feed": spec.name,
        "text_from": "page" if from_page else "feed" if item.text else "title",
    }
    return Entry(name, {key: each for key, each in value.items() if each is not None})


def first_time(claimed: datetime | None, page: Page | None, now: datetime) -> datetime:
    """When an item counts as published: as it claims, else as its page does, else when it was first seen."""
    if claimed is not None:
        return claimed
    if (
        page is not None
        and page.published_at is not None
        and now - timedelta(days=365) < page.published_at <= now
    ):
        return page.published_at
    return now.replace(microsecond=0)
