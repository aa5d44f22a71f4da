"""What is read of each shape in ``tests/data/feeds``."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from streams.feeds.article import article_id, identified, newest, wants_page
from streams.feeds.config import FeedSpec
from streams.feeds.errors import FetchFailed
from streams.feeds.items import Item, ParsedFeed
from streams.feeds.parse import parse_feed

FOLDER = Path(__file__).parents[1] / "data/feeds"


def read(name: str) -> ParsedFeed:
    return parse_feed(
        (FOLDER / name).read_bytes(), "application/octet-stream", f"https://feeds.example/{name}"
    )


def at(day: int, hour: int, minute: int, second: int = 0) -> datetime:
    return datetime(2025, 11, day, hour, minute, second, tzinfo=UTC)


def spec(source: str = "Northwind Wire", **more: object) -> FeedSpec:
    return FeedSpec.model_validate({"name": "a", "url": "https://feeds.example/a", "source": source, **more})


# File, kind, feed's language, items, then of the first item: address, time of publication, author, text.
SHAPES = [
    ("broadcaster-rss2.xml", "RSS 2.0", "en-gb", 2,
     "https://www.harbour.example/news/articles/c0ast1?at_medium=RSS&at_campaign=rss", at(24, 10, 58, 3), None,
     "Both delegations say that they will meet again on Friday."),
    ("daily-html-summary.xml", "RSS 2.0", "en-gb", 1,
     "https://www.sentinel.example/world/live/2025/nov/24/europe-live", at(24, 11, 0, 44),
     "Jonas Wick (now) and Ada Marsh (earlier)",
     "Special envoy Maren Holt told reporters that the measures would not be lifted early\n"
     "The bloc extended them for six months on Thursday."),
    ("metropolitan-rss2.xml", "RSS 2.0", "en-us", 1,
     "https://www.metropolitan.example/2025/11/24/world/garrison.html", at(24, 10, 31, 9),
     "Lena Ortiz and Paul Brandt", "The decision ends a year of hesitation over the northern border."),
    ("foreign-service-rdf.xml", "RSS 1.0", "en", 1,
     "https://www.foreign.example/en/parliament-votes/a-70021?maca=en-rss", None, None,
     "Lawmakers rejected a motion to lift the arms embargo by 71 votes to 40."),
    ("wordpress-rss2.xml", "RSS 2.0", "en-US", 1, "https://ministrywatch.example/2025/11/24/freeze/",
     at(24, 9, 14, 51), "Ines Valk",
     "The government says that the guns are silent. They are not.\n"
     "On Sunday the foreign ministry backed the freeze, and on Monday it did not."),
    ("ghost-rss2.xml", "RSS 2.0", None, 1, "https://river.example/upriver-pledges/", at(24, 10, 19, 29), "Taras Venn",
     'The council approved two batteries on Monday.\nThey will be deployed "within weeks," its speaker said.'),
    ("government-atom.xml", "Atom 1.0", "en-GB", 1, "https://www.gov.example/government/news/new-sanctions", None,
     None, "The Foreign Secretary has announced measures against 12 tankers."),
    ("blogger-atom.xml", "Atom 1.0", None, 1, "https://pass.example/2025/11/the-border-guard.html", at(24, 7, 30),
     "Edda Roth", "The guard said that the truce holds.\nNobody believed him."),
    ("magazine-atom-xhtml.xml", "Atom 1.0", "en", 1, "https://quarterly.example/essays/withdrawing", at(20, 6, 0),
     "Bo Lind, Kay Moss", "The army left in June.\nIt came back in October, and its ministry denied both."),
    ("feedburner-rss2.xml", "RSS 2.0", "en", 1, "https://courier.example/world/99812/harbour-blockade-lifted",
     at(24, 8, 15), None, "The navy lifted its blockade of the harbour."),
    ("agency-json-feed.json", "JSON Feed 1.1", "en", 2,
     "https://radio.example/2025/11/24/nx-s1-5610203/peacekeepers", at(24, 10, 1, 2), "Rae Quill, Tom Ashe",
     "The mission's mandate ends in December.\nIts head said that the troops would stay until spring."),
    ("notebook-json-feed-1.json", "JSON Feed 1", None, 1, "https://notebook.example/2025/11/convoy", at(22, 12, 0),
     "Sam Reed", "The convoy turned back at noon."),
    ("video-site-atom.xml", "Atom 1.0", None, 1, "https://www.video.example/watch?v=dQ1", at(24, 7, 0, 11),
     "Parliament TV", "Members debate the deployment of 300 soldiers."),
    ("wave-windows-1251.xml", "RSS 2.0", "ru", 1, "https://volna.example/n/881", at(24, 10, 40), None,
     "Депутаты отложили голосование о санкциях."),
    ("echo-latin9.xml", "RSS 2.0", "fr", 1, "https://echo.example/article/2025/11/24/armee_1.html", at(24, 10, 45),
     None, "La ministre des armées a exclu tout retrait avant l'été."),
    ("gazette-rss091.xml", "RSS 0.91 (Netscape)", "en-us", 1, "http://gazette.example/fleet.html", None, None,
     "The fleet was recalled on Monday."),
    ("hill-not-wellformed.xml", "RSS 2.0", None, 2, "https://hill.example/a?x=1&y=2", at(24, 8, 15), None,
     "Talks resume on Tuesday, the ministry said."),
]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "kind", "language", "count", "url", "published_at", "author", "text"),
    SHAPES,
    ids=lambda v: str(v)[:30],
)
def test_a_dialect(
    name: str, kind: str, language: str | None, count: int, url: str, published_at: datetime | None,
    author: str | None, text: str,
) -> None:  # fmt: skip
    feed = read(name)
    first = feed.items[0]
    assert (feed.kind, feed.language, len(feed.items)) == (kind, language, count)
    assert (first.url, first.published_at, first.author) == (url, published_at, author)
    assert first.text == text
    assert first.title
    assert "<" not in first.title + first.text


def test_every_shape_has_its_line() -> None:
    assert {shape[0] for shape in SHAPES} == {path.name for path in FOLDER.iterdir()} - {"README.md"}


def test_an_update_keeps_its_id_and_no_other_source_can_take_it() -> None:
    (first, _), later = (
        read("broadcaster-rss2.xml").items,
        "https://www.harbour.example/news/articles/c0ast1#7",
    )
    updated = replace(first, guid=later, title="Ministers call off talks")
    assert article_id(spec(), updated) == article_id(spec(), first)
    assert article_id(spec("Another Wire"), first) != article_id(spec(), first)


def item(**given: object) -> Item:
    blank = dict.fromkeys(Item.__slots__)
    return Item(**{**blank, "title": "T", "text": "", "is_whole": False, **given})  # type: ignore[arg-type]


def test_a_guid_that_every_item_shares_loses_none_of_them() -> None:
    items = [item(guid="https://site.example/", url=f"https://site.example/{n}") for n in range(3)]
    assert len(identified(spec(), items)) == 3
    routed = [item(guid=f"https://site.example/#/article/{n}") for n in range(3)]
    assert len(identified(spec(), routed)) == 3
    twice = [
        item(guid="g", url="https://site.example/a?utm_source=x"),
        item(guid="g", url="https://site.example/a"),
    ]
    assert len(identified(spec(), twice)) == 1


def test_a_guid_that_items_without_addresses_share_loses_none_of_them() -> None:
    first, second = item(guid="0", title="One"), item(guid="0", title="Two")
    assert list(identified(spec(), [first, second, first]).values()) == [first, second]


def test_of_too_many_items_the_newest_are_taken_wherever_the_feed_lists_them() -> None:
    listed = {str(day): item(title=str(day), published_at=at(day, 10, 0)) for day in (1, 2, 5, 4, 3)}
    listed["undated"] = item(title="undated")
    assert list(newest(listed, 3, at(24, 12, 0))) == ["5", "4", "3"]
    undated = {str(n): item(title=str(n)) for n in range(5)}
    assert list(newest(undated, 3, at(24, 12, 0))) == ["0", "1", "2"]
    assert "2" not in newest({"1": listed["1"], "2": item(published_at=at(30, 0, 0))}, 1, at(24, 12, 0)), (
        "a time that is not yet gives no place"
    )


def test_a_feed_that_carries_the_whole_text_spares_the_page() -> None:
    long = item(url="https://site.example/1", text="word " * 400, is_whole=True)
    assert not wants_page(spec(), long)
    assert wants_page(spec(), item(url="https://site.example/1", text="word " * 400, is_whole=False))
    assert not wants_page(spec(full_text=False), item(url="https://site.example/1"))


ENTITY = b'<!DOCTYPE rss [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><rss version="2.0"><channel/></rss>'


@pytest.mark.parametrize(
    "body",
    [
        ENTITY,
        b"<?xml version='1.0'?>\n<!-- x -->" + ENTITY,
        ("<?xml version='1.0' encoding='utf-16'?>" + ENTITY.decode()).encode("utf-16"),
        ENTITY.replace(b"</channel>", b"&undefined;"),
        b'<!DOCTYPE rss [<!ENTITY x SYSTEM "file:///etc/passwd">]><rss><channel><title>&x;</title></channel></rss>',
        b'<!DOCTYPE rss [<!ENTITY % p SYSTEM "http://127.0.0.1/x.dtd"> %p;]><rss><channel/></rss>',
    ],
)
def test_a_document_that_declares_entities_is_refused(body: bytes) -> None:
    with pytest.raises(FetchFailed) as caught:
        parse_feed(body, "text/xml", "https://feeds.example/")
    assert caught.value.code == "xml_entities"


@pytest.mark.parametrize(
    ("encoding", "charset"),
    [("cp037", "cp037"), ("cp500", "ebcdic-cp-be"), ("utf-16-le", "utf-16le"), ("utf-7", "utf-7")],
)
def test_no_charset_of_the_server_hides_an_entity(encoding: str, charset: str) -> None:
    body = ENTITY.replace(b"<channel/>", b"<channel><item><title>&b;</title></item></channel>").decode()
    whole = ("<?xml version='1.0'?>" + body).encode(encoding)
    with pytest.raises(FetchFailed) as caught:
        parse_feed(whole, f"text/xml; charset={charset}", "https://feeds.example/")
    assert caught.value.code == "xml_entities"


@pytest.mark.parametrize(
    "body",
    [b"", b"   ", b"<html><body>Please enable cookies</body></html>", b"{}", b"{", b"[]", b'{"items": []}', b"\x00\xff",
     b"http://127.0.0.1:1/", b"/etc/passwd", b"<xml/>"],
)  # fmt: skip
def test_what_is_no_feed_is_called_so(body: bytes) -> None:
    with pytest.raises(FetchFailed) as caught:
        parse_feed(body, "application/rss+xml", "https://feeds.example/")
    assert caught.value.code == "not_a_feed"


def test_odd_values_in_a_json_feed_are_passed_over() -> None:
    body = (
        b'{"version": "https://jsonfeed.org/version/1.1", "title": 7, "language": ["en"], "items": [3, {"id": {},'
        b' "url": "javascript:alert(1)", "title": null, "content_html": 4, "summary": [], "date_published": "soon",'
        b' "authors": [4, {"name": 3}], "language": "x"}]}'
    )
    feed = parse_feed(body, "application/feed+json", "https://feeds.example/")
    assert feed.items == (item(title=""),)


def test_odd_values_in_xml_are_passed_over() -> None:
    body = (
        b'<rss version="2.0"><channel><language>the language</language><item><link>ftp://x.example/1</link>'
        b"<title></title><pubDate>the day before</pubDate></item><item><link>http://[half</link></item></channel></rss>"
    )
    feed = parse_feed(body, "application/rss+xml", "https://feeds.example/")
    assert feed.language is None
    assert [(each.url, each.published_at) for each in feed.items] == [(None, None), (None, None)]
