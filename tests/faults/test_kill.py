"""kill -9 in the middle of the work: nothing is lost, nothing stands twice, and the result is the same."""

import asyncio
import itertools
import random
from collections.abc import Iterator

from streams.fleet import Fleet
from streams.settings import Settings
from streams.topology import DEAD, ROLES
from tests.support import article, documents, send, values

COUNT = 1000
POISON_EVERY = 50
RATE = 100.0  # lines a second: half of them take as long to send as the four kills that they meet


def lines() -> list[bytes]:
    texts = itertools.cycle(
        [
            "France called for an immediate ceasefire in Gaza on Tuesday.",
            "The United States imposed new sanctions on Russia on Friday.",
            "Germany ruled out sending soldiers to Ukraine, Chancellor Friedrich Merz said.",
            "A storm closed the port for two days.",
        ]
    )
    good = [article(n, f"{next(texts)} Report {n}.", source=f"Outlet {n % 7}") for n in range(COUNT)]
    for place in range(0, COUNT, POISON_EVERY):
        good.insert(place, b"poison %d" % place)
    return good


async def test_kill_9_of_every_role_under_load_loses_and_doubles_nothing(
    settings: Settings, fleet: Fleet, ports: Iterator[int]
) -> None:
    rng = random.Random(0)
    members = {name: fleet.start(name, port=next(ports)) for name in ROLES}
    await asyncio.to_thread(fleet.wait_ready)
    news = lines()
    for part in (news[: len(news) // 2], news[len(news) // 2 :]):
        sending = asyncio.create_task(send(settings, part, RATE))
        for role in rng.sample(ROLES, len(ROLES)):
            await asyncio.sleep(rng.uniform(0.2, 1.5))
            await asyncio.to_thread(fleet.kill, members[role])
            members[role] = fleet.start(role, port=next(ports))
        await asyncio.to_thread(fleet.wait_ready)
        await sending
    await fleet.served(seconds=120)

    articles = await documents(settings, "news-articles")
    assert set(articles) == {f"a-{n}" for n in range(COUNT)}
    dead = {letter["value_base64"] for letter in await values(settings, DEAD)}
    assert len(dead) == COUNT // POISON_EVERY
    observed = [o["observation_id"] for event in articles.values() for o in event["observations"]]
    assert len(observed) >= COUNT // 2
    assert set(await documents(settings, "stance-observations")) == set(observed)
