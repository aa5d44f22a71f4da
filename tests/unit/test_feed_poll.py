"""From a local publisher to what is sent: once each, new versions under the same id, across restarts."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson
import pytest
from aiohttp import web

from streams.contracts import raw_articles
from streams.core.model import stable_id
from streams.feeds.addresses import Guard
from streams.feeds.config import FeedSpec
from streams.feeds.errors import FetchFailed
from streams.feeds.fetch import Fetcher
from streams.feeds.polite import Politeness
from streams.feeds.poll import PAGE_AGAIN_AFTER, Poller, Reader
from streams.feeds.send import Sender
from streams.feeds.state import KEPT, State
from streams.feeds.workshop import Workshop
from streams.metrics import RETRIES
from streams.settings import SettingsError, load_settings
from tests.publisher import Publisher, entry, rss
from tests.support import eventually
from tests.unit.test_feed_fulltext import BODY, HEADS, PARAGRAPHS, page

START = datetime(2025, 11, 24, 12, tzinfo=UTC).timestamp()


@pytest.fixture(scope="module")
def workshop() -> Iterator[Workshop]:
    found = Workshop()
    yield found
    found.close()


class Desk:
    """A poller with a clock, and what it sent."""

    def __init__(self, publisher: Publisher, workshop: Workshop, folder: Path) -> None:
        self.publisher = publisher
        self.workshop = workshop
        self.folder = folder
        self.sent: list[dict[str, Any]] = []
        self.now = START

    async def _send(self, key: bytes, value: bytes) -> None:
        document = orjson.loads(value)
        assert key.decode() == document["id"]
        raw_articles().read(value, datetime.fromtimestamp(self.now, UTC))
        self.sent.append(document)

    @asynccontextmanager
    async def poller(self) -> AsyncIterator[Poller]:
        """A new process, as far as memory goes: only the state's folder stays."""
        state = State(self.folder)
        async with Fetcher(Guard(["127.0.0.1"]), Politeness(0)) as fetcher:
            yield Poller(Reader(fetcher, self.workshop), state, self._send, clock=lambda: self.now)
        state.close()

    async def poll(self, later: float = 0.0, **more: Any) -> list[dict[str, Any]]:
        """What one look in a fresh process sends."""
        self.now += later
        self.sent.clear()
        async with self.poller() as poller:
            assert await poller.poll(self.spec(**more)) == len(self.sent)
        return list(self.sent)

    def spec(self, **more: Any) -> FeedSpec:
        given = {
            "name": "a",
            "url": f"{self.publisher.url}/feed",
            "source": "Northwind Wire",
            "full_text": False,
        }
        return FeedSpec.model_validate({**given, **more})


@pytest.fixture
def desk(publisher: Publisher, workshop: Workshop, tmp_path: Path) -> Desk:
    return Desk(publisher, workshop, tmp_path / "state")


async def test_an_item_is_sent_once_and_an_update_is_a_new_version_of_the_same_id(desk: Desk) -> None:
    desk.publisher.pages["/feed"] = rss(entry(2, "Later.") + entry(1, "Earlier."))
    first = await desk.poll()
    assert [each["text"] for each in first] == ["Earlier.", "Later."]
    assert await desk.poll(900) == []
    desk.publisher.pages["/feed"] = rss(entry(3, "New.") + entry(2, "Later, mended.") + entry(1, "Earlier."))
    second = await desk.poll(900)
    assert {each["text"] for each in second} == {"Later, mended.", "New."}
    mended = next(each for each in second if "mended" in each["text"])
    assert mended["id"] == first[1]["id"]
    assert mended["published_at"] == first[1]["published_at"] == "2025-11-24T10:00:00+00:00"
    assert await desk.poll(900) == []


