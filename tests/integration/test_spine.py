"""An article's whole way, on real services: everything published is found again, once."""

import asyncio
import base64
import signal
import time
from collections.abc import Iterator

import httpx
import jsonschema_rs
import orjson

from streams.contracts import schema
from streams.fleet import Fleet
from streams.kafka import producer
from streams.settings import Settings
from streams.topology import DEAD, ENRICHED, MAX_MESSAGE_BYTES, OBSERVATIONS, RAW, ROLES, SHIFTS
from tests.support import article, documents, send, values

CALLS = "France called for an immediate ceasefire in Gaza on Tuesday, Foreign Minister Jean-Noel Barrot said."
BAD = [b"not json", b'{"source": "x"', b"[]", b'{"source": "x", "published_at": "2025-05-21", "text": ""}']


def start(fleet: Fleet, ports: Iterator[int], *roles: str) -> None:
    for role in roles:
        fleet.start(role, port=next(ports))
    fleet.wait_ready()


async def test_every_record_ends_indexed_or_as_a_dead_letter_and_a_replay_changes_nothing(
    settings: Settings, fleet: Fleet, ports: Iterator[int]
) -> None:
    start(fleet, ports, *ROLES)
    good = [article(n, f"{CALLS} It was the {n}th time that the minister spoke of it.") for n in range(120)]
    good.append(
        article(500, "Die Bundesregierung berät am Montag über den Haushalt und die Renten der Länder.")
    )
    lines = [*good[:60], *BAD, *good[60:]]
    await send(settings, lines)
    await fleet.served()

    articles = await documents(settings, "news-articles")
    observations = await documents(settings, "stance-observations")
    dead = {letter["dead_id"]: letter for letter in await values(settings, DEAD)}
    assert set(articles) == {orjson.loads(line)["id"] for line in good}
    assert {base64.b64decode(letter["value_base64"]) for letter in dead.values()} == set(BAD)
    assert {letter["code"] for letter in dead.values()} == {"bad_json", "not_an_object", "empty_text"}
    france = [o for o in observations.values() if o["actor"]["id"] == "FRA" and o["issue"] == "ceasefire"]
    assert {(o["stance"], o["context"]) for o in france} == {("support", "PSE")}
    assert len(france) == 120
    assert not articles["a-500"]["is_read"]

    await send(settings, lines)
    await fleet.served()
    again = await documents(settings, "news-articles")
    assert set(again) == set(articles)
    assert await documents(settings, "stance-observations") == observations


async def test_what_stands_on_the_topics_keeps_the_contracts(
    settings: Settings, fleet: Fleet, ports: Iterator[int]
) -> None:
    start(fleet, ports, "classify", "track")
    texts = [
        "Germany refuses to deploy troops to Ukraine, its defence minister Boris Pistorius told reporters.",
        "Berlin will not send troops to Ukraine, the German government announced.",
        "Germany rejected the deployment of German soldiers to Ukraine.",
        "Germany deployed 800 troops to Ukraine, the German defence ministry said.",
        "Germany sent a first contingent of soldiers to Ukraine on Thursday.",
        "Germany will deploy troops to Ukraine, Chancellor Friedrich Merz announced.",
    ]
    lines = [
        article(
            n, text, day=f"2025-0{3 + n // 3 * 6}-0{1 + n % 3}", source=f"Outlet {n}", desk={"name": "world"}
        )
        for n, text in enumerate(texts)
    ]
    await send(settings, [*lines, b"{}"])
    await fleet.served(("classify", "track"))
    for topic, contract in ((ENRICHED, "enriched-event"), (SHIFTS, "shift"), (DEAD, "dead-letter")):
        validator = jsonschema_rs.validator_for(schema(contract))
        found = await values(settings, topic)
        assert found, topic
        for value in found:
            validator.validate(value)
    validators = {
        name: jsonschema_rs.validator_for(schema(name)) for name in ("observation", "reported-shift")
    }
    for value in await values(settings, OBSERVATIONS):
        validators["observation" if "stance" in value else "reported-shift"].validate(value)
    confirmed = [s for s in await values(settings, SHIFTS) if s["status"] == "confirmed"]
    assert {(s["series"], s["before"]["stance"], s["after"]["stance"]) for s in confirmed} == {
        ("DEU|troop_deployment|UKR", "oppose", "support")
    }


