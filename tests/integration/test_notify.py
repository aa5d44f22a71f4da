"""A confirmed shift reaches Alertmanager once, however often it comes and however shaky the receiver."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from aiohttp import web

from streams.codec import encode
from streams.core.model import Actor, Position, Quote, Shift
from streams.fleet import Fleet
from streams.kafka import producer
from streams.settings import Settings
from streams.topology import DEAD, SHIFTS
from tests.support import eventually, free_ports, served, values

NOON = datetime(2025, 5, 21, 12, tzinfo=UTC)


def shift(name: str, *, status: Any = "confirmed", revision: int = 1) -> Shift:
    quote = Quote("will send a brigade", "a-1", "Northwind Wire", NOON)
    return Shift(
        shift_id=name * 32,
        revision=revision,
        status=status,
        kind="observed",
        series="DEU|troop_deployment|UKR",
        actor=Actor("DEU", "Germany"),
        issue="troop_deployment",
        context="UKR",
        before=Position("oppose", 0.9, NOON, 3),
        after=Position("support", 0.9, NOON, 2),
        confidence=0.9,
        parts={},
        event_time=NOON,
        detected_at=NOON,
        clusters=2,
        sources=("Northwind Wire", "The Ledger"),
        evidence_before=(quote,),
        evidence_after=(quote,),
        sentence="Germany moved from opposing to supporting a troop deployment in Ukraine",
        detector_version="test",
    )


class Receiver:
    """Takes alerts like Alertmanager; answers with the next of ``trouble`` while there is any.

    It stands in for a receiver that is overloaded, which a real one cannot be made to show.
    """

    def __init__(self) -> None:
        self.alerts: list[dict[str, Any]] = []
        self.trouble: list[int] = []
        self.refused: set[str] = set()

    async def take(self, request: web.Request) -> web.Response:
        if self.trouble:
            return web.Response(status=self.trouble.pop(0))
        alerts = await request.json()
        if any(alert["labels"]["shift_id"][0] in self.refused for alert in alerts):
            return web.Response(status=400)
        self.alerts += alerts
        return web.Response()


@pytest.fixture
async def receiver() -> AsyncIterator[tuple[Receiver, str]]:
    (port,) = free_ports(1)
    taker = Receiver()
    app = web.Application()
    app.add_routes([web.post("/api/v2/alerts", taker.take)])
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    yield taker, f"http://127.0.0.1:{port}"
    await runner.cleanup()


async def send(settings: Settings, *shifts: Shift | bytes) -> None:
    async with producer(settings) as sender:
        for item in shifts:
            value = item if isinstance(item, bytes) else encode(item)
            await sender.send_and_wait(settings.topic(SHIFTS), value=value, key=b"DEU|troop_deployment|UKR")


async def test_each_confirmed_revision_is_told_once(
    settings: Settings, fleet: Fleet, ports: Iterator[int], receiver: tuple[Receiver, str]
) -> None:
    taker, url = receiver
    taker.trouble = [503, 500, 429]
    worker = fleet.start("notify", port=next(ports), extra={"STANCEWATCH_ALERTMANAGER": url})
    await asyncio.to_thread(fleet.wait_ready)
    await send(settings, shift("a"), shift("a"), shift("b", status="candidate"), b"poison", shift("c"))
    await served(settings, fleet, ("notify",))
    assert [alert["labels"]["shift_id"][0] for alert in taker.alerts] == ["a", "c"]
    first = taker.alerts[0]
    assert (
        first["labels"] | {"actor": "DEU", "direction": "oppose_to_support", "status": "confirmed"}
        == first["labels"]
    )
    assert "will send a brigade" in first["annotations"]["after"]
    assert [letter["code"] for letter in await values(settings, DEAD)] == ["bad_json"]

    await asyncio.to_thread(fleet.kill, worker)
    fleet.start("notify", port=next(ports), extra={"STANCEWATCH_ALERTMANAGER": url})
    await send(settings, shift("a"), shift("a", revision=2), shift("c"))

    async def told() -> bool:
        return len(taker.alerts) >= 3

    await eventually(told, 60)
    await served(settings, fleet, ("notify",))
    assert [(a["labels"]["shift_id"][0], a["labels"]["revision"]) for a in taker.alerts] == [
        ("a", "1"), ("c", "1"), ("a", "2"),
    ]  # fmt: skip


async def test_an_alert_that_is_refused_for_its_content_becomes_a_dead_letter(
    settings: Settings, fleet: Fleet, ports: Iterator[int], receiver: tuple[Receiver, str]
) -> None:
    taker, url = receiver
    taker.refused = {"a"}
    fleet.start("notify", port=next(ports), extra={"STANCEWATCH_ALERTMANAGER": url})
    await asyncio.to_thread(fleet.wait_ready)
    await send(settings, shift("a"), shift("b"))
    await served(settings, fleet, ("notify",))
    assert [alert["labels"]["shift_id"][0] for alert in taker.alerts] == ["b"]
    assert [letter["code"] for letter in await values(settings, DEAD)] == ["alert_refused"]