async def test_only_what_changed_is_asked_for(desk: Desk) -> None:
    def conditional(request: web.Request) -> web.Response:
        headers = {"ETag": '"v1"', "Last-Modified": "Mon, 24 Nov 2025 11:00:00 GMT"}
        if request.headers.get("If-None-Match") == '"v1"':
            assert request.headers["If-Modified-Since"] == headers["Last-Modified"]
            return web.Response(status=304, headers=headers)
        return web.Response(text=rss(entry(1, "One.")), headers=headers, content_type="application/rss+xml")

    desk.publisher.pages["/feed"] = conditional
    assert len(await desk.poll()) == 1
    assert await desk.poll(900) == []
    assert "If-None-Match" in desk.publisher.asked[-1].headers
    desk.publisher.pages["/moved"] = conditional
    assert await desk.poll(900, url=f"{desk.publisher.url}/moved") == []
    assert "If-None-Match" not in desk.publisher.asked[-1].headers


async def test_a_304_to_the_first_question_is_a_fault(desk: Desk) -> None:
    desk.publisher.pages["/feed"] = lambda _: web.Response(status=304)
    with pytest.raises(FetchFailed, match="http_304"):
        await desk.poll()


async def test_full_text_and_the_summary_where_the_page_cannot_be_had(desk: Desk) -> None:
    url = desk.publisher.url
    links = {1: "/good", 2: "/gone", 3: "/private/x", 4: "/wall", 5: "/feed"}
    items = "".join(entry(n, f"Summary {n}. Continue reading...", url + path) for n, path in links.items())
    desk.publisher.pages |= {
        "/feed": rss(items),
        "/good": page(BODY, HEADS["json-ld"]),
        "/private/x": page(BODY),
        "/wall": page("<p>Subscribe to read on.</p>"),
        "/robots.txt": "User-agent: *\nDisallow: /private\n",
    }
    sent = {each["title"]: each for each in await desk.poll(full_text=True)}
    assert sent["Report 1"]["text"] == "\n".join(PARAGRAPHS)
    assert (sent["Report 1"]["text_from"], sent["Report 1"]["author"]) == ("page", "Ada Marsh")
    for n in (2, 3, 4, 5):
        assert (sent[f"Report {n}"]["text"], sent[f"Report {n}"]["text_from"]) == (f"Summary {n}.", "feed")
    assert "/private/x" not in desk.publisher.count()
    assert await desk.poll(900, full_text=True) == []
    assert desk.publisher.count()["/good"] == 1, "a page is fetched once"


async def test_an_item_that_leads_inside_or_to_a_lying_server_costs_only_its_own_page(desk: Desk) -> None:
    inside = f"http://localhost:{desk.publisher.port}/secret"
    links = {1: inside, 2: "/to-inside", 3: "/lies", 4: "/good"}
    desk.publisher.pages |= {
        "/feed": rss("".join(entry(n, f"Summary {n}.", link) for n, link in links.items())),
        "/secret": page("<p>What only this network may see.</p>" * 40),
        "/to-inside": lambda _: web.Response(status=302, headers={"Location": inside}),
        "/lies": lambda _: web.Response(status=503, headers={"Retry-After": "\u00b2"}),
        "/good": page(BODY),
    }
    sent = {each["title"]: each["text_from"] for each in await desk.poll(full_text=True)}
    assert sent == {"Report 1": "feed", "Report 2": "feed", "Report 3": "feed", "Report 4": "page"}
    assert "/secret" not in desk.publisher.count()


async def test_a_page_whose_charset_cannot_be_does_not_cost_the_feed(desk: Desk) -> None:
    desk.publisher.pages |= {
        "/feed": rss(entry(1, "Summary 1.", "/odd") + entry(2, "Summary 2.", "/good")),
        "/odd": lambda _: web.Response(
            body=page(f"<p>S\u00e9bastien.</p>{BODY}").encode("cp1252"),
            headers={"Content-Type": "text/html; charset=undefined"},
        ),
        "/good": page(BODY),
    }
    sent = {each["title"]: each["text_from"] for each in await desk.poll(full_text=True)}
    assert sent == {"Report 1": "page", "Report 2": "page"}


