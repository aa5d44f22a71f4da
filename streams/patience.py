"""Waiting for the world: a service that is away costs time, never a record."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

import structlog
from tenacity import AsyncRetrying, RetryCallState, retry_if_exception_type, wait_random_exponential

from streams.metrics import RETRIES

T = TypeVar("T")
log = structlog.get_logger(__name__)

LONGEST_WAIT = 10.0


class ServiceAway(Exception):  # noqa: N818 - names the state of a service, not a fault of ours
    """A service cannot serve now and may later: worth trying again, for ever."""


async def until_served(service: str, call: Callable[[], Awaitable[T]]) -> T:
    """Await ``call`` again and again, with growing and random pauses, until it raises no ServiceAway.

    service names a label of the retry counter: kafka, elasticsearch or alertmanager.
    """
    retrying = AsyncRetrying(
        retry=retry_if_exception_type(ServiceAway),
        wait=wait_random_exponential(multiplier=0.2, max=LONGEST_WAIT),
        before_sleep=lambda state: _tell(service, state),
    )

    async def attempt() -> T:  # tenacity awaits only what it can tell to be a coroutine function
        return await call()

    return await retrying(attempt)


def _tell(service: str, state: RetryCallState) -> None:
    RETRIES.labels(service).inc()
    if state.attempt_number in {1, 2, 4, 8} or state.attempt_number % 16 == 0:
        error = state.outcome.exception() if state.outcome else None
        log.warning("service away", service=service, attempt=state.attempt_number, error=str(error))
