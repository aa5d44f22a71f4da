"""One role as a Faust app: bytes in, a batch at a time; offsets move only when all that a batch owes stands."""

import asyncio
import contextlib
import os
import tempfile
import time
from collections.abc import Coroutine, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol

import faust
import structlog
from aiokafka.errors import KafkaError, MessageSizeTooLargeError

from streams.codec import encode
from streams.core.errors import Rejected
from streams.credentials import faust_credentials
from streams.deadletter import Breaker, TooManyBad, dead_letter
from streams.metrics import AGE, CONSUMED, DEAD_LETTERS, IN_WORK, born
from streams.patience import ServiceAway, until_served
from streams.settings import Settings
from streams.topology import DEAD, MAX_MESSAGE_BYTES, sources

log = structlog.get_logger(__name__)
EXIT_GAVE_UP = 70
EXIT_BREAKER = 76
BORN = "stancewatch-born"  # a header of every record that we send: milliseconds since 1970


@dataclass(frozen=True, slots=True)
class Record:
    """A record as it stands on its topic; at is the time that the broker keeps with it.

    born: when the broker took the article that all this comes from, on ``articles.raw``.
    """

    topic: str
    partition: int
    offset: int
    key: bytes | None
    value: bytes | None
    at: datetime
    born: datetime


@dataclass(frozen=True, slots=True)
class Output:
    """A record to be sent. origin is the one that it was made from: it dies if the broker refuses the output."""

    topic: str
    key: bytes | None
    value: bytes
    origin: Record


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

    async def handle(self, batch: Sequence[Record], outbox: "Outbox") -> None:
        """Serve every record of the batch; return when all that it owes stands."""


class Outbox:
    """Sends with acknowledgement: ``send`` returns when the broker holds every output."""

    def __init__(self, app: Any, settings: Settings, role: str) -> None:
        self._app = app
        self._settings = settings
        self._role = role
        self._topics: dict[str, Any] = {}
        self.breaker = Breaker(settings.breaker_ratio, settings.breaker_window)

    async def send(self, outputs: Sequence[Output]) -> None:
        """Send all, again and again until each stands; an output that the broker will never take is buried."""
        waiting = list(outputs)

        async def attempt() -> None:
            results = await asyncio.gather(
                *(self._send(output) for output in waiting), return_exceptions=True
            )
            failed = [(output, error) for output, error in zip(waiting, results, strict=True) if error]
            waiting[:] = []
            for output, error in failed:
                await self._sort_out(output, error, waiting)
            if waiting:
                raise ServiceAway(f"{len(waiting)} sends failed, such as: {failed[0][1]!r}")

        await until_served("kafka", attempt)

    async def bury(self, record: Record, fault: Rejected) -> None:
        """Keep a record that cannot be served as a dead letter, with its reason and its original bytes."""
        await self.bury_all([(record, fault)])

    async def bury_all(self, dead: Sequence[tuple[Record, Rejected]]) -> None:
        """Like ``bury``, for several at once."""
        if not dead:
            return
        self.breaker.bad([fault.code for _, fault in dead])
        now = datetime.now(UTC)
        letters = []
        for record, fault in dead:
            letter = dead_letter(
                topic=record.topic, partition=record.partition, offset=record.offset, key=record.key,
                value=record.value, step=self._role, fault=fault, at=now,
            )  # fmt: skip
            DEAD_LETTERS.labels(self._role, fault.code).inc()
            log.warning("dead letter", topic=record.topic, partition=record.partition, offset=record.offset,
                        code=fault.code, reason=fault.detail)  # fmt: skip
            letters.append(
                Output(self._settings.topic(DEAD), letter.dead_id.encode(), encode(letter), record)
            )
        await self.send(letters)

    async def _send(self, output: Output) -> None:
        topic = self._topics.get(output.topic)
        if topic is None:
            topic = self._app.topic(
                output.topic, key_type=bytes, value_type=bytes, key_serializer="raw", value_serializer="raw"
            )
            self._topics[output.topic] = topic
        await (await topic.send(key=output.key, value=output.value, headers=_headers(output.origin)))

    async def _sort_out(self, output: Output, error: Any, waiting: list[Output]) -> None:
        if isinstance(error, MessageSizeTooLargeError) and not output.topic.endswith(DEAD):
            await self.bury(
                output.origin, Rejected("too_large", "", f"{output.topic} takes no record so large: {error}")
            )
        elif isinstance(error, (KafkaError, OSError, asyncio.TimeoutError)):
            waiting.append(output)
        else:
            raise error


class Worker:
    """A role bound to its Faust app. ``app`` is what a ``faust.Worker`` runs."""

    def __init__(self, role: Role, settings: Settings) -> None:
        self.role = role
        self.settings = settings
        self.app = make_app(role.name, settings)
        self._outbox = Outbox(self.app, settings, role.name)
        self._topics = [settings.topic(name) for name in sources(role.name)]
        channel = self.app.topic(
            *self._topics, key_type=bytes, value_type=bytes, key_serializer="raw", value_serializer="raw"
        )
        born(role.name, self._topics)
        self.app.agent(channel, name=f"{role.name}-agent")(self._process)

    async def _process(self, stream: Any) -> None:
        async for events in stream.take_events(self.settings.batch, within=self.settings.batch_wait):
            batch = [_record(event.message) for event in events]
            with nothing_escapes(self.role.name):
                self._outbox.breaker.open_batch(len(batch))
                IN_WORK.set(len(batch))
                await finished(self.role.handle(batch, self._outbox))
            IN_WORK.set(0)
            self._count(batch)

    def _count(self, batch: Sequence[Record]) -> None:
        now = time.time()
        for record in batch:
            CONSUMED.labels(self.role.name, record.topic).inc()
            AGE.labels(self.role.name).observe(max(0.0, now - record.born.timestamp()))


def make_app(role: str, settings: Settings) -> Any:
    """A Faust app by the rules that keep it from losing records; the figures are in ``docs/decisions/``."""
    return faust.App(
        settings.topic(f"stancewatch-{role}"),
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
        consumer_max_fetch_size=MAX_MESSAGE_BYTES,
        consumer_auto_offset_reset="earliest",
        producer_linger=0.005,
        producer_max_request_size=MAX_MESSAGE_BYTES,
        producer_acks=-1,
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


async def finished(work: Coroutine[Any, Any, None]) -> None:
    """Await work to its end, even when a stop cancels who waits for it.

    Faust counts a batch that it cancels as done, commits its offsets, and the records are lost. What takes longer than
    the time that a stop has is cut off without a commit, and is repeated.
    """
    serving = asyncio.ensure_future(work)
    is_stopping = False
    while not serving.done():
        try:
            await asyncio.shield(serving)
        except asyncio.CancelledError:
            is_stopping = True
    serving.result()
    if is_stopping:
        raise asyncio.CancelledError


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


def _headers(origin: Record) -> list[tuple[str, bytes]]:
    return [(BORN, b"%d" % (origin.born.timestamp() * 1000))]


def _born(headers: Any) -> datetime | None:
    value = dict(headers or ()).get(BORN, b"")
    # Whoever may write to a topic may write this: what is no time is no header.
    return datetime.fromtimestamp(int(value) / 1000, UTC) if value.isdigit() and len(value) <= 13 else None
