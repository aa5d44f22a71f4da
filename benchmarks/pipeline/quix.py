"""Quix Streams: a streaming data frame that expands each record into what is to be sent."""

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from quixstreams import Application
from quixstreams.models import Serializer

from benchmarks.pipeline.job import COMMIT_SECONDS, Job, Sent, Task, load_task
from benchmarks.threads import one_thread
from streams.topology import DEAD, ENRICHED, MAX_MESSAGE_BYTES, OBSERVATIONS, RAW


class Body(Serializer):  # type: ignore[misc]  # not installed where types are checked
    """The value of what is to be sent; its key is taken by ``to_topic``."""

    def __call__(self, value: Sent, ctx: Any) -> bytes:
        return value[2]


def main(task: Task) -> None:
    """Run until a signal ends it."""
    settings = task.settings()
    job = Job(task)
    app = Application(
        broker_address=task.kafka, consumer_group=settings.topic("quix"), auto_offset_reset="earliest",
        processing_guarantee="at-least-once", commit_interval=COMMIT_SECONDS, auto_create_topics=False,
        state_dir=Path(task.folder) / "quix", loglevel="WARNING", consumer_poll_timeout=0.2,
        producer_extra_config={"acks": "all", "linger.ms": 5, "message.max.bytes": MAX_MESSAGE_BYTES},
    )  # fmt: skip
    frame = app.dataframe(
        app.topic(settings.topic(RAW), key_deserializer="bytes", value_deserializer="bytes")
    )

    def expand(value: bytes, _: Any, timestamp: int, __: Any) -> list[Sent]:
        (sent,) = job.outputs([(value, datetime.fromtimestamp(timestamp / 1000, UTC))])
        return sent

    frame = frame.apply(expand, expand=True, metadata=True)
    for name in (ENRICHED, OBSERVATIONS, DEAD):
        topic = settings.topic(name)
        target = app.topic(topic, key_serializer="bytes", value_serializer=Body())
        frame.filter(lambda sent, topic=topic: sent[0] == topic).to_topic(target, key=lambda sent: sent[1])
    app.run()


if __name__ == "__main__":
    one_thread()
    main(load_task(sys.argv[1]))
