"""What several tests need: articles, counts, waiting."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable
from typing import Any

import orjson

from streams.contracts import raw_articles
from streams.kafka import consumer
from streams.publish import Line, publish
from streams.search import make_client
from streams.settings import Settings


def article(
    number: int, text: str, *, day: str = "2025-05-21", source: str = "Northwind Wire", **more: Any
) -> bytes:
    """A raw article as a line."""
    return orjson.dumps(
        {
            "id": f"a-{number}",
            "source": source,
            "title": "",
            "text": text,
            "published_at": f"{day}T08:00:00Z",
            **more,
        }
    )


async def send(settings: Settings, lines: Iterable[bytes], rate: float | None = None) -> list[Line]:
    """Publish lines, bad ones too, at so many a second at the most."""
    return [line async for line in publish(lines, settings, raw_articles(), rate=rate, keep_bad=True)]


async def values(settings: Settings, topic: str, parse: Callable[[bytes], Any] = orjson.loads) -> list[Any]:
    """All values of a topic."""
    found = []
    async with consumer(settings, settings.topic(topic)) as reader:
        ends = await reader.end_offsets(reader.assignment())
        while any([await reader.position(tp) < end for tp, end in ends.items()]):
            for messages in (await reader.getmany(timeout_ms=500)).values():
                found += [parse(message.value) for message in messages]
    return found


async def documents(settings: Settings, index: str) -> dict[str, dict[str, Any]]:
    """All documents of an index or alias by id; fails if an id stands in two indices."""
    client = make_client(settings)
    try:
        name = settings.index(index)
        await client.indices.refresh(index=name, ignore_unavailable=True)
        answer = await client.search(index=name, size=10_000, ignore_unavailable=True, version=True)
    finally:
        await client.close()
    hits = answer["hits"]["hits"]
    found = {hit["_id"]: hit["_source"] for hit in hits}
    assert len(found) == len(hits), "an id stands in two indices"
    return found


async def block(settings: Settings, blocked: bool) -> None:
    """What Elasticsearch itself sets on every index when its disk is full, or takes back."""
    client = make_client(settings)
    await client.indices.put_settings(
        index=settings.index("*"), settings={"index.blocks.read_only_allow_delete": blocked or None}
    )
    await client.close()


async def eventually(look: Callable[[], Awaitable[bool]], seconds: float = 30) -> None:
    """Wait until ``look`` is true."""
    deadline = time.monotonic() + seconds
    while not await look():
        assert time.monotonic() < deadline, f"did not come true within {seconds} s"
        await asyncio.sleep(0.3)
