"""The raw edge: everything that a publisher may send has one defined result."""

import contextlib
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.contracts import raw_articles
from streams.core.errors import Rejected

NOW = datetime(2025, 6, 1, 12, tzinfo=UTC)
GOOD: dict[str, Any] = {
    "id": "a-1",
    "source": "Northwind Wire",
    "title": "Talks resume",
    "text": "Envoys met on Monday.",
    "published_at": "2025-05-31T08:00:00Z",
}


# Text without markup: a second look at unescaped markup may find more of it, as it should.
PLAIN = st.text(st.characters(exclude_characters="&<"), max_size=200)


def read(value: bytes) -> Any:
    return raw_articles().read(value, NOW)


def article(**changes: Any) -> Any:
    document = {key: value for key, value in (GOOD | changes).items() if value is not ...}
    return read(orjson.dumps(document))


def code(value: bytes) -> tuple[str, str]:
    with pytest.raises(Rejected) as fault:
        read(value)
    assert fault.value.detail
    return fault.value.code, fault.value.field


def code_of(**changes: Any) -> tuple[str, str]:
    return code(orjson.dumps({key: value for key, value in (GOOD | changes).items() if value is not ...}))


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (b"", ("empty_value", "")),
        (b"not json", ("bad_json", "")),
        (b'{"source": "a", "text": "b"', ("bad_json", "")),
        (b"[1]", ("not_an_object", "")),
        (b'"text"', ("not_an_object", "")),
        ('{"source": "Größe"}'.encode("latin-1"), ("bad_encoding", "")),
        ("{}".encode("utf-16"), ("bad_encoding", "")),
        (b'{"a":' * 5000, ("bad_json", "")),
        (b'{"source": %s}' % (b"[" * 300 + b"]" * 300), ("too_deep", "")),
        (b'{"a": %s}' % (b"[" * 300 + b"]" * 300), ("too_deep", "")),
        (b'{"text": "\\ud800"}', ("bad_json", "")),
        (b'{"text": NaN}', ("bad_json", "")),
        (
            b'{"source": "a", "published_at": "2025-05-31", "text": "&amp; &#' + b"1" * 5000 + b';"}',
            ("reader_failed", ""),
        ),
    ],
)
def test_bytes_that_are_no_article_are_rejected(value: bytes, expected: tuple[str, str]) -> None:
    assert code(value) == expected


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"source": ...}, ("missing_source", "")),
        ({"published_at": ...}, ("missing_published_at", "")),
        ({"text": ...}, ("missing_text", "")),
        ({"text": " \u200b\n"}, ("empty_text", "text")),
        ({"text": None}, ("empty_text", "text")),
        ({"text": 7}, ("wrong_type", "text")),
        ({"text": "x" * 1_048_577}, ("too_long", "text")),
        ({"source": ""}, ("empty_source", "source")),
        ({"source": "\x00"}, ("empty_source", "source")),
        ({"published_at": "yesterday"}, ("bad_date", "published_at")),
        ({"published_at": "2025-02-30"}, ("bad_date", "published_at")),
        ({"published_at": 1e300}, ("bad_date", "published_at")),
        ({"published_at": "1999-12-31"}, ("date_too_old", "published_at")),
        ({"published_at": "2025-06-03"}, ("date_in_future", "published_at")),
        ({"id": "ü" * 400}, ("id_too_long", "id")),
        ({"id": True}, ("wrong_type", "id")),
    ],
)
def test_articles_that_make_no_sense_are_rejected(changes: dict[str, Any], expected: tuple[str, str]) -> None:
    assert code_of(**changes) == expected


@pytest.mark.parametrize(
    ("given_time", "expected"),
    [
        ("2025-05-31T08:00:00+05:30", "2025-05-31T02:30:00+00:00"),
        ("2025-05-31 08:00", "2025-05-31T08:00:00+00:00"),
        ("2025-05-31", "2025-05-31T12:00:00+00:00"),
        ("Sat, 31 May 2025 08:00:00 -0400", "2025-05-31T12:00:00+00:00"),
        (1748678400, "2025-05-31T08:00:00+00:00"),
        ("2025-05-31T08:00:00.987Z", "2025-05-31T08:00:00+00:00"),
    ],
)
def test_every_usual_date_becomes_utc(given_time: Any, expected: str) -> None:
    assert article(published_at=given_time).published_at.isoformat() == expected


