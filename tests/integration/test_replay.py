"""Reading all of articles.raw again from its first offset adds nothing, changes nothing and wakes nobody."""

import asyncio
from collections.abc import Iterator
from typing import Any

from aiokafka import OffsetAndMetadata, TopicPartition

from streams.fleet import Fleet
from streams.kafka import consumer
from streams.settings import Settings
from streams.topology import RAW, ROLES, group_of
from tests.services import Receiver
from tests.support import article, documents, eventually, send

REFUSALS = [
    "Germany ruled out sending soldiers to Ukraine, Chancellor Friedrich Merz said on Monday.",
    "Germany will not send troops to Ukraine, the government in Berlin announced after a long night of talks.",
    "Germany refuses to deploy troops to Ukraine, its defence minister Boris Pistorius told reporters at NATO.",
]
TURN = [
    "Germany deployed 800 soldiers to Ukraine on Thursday, the German defence ministry announced.",
    "Germany sent troops to Ukraine, and the first of them crossed the border in the early morning.",
    "Chancellor Friedrich Merz announced that Germany has sent troops to Ukraine to guard the truce line.",
]


def lines() -> list[bytes]:
    refusals = [
        article(n, text, day=f"2025-03-0{n + 1}", source=f"Outlet {n}") for n, text in enumerate(REFUSALS)
    ]
    turn = [
        article(10 + n, text, day=f"2025-09-0{n + 1}", source=f"Outlet {n}") for n, text in enumerate(TURN)
    ]
    return [*refusals, b"broken", *turn]


async def state(settings: Settings) -> list[dict[str, Any]]:
    indices = ("news-articles", "stance-observations", "stance-shifts", "stance-alerts")
    return [await documents(settings, index) for index in indices]


async def rewind(settings: Settings, role: str, topic: str) -> None:
    """Commit offset 0 for a role that is not running."""
    async with consumer(settings, group=group_of(settings, role)) as reader:
        partitions = [TopicPartition(topic, number) for number in range(settings.partitions)]
        reader.assign(partitions)
        await reader.commit({tp: OffsetAndMetadata(0, "") for tp in partitions})


async def test_a_replay_from_the_first_offset_changes_nothing(
    settings: Settings, fleet: Fleet, ports: Iterator[int], receiver: Receiver
) -> None:
    alerting = {"STANCEWATCH_ALERTMANAGER": receiver.url}
    members = {role: fleet.start(role, port=next(ports), extra=alerting) for role in ROLES}
    await asyncio.to_thread(fleet.wait_ready)
    await send(settings, lines())

    async def told() -> bool:
        return bool(receiver.alerts)

    await eventually(told, 60)
    await fleet.served()
    before = await state(settings)
    alerts = list(receiver.alerts)
    assert {alert["labels"]["actor"] for alert in alerts} == {"DEU"}
    assert len(before[0]) == len(REFUSALS) + len(TURN)

    members["classify"].process.terminate()
    await asyncio.to_thread(members["classify"].process.wait, 15)
    fleet.members.remove(members["classify"])
    await rewind(settings, "classify", settings.topic(RAW))
    fleet.start("classify", port=next(ports))
    await asyncio.to_thread(fleet.wait_ready)
    await fleet.served()
    assert await state(settings) == before
    assert receiver.alerts == alerts
