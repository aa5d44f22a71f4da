"""From an article on its topic to the alert at the receiver, through every role and a real Alertmanager."""

import asyncio
import statistics
import time
from collections.abc import Iterator

import pytest

from streams.fleet import Fleet
from streams.settings import Settings
from tests.alertmanager import Receiver
from tests.faults.test_alertmanager import alertmanager
from tests.support import article, send

__all__ = ["alertmanager"]
pytestmark = pytest.mark.long
COUNTRIES = {
    "DEU": "Germany", "FRA": "France", "POL": "Poland", "ITA": "Italy", "ESP": "Spain", "SWE": "Sweden",
    "NOR": "Norway", "CAN": "Canada", "FIN": "Finland", "DNK": "Denmark", "NLD": "The Netherlands", "BEL": "Belgium",
    "PRT": "Portugal", "GRC": "Greece", "ROU": "Romania", "AUS": "Australia", "JPN": "Japan", "LTU": "Lithuania",
    "LVA": "Latvia", "EST": "Estonia",
}  # fmt: skip
BEFORE = [
    "ruled out sending soldiers to Ukraine",
    "will not send troops to Ukraine",
    "refused to send soldiers to Ukraine",
]
AFTER = [
    "deployed 800 troops to Ukraine",
    "sent a first contingent of soldiers to Ukraine",
    "will deploy troops to Ukraine",
    "will send a brigade to Ukraine",
    "decided to send more troops to Ukraine",
    "agreed to send soldiers to Ukraine",
]
ROLES = ("classify", "track", "notify")


async def test_the_whole_way_takes_seconds(
    settings: Settings, fleet: Fleet, ports: Iterator[int], alertmanager: tuple[str, Receiver]
) -> None:
    url, receiver = alertmanager
    for role in ROLES:
        fleet.start(role, port=next(ports), extra={"STANCEWATCH_ALERTMANAGER": url})
    await asyncio.to_thread(fleet.wait_ready)
    number = iter(range(10_000))
    past = [
        article(
            next(number),
            f"{name} {said}.",
            day=f"2025-05-{day}",
            source=f"Outlet {day}",
        )
        for name in COUNTRIES.values()
        for day, said in zip((10, 12, 14), BEFORE, strict=True)
    ]
    await send(settings, past)
    await fleet.served(ROLES)
    receiver.alerts.clear()  # a sentence of the past that was misread; the turn below is told all the same
    sent: dict[str, float] = {}
    for actor, name in COUNTRIES.items():
        turn = [
            article(next(number), f"{name} {said}.", day=f"2025-05-{day}", source=f"Outlet {day}")
            for day, said in enumerate(AFTER, 20)
        ]
        await send(settings, turn)
        sent[actor] = time.time()
        await asyncio.sleep(0.3)
    await fleet.served(ROLES)
    await asyncio.sleep(1)
    first: dict[str, float] = {}
    for at, alert in receiver.alerts:
        first.setdefault(alert["labels"]["actor"], at)
    took = sorted(first[actor] - sent[actor] for actor in first)
    print(f"\n{len(took)} of {len(COUNTRIES)} turns alerted; from publishing the turn's articles to the alert: "
          f"p50 {statistics.median(took):.2f} s, p95 {took[int(len(took) * 0.95)]:.2f} s")  # fmt: skip
    assert len(took) >= len(COUNTRIES) * 3 // 4
    assert took[-1] < 60
