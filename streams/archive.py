"""Reading back what the pipeline indexed: readings of a time range, and the state of a series."""

from collections.abc import AsyncIterator
from datetime import datetime
from typing import Any

from elasticsearch import AsyncElasticsearch

from streams.codec import from_document
from streams.core.model import Observation, ReportedShift
from streams.core.shift import SeriesState
from streams.settings import Settings
from streams.topology import ARTICLES_INDEX, SERIES_INDEX

PAGE = 500
FIELDS = ["observations", "reported_shifts"]


async def readings_between(
    client: AsyncElasticsearch, settings: Settings, since: datetime | None, until: datetime | None
) -> AsyncIterator[list[Observation | ReportedShift]]:
    """What was read from each indexed article with a topic, published in [since, until), oldest first."""
    query = _with_topic(since, until)
    sort = [{"published_at": "asc"}, {"article_id": "asc"}]
    after: Any = None
    while True:
        answer = await client.search(
            index=settings.index(ARTICLES_INDEX), query=query, sort=sort, size=PAGE, search_after=after,
            source_includes=FIELDS, ignore_unavailable=True,
        )  # fmt: skip
        hits = answer["hits"]["hits"]
        for hit in hits:
            yield [
                *(from_document(Observation, each) for each in hit["_source"]["observations"]),
                *(from_document(ReportedShift, each) for each in hit["_source"]["reported_shifts"]),
            ]
        if len(hits) < PAGE:
            return
        after = hits[-1]["sort"]


async def count_between(
    client: AsyncElasticsearch, settings: Settings, since: datetime | None, until: datetime | None
) -> int:
    """How many articles ``readings_between`` will give."""
    index = settings.index(ARTICLES_INDEX)
    answer = await client.count(index=index, query=_with_topic(since, until), ignore_unavailable=True)
    return int(answer["count"])


async def stored_series(client: AsyncElasticsearch, settings: Settings, series: str) -> SeriesState | None:
    """The state of a series as the workers keep it, or None if there is no such series."""
    found = await client.options(ignore_status=404).get(index=settings.index(SERIES_INDEX), id=series)
    return from_document(SeriesState, found["_source"]["state"]) if found.get("found") else None


def _with_topic(since: datetime | None, until: datetime | None) -> dict[str, Any]:
    span = {key: time.isoformat() for key, time in (("gte", since), ("lt", until)) if time}
    return {"bool": {"filter": [{"exists": {"field": "topics.topic"}}, {"range": {"published_at": span}}]}}
