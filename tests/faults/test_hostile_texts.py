"""No text stalls a worker: each article has its time, and whoever needs more is buried alone."""

import asyncio
import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime

import orjson
import pytest
from hypothesis import given
from hypothesis import settings as budget
from hypothesis import strategies as st

from streams.codec import encode
from streams.core.errors import Rejected
from streams.fleet import Fleet
from streams.pool import CHUNK_BYTES, Read, ReaderPool, chunks, read_chunk
from streams.settings import Settings
from streams.topology import DEAD
from tests.pathological import CLAIM, articles, raw
from tests.support import article, documents, send, values

NOW = datetime(2025, 6, 1, tzinfo=UTC)
PIECES = st.sampled_from(
    ["<div>", "</p>", "<b", "&amp;", "&#x202e;", "<!--", "]]>", "\x00", "\u202e", "\ufeff", "\ud7ff", "e\u0301\u0327", "👩‍👩‍👧",
     "ceasefire", "sanctions", "troops", "France", "Gaza", "the Pentagon", "Mr. ", "said", "not", "will", "refuses to",
     "“", '"', "'s", "(", ".", "…", "\n", "\t", " ", "-", "و", "制裁", "1,000", CLAIM]
)  # fmt: skip
RUNS = st.lists(st.tuples(PIECES | st.text(max_size=8), st.integers(1, 60)), max_size=25)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
)


@budget(max_examples=100, deadline=None)
@given(
    RUNS, st.sampled_from(["text", "html", "title"]), st.dictionaries(st.text(max_size=6), VALUES, max_size=3)
)
def test_whatever_the_text_the_article_is_read_or_refused_for_a_reason_and_the_next_one_is_read(
    runs: list[tuple[str, int]], field: str, more: dict[str, object]
) -> None:
    text = "".join(piece * count for piece, count in runs)
    fields = {"source": "Northwind Wire", "published_at": "2025-05-21", "text": CLAIM, **more, field: text}
    hostile = json.dumps(fields).encode()
    result, after = read_chunk([(hostile, NOW), (raw(1, text=CLAIM), NOW)])
    assert isinstance(after, Read)
    assert after.outcome == "relevant"
    if isinstance(result, Rejected):
        assert result.code not in {"reader_failed", "unread"}, result
    else:
        event = orjson.loads(result.event)
        assert encode(event) == result.event, "it is no JSON that reads back as it is"
        for observation in event["observations"]:
            evidence = observation["evidence"]
            assert event[evidence["where"]][evidence["start"] : evidence["end"]] == evidence["quote"]


@budget(max_examples=50, deadline=None)
@given(st.binary(max_size=300) | st.integers(1, 5000).map(lambda depth: b'{"a":' * depth), st.integers(0, 3))
def test_whatever_the_bytes_they_are_refused_for_a_reason(value: bytes, before: int) -> None:
    good = (raw(1, text=CLAIM), NOW)
    results = read_chunk([*[good] * before, (value, NOW)])
    assert isinstance(results[-1], Rejected)
    assert results[-1].code not in {"reader_failed", "unread"}
    assert all(isinstance(result, Read) for result in results[:-1])


def test_large_records_are_read_alone() -> None:
    sizes = [10, CHUNK_BYTES + 1, 20, CHUNK_BYTES, 5, *[1] * 85]
    assert [len(piece) for piece in chunks(sizes, lambda size: size)] == [1, 1, 1, 1, 40, 40, 6]


WORST = ("claims repeated", "a million countries", "a million quotes")


async def test_the_worst_texts_die_alone_and_in_time() -> None:
    limit = 3.0
    pool = ReaderPool(1, limit)
    await pool.warm_up()
    neighbour = (raw(1, text=CLAIM), NOW)
    found = articles(WORST)
    try:
        for name, value in found.items():
            started = time.monotonic()
            before, result, after = await pool.read([neighbour, (value, NOW), neighbour])
            took = time.monotonic() - started
            assert isinstance(before, Read), name
            assert isinstance(after, Read), name
            assert isinstance(result, Read) or result.code == "read_timeout", name
            # The limit, and a new process that loads the reader on a busy machine; unbounded they take minutes.
            assert took < limit + 45, name
    finally:
        pool.close()


@pytest.mark.long
async def test_a_worker_serves_every_hostile_text_and_the_articles_between(
    settings: Settings, fleet: Fleet, ports: Iterator[int]
) -> None:
    for role in ("classify", "index"):
        fleet.start(role, port=next(ports), extra={"STANCEWATCH_READ_TIMEOUT": "3"})
    await asyncio.to_thread(fleet.wait_ready)
    hostile = list(articles().values())
    lines = [
        line for n, bad in enumerate(hostile) for line in (bad, article(1000 + n, f"{CLAIM} Report {n}."))
    ]
    await send(settings, [*lines, b"{" * 1_000_000])
    await fleet.served(("classify", "index"), seconds=400)
    letters = await values(settings, DEAD)
    assert {letter["code"] for letter in letters} <= {"read_timeout", "too_deep", "bad_json"}
    found = await documents(settings, "news-articles")
    assert {f"a-{1000 + n}" for n in range(len(hostile))} <= set(found)
    assert len(found) + len(letters) == len(lines) + 1
    assert max(len(document["text"]) for document in found.values()) > 1_000_000
