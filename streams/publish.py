"""Sends raw JSONL to ``articles.raw``: good lines go, bad lines are reported and do not stop the rest."""

import asyncio
import time
from collections import deque
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError, MessageSizeTooLargeError

from streams.core.errors import Rejected
from streams.core.validate import RawArticles
from streams.kafka import producer
from streams.settings import Settings
from streams.topology import RAW

IN_FLIGHT = 2000


@dataclass(frozen=True, slots=True)
class Line:
    """What became of one line of the input; fault is None where the broker holds it."""

    number: int
    size: int
    fault: Rejected | None


async def publish(
    lines: Iterable[bytes],
    settings: Settings,
    raw: RawArticles,
    *,
    rate: float | None = None,
    keep_bad: bool = False,
) -> AsyncIterator[Line]:
    """Publish non-blank lines in order and yield each one's outcome once the broker has answered.

    rate: articles a second at the most. keep_bad sends lines that would be rejected too: the pipeline buries
    them with their reason, so that they are kept. Raises KafkaUnreachable; KafkaError if the broker goes for good.
    """
    pending: deque[tuple[Line, asyncio.Future[object]]] = deque()
    started, sent = time.monotonic(), 0
    async with producer(settings) as sender:
        for number, line in enumerate(lines, 1):
            value = line.strip()
            if not value:
                continue
            key, fault = _check(raw, value)
            if fault is not None and not keep_bad:
                yield Line(number, len(line), fault)
                continue
            if rate:
                await asyncio.sleep(max(0.0, started + sent / rate - time.monotonic()))
            sent += 1
            try:
                pending.append((Line(number, len(line), fault), await _send(sender, settings, key, value)))
            except MessageSizeTooLargeError as error:
                yield Line(number, len(line), Rejected("too_large", "", str(error)))
            while pending and (len(pending) > IN_FLIGHT or pending[0][1].done()):
                yield await _outcome(pending)
        await sender.flush()
        while pending:
            yield await _outcome(pending)


async def _send(
    sender: AIOKafkaProducer, settings: Settings, key: bytes | None, value: bytes
) -> "asyncio.Future[object]":
    future: asyncio.Future[object] = await sender.send(settings.topic(RAW), value=value, key=key)
    return future


async def _outcome(pending: "deque[tuple[Line, asyncio.Future[object]]]") -> Line:
    line, future = pending.popleft()
    try:
        await future
    except MessageSizeTooLargeError as error:
        return Line(line.number, line.size, Rejected("too_large", "", str(error)))
    except KafkaError as error:
        return Line(line.number, line.size, Rejected("not_sent", "", repr(error)))
    return line


def _check(raw: RawArticles, value: bytes) -> tuple[bytes | None, Rejected | None]:
    try:
        return raw.read(value, datetime.now(UTC)).article_id.encode(), None
    except Rejected as fault:
        return None, fault
