"""An archive that is there already: copies of the documents that some articles left, under ids of their own.

Reading a million articles takes hours, and what classify did long ago cannot matter to what it does now: it keeps
nothing. What can matter is how much Elasticsearch holds, so that is made larger without the rest.
"""

import asyncio
import itertools
import sys
from collections.abc import Iterator
from typing import Any

import orjson
from elasticsearch import AsyncElasticsearch
from elasticsearch.helpers import async_scan

from streams.search import Store, Write
from streams.settings import Settings
from streams.topology import ARTICLES_INDEX, OBSERVATIONS_INDEX, SERIES_INDEX, SHIFTS_INDEX

TOGETHER = 1000
AT_ONCE = 3
SAMPLE = 5000  # documents that are copied again and again


async def copy_archive(client: AsyncElasticsearch, settings: Settings, articles: int) -> None:
    """Make so many articles more, observations and shifts in proportion, and as many series as articles."""
    store = Store(client)
    share = articles / await _count(client, settings.index(f"{ARTICLES_INDEX}*"))
    for name in (ARTICLES_INDEX, OBSERVATIONS_INDEX, SHIFTS_INDEX, SERIES_INDEX):
        index = settings.index(f"{name}*")
        wanted = articles if name == SERIES_INDEX else round(share * await _count(client, index))
        writes = itertools.islice(_copies(await _sample(client, index)), wanted)
        done = 0
        while any(some := [list(itertools.islice(writes, TOGETHER)) for _ in range(AT_ONCE)]):
            await asyncio.gather(*(store.write(each) for each in some))
            done += sum(map(len, some))
            print(f"{done:>9} of {wanted} copies in {index}", file=sys.stderr)


async def _count(client: AsyncElasticsearch, index: str) -> int:
    return int((await client.count(index=index))["count"])


async def _sample(client: AsyncElasticsearch, index: str) -> list[dict[str, Any]]:
    found = []
    async for hit in async_scan(client, index=index, size=500):
        found.append(hit)
        if len(found) == SAMPLE:
            break
    return found


def _copies(sample: list[dict[str, Any]]) -> Iterator[Write]:
    bodies = [(str(hit["_index"]), str(hit["_id"]), orjson.dumps(hit["_source"])) for hit in sample]
    for turn in itertools.count(1):
        for index, doc_id, body in bodies:
            yield Write(index, f"{doc_id}~{turn}", body)
