"""A worker that is told to stop in the middle of a batch finishes it or leaves it to be repeated."""

import asyncio
import signal
from collections.abc import Iterator

import pytest

from streams.agents.run import EXIT_SLOW_STOP
from streams.fleet import Fleet
from streams.settings import Settings
from tests.faults.proxy import proxied
from tests.support import article, documents, eventually, send, served

COUNT = 100


@pytest.mark.parametrize("comes_back", [True, False], ids=["in time", "too late"])
async def test_sigterm_in_the_middle_of_a_batch_loses_nothing(
    settings: Settings, fleet: Fleet, ports: Iterator[int], comes_back: bool
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
        await asyncio.sleep(1)
        proxy.refusing = not comes_back
        code = await asyncio.to_thread(index.process.wait, 15)
        assert code in ({0, -signal.SIGTERM} if comes_back else {EXIT_SLOW_STOP})

        fleet.start("index", port=next(ports))
        await asyncio.to_thread(fleet.wait_ready)
        await served(settings, fleet, ("classify", "index"))
    assert set(await documents(settings, "news-articles")) == {f"a-{n}" for n in range(COUNT)}
