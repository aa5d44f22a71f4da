"""History is read again beside the old indices while the workers go on, and swapped without losing a record."""

import asyncio
from collections.abc import Iterator

from streams.fleet import Fleet
from streams.search import make_client
from streams.settings import Settings
from tests.integration.test_commands import run, variables_of
from tests.support import article, documents, send

# Cleaned once it speaks of "&amp;", and would of "&" if it were cleaned again.
CALLS = "France called for a ceasefire in Gaza, AT&amp;amp;T said."


async def test_months_are_read_again_and_swapped_and_take_writes_afterwards(
    settings: Settings, fleet: Fleet, ports: Iterator[int]
) -> None:
    for role in ("classify", "index"):
        fleet.start(role, port=next(ports))
    await asyncio.to_thread(fleet.wait_ready)
    days = ("2025-04-10", "2025-05-21", "2025-06-02")
    await send(settings, [article(n, CALLS, day=days[n % 3], desk={"name": "world"}) for n in range(60)])
    await fleet.served(("classify", "index"))
    articles = await documents(settings, "news-articles")
    observations = await documents(settings, "stance-observations")
    await forget(settings, "stance-observations-2025.05")
    assert len(await documents(settings, "stance-observations")) == 40

    planned = run("reprocess", "--since", "2025-05-15", "--dry-run", variables=variables_of(settings))
    assert planned.stdout.decode().split()[0::5] == ["2025.05", "2025.06"]
    for turn in range(2):  # the second time, the name that is swapped is an alias already
        again = asyncio.create_task(
            asyncio.to_thread(run, "reprocess", "--since", "2025-05-15", variables=variables_of(settings))
        )
        late = [article(100 * (turn + 1) + n, CALLS, day="2025-05-21") for n in range(50)]
        for line in late:
            await send(settings, [line])
            await asyncio.sleep(0.02)
        done = await again
        assert done.returncode == 0, done.stderr
        assert b"2025.04" not in done.stdout
    await fleet.served(("classify", "index"))
    after = await documents(settings, "news-articles")
    assert len(after) == 160
    assert {key: after[key] for key in articles} == articles, "the same reader finds the same"
    found = await documents(settings, "stance-observations")
    assert {key: found[key] for key in observations} == observations, "what was missing is read again"
    assert len(found) == 160
    assert await leftovers(settings) == 4, "of each month and kind one index stands"


async def forget(settings: Settings, index: str) -> None:
    client = make_client(settings)
    name = settings.index(index)
    hits = (await client.search(index=name, size=1000))["hits"]["hits"]
    await client.bulk(operations=[{"delete": {"_index": name, "_id": hit["_id"]}} for hit in hits])
    await client.close()


async def leftovers(settings: Settings) -> int:
    client = make_client(settings)
    found = await client.indices.get(index=f"{settings.prefix}-*-reread-*")
    await client.close()
    return len(found)