def test_markup_entities_and_control_characters_leave_plain_text() -> None:
    assert article(
        text="<p>Troops &amp; talks</p><script>x()</script><p>in\u202e The\x00 Hague</p>"
    ).text == ("Troops & talks\nin The Hague")
    assert article(text=..., html="<body><nav>Menu</nav><h1>News</h1>Guns fell silent.</body>").text == (
        "News\nGuns fell silent."
    )
    assert article(text="a < b and b > c", title="Q&amp;A").title == "Q&A"
    assert article(text="a < b and b > c").text == "a < b and b > c"


def test_ids_come_from_the_id_else_the_url_else_the_article() -> None:
    assert article().article_id == "a-1"
    assert article(id=17).article_id == "17"
    shared = [
        "https://www.paper.example/news/1/?utm_source=x&b=2&a=1#top",
        "http://paper.example/news/1?a=1&b=2",
    ]
    assert len({article(id=..., url=url).article_id for url in shared}) == 1
    assert article(id=...).article_id == article(id=None, text="another text").article_id
    assert article(id=...).article_id != article(id=..., title="Talks end").article_id


def test_unknown_fields_are_kept_and_depth_is_bounded() -> None:
    assert article(desk="world", tags=["a"]).extra == {"desk": "world", "tags": ["a"]}
    deep: Any = 1
    for _ in range(30):
        deep = [deep]
    assert code_of(tags=deep) == ("too_deep", "extra")


def test_depth_of_html_is_bounded_and_what_is_never_closed_is_not_deep() -> None:
    deep = "<div>" * 2_000 + "Guns fell silent."
    assert code_of(html=deep, text=...) == ("too_deep", "html")
    assert code_of(text=deep) == ("too_deep", "text")
    for flat in (
        "<p>Guns fell silent.<br>" * 3_000,
        "<svg><path/></svg>" * 3_000 + "<b>Guns</b> fell silent.",
    ):
        assert "fell silent." in article(html=flat, text=...).text


def test_a_long_run_of_combining_marks_is_cut_and_a_letter_keeps_its_own() -> None:
    assert article(text="e\u0301" + "\u0327\u0301" * 100_000).text.startswith("\u0229")
    assert len(article(text="e" + "\u0301" * 100_000).text) == 30
    assert article(text="Viê\u0323t Nam").text == "Việt Nam"


def test_of_a_key_that_stands_twice_the_last_counts() -> None:
    twice = json.dumps(GOOD)[:-1] + ', "source": "Second"}'
    assert read(twice.encode()).source == "Second"


def test_a_byte_order_mark_is_forgiven_and_a_megabyte_of_text_is_served() -> None:
    assert read(b"\xef\xbb\xbf" + orjson.dumps(GOOD)).article_id == "a-1"
    assert len(article(text="word " * 200_000).text) == 999_999


@given(st.binary(max_size=300))
def test_no_bytes_raise_anything_but_a_rejection(value: bytes) -> None:
    with contextlib.suppress(Rejected):
        read(value)


@given(
    st.fixed_dictionaries(
        {"source": PLAIN, "text": PLAIN, "published_at": st.text(max_size=30)},
        optional={"url": st.text(max_size=60), "id": st.text(max_size=30), "title": PLAIN, "x": st.none()},
    )
)
def test_what_is_accepted_is_clean_and_stays_the_same(document: dict[str, Any]) -> None:
    document["published_at"] = document["published_at"] or "2025-05-31"
    try:
        first = read(json.dumps(document).encode())
    except Rejected:
        return
    again = article(id=first.article_id, source=first.source, title=first.title, text=first.text,
                    published_at=first.published_at)  # fmt: skip
    assert first.published_at <= NOW + timedelta(days=1)
    assert (again.text, again.title, again.article_id) == (first.text, first.title, first.article_id)
