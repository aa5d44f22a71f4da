"""The names of the Elastic Common Schema stand beside our own, in every index that a person opens."""

import pytest
from elasticsearch import BadRequestError

from streams.codec import encode
from streams.search import Store, Write, make_client
from streams.settings import Settings
from tests.integration.test_search import event

ECS = {
    "news-articles-2025.05": {
        "@timestamp": "published_at", "message": "text", "event.id": "article_id", "event.ingested": "ingested_at",
        "actor.id": "actors.id", "actor.name": "actors.name", "issue": "topics.topic",
    },
    "stance-observations-2025.05": {
        "@timestamp": "published_at", "message": "evidence.quote", "event.id": "observation_id",
    },
    "stance-shifts": {
        "@timestamp": "event_time", "message": "sentence", "event.id": "shift_id", "event.created": "detected_at",
    },
    "stance-alerts": {"@timestamp": "sent_at", "event.id": "shift_id"},
    "news-dead-letters": {
        "@timestamp": "at", "message": "excerpt", "event.id": "dead_id", "error.code": "code", "error.message": "reason",
    },
}  # fmt: skip


async def test_names_of_the_common_schema_lead_to_our_own(settings: Settings) -> None:
    """Each is a field of the same kind as the one that it stands for."""
    client = make_client(settings)
    try:
        for index, names in ECS.items():
            name = settings.index(index)
            if not await client.indices.exists(index=name):
                await client.indices.create(index=name)
            found = (await client.field_caps(index=name, fields="*"))["fields"]
            assert {ecs: set(found[ecs]) for ecs in names} == {
                ecs: set(found[ours]) for ecs, ours in names.items()
            }
    finally:
        await client.close()


async def test_an_article_is_found_by_the_names_of_the_common_schema(settings: Settings) -> None:
    client = make_client(settings)
    index = settings.index("news-articles-2025.05")
    article = event("a-1", url="https://northwind.test/a-1")
    try:
        await Store(client).write([Write(index, "a-1", encode(article))])
        await client.indices.refresh(index=index)
        for query in (
            {"range": {"@timestamp": {"gte": "2000-01-01"}}},
            {"term": {"url.full": article.url}},
            {"match": {"message": "peacekeepers"}},
            {"term": {"actor.id": article.actors[0].id}},
            {"term": {"issue": article.topics[0].topic}},
        ):
            answer = await client.search(
                index=settings.index("news-articles"), query=query, sort={"@timestamp": "desc"}
            )
            assert answer["hits"]["total"]["value"] == 1, query
        days = {"days": {"date_histogram": {"field": "@timestamp", "calendar_interval": "day"}}}
        answer = await client.search(index=settings.index("news-articles"), size=0, aggs=days)
        assert [bucket["doc_count"] for bucket in answer["aggregations"]["days"]["buckets"]] == [1]
        with pytest.raises(BadRequestError, match="alias"):
            await client.index(index=index, document={"@timestamp": "2025-05-21T08:00:00Z"})
    finally:
        await client.close()
