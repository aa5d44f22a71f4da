"""What one busy series bears: observations a second through `track`, all of one series or spread over many.

    python -m benchmarks.hot_series                    about two minutes, on services of this command's own

A series is served by one worker at a time, and its state is one document: what it bears no further worker can raise.
"""

import argparse
import asyncio
import time
from collections.abc import Sequence
from pathlib import Path

from aiokafka import AIOKafkaProducer

from benchmarks.pipeline.contender import Meter
from benchmarks.services import own_services
from benchmarks.simulate import World, simulate
from streams.codec import encode
from streams.core.model import Observation
from streams.fleet import Fleet
from streams.kafka import group_lag, producer
from streams.services.config import free_ports
from streams.settings import Settings, load_settings
from streams.setup import run_setup
from streams.topology import OBSERVATIONS


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--observations", type=int, default=10_000)
    parser.add_argument(
        "--series", type=lambda text: [int(n) for n in text.split(",")], default=[1, 10, 1000], metavar="N,N"
    )
    given = parser.parse_args()
    with own_services("series") as (config, folder):
        ends = config.endpoints
        print("| series | observations/s | CPU ms an observation |\n|---|---|---|")
        for series in given.series:
            settings = load_settings(
                env_file="", kafka=ends.kafka, elasticsearch=ends.elasticsearch, prefix=f"hot{series}"
            )
            arrived = arrivals(series, given.observations)
            seconds, cpu = asyncio.run(measure(settings, arrived, folder))
            print(f"| {series} | {len(arrived) / seconds:.0f} | {1000 * cpu / len(arrived):.2f} |")


def arrivals(series: int, count: int) -> list[Observation]:
    """About so many observations of so many simulated series, in the order in which they arrive."""
    found = [each for one in simulate(World(), series, count // series, 1) for each in one.arrivals]
    return [observation for _, observation in sorted(found, key=lambda x: (x[0], x[1].observation_id))]


async def measure(settings: Settings, arrived: Sequence[Observation], folder: Path) -> tuple[float, float]:
    """Seconds, and CPU seconds of the worker, from its first commit to its last."""
    async for _ in run_setup(settings, dry_run=False):
        pass
    fleet = Fleet(settings, folder)
    try:
        worker = fleet.start("track", port=free_ports(1)[0])
        await asyncio.to_thread(fleet.wait_ready)
        meter = Meter([worker.process.pid])
        async with producer(settings) as sender:
            await _publish(sender, settings, arrived[:200])
            await _served(settings, fleet)
            began, used = time.perf_counter(), meter.cpu()
            await _publish(sender, settings, arrived[200:])
        await _served(settings, fleet)
        return time.perf_counter() - began, meter.cpu() - used
    finally:
        await asyncio.to_thread(fleet.stop)


async def _publish(sender: AIOKafkaProducer, settings: Settings, arrived: Sequence[Observation]) -> None:
    topic = settings.topic(OBSERVATIONS)
    waiting = [await sender.send(topic, key=each.series.encode(), value=encode(each)) for each in arrived]
    await asyncio.gather(*waiting)


async def _served(settings: Settings, fleet: Fleet) -> None:
    while await group_lag(settings, "track"):
        fleet.check()
        await asyncio.sleep(0.2)


if __name__ == "__main__":
    main()
