"""A worker that is told to stop in the middle of a batch leaves it to be repeated."""

import asyncio
import signal
from collections.abc import Iterator

from streams.fleet import Fleet
from streams.kafka import admin, create_topic, group_lag
from streams.settings import Settings
from streams.topology import ENRICHED, topic_specs
from tests.faults.proxy import proxied
from tests.support import article, documents, eventually, send

COUNT = 100


async def test_sigterm_in_the_middle_of_a_batch_loses_nothing(
    settings: Settings, fleet: Fleet, ports: Iterator[int]
) -> None:
    async with proxied(settings.elasticsearch) as proxy:
        classify = fleet.start("classify", port=next(ports))
        index = fleet.start("index", port=next(ports), extra={"STANCEWATCH_ELASTICSEARCH": proxy.url})
        await asyncio.to_thread(fleet.wait_ready, [classify, index])
        proxy.refusing = True
        await send(settings, [article(n, f"France called for a truce in Gaza. {n}") for n in range(COUNT)])

        async def is_refused() -> bool:
            return proxy.refused > 1

        await eventually(is_refused, 60)
        fleet.members.remove(index)
        index.process.send_signal(signal.SIGTERM)
        code = await asyncio.to_thread(index.process.wait, 15)
        assert code in {0, -signal.SIGTERM}, "it stopped by itself, in time"

        fleet.start("index", port=next(ports))
        await asyncio.to_thread(fleet.wait_ready)
        await fleet.served(("classify", "index"))
    assert set(await documents(settings, "news-articles")) == {f"a-{n}" for n in range(COUNT)}


async def test_what_is_still_being_sent_while_the_next_batch_is_read_is_not_committed(
    settings: Settings, fleet: Fleet, ports: Iterator[int]
) -> None:
    lines = [article(n, f"France called for a truce in Gaza. {n}") for n in range(COUNT)]
    few = {"STANCEWATCH_BATCH": "10"}
    worker = fleet.start("classify", port=next(ports), extra=few)
    await asyncio.to_thread(fleet.wait_ready)
    enriched = settings.topic(ENRICHED)
    async with admin(settings) as client:
        await client.delete_topics([enriched])  # so that nothing that is sent there can stand
    await send(settings, lines)
    await asyncio.sleep(6)  # some commits' time: it has read one batch, and waits with the next
    assert await group_lag(settings, "classify") == COUNT

    fleet.members.remove(worker)
    worker.process.kill()
    worker.process.wait()
    async with admin(settings) as client:
        await create_topic(client, next(spec for spec in topic_specs(settings) if spec.name == enriched))
    fleet.start("classify", port=next(ports), extra=few)
    fleet.start("index", port=next(ports))
    await asyncio.to_thread(fleet.wait_ready)
    await fleet.served(("classify", "index"))
    assert set(await documents(settings, "news-articles")) == {f"a-{n}" for n in range(COUNT)}
