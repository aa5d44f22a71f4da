"""History is read again beside the old indices while the workers go on, and swapped without losing a record."""

import asyncio
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Any, cast

from elasticsearch import Elasticsearch

from streams.contracts import raw_articles
from streams.core.errors import Rejected
from streams.core.model import EnrichedEvent, RawArticle
from streams.core.pipeline import Reader
from streams.fleet import Fleet
from streams.indices import template
from streams.reading import Reading
from streams.reread import reread_month
from streams.search import make_client
from streams.settings import Settings
from streams.topology import ARTICLES_INDEX
from tests.integration.test_commands import run, variables_of
from tests.support import article, documents, send

# Cleaned once it speaks of "&amp;", and would of "&" if it were cleaned again.
CALLS = "France called for a ceasefire in Gaza, AT&amp;amp;T said."


async def test_months_are_read_again_and_swapped_and_take_writes_afterwards(
    settings: Settings, fleet: Fleet, ports: Iterator[int]
) -> None:
    await split_articles(settings)
    for role in ("classify", "index"):
        fleet.start(role, port=next(ports))
    await asyncio.to_thread(fleet.wait_ready)
    days = ("2025-04-10", "2025-05-21", "2025-06-02")
    await send(settings, [article(n, CALLS, day=days[n % 3], desk={"name": "world"}) for n in range(60)])
    await fleet.served(("classify", "index"))
    articles = await documents(settings, "news-articles")
    observations = await documents(settings, "stance-observations")
    await forget(settings, "stance-observations-2025.05")
    assert len(await documents(settings, "stance-observations")) == 40

    planned = run("reprocess", "--since", "2025-05-15", "--dry-run", variables=variables_of(settings))
    assert planned.stdout.decode().split()[0::5] == ["2025.05", "2025.06"]
    for turn in range(2):  # the second time, the name that is swapped is an alias already
        again = asyncio.create_task(
            asyncio.to_thread(run, "reprocess", "--since", "2025-05-15", variables=variables_of(settings))
        )
        late = [article(100 * (turn + 1) + n, CALLS, day="2025-05-21") for n in range(50)]
        for line in late:
            await send(settings, [line])
            await asyncio.sleep(0.02)
        done = await again
        assert done.returncode == 0, done.stderr
        assert b"2025.04" not in done.stdout
    await fleet.served(("classify", "index"))
    after = await documents(settings, "news-articles")
    assert len(after) == 160
    assert {key: after[key] for key in articles} == articles, "the same reader finds the same"
    found = await documents(settings, "stance-observations")
    assert {key: found[key] for key in observations} == observations, "what was missing is read again"
    assert len(found) == 160
    standing = [("news", "2"), ("news", "2"), ("stance", "1"), ("stance", "1")]
    assert await left(settings) == standing, "of each month and kind one index stands"


async def test_what_arrives_in_any_shard_while_a_month_is_read_is_caught_up(settings: Settings) -> None:
    await split_articles(settings)
    index = settings.index("news-articles-2025.05")
    client = make_client(settings)
    # One shard takes many more writes than the other, whose numbers then stay far below.
    first = [("a-0", "first")] * 50 + [(f"a-{n}", "first") for n in range(20)]
    await client.bulk(operations=stored(index, first))

    def arrive(_read: int) -> None:
        if not late:
            late.update({f"a-{n}": "second" for n in range(10, 30)})
            with Elasticsearch(settings.elasticsearch) as while_reading:
                while_reading.bulk(operations=stored(index, late.items()))

    late: dict[str, str] = {}
    reading = Reading(raw_articles(), cast(Reader, ReadsNothing()))
    month = await reread_month(client, settings, reading, "2025.05", arrive)
    await client.close()
    assert month.articles == 30
    after = await documents(settings, "news-articles")
    assert {key: article["title"] for key, article in after.items()} == dict(first) | late


class ReadsNothing:
    """Leaves every article as it stands."""

    def read(self, article: RawArticle, ingested_at: datetime) -> EnrichedEvent:
        raise Rejected("reader_failed", "", "")


def stored(index: str, titles: Iterable[tuple[str, str]]) -> list[dict[str, Any]]:
    operations: list[dict[str, Any]] = []
    for article_id, title in titles:
        operations.append({"index": {"_index": index, "_id": article_id}})
        operations.append(
            {
                "article_id": article_id,
                "source": "Northwind Wire",
                "title": title,
                "text": "",
                "published_at": datetime(2025, 5, 21, tzinfo=UTC).isoformat(),
                "ingested_at": datetime(2025, 5, 21, tzinfo=UTC).isoformat(),
            }
        )
    return operations


async def split_articles(settings: Settings) -> None:
    """Give indices of articles, and no others, two shards, as docs/scaling.md says."""
    client = make_client(settings)
    body = template(settings, ARTICLES_INDEX, has_lifecycle=False)
    body["template"]["settings"] = {"number_of_shards": 2}
    await client.indices.put_index_template(name=settings.index(ARTICLES_INDEX), **body)
    await client.close()


async def forget(settings: Settings, index: str) -> None:
    client = make_client(settings)
    name = settings.index(index)
    hits = (await client.search(index=name, size=1000))["hits"]["hits"]
    await client.bulk(operations=[{"delete": {"_index": name, "_id": hit["_id"]}} for hit in hits])
    await client.close()


async def left(settings: Settings) -> list[tuple[str, str]]:
    """The first word of the kind of each index that was read again, and its number of shards."""
    client = make_client(settings)
    found = await client.indices.get(index=f"{settings.prefix}-*-reread-*")
    await client.close()
    return sorted(
        (name.split("-")[1], body["settings"]["index"]["number_of_shards"]) for name, body in found.items()
    )
