"""One role as a Faust app: bytes in, a batch at a time; offsets move only when all that a batch owes stands."""

import asyncio
import contextlib
import os
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol

import faust
import structlog
from faust.types import TP

from streams.agents.outbox import BORN, Outbox, Record, Sending
from streams.credentials import faust_credentials
from streams.deadletter import TooManyBad
from streams.metrics import AGE, CONSUMED, IN_WORK, born
from streams.settings import Settings
from streams.topology import MAX_LETTER_BYTES, group_of, sources

log = structlog.get_logger(__name__)
EXIT_GAVE_UP = 70
EXIT_BREAKER = 76


class Role(Protocol):
    """What a role does with a batch. It raises nothing: a record's fault goes to ``outbox.bury``.

    parts: what decides on its results, with versions; known once it has started.
    """

    name: str
    parts: dict[str, str]

    async def start(self) -> None:
        """Open what the role needs; called once, inside the event loop."""

    async def stop(self) -> None:
        """Give back what the role holds."""

    async def handle(self, batch: Sequence[Record], outbox: Outbox) -> Sending | None:
        """Serve every record of the batch; return when all that it owes stands, or give what must still be sent.

        The next batch is begun while that is sent.
        """


class Worker:
    """A role bound to its Faust app. ``app`` is what a ``faust.Worker`` runs."""

    def __init__(self, role: Role, settings: Settings) -> None:
        self.role = role
        self.settings = settings
        self.app = make_app(role.name, settings)
        self._served = commit_only_what_is_served(self.app)
        self.outbox = Outbox(settings, role.name)
        self._topics = [settings.topic(name) for name in sources(role.name)]
        channel = self.app.topic(
            *self._topics, key_type=bytes, value_type=bytes, key_serializer="raw", value_serializer="raw"
        )
        born(role.name, self._topics)
        self.app.agent(channel, name=f"{role.name}-agent")(self._process)

    async def _process(self, stream: Any) -> None:
        async with asyncio.TaskGroup() as sendings:  # which ends with the agent that was cancelled
            last: asyncio.Task[None] | None = None
            async for events in stream.take_events(self.settings.batch, within=self.settings.batch_wait):
                with nothing_escapes(self.role.name):
                    batch = [_record(event.message) for event in events]
                    IN_WORK.inc(len(batch))
                    self.outbox.breaker.open_batch(len(batch))
                    sending = await self.role.handle(batch, self.outbox)
                if last is not None:
                    await last
                last = sendings.create_task(self._end(sending, events, batch))

    async def _end(self, sending: Sending | None, events: Sequence[Any], batch: Sequence[Record]) -> None:
        """Offsets may move on only now, whatever Faust acknowledged when it was asked for the next batch."""
        if sending is not None:
            with nothing_escapes(self.role.name):
                await sending
        self._served.update((event.message.tp, event.message.offset + 1) for event in events)
        IN_WORK.dec(len(batch))
        self._count(batch)

    def _count(self, batch: Sequence[Record]) -> None:
        now, age = time.time(), AGE.labels(self.role.name)
        for topic, count in Counter(record.topic for record in batch).items():
            CONSUMED.labels(self.role.name, topic).inc(count)
        for record in batch:
            age.observe(max(0.0, now - record.born.timestamp()))


def make_app(role: str, settings: Settings) -> Any:
    """A Faust app by the rules that keep it from losing records; the figures are in ``docs/decisions/``."""
    return faust.App(
        group_of(settings, role),
        broker=";".join(f"aiokafka://{host.strip()}" for host in settings.kafka.split(",")),
        broker_credentials=faust_credentials(settings),
        processing_guarantee="at_least_once",
        stream_publish_on_commit=False,
        broker_session_timeout=10,
        broker_heartbeat_interval=3,
        broker_rebalance_timeout=10,
        broker_commit_interval=1,
        broker_max_poll_records=500,
        broker_request_timeout=15,
        consumer_max_fetch_size=MAX_LETTER_BYTES,
        consumer_auto_offset_reset="earliest",
        topic_allow_declare=False,
        topic_disable_leader=True,
        stream_wait_empty=False,
        web_enabled=False,
        worker_redirect_stdouts=False,
        autodiscover=False,
        store="memory://",
        datadir=Path(tempfile.gettempdir())
        / "stancewatch-faust",  # Faust insists on one; nothing is kept there
    )


def commit_only_what_is_served(app: Any) -> dict[TP, int]:
    """Give a table of the next offset to be served by partition, which is what the app's consumer will commit.

    By its own book Faust would lose records: it acknowledges a batch as soon as it is asked for the next one, the batch
    that a stop cancels, and the records that it skips once its flow of events is off, and commits all of them.
    """
    served: dict[TP, int] = {}

    class Consumer(app.transport.Consumer):  # type: ignore[misc]  # Faust has no types here
        def _new_offset(self, tp: TP) -> int | None:
            # By its own book it would wait for ever for what is committed later than acknowledged.
            for acknowledged in (self._acked, self._acked_index, self._gap):
                acknowledged[tp].clear()
            return served.get(tp)

    app.transport.Consumer = Consumer
    return served


@contextlib.contextmanager
def nothing_escapes(role: str) -> Any:
    """What no rule foresaw ends the process at once: Faust would count the batch as done and lose it."""
    try:
        yield
    except TooManyBad as trouble:
        log.critical(
            "stopping before good records become dead letters: mend the cause, or raise"
            " STANCEWATCH_BREAKER_RATIO; what is in the dead letters can be sent again by `stancewatch dead replay`",
            role=role,
            reason=str(trouble),
        )
        os._exit(EXIT_BREAKER)
    except Exception:
        log.critical(
            "the batch failed for an unforeseen reason; stopping hard so that it is repeated",
            role=role,
            exc_info=True,
        )
        os._exit(EXIT_GAVE_UP)


def _record(message: Any) -> Record:
    at = datetime.fromtimestamp(message.timestamp, UTC)
    return Record(
        message.topic, message.partition, message.offset, message.key, message.value, at, _born(message.headers) or at
    )  # fmt: skip


def _born(headers: Any) -> datetime | None:
    value = dict(headers or ()).get(BORN) or b""  # a header's value may be null
    # Whoever may write to a topic may write this: what is no time is no header.
    return datetime.fromtimestamp(int(value) / 1000, UTC) if value.isdigit() and len(value) <= 13 else None
