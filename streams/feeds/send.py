"""Raw articles to Kafka: ``send`` returns when the broker holds the record."""

import asyncio
import contextlib

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError, MessageSizeTooLargeError

from streams.kafka import KafkaUnreachable, producer
from streams.patience import ServiceAway, until_served
from streams.settings import Settings
from streams.topology import RAW

STOP_WITHIN = 5.0


class Sender:
    """A producer that is opened when it is needed, and anew after a fault: it waits for an absent Kafka for ever."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._opening = asyncio.Lock()
        self._open: contextlib.AsyncExitStack | None = None
        self._producer: AIOKafkaProducer | None = None

    async def send(self, key: bytes, value: bytes) -> None:
        """Return when the broker holds it. Raises MessageSizeTooLargeError."""

        async def attempt() -> None:
            sender = None
            try:
                sender = await self._ready()
                await sender.send_and_wait(self._settings.topic(RAW), value=value, key=key)
            except MessageSizeTooLargeError:
                raise
            except (KafkaError, KafkaUnreachable, OSError, TimeoutError) as error:
                await self._drop(sender)
                raise ServiceAway(str(error) or type(error).__name__) from error

        await until_served("kafka", attempt)

    async def close(self) -> None:
        """Close the producer; a broker that is away holds this up for a few seconds only."""
        await self._drop(self._producer)

    async def _ready(self) -> AIOKafkaProducer:
        async with self._opening:
            if self._producer is None:
                stack = contextlib.AsyncExitStack()
                self._producer = await stack.enter_async_context(producer(self._settings))
                self._open = stack
            return self._producer

    async def _drop(self, sender: AIOKafkaProducer | None) -> None:
        if sender is None or sender is not self._producer:
            return
        stack, self._open, self._producer = self._open, None, None
        with contextlib.suppress(TimeoutError, KafkaError):  # it is given up anyway
            async with asyncio.timeout(STOP_WITHIN):
                if stack is not None:
                    await stack.aclose()
