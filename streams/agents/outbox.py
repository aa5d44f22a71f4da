"""What a role sends and buries: a producer of our own, which returns only when the broker holds every record."""

import asyncio
from collections.abc import Coroutine, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import structlog
from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError, MessageSizeTooLargeError

from streams.codec import encode
from streams.core.errors import Rejected
from streams.credentials import client_options
from streams.deadletter import Breaker, dead_letter
from streams.metrics import DEAD_LETTERS
from streams.patience import ServiceAway, until_served
from streams.settings import Settings
from streams.topology import DEAD, MAX_LETTER_BYTES

log = structlog.get_logger(__name__)
BORN = "stancewatch-born"  # a header of every record that we send: milliseconds since 1970
SEND_TOGETHER = 128 * 1024  # bytes for one partition in one request
Sending = Coroutine[Any, Any, None]
"""What is still to be sent of a batch; who awaits it knows that all of it stands."""


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


class Outbox:
    """Sends with acknowledgement: ``send`` returns when the broker holds every output.

    It has a producer of its own: Faust's costs two to three times the CPU for each record (``docs/decisions/0040``).
    """

    def __init__(self, settings: Settings, role: str) -> None:
        self._settings = settings
        self._role = role
        self.breaker = Breaker(settings.breaker_ratio, settings.breaker_window)

    async def start(self) -> None:
        """Connect; waits for ever while the broker is away."""
        await until_served("kafka", self._connect)

    async def stop(self) -> None:
        """Disconnect, when nobody sends any more."""
        await self._producer.stop()

    async def send(self, outputs: Sequence[Output]) -> None:
        """Send all, again and again until each stands; an output that the broker will never take is buried."""
        waiting = list(outputs)

        async def attempt() -> None:
            results = await self._send(waiting)
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

    async def _connect(self) -> None:
        # Repeats are harmless, for every id is deterministic. An idempotent producer would have to be replaced whenever
        # the broker was away for longer than a request may take.
        self._producer = AIOKafkaProducer(
            **client_options(self._settings), acks="all", linger_ms=5, request_timeout_ms=15_000,
            max_batch_size=SEND_TOGETHER, max_request_size=MAX_LETTER_BYTES,
        )  # fmt: skip
        try:
            await self._producer.start()
        except (KafkaError, OSError) as error:
            await self._producer.stop()
            raise ServiceAway(str(error)) from error

    async def _send(self, outputs: Sequence[Output]) -> list[BaseException | None]:
        """Send each once; gives an error for it, or None where the broker holds it."""
        results: list[BaseException | None] = [None] * len(outputs)
        sent: dict[int, asyncio.Future[Any]] = {}
        for place, output in enumerate(outputs):
            try:
                sent[place] = await self._producer.send(
                    output.topic, value=output.value, key=output.key, headers=_headers(output.origin)
                )
            except MessageSizeTooLargeError as error:
                results[place] = error
            except (KafkaError, OSError) as error:  # away: the rest would wait as long, one after the other
                results[place:] = [error] * (len(outputs) - place)
                break
        answers = await asyncio.gather(*sent.values(), return_exceptions=True)
        for place, answer in zip(sent, answers, strict=True):
            results[place] = answer if isinstance(answer, BaseException) else None
        return results

    async def _sort_out(self, output: Output, error: Any, waiting: list[Output]) -> None:
        if isinstance(error, MessageSizeTooLargeError) and not output.topic.endswith(DEAD):
            await self.bury(
                output.origin, Rejected("too_large", "", f"{output.topic} takes no record so large: {error}")
            )
        elif isinstance(error, (KafkaError, OSError, asyncio.TimeoutError)):
            waiting.append(output)
        else:
            raise error


def _headers(origin: Record) -> list[tuple[str, bytes]]:
    return [(BORN, b"%d" % (origin.born.timestamp() * 1000))]
