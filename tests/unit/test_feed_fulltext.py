"""The article of a page: what is kept, and what a publisher puts around it is not."""

from datetime import UTC, datetime

import pytest

from streams.core.teasers import without_teaser
from streams.feeds.errors import FetchFailed
from streams.feeds.fulltext import Page, decode, extract

PARAGRAPHS = (
    "Germany will send a brigade to Ukraine, Chancellor Friedrich Merz announced on Monday, after months of refusals.",
    "The brigade of about five thousand soldiers is to be stationed in the west of the country by the spring, he said.",
    "Opposition leaders said that they would ask the constitutional court to look at the decision of the cabinet.",
    "The parliament has yet to approve the deployment in a vote that is expected next week, its president said.",
)
NAV = "".join(f"<li><a href='/{word}'>{word}</a></li>" for word in ("World", "Business", "Sport", "Opinion"))
AROUND = (
    "<aside class='related'><h3>Read more</h3><ul><li><a href='/1'>Ten cheeses that you must try</a></li>"
    "<li><a href='/2'>Our quiz of the week</a></li></ul></aside>"
)


def page(body: str, head: str = "") -> str:
    return (
        f"<!doctype html><html lang='en'><head><title>Brigade for Ukraine - Northwind Wire</title>{head}</head><body>"
        f"<header><nav><ul>{NAV}</ul></nav></header><div class='cookie-banner'><p>We and our 900 partners use cookies to "
        f"store your data.</p><button>Accept</button></div><main><article><h1>Brigade for Ukraine</h1>{body}</article>{AROUND}"
        "</main><footer><p>Copyright Northwind Wire. All rights reserved. Terms. Privacy.</p></footer></body></html>"
    )


BODY = "".join(f"<p>{text}</p>" for text in PARAGRAPHS)
HEADS = {
    "open graph": '<meta property="og:site_name" content="Northwind Wire"><meta property="article:published_time"'
    ' content="2025-11-24T09:30:00+01:00"><meta name="author" content="Ada Marsh">',
    "json-ld": '<script type="application/ld+json">{"@context":"https://schema.org","@type":"NewsArticle","headline":'
    '"Brigade for Ukraine","datePublished":"2025-11-24T08:30:00Z","author":[{"@type":"Person","name":"Ada Marsh"}],'
    '"publisher":{"@type":"Organization","name":"Northwind Wire"}}</script>',
}


@pytest.mark.parametrize("head", HEADS.values(), ids=HEADS)
def test_title_byline_date_and_text_are_found_and_nothing_else(head: str) -> None:
    markup = page(f"<p class='byline'>By <a rel='author'>Ada Marsh</a></p>{BODY}", head)
    found = extract(
        markup.encode(), "text/html; charset=utf-8", "https://northwind.example/2025/11/24/brigade"
    )
    assert found is not None
    assert found.text.split("\n") == list(PARAGRAPHS)
    assert found.title == "Brigade for Ukraine"
    assert found.author == "Ada Marsh"
    assert found.published_at == datetime(2025, 11, 24, 8, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    "box",
    ["<p><strong>Read more:</strong> <a href='/x'>Ten cheeses that you must try</a></p>",
     "<p><a href='/x'>Continue reading</a></p>", "<p>Sign up for our daily briefing newsletter</p>", "<p>Advertisement</p>",
     "<div class='newsletter-signup'><p>Get our briefing every morning.</p></div>",
     "<p>RELATED: <a href='/x'>The cheese that fell out of favour</a></p>"],
)  # fmt: skip
def test_boxes_between_the_paragraphs_are_left_out(box: str) -> None:
    parts = [f"<p>{text}</p>" for text in PARAGRAPHS]
    markup = page(parts[0] + parts[1] + box + parts[2] + parts[3], HEADS["open graph"])
    found = extract(markup.encode(), "text/html", "https://northwind.example/1")
    assert found is not None
    assert found.text.split("\n") == list(PARAGRAPHS)


@pytest.mark.parametrize(
    "markup",
    ["", "   ", "no markup at all", "<html></html>", page(""), page("<p>Subscribe to read on.</p>"), "\x00" * 500,
     "<html><body>" + "<div>" * 3000 + "x" + "</body></html>", "<?xml version='1.0'?><rss/>"],
)  # fmt: skip
def test_a_page_without_an_article_gives_none(markup: str) -> None:
    assert extract(markup.encode(), "text/html", None) is None


@pytest.mark.parametrize(
    ("encoding", "kind", "meta"),
    [("utf-8", "text/html", ""), ("cp1252", "text/html; charset=windows-1252", ""),
     ("iso-8859-2", "text/html", '<meta charset="iso-8859-2">'), ("cp1252", "text/html; charset=nonsense", ""),
     ("cp1252", "text/html; charset=undefined", ""), ("cp1252", "text/html; charset=idna", ""),
     ("cp1252", "text/html", '<meta charset="undefined">')],
)  # fmt: skip
def test_charsets(encoding: str, kind: str, meta: str) -> None:
    text = f"<html><head>{meta}</head><body>Sébastien dit « non » à l'armée</body></html>".replace(
        "« non »", "non" if encoding == "iso-8859-2" else "« non »"
    ).replace("à", "a" if encoding == "iso-8859-2" else "à")
    assert decode(text.encode(encoding), kind) == text


@pytest.mark.parametrize(
    ("trouble", "expected"), [(KeyError("x"), FetchFailed), (MemoryError(), MemoryError)]
)
def test_what_nobody_foresaw_is_told_as_a_fault_of_the_page(
    monkeypatch: pytest.MonkeyPatch, trouble: Exception, expected: type[Exception]
) -> None:
    def fails(*_: object, **__: object) -> None:
        raise trouble

    monkeypatch.setattr("streams.feeds.fulltext.bare_extraction", fails)
    with pytest.raises(expected) as raised:
        extract(page(BODY).encode(), "text/html", "https://northwind.example/1")
    if isinstance(raised.value, FetchFailed):
        assert str(raised.value) == "unforeseen: https://northwind.example/1 cannot be read: KeyError('x')"


def test_a_date_without_a_time_is_noon() -> None:
    head = '<meta name="date" content="2025-11-24">'
    found = extract(page(BODY, head).encode(), "text/html", "https://northwind.example/1")
    assert isinstance(found, Page)
    assert found.published_at == datetime(2025, 11, 24, 12, tzinfo=UTC)


@pytest.mark.parametrize("time", ["9999-12-31T23:59:59-01:00", "0001-01-01T00:00:00+05:00"])
def test_a_time_that_is_none_in_utc_is_passed_over(time: str) -> None:
    head = f'''<meta name="date" content="2025-11-24"><script>{{"datePublished": "{time}"}}</script>'''
    found = extract(page(BODY, head).encode(), "text/html", "https://northwind.example/1")
    assert isinstance(found, Page)
    assert found.published_at == datetime(2025, 11, 24, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    ["The minister said: read more books.", "Read more closely, the treaty forbids it.", "He will continue reading the bill on Monday.",
     "The post of foreign minister is vacant.", "More troops were sent."],
)  # fmt: skip
def test_sentences_that_look_like_teasers_stay(text: str) -> None:
    whole = f"{text}\nThe vote is on Friday."
    assert without_teaser(whole) == whole
