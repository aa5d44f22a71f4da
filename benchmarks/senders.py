"""What it costs to send a batch with acknowledgement: by Faust's producer, and by that of our outbox.

    python -m benchmarks.senders              about a minute, on a Kafka of this command's own

Both send the same records of 800 bytes in batches of 200 and return when the broker holds them all; they take turns.
"""

import argparse
import asyncio
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

import uvloop

from benchmarks.pipeline.throughput import create_topics
from benchmarks.services import own_services
from streams.agents.outbox import Outbox, Output, Record
from streams.agents.worker import make_app
from streams.settings import Settings, load_settings
from streams.topology import ENRICHED

BATCH = 200
SIZE = 800


async def measure(settings: Settings, batches: int, turns: int) -> None:
    """Print a line for each turn of each sender."""
    await create_topics(settings)
    app = make_app("classify", settings)
    topic = app.topic(
        settings.topic(ENRICHED), key_type=bytes, value_type=bytes, key_serializer="raw",
        value_serializer="raw",
    )  # fmt: skip
    outbox = Outbox(settings, "classify")
    now = datetime.now(UTC)
    origin = Record("raw", 0, 0, None, b"", now, now)
    outputs = [Output(settings.topic(ENRICHED), b"k%d" % n, b"x" * SIZE, origin) for n in range(BATCH)]

    async def by_faust() -> None:
        async def one(output: Output) -> None:
            await (await topic.send(key=output.key, value=output.value))

        await asyncio.gather(*map(one, outputs))

    senders: dict[str, Callable[[], Awaitable[None]]] = {
        "Faust's producer": by_faust,
        "the outbox": lambda: outbox.send(outputs),
    }
    await app.producer.maybe_start()
    await outbox.start()
    print("| | CPU us a record | us a record by the clock |\n|---|---|---|")
    for _ in range(turns):
        for name, send in senders.items():
            await send()
            cpu, clock = time.process_time(), time.perf_counter()
            for _ in range(batches):
                await send()
            each = 1e6 / (batches * BATCH)
            cpu, clock = (time.process_time() - cpu) * each, (time.perf_counter() - clock) * each
            print(f"| {name} | {cpu:.0f} | {clock:.0f} |", flush=True)
    await outbox.stop()
    await app.producer.stop()


def main() -> None:
    """Start a Kafka, measure, and take it away."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.senders",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--batches", type=int, default=15, help="batches of 200 in a turn")
    parser.add_argument("--turns", type=int, default=4)
    given = parser.parse_args()
    with own_services("senders", ("kafka",)) as (config, _):
        settings = load_settings(
            env_file="", kafka=config.endpoints.kafka, elasticsearch="http://127.0.0.1:9", prefix="senders"
        )
        uvloop.install()
        asyncio.run(measure(settings, given.batches, given.turns))


if __name__ == "__main__":
    main()
