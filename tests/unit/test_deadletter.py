"""The breaker, letters of huge records, and text that must not move a terminal."""

from datetime import UTC, datetime

import pytest

from streams.codec import encode
from streams.core.errors import Rejected
from streams.deadletter import KEPT_IN_PART, Breaker, TooManyBad, dead_letter, original_value
from streams.logs import printable
from streams.topology import MAX_LETTER_BYTES, MAX_MESSAGE_BYTES


def feed(breaker: Breaker, *batches: tuple[int, int]) -> None:
    for size, bad in batches:
        breaker.open_batch(size)
        if bad:
            breaker.bad(["bad_json"] * bad)


def test_a_few_bad_records_are_no_reason_to_stop() -> None:
    feed(Breaker(0.5, 200), *[(100, 40)] * 50)


def test_a_small_topic_of_bad_records_is_buried_like_any_other() -> None:
    feed(Breaker(0.5, 200), (100, 100), (99, 99))


def test_it_stops_with_the_reasons_before_the_batch_is_buried() -> None:
    breaker = Breaker(0.5, 200)
    feed(breaker, (1000, 3), (100, 90))
    breaker.open_batch(100)
    with pytest.raises(
        TooManyBad, match=r"102 of the last 200 records were bad \(bad_json 90, too_large 12\)"
    ):
        breaker.bad(["too_large"] * 12)


def test_what_is_long_ago_counts_no_more_for_either_side() -> None:
    breaker = Breaker(0.5, 200)
    feed(breaker, *[(100, 0)] * 1000)
    with pytest.raises(TooManyBad):
        feed(breaker, (100, 60), (100, 60))


def test_a_full_batch_of_nothing_but_bad_records_stops_a_fresh_worker_at_once() -> None:
    with pytest.raises(TooManyBad):
        feed(Breaker(0.5, 200), (200, 200))


def test_a_ratio_of_one_never_stops() -> None:
    feed(Breaker(1.0, 10), *[(200, 200)] * 5)


def test_escapes_are_shown_and_never_sent_to_a_terminal() -> None:
    hostile = "\x1b]0;owned\x07\x1b[2J\u202eabc\x9b31m\r\nplain é 日本"
    shown = printable(hostile)
    assert shown == r"\x1b]0;owned\x07\x1b[2J\u202eabc\x9b31m\r\nplain é 日本"
    assert printable("a\nb", keep="\n") == "a\nb"


@pytest.mark.parametrize(
    ("key", "value", "code"),
    [
        (b"k", b"{" * MAX_MESSAGE_BYTES, "bad_json"),
        (b"k", b"{" * 12_400_000, KEPT_IN_PART),  # a producer that packs well gets it onto the topic
        (b"\0" * 3_000_000, None, KEPT_IN_PART),
        (b"\xff" * 3_000_000, b"{", KEPT_IN_PART),
    ],
    ids=["largest", "packed", "escaped key", "key that is no text"],
)
def test_every_letter_fits_its_topic(key: bytes, value: bytes | None, code: str) -> None:
    letter = dead_letter(
        topic="articles.raw", partition=0, offset=7, key=key, value=value, step="classify",
        fault=Rejected("bad_json", "", "no JSON"), at=datetime(2025, 6, 1, tzinfo=UTC),
    )  # fmt: skip
    assert len(encode(letter)) < MAX_LETTER_BYTES
    assert letter.code == code
    assert (value or b"").startswith(original_value(letter))
    assert "no JSON" in letter.reason
