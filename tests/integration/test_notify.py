"""A confirmed shift reaches Alertmanager once, however often it comes and however shaky the receiver."""

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from streams.codec import encode
from streams.core.model import Actor, Position, Quote, Shift
from streams.fleet import Fleet
from streams.kafka import producer
from streams.settings import Settings
from streams.topology import DEAD, SHIFTS
from tests.services import Receiver
from tests.support import eventually, values

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


async def send(settings: Settings, *shifts: Shift | bytes) -> None:
    async with producer(settings) as sender:
        for item in shifts:
            value = item if isinstance(item, bytes) else encode(item)
            await sender.send_and_wait(settings.topic(SHIFTS), value=value, key=b"DEU|troop_deployment|UKR")


async def test_each_confirmed_revision_is_told_once(
    settings: Settings, fleet: Fleet, ports: Iterator[int], receiver: Receiver
) -> None:
    receiver.trouble = [503, 500, 429]
    worker = fleet.start("notify", port=next(ports), extra={"STANCEWATCH_ALERTMANAGER": receiver.url})
    await asyncio.to_thread(fleet.wait_ready)
    await send(settings, shift("a"), shift("a"), shift("b", status="candidate"), b"poison", shift("c"))
    await fleet.served(("notify",))
    assert [alert["labels"]["shift_id"][0] for alert in receiver.alerts] == ["a", "c"]
    first = receiver.alerts[0]
    assert (
        first["labels"] | {"actor": "DEU", "direction": "oppose_to_support", "status": "confirmed"}
        == first["labels"]
    )
    assert "will send a brigade" in first["annotations"]["after"]
    assert [letter["code"] for letter in await values(settings, DEAD)] == ["bad_json"]

    await asyncio.to_thread(fleet.kill, worker)
    fleet.start("notify", port=next(ports), extra={"STANCEWATCH_ALERTMANAGER": receiver.url})
    await send(settings, shift("a"), shift("a", revision=2), shift("c"))

    async def told() -> bool:
        return len(receiver.alerts) >= 3

    await eventually(told, 60)
    await fleet.served(("notify",))
    assert [(a["labels"]["shift_id"][0], a["labels"]["revision"]) for a in receiver.alerts] == [
        ("a", "1"), ("c", "1"), ("a", "2"),
    ]  # fmt: skip


async def test_an_alert_that_is_refused_for_its_content_becomes_a_dead_letter(
    settings: Settings, fleet: Fleet, ports: Iterator[int], receiver: Receiver
) -> None:
    receiver.refused = {"a"}
    fleet.start("notify", port=next(ports), extra={"STANCEWATCH_ALERTMANAGER": receiver.url})
    await asyncio.to_thread(fleet.wait_ready)
    await send(settings, shift("a"), shift("b"))
    await fleet.served(("notify",))
    assert [alert["labels"]["shift_id"][0] for alert in receiver.alerts] == ["b"]
    assert [letter["code"] for letter in await values(settings, DEAD)] == ["alert_refused"]