async def test_a_page_that_fails_for_now_is_tried_again_and_becomes_a_new_version(desk: Desk) -> None:
    link = f"{desk.publisher.url}/a"
    desk.publisher.pages["/feed"] = lambda _: web.Response(
        text=rss(entry(1, "Summary.", link)), headers={"ETag": '"v1"'}, content_type="application/rss+xml"
    )
    desk.publisher.pages["/a"] = lambda _: web.Response(status=503)
    (summary,) = await desk.poll(full_text=True)
    assert summary["text_from"] == "feed"
    assert await desk.poll(900, full_text=True) == []
    assert desk.publisher.count()["/a"] == 1, "not before an hour has gone"
    desk.publisher.pages["/a"] = page(BODY)
    (whole,) = await desk.poll(PAGE_AGAIN_AFTER, full_text=True)
    assert (whole["id"], whole["text_from"]) == (summary["id"], "page")
    assert await desk.poll(PAGE_AGAIN_AFTER, full_text=True) == []


async def test_a_page_that_always_fails_is_given_up(desk: Desk) -> None:
    desk.publisher.pages["/feed"] = rss(entry(1, "Summary.", f"{desk.publisher.url}/a"))
    desk.publisher.pages["/a"] = lambda _: web.Response(status=503)
    sent = [await desk.poll(PAGE_AGAIN_AFTER, full_text=True) for _ in range(6)]
    assert [len(each) for each in sent] == [1, 0, 0, 0, 0, 0]
    assert desk.publisher.count()["/a"] == 3


async def test_a_poorer_text_never_takes_the_place_of_the_whole(desk: Desk) -> None:
    desk.publisher.pages |= {"/feed": rss(entry(1, "Summary.", f"{desk.publisher.url}/a")), "/a": page(BODY)}
    assert len(await desk.poll(full_text=True)) == 1
    del desk.publisher.pages["/a"]
    desk.publisher.pages["/feed"] = rss(entry(1, "Another summary.", f"{desk.publisher.url}/a"))
    assert await desk.poll(PAGE_AGAIN_AFTER, full_text=True) == []


async def test_a_feed_that_calls_everything_updated_sends_nothing_twice(desk: Desk) -> None:
    def lying(day: int) -> str:
        return (
            '<feed xmlns="http://www.w3.org/2005/Atom"><title>T</title><entry><id>tag:x,1</id><title>One</title>'
            f'<link href="{desk.publisher.url}/a"/><updated>2025-11-{day}T10:00:00Z</updated>'
            "<summary>Summary.</summary></entry></feed>"
        )

    desk.publisher.pages |= {"/feed": lying(20), "/a": page(BODY)}
    assert len(await desk.poll(full_text=True)) == 1
    for day in (21, 22, 23):
        desk.publisher.pages["/feed"] = lying(day)
        assert await desk.poll(600, full_text=True) == []
    assert desk.publisher.count()["/a"] == 1, "its page is asked for once an hour at the most"
    assert await desk.poll(PAGE_AGAIN_AFTER, full_text=True) == []
    assert desk.publisher.count()["/a"] == 2


async def test_dates_that_cannot_be_are_not_believed(desk: Desk) -> None:
    days = ["Mon, 24 Nov 2098 10:00:00 GMT", "Thu, 01 Jan 1970 00:00:00 GMT", "yesterday"]
    desk.publisher.pages["/feed"] = rss("".join(entry(n, "Text.", day=day) for n, day in enumerate(days)))
    assert {each["published_at"] for each in await desk.poll()} == {"2025-11-24T12:00:00+00:00"}
    desk.publisher.pages["/feed"] = rss("".join(entry(n, "New text.", day=day) for n, day in enumerate(days)))
    assert {each["published_at"] for each in await desk.poll(86400)} == {"2025-11-24T12:00:00+00:00"}


