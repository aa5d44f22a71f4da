"""The least that does the job: aiokafka, a loop, sends awaited, offsets committed afterwards, once a second."""

import asyncio
import contextlib
import sys
import time
from datetime import UTC, datetime

import uvloop
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.errors import CommitFailedError

from benchmarks.pipeline.job import COMMIT_SECONDS, Job, Task, load_task
from benchmarks.threads import one_thread
from streams.topology import MAX_MESSAGE_BYTES, RAW


async def main(task: Task) -> None:
    """Run until a signal ends it."""
    settings = task.settings()
    job = Job(task)
    producer = AIOKafkaProducer(
        bootstrap_servers=task.kafka, acks="all", linger_ms=5, max_request_size=MAX_MESSAGE_BYTES
    )
    consumer = AIOKafkaConsumer(
        settings.topic(RAW), bootstrap_servers=task.kafka, group_id=settings.topic("raw-loop"),
        auto_offset_reset="earliest", enable_auto_commit=False, max_partition_fetch_bytes=MAX_MESSAGE_BYTES,
    )  # fmt: skip
    await producer.start()
    await consumer.start()
    committed = time.monotonic()
    while True:
        found = await consumer.getmany(timeout_ms=200, max_records=settings.batch)
        records = [
            (message.value, datetime.fromtimestamp(message.timestamp / 1000, UTC))
            for messages in found.values()
            for message in messages
        ]
        if records:
            waiting = [
                await producer.send(topic, value=value, key=key)
                for sent in job.outputs(records)
                for topic, key, value in sent
            ]
            await asyncio.gather(*waiting)
        if time.monotonic() - committed >= COMMIT_SECONDS:
            with contextlib.suppress(CommitFailedError):  # a rebalance: whoever has the partition now repeats
                await consumer.commit()
            committed = time.monotonic()


if __name__ == "__main__":
    one_thread()
    uvloop.install()
    asyncio.run(main(load_task(sys.argv[1])))
