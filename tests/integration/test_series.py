"""The state of a series under two owners at once, and after a crash: nothing lost, nothing twice."""

import asyncio
import itertools
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from streams.archive import stored_series
from streams.core.model import Actor, Evidence, Observation, Stance, observation_id, stable_id
from streams.core.shift import empty_series, fold
from streams.metrics import CONFLICTS
from streams.search import make_client
from streams.series import SeriesStore
from streams.settings import Settings

START = datetime(2025, 3, 1, 12, tzinfo=UTC)
NOW = datetime(2025, 12, 1, tzinfo=UTC)
SERIES = "DEU|troop_deployment|UKR"


def observation(number: int, stance: Stance, strength: Any = "decision") -> Observation:
    article = f"a-{number}"
    quote = f"report {number}"
    return Observation(
        observation_id=observation_id(article, "DEU", "troop_deployment", "UKR", stance),
        article_id=article,
        actor=Actor("DEU", "Germany"),
        issue="troop_deployment",
        context="UKR",
        stance=stance,
        score=0.95,
        strength=strength,
        modality="asserted",
        is_historical=False,
        attribution=None,
        evidence=Evidence(quote, 0, len(quote)),
        source=f"Outlet {number % 5}",
        published_at=START + timedelta(days=number),
        fingerprint=stable_id(article),
    )


READINGS = [observation(n, "oppose") for n in range(12)] + [observation(n, "support") for n in range(40, 52)]


@pytest.fixture
async def stores(settings: Settings) -> AsyncIterator[list[SeriesStore]]:
    made = [SeriesStore(make_client(settings), settings) for _ in range(3)]
    yield made
    for store in made:
        await store.close()


async def test_three_owners_of_one_series_lose_and_double_nothing(
    settings: Settings, stores: list[SeriesStore]
) -> None:
    conflicts = CONFLICTS._value.get()
    owners = itertools.cycle(stores)
    found = await asyncio.gather(*(next(owners).fold({SERIES: [reading]}, NOW) for reading in READINGS))
    assert CONFLICTS._value.get() > conflicts, "the owners never met"

    client = make_client(settings)
    stored = await stored_series(client, settings, SERIES)
    await client.close()
    alone = fold(empty_series(SERIES), READINGS, NOW)
    assert stored is not None
    assert [(s.shift_id, s.status, s.before.stance, s.after.stance) for s in stored.shifts] == [
        (s.shift_id, s.status, s.before.stance, s.after.stance) for s in alone.shifts
    ]
    assert stored.current == alone.current
    sent = {(shift.shift_id, shift.revision): shift for shifts in found for shift in shifts}
    assert {(shift.shift_id, shift.revision) for shift in stored.shifts} <= set(sent)


async def test_a_batch_that_comes_again_after_a_crash_sends_its_shifts_again_and_changes_nothing(
    settings: Settings, stores: list[SeriesStore]
) -> None:
    store = stores[0]
    await store.fold({SERIES: READINGS[:12]}, NOW)
    first = await store.fold({SERIES: READINGS[12:]}, NOW)
    assert [shift.after.stance for shift in first] == ["support"]
    client = make_client(settings)
    before = await client.get(index=settings.index("stance-series"), id=SERIES)
    again = await store.fold({SERIES: READINGS[12:]}, NOW + timedelta(days=1))
    after = await client.get(index=settings.index("stance-series"), id=SERIES)
    await client.close()
    assert again == first
    assert after["_version"] == before["_version"]
