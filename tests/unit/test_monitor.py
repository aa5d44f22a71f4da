"""What makes a worker healthy, and a watcher that outlives a consumer that is not there yet."""

import asyncio
from types import SimpleNamespace
from typing import Any

import httpx
from aiokafka import TopicPartition

from streams.agents.monitor import Monitor, Progress
from streams.metrics import LAG, QUEUE
from streams.services.config import free_ports
from streams.settings import load_settings


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_lag_without_progress_is_ill_and_progress_or_no_lag_is_well() -> None:
    clock = Clock()
    progress = Progress(60, clock)
    progress.see({"p": 5}, {"p": 9})
    clock.now = 59
    assert progress.healthy()
    clock.now = 61
    progress.see({"p": 5}, {"p": 12})
    assert not progress.healthy()
    progress.see({"p": 6}, {"p": 12})
    assert progress.healthy()
    clock.now = 500
    progress.see({"p": 12}, {"p": 12})
    assert progress.healthy()


class Consumer:
    """Like Faust's, which raises until its thread has started."""

    def __init__(self) -> None:
        self.started = False
        self._committed_offset = {PARTITION: 3}
        self._read_offset = {PARTITION: 8}

    def assignment(self) -> set[Any]:
        if not self.started:
            raise RuntimeError("consumer not started")
        return {PARTITION}

    def highwater(self, _: Any) -> int:
        return 10


ROLE: Any = SimpleNamespace(name="track", parts={"detector": "d-1"})
PARTITION = TopicPartition("slow.start", 0)


async def test_the_watcher_goes_on_when_the_consumer_starts_late() -> None:
    consumer = Consumer()
    (port,) = free_ports(1)
    monitor = Monitor(SimpleNamespace(consumer=consumer), ROLE, load_settings(monitor_port=port))
    await monitor.start()
    try:
        await asyncio.sleep(0.2)
        assert monitor.progress.lag == 0
        consumer.started = True
        await asyncio.sleep(1.2)
        assert monitor.progress.lag == 7
        assert LAG.labels("slow.start")._value.get() == 7
        assert QUEUE.labels("slow.start")._value.get() == 5
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", trust_env=False) as client:
            health = (await client.get("/healthz")).json()
            metrics = (await client.get("/metrics")).text
        assert health["parts"] == {"detector": "d-1"}
        assert 'stancewatch_part{part="detector",role="track",version="d-1"} 1.0' in metrics
    finally:
        await monitor.stop()