async def test_what_was_cut_off_before_kafka_had_it_is_sent_by_the_next_process(desk: Desk) -> None:
    """A stop in the middle: the ETag is not kept, the time of first sight is."""
    desk.publisher.pages["/feed"] = lambda _: web.Response(
        text=rss(entry(1, "One.", day="") + entry(2, "Two.", day="")), headers={"ETag": '"v1"'}
    )

    both = asyncio.Barrier(3)

    async def never(_: bytes, __: bytes) -> None:
        await both.wait()
        await asyncio.sleep(3600)

    state = State(desk.folder)
    async with Fetcher(Guard(["127.0.0.1"]), Politeness(0)) as fetcher:
        poller = Poller(Reader(fetcher, desk.workshop), state, never, clock=lambda: desk.now)
        polling = asyncio.create_task(poller.poll(desk.spec()))
        await both.wait()
        polling.cancel()
        with pytest.raises(asyncio.CancelledError):
            await polling
        for sending in list(poller._sending):
            sending.cancel()
    state.close()
    sent = await desk.poll(7200)
    assert {each["text"] for each in sent} == {"One.", "Two."}
    assert {each["published_at"] for each in sent} == {"2025-11-24T12:00:00+00:00"}


async def test_a_send_that_has_begun_is_finished_before_the_end(desk: Desk) -> None:
    desk.publisher.pages["/feed"] = rss(entry(1, "One."))
    begun, go_on = asyncio.Event(), asyncio.Event()
    finished: list[bytes] = []

    async def slow(key: bytes, _: bytes) -> None:
        begun.set()
        await go_on.wait()
        finished.append(key)

    state = State(desk.folder)
    async with Fetcher(Guard(["127.0.0.1"]), Politeness(0)) as fetcher:
        poller = Poller(Reader(fetcher, desk.workshop), state, slow, clock=lambda: desk.now)
        polling = asyncio.create_task(poller.poll(desk.spec()))
        await begun.wait()
        polling.cancel()
        with pytest.raises(asyncio.CancelledError):
            await polling
        go_on.set()
        await poller.settle()
    state.close()
    assert len(finished) == 1
    assert await desk.poll(900) == [], "the next process knows that it was sent"


async def test_two_feeds_of_one_outlet_send_a_shared_article_once(desk: Desk) -> None:
    desk.publisher.pages |= {"/feed": rss(entry(1, "World.")), "/feed-europe": rss(entry(1, "Europe."))}
    other = {"name": "b", "url": f"{desk.publisher.url}/feed-europe"}
    assert len(await desk.poll()) == 1
    for _ in range(3):
        assert await desk.poll(900, **other) == []
        assert await desk.poll(900) == []


def numbered(numbers: str, publisher: str, word: str = "Text") -> str:
    """A feed of these items, all under one guid."""
    return rss(
        "".join(entry(int(n), f"{word} {n}.", f"{publisher}/{n}").replace(f">r-{n}<", ">0<") for n in numbers)
    )


@pytest.mark.parametrize(
    ("looks", "sent"),
    [
        (["12", "2", "1", "21"], ["12", "", "", ""]),
        (["1", "21", "2", "12"], ["1", "2", "", ""]),
        (["12", "3", "4", "1234"], ["12", "3", "4", ""]),
        # Taken for one that moved, until both are there.
        (["1", "2", "12", "123", "12"], ["1", "2", "12", "3", ""]),
    ],
)
async def test_an_item_keeps_its_id_whoever_comes_and_goes_beside_it(
    desk: Desk, looks: list[str], sent: list[str]
) -> None:
    ids: dict[str, str] = {}
    for numbers, expected in zip(looks, sent, strict=True):
        desk.publisher.pages["/feed"] = numbered(numbers, desk.publisher.url)
        found = await desk.poll(900)
        assert sorted(each["title"][-1] for each in found) == list(expected), numbers
        ids |= {each["title"][-1]: each["id"] for each in found}
    assert len(set(ids.values())) == len(ids), "no item is written over another"
    desk.publisher.pages["/feed"] = numbered("2", desk.publisher.url, "Mended")
    assert [each["id"] for each in await desk.poll(900)] == [ids["2"]]