async def test_one_bad_document_never_costs_the_others(
    settings: Settings, fleet: Fleet, ports: Iterator[int]
) -> None:
    """A record that Elasticsearch refuses stands among good ones in one bulk request."""
    start(fleet, ports, "classify")
    await send(settings, [article(n, CALLS) for n in range(5)])
    await fleet.served(("classify",))
    event = (await values(settings, ENRICHED))[0]

    refused = orjson.dumps({**event, "article_id": "refused", "language": {"not": "a keyword"}})
    no_document = orjson.dumps({"article_id": "no-date"})
    async with producer(settings) as sender:
        for value in (refused, no_document, None):
            await sender.send_and_wait(settings.topic(ENRICHED), value=value, key=b"k")
    start(fleet, ports, "index")
    await fleet.served(("index",))
    assert set(await documents(settings, "news-articles")) == {f"a-{n}" for n in range(5)}
    codes = sorted(letter["code"] for letter in await values(settings, DEAD))
    assert codes == ["bad_record", "empty_value", "index_refused"]


async def test_what_other_producers_may_write_is_served(
    settings: Settings, fleet: Fleet, ports: Iterator[int]
) -> None:
    """A header without a value, a record as large as the topic takes, and a producer whose clock is years behind."""
    large = b"{" * (MAX_MESSAGE_BYTES - 1000)
    async with producer(settings) as sender:
        for line, header, at in ((article(1, CALLS), None, 1_600_000_000_000), (large, b"soon", None)):
            await sender.send_and_wait(
                settings.topic(RAW), line, b"k", headers=[("stancewatch-born", header)], timestamp_ms=at
            )
    await send(settings, [article(2, CALLS)])
    start(fleet, ports, "classify", "index")
    await fleet.served(("classify", "index"))
    assert set(await documents(settings, "news-articles")) == {"a-1", "a-2"}
    (letter,) = (await documents(settings, "news-dead-letters")).values()
    assert base64.b64decode(letter["value_base64"]) == large


async def test_a_worker_tells_its_health_and_stops_within_ten_seconds(
    settings: Settings, fleet: Fleet, ports: Iterator[int]
) -> None:
    start(fleet, ports, *ROLES)
    await send(settings, [article(n, CALLS) for n in range(300)])
    classify = next(member for member in fleet.members if member.role == "classify")
    await fleet.served()
    base = f"http://127.0.0.1:{classify.port}"
    async with httpx.AsyncClient(base_url=base) as client:
        health = (await client.get("/healthz")).json()
        metrics = (await client.get("/metrics")).text
    assert health["healthy"] is True
    assert health["role"] == "classify"
    assert 'stancewatch_articles_total{outcome="relevant"} 300.0' in metrics
    assert f'stancewatch_consumed_total{{role="classify",topic="{settings.topic(RAW)}"}} 300.0' in metrics
    await send(settings, [article(n, CALLS) for n in range(300, 600)])
    took = []
    for member in fleet.members:
        started = time.monotonic()
        member.process.send_signal(signal.SIGTERM)
        await asyncio.to_thread(member.process.wait, 12)
        took.append(round(time.monotonic() - started, 1))
    assert max(took) < 10, took


async def test_a_worker_without_its_topics_says_so_and_ends(fleet: Fleet, ports: Iterator[int]) -> None:
    fleet.settings = fleet.settings.model_copy(update={"prefix": "never-set-up"})
    member = fleet.start("track", port=next(ports))
    assert await asyncio.to_thread(member.process.wait, 30) == 4
    assert "stancewatch setup" in member.log.read_text()
