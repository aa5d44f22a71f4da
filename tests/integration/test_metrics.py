"""What the catalogue tells of real workers: ages from the first topic on, versions, queues and the pool."""

import asyncio
import re
import time
from collections.abc import Iterator

import httpx

from streams.core.detector import DEFAULT
from streams.fleet import Fleet, Member
from streams.settings import Settings
from streams.topology import DEAD, ENRICHED, RAW
from tests.integration.test_status import report
from tests.support import article, block, documents, eventually, send

CALLS = "France called for a ceasefire in Gaza."


async def figures(member: Member) -> dict[str, float]:
    """Each sample of a worker by name and labels, as the page has it."""
    async with httpx.AsyncClient(trust_env=False) as client:
        page = (await client.get(f"http://127.0.0.1:{member.port}/metrics")).text
    samples = (line.rpartition(" ") for line in page.splitlines() if not line.startswith("#"))
    return {name: float(value) for name, _, value in samples}


async def test_ages_count_from_the_first_topic_and_every_part_tells_its_version(
    settings: Settings, fleet: Fleet, ports: Iterator[int]
) -> None:
    published = time.time()
    await send(settings, [*(article(n, CALLS) for n in range(8)), b"poison"])
    classify = fleet.start("classify", port=next(ports))
    await asyncio.to_thread(fleet.wait_ready)
    await fleet.served(("classify",))
    late = time.time()
    for role in ("track", "index"):
        fleet.start(role, port=next(ports))
    await asyncio.to_thread(fleet.wait_ready)
    await fleet.served(("track", "index"))
    for member in fleet.members:
        found = await figures(member)
        label = f'{{role="{member.role}"}}'
        count = found[f"stancewatch_age_seconds_count{label}"]
        assert count >= 8, member.role
        if member is not classify:
            mean = found[f"stancewatch_age_seconds_sum{label}"] / count
            assert mean >= late - published - 0.5, "it counts from the topic before"
            assert mean < time.time() - published

    found = await figures(classify)
    assert found["stancewatch_pool_processes"] == 1
    assert found["stancewatch_pool_pieces"] == 0
    assert found[f'stancewatch_queue{{topic="{settings.topic(RAW)}"}}'] == 0
    assert found['stancewatch_dead_letters_total{code="bad_json",role="classify"}'] == 1
    assert found['stancewatch_dead_letters_total{code="bad_date",role="classify"}'] == 0, "born at zero"
    assert found['stancewatch_observations_total{issue="sanctions"}'] == 0
    assert any(re.search(r'part="lexicon",role="classify",version="\w{8,}"', name) for name in found)
    index = await figures(fleet.members[2])
    assert index['stancewatch_bulk_retries_total{why="item"}'] == 0
    assert index[f'stancewatch_consumed_total{{role="index",topic="{settings.topic(ENRICHED)}"}}'] == 8
    assert index[f'stancewatch_consumed_total{{role="index",topic="{settings.topic(DEAD)}"}}'] == 1

    parts = {role["name"]: role["parts"] for role in report(settings, fleet)["roles"]}
    assert parts["track"] == [f"detector {DEFAULT.version}"]
    assert [part.split()[0] for part in parts["classify"]] == ["lexicon", "pipeline"]


async def test_what_elasticsearch_puts_off_is_sent_again_counted_and_not_lost(
    settings: Settings, fleet: Fleet, ports: Iterator[int]
) -> None:
    fleet.start("classify", port=next(ports))
    index = fleet.start("index", port=next(ports))
    await asyncio.to_thread(fleet.wait_ready)
    await send(settings, [article(n, CALLS) for n in range(5)])
    await fleet.served(("classify", "index"))
    await block(settings, True)
    await send(settings, [article(n, CALLS) for n in range(5, 10)])

    async def is_put_off() -> bool:
        return (await figures(index))['stancewatch_bulk_retries_total{why="item"}'] >= 5

    await eventually(is_put_off, 60)
    await block(settings, False)
    await fleet.served(("classify", "index"))
    assert set(await documents(settings, "news-articles")) == {f"a-{n}" for n in range(10)}