async def test_an_article_that_moves_keeps_its_id(desk: Desk) -> None:
    desk.publisher.pages["/feed"] = rss(entry(1, "One.", f"{desk.publisher.url}/a"))
    (first,) = await desk.poll()
    desk.publisher.pages["/feed"] = rss(entry(1, "One, mended.", f"{desk.publisher.url}/b"))
    (second,) = await desk.poll(900)
    assert (second["id"], second["url"]) == (first["id"], f"{desk.publisher.url}/b")


async def test_the_names_of_a_forgotten_article_go_with_it(desk: Desk) -> None:
    desk.publisher.pages["/feed"] = numbered("12", desk.publisher.url)
    sent = await desk.poll()
    guid = stable_id("feed", desk.spec().source, "0")
    state = State(desk.folder)
    assert state.named(guid) == {each["id"]: each["id"] for each in sent}
    assert state.forget_old(desk.now + KEPT + 1) == 2
    assert state.named(guid) == {}
    state.close()


async def test_too_many_items_are_cut_and_a_headline_alone_is_news(desk: Desk) -> None:
    desk.publisher.pages["/feed"] = rss("".join(entry(n, "") for n in range(50)))
    sent = await desk.poll(max_items=10)
    assert len(sent) == 10
    assert sent[0]["text"] == sent[0]["title"]


async def test_one_process_at_a_time_and_old_items_are_forgotten(desk: Desk) -> None:
    desk.publisher.pages["/feed"] = rss(entry(1, "One."))
    await desk.poll()
    state = State(desk.folder)
    with pytest.raises(SettingsError, match="another `feeds run`"):
        State(desk.folder)
    assert state.forget_old(desk.now + KEPT - 1) == 0
    assert state.forget_old(desk.now + KEPT + 1) == 1
    state.close()
    with pytest.raises(SettingsError, match="STANCEWATCH_FEEDS_STATE"):
        State(Path("/proc/nowhere"))


async def test_a_document_that_hangs_its_parser_costs_only_itself() -> None:
    import time

    workshop = Workshop(timeout=0.5)
    try:
        with pytest.raises(FetchFailed, match="parse_timeout"):
            await workshop.run(time.sleep, 30)
        import os

        with pytest.raises(FetchFailed, match="parse_crashed"):
            await workshop.run(os._exit, 9)
        assert await workshop.run(len, "abc") == 3
        workshop._pool.stop()  # type: ignore[no-untyped-call]
        workshop._pool.join()
        assert await workshop.run(len, "abc") == 3
    finally:
        workshop.close()


async def test_an_absent_kafka_is_waited_for_and_holds_up_no_end(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("streams.feeds.poll.SETTLE", 0.2)
    desk.publisher.pages["/feed"] = rss(entry(1, "One."))
    sender = Sender(load_settings(kafka="127.0.0.1:1"))
    before = RETRIES.labels("kafka")._value.get()
    state = State(desk.folder)
    async with Fetcher(Guard(["127.0.0.1"]), Politeness(0)) as fetcher:
        poller = Poller(Reader(fetcher, desk.workshop), state, sender.send, clock=lambda: desk.now)
        polling = asyncio.create_task(poller.poll(desk.spec()))

        async def has_tried() -> bool:
            return bool(RETRIES.labels("kafka")._value.get() > before + 1)

        await eventually(has_tried)
        assert not polling.done()
        polling.cancel()
        await asyncio.gather(polling, return_exceptions=True)
        await poller.settle()
    await sender.close()
    state.close()
    assert [each["text"] for each in await desk.poll()] == ["One."]
