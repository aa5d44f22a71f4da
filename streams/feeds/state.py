"""What was read and sent, in one SQLite file: it survives a restart and a kill."""

import fcntl
import sqlite3
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from streams.settings import SettingsError

KEPT = 120 * 86400  # seconds for which an item that left its feed is remembered
_TABLES = """
create table if not exists feed (
    name text primary key, url text not null, etag text, last_modified text,
    next_at real not null default 0, failures integer not null default 0,
    read_at real, item_at real, trouble text
);
create table if not exists item (
    article_id text primary key, feed text not null, published_at text not null, fingerprint text not null,
    body text, from_page integer not null, page_at real, tries integer not null, seen_at real not null
);
create index if not exists item_seen on item (seen_at);
create table if not exists name (
    by_guid text not null, by_address text not null, article_id text not null, primary key (by_guid, by_address)
) without rowid;
"""


@dataclass(frozen=True, slots=True)
class FeedState:
    """Where a feed stands. Times are Unix seconds. item_at: when something of it was last sent."""

    name: str
    url: str
    etag: str | None = None
    last_modified: str | None = None
    next_at: float = 0.0
    failures: int = 0
    read_at: float | None = None
    item_at: float | None = None
    trouble: str | None = None


@dataclass(frozen=True, slots=True)
class ItemState:
    """What was sent of an item. Its feed is the first that listed it; no other may change it.

    fingerprint: of what the feed said when all was done; empty while the page is to be tried again.
    body: of what was sent; None until Kafka holds it. from_page: whether that was the page's text.
    page_at, tries: when the page was tried last, and how often in vain since the item changed.
    """

    article_id: str
    feed: str
    published_at: datetime
    fingerprint: str = ""
    body: str | None = None
    from_page: bool = False
    page_at: float | None = None
    tries: int = 0


class State:
    """The file in a folder of its own. One process at a time may hold it."""

    def __init__(self, folder: Path) -> None:
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self._lock = (folder / "lock").open("w")
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            self._file = sqlite3.connect(folder / "feeds.sqlite", isolation_level=None)
            # A commit must outlive kill -9, which WAL without a sync of each commit does; what a power cut may
            # take with it is sent again under the same ids.
            self._file.execute("pragma journal_mode = wal")
            self._file.execute("pragma synchronous = normal")
            self._file.executescript(_TABLES)
        except BlockingIOError as error:
            raise SettingsError(f"another `feeds run` holds {folder} (STANCEWATCH_FEEDS_STATE)") from error
        except (OSError, sqlite3.Error) as error:
            raise SettingsError(
                f"cannot keep state in {folder}: {error} (STANCEWATCH_FEEDS_STATE)"
            ) from error

    def close(self) -> None:
        """Give the file back."""
        self._file.close()
        self._lock.close()

    def feed(self, name: str, url: str) -> FeedState:
        """Where a feed stands; afresh where it is new or its address has changed."""
        row = self._file.execute("select * from feed where name = ?", (name,)).fetchone()
        known = FeedState(*row) if row else FeedState(name, url)
        if known.url == url:
            return known
        return FeedState(name, url, read_at=known.read_at, item_at=known.item_at)

    def keep_feed(self, feed: FeedState) -> None:
        """Write where a feed stands."""
        self._file.execute(
            "insert or replace into feed values (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (feed.name, feed.url, feed.etag, feed.last_modified, feed.next_at, feed.failures,
             feed.read_at, feed.item_at, feed.trouble),
        )  # fmt: skip

    def item(self, article_id: str) -> ItemState | None:
        """What is known of an item."""
        row = self._file.execute(
            "select article_id, feed, published_at, fingerprint, body, from_page, page_at, tries from item"
            " where article_id = ?",
            (article_id,),
        ).fetchone()
        if row is None:
            return None
        known = ItemState(*row)
        return replace(known, published_at=datetime.fromisoformat(row[2]), from_page=bool(known.from_page))

    def keep_item(self, item: ItemState, now: float) -> None:
        """Write what is known of an item."""
        self._file.execute(
            "insert or replace into item values (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (item.article_id, item.feed, item.published_at.astimezone(UTC).isoformat(), item.fingerprint,
             item.body, item.from_page, item.page_at, item.tries, now),
        )  # fmt: skip

    def named(self, by_guid: str) -> dict[str, str]:
        """Under which ids the items of a guid went until now, by the ids that their addresses would give them."""
        rows = self._file.execute("select by_address, article_id from name where by_guid = ?", (by_guid,))
        return dict(rows.fetchall())

    def keep_name(self, by_guid: str, by_address: str, article_id: str) -> None:
        """Note under which id an item goes, unless there is only one that it could have."""
        if by_guid != by_address:
            # Most looks find it noted already: nothing is written then, and no disk waited for.
            self._file.execute(
                "insert into name values (?, ?, ?)"
                " on conflict (by_guid, by_address) do update set article_id = excluded.article_id"
                " where article_id <> excluded.article_id",
                (by_guid, by_address, article_id),
            )

    def still_there(self, article_ids: list[str], now: float) -> None:
        """Note that a feed still lists these items: they are not forgotten."""
        self._file.execute("begin")
        self._file.executemany(
            "update item set seen_at = ? where article_id = ?", [(now, each) for each in article_ids]
        )
        self._file.execute("commit")

    def forget_old(self, now: float) -> int:
        """Forget items that no feed has listed for four months; how many."""
        old = (now - KEPT,)
        self._file.execute(
            "delete from name where article_id in (select article_id from item where seen_at < ?)", old
        )
        return self._file.execute("delete from item where seen_at < ?", old).rowcount
