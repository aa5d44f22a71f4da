"""Sends raw articles to ``articles.raw``: good records go, bad ones are reported and do not stop the rest."""

import asyncio
import time
from collections import deque
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError, MessageSizeTooLargeError

from streams.core.errors import Rejected
from streams.core.validate import RawArticles
from streams.doors.record import Record
from streams.kafka import producer
from streams.settings import Settings
from streams.topology import RAW

IN_FLIGHT = 2000


@dataclass(frozen=True, slots=True)
class Line:
    """What became of one record of the input, whose number, size and place these are.

    was_sent: the broker holds it. Without a fault, one that was not sent is no article and was left.
    """

    number: int
    size: int
    fault: Rejected | None
    place: str = ""
    was_sent: bool = True


async def publish(
    lines: Iterable[bytes],
    settings: Settings,
    raw: RawArticles,
    *,
    rate: float | None = None,
    keep_bad: bool = False,
) -> AsyncIterator[Line]:
    """Publish non-blank lines of JSON in order; the rest is as for ``publish_records``."""
    records = (
        Record(number, value, len(line)) for number, line in enumerate(lines, 1) if (value := line.strip())
    )
    async for line in publish_records(records, settings, raw, rate=rate, keep_bad=keep_bad):
        yield line


async def publish_records(
    records: Iterable[Record],
    settings: Settings,
    raw: RawArticles,
    *,
    rate: float | None = None,
    keep_bad: bool = False,
) -> AsyncIterator[Line]:
    """Publish records in order and yield each one's outcome once the broker has answered, in order too.

    rate: articles a second at the most. keep_bad sends records that would be rejected too: the pipeline buries
    them with their reason, so that they are kept. Raises KafkaUnreachable; KafkaError if the broker goes for good.
    """
    pending: deque[tuple[Line, asyncio.Future[object] | None]] = deque()
    started, sent = time.monotonic(), 0
    async with producer(settings) as sender:
        for record in records:
            fault, future = record.fault, None
            if record.value is not None:
                key, fault = _check(raw, record.value)
                if fault is None or keep_bad:
                    if rate:
                        await asyncio.sleep(max(0.0, started + sent / rate - time.monotonic()))
                    sent += 1
                    try:
                        future = await _send(sender, settings, key, record.value)
                    except MessageSizeTooLargeError as error:
                        fault = Rejected("too_large", "", str(error))
            line = Line(record.number, record.size, fault, record.place, was_sent=future is not None)
            pending.append((line, future))
            while pending and (len(pending) > IN_FLIGHT or _is_known(pending[0][1])):
                yield await _outcome(pending)
        await sender.flush()
        while pending:
            yield await _outcome(pending)


def _is_known(future: "asyncio.Future[object] | None") -> bool:
    return future is None or future.done()


async def _send(
    sender: AIOKafkaProducer, settings: Settings, key: bytes | None, value: bytes
) -> "asyncio.Future[object]":
    future: asyncio.Future[object] = await sender.send(settings.topic(RAW), value=value, key=key)
    return future


async def _outcome(pending: "deque[tuple[Line, asyncio.Future[object] | None]]") -> Line:
    line, future = pending.popleft()
    if future is None:
        return line
    try:
        await future
    except MessageSizeTooLargeError as error:
        return replace(line, fault=Rejected("too_large", "", str(error)), was_sent=False)
    except KafkaError as error:
        return replace(line, fault=Rejected("not_sent", "", repr(error)), was_sent=False)
    return line


def _check(raw: RawArticles, value: bytes) -> tuple[bytes | None, Rejected | None]:
    try:
        return raw.read(value, datetime.now(UTC)).article_id.encode(), None
    except Rejected as fault:
        return None, fault
