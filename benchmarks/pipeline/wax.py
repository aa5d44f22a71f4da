"""Bytewax: a dataflow from Kafka to Kafka with a recovery store, which is what makes it repeat after a crash."""

import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import bytewax.operators as op
from bytewax.connectors.kafka import KafkaSink, KafkaSinkMessage, KafkaSource, KafkaSourceMessage
from bytewax.dataflow import Dataflow
from bytewax.recovery import RecoveryConfig
from bytewax.run import cli_main

from benchmarks.pipeline.job import COMMIT_SECONDS, Job, Task, load_task
from benchmarks.threads import one_thread
from streams.topology import MAX_MESSAGE_BYTES, RAW


def main(task: Task) -> None:
    """Run until a signal ends it."""
    settings = task.settings()
    job = Job(task)
    store = Path(task.folder) / "bytewax"
    store.mkdir(parents=True)
    subprocess.run([sys.executable, "-m", "bytewax.recovery", str(store), "1"], check=True)
    flow = Dataflow("classify")
    source = KafkaSource([task.kafka], [settings.topic(RAW)], tail=True, batch_size=settings.batch)
    incoming = op.input("raw", flow, source)

    def read(records: list[Any]) -> list[KafkaSinkMessage[bytes, bytes]]:
        good = [each for each in records if isinstance(each, KafkaSourceMessage)]
        if len(good) < len(records):
            raise RuntimeError(f"the source failed: {records}")
        timed = [(each.value, datetime.fromtimestamp(each.timestamp[1] / 1000, UTC)) for each in good]
        return [
            KafkaSinkMessage(key, body, topic=topic)
            for sent in job.outputs(timed)
            for topic, key, body in sent
        ]

    extra = {"acks": "all", "linger.ms": "5", "message.max.bytes": str(MAX_MESSAGE_BYTES)}
    op.output(
        "send", op.flat_map_batch("read", incoming, read), KafkaSink([task.kafka], None, add_config=extra)
    )
    cli_main(flow, recovery_config=RecoveryConfig(store), epoch_interval=timedelta(seconds=COMMIT_SECONDS))


if __name__ == "__main__":
    one_thread()
    main(load_task(sys.argv[1]))
