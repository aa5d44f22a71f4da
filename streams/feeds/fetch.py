"""Getting a feed, a page or a robots.txt: bounded in time, size and redirects, and never from a private address."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from types import TracebackType

import httpcore
import httpx

from streams import __version__
from streams.feeds.addresses import Guard
from streams.feeds.errors import FetchFailed
from streams.feeds.inflate import ACCEPTED, Inflater
from streams.feeds.polite import Politeness

AGENT = "Stancewatch"
MIB = 1024 * 1024
SILENCE = 10.0  # seconds for a connection, and between any two pieces of an answer
_MOVED = {301, 308}
_ELSEWHERE = {302, 303, 307}
LONGEST_RETRY_AFTER = 7 * 86400.0


@dataclass(frozen=True, slots=True)
class Limits:
    """What one thing may cost: seconds and redirects in all, bytes on the wire and once decompressed each."""

    seconds: float = 30.0
    size: int = 8 * MIB
    redirects: int = 5


@dataclass(frozen=True, slots=True)
class Answer:
    """What came. moved_to: the new address, if every redirect on the way was a permanent one."""

    status: int
    url: str
    headers: Mapping[str, str]
    body: bytes
    moved_to: str | None = None


Admit = Callable[[str], Awaitable[None]]


class GuardedTransport(httpx.AsyncHTTPTransport):
    """httpx's own transport over connections that the guard opens."""

    def __init__(self, guard: Guard) -> None:
        super().__init__(trust_env=False)
        context = httpx.create_ssl_context(trust_env=False)
        self._pool = httpcore.AsyncConnectionPool(
            ssl_context=context, max_connections=64, keepalive_expiry=15, network_backend=guard
        )


class Fetcher:
    """Fetches for everybody here. An async context manager."""

    def __init__(self, guard: Guard, polite: Politeness, contact: str | None = None) -> None:
        self.polite = polite
        agent = f"{AGENT}/{__version__}" + (f" (+{contact})" if contact else "")
        self._client = httpx.AsyncClient(
            transport=GuardedTransport(guard),
            headers={"User-Agent": agent, "Accept-Encoding": ACCEPTED},
            follow_redirects=False,
            timeout=httpx.Timeout(SILENCE, pool=None),
            trust_env=False,
        )

    async def __aenter__(self) -> "Fetcher":
        """Be usable in ``async with``."""
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close every connection."""
        await self._client.aclose()

    async def get(
        self,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        limits: Limits | None = None,
        admit: Admit | None = None,
    ) -> Answer:
        """A 200 or 304 for this address or for where it leads. ``admit`` may refuse any step by raising FetchFailed.

        Raises FetchFailed, and nothing else, whatever the other side does.
        """
        limits = limits or Limits()
        left = limits.seconds
        permanent = True
        here = url
        for _ in range(limits.redirects + 1):
            if admit is not None:
                await admit(here)
            host = _host_of(here)
            async with self.polite.turn(host):
                started = time.monotonic()
                answer = await self._bounded(here, headers or {}, limits, left)
                left -= time.monotonic() - started
            if answer.status in {200, 304}:
                moved = here if permanent and here != url else None
                return Answer(answer.status, here, answer.headers, answer.body, moved)
            if answer.status not in _MOVED | _ELSEWHERE:
                self._refuse(host, answer)
            permanent = permanent and answer.status in _MOVED
            here = _next(here, answer)
        raise FetchFailed("too_many_redirects", f"more than {limits.redirects} redirects, the last to {here}")

    async def _bounded(self, url: str, headers: Mapping[str, str], limits: Limits, left: float) -> Answer:
        try:
            async with asyncio.timeout(max(0.0, left)):
                return await self._one(url, headers, limits)
        except httpx.TimeoutException as error:
            raise FetchFailed("timeout", f"{url} said nothing for {SILENCE:g} s") from error
        except TimeoutError as error:
            raise FetchFailed("timeout", f"{url} took longer than {limits.seconds:g} s") from error
        except httpx.InvalidURL as error:
            raise FetchFailed("bad_address", f"{url!r}: {error}") from error
        except (httpx.HTTPError, OSError) as error:
            raise FetchFailed("unreachable", f"{url}: {error or type(error).__name__}") from error

    async def _one(self, url: str, headers: Mapping[str, str], limits: Limits) -> Answer:
        self._client.cookies.clear()  # nobody is to know us again
        async with self._client.stream("GET", url, headers=dict(headers)) as response:
            body = b"" if response.status_code != 200 else await _body(response, limits.size)
            return Answer(response.status_code, url, response.headers, body)

    def _refuse(self, host: str, answer: Answer) -> None:
        wait = retry_after(answer.headers.get("retry-after"), datetime.now(UTC))
        if wait and answer.status in {429, 503}:
            self.polite.leave_alone(host, wait)
        raise FetchFailed(f"http_{answer.status}", f"{answer.url} answers {answer.status}", wait)


async def _body(response: httpx.Response, limit: int) -> bytes:
    announced = response.headers.get("content-length", "")
    if announced.isdigit() and int(announced) > limit:
        raise FetchFailed("too_large", f"{announced} bytes are announced, {limit} are taken")
    inflater = Inflater(response.headers.get("content-encoding", ""))
    body = bytearray()
    came = 0
    async for chunk in response.aiter_raw():
        came += len(chunk)
        for piece in _up_to(limit - len(body), inflater.feed(chunk)):
            body += piece
        if came > limit:
            raise FetchFailed("too_large", f"more than {limit} bytes come")
    inflater.finish()
    return bytes(body)


def _up_to(room: int, pieces: Iterable[bytes]) -> Iterable[bytes]:
    for piece in pieces:
        room -= len(piece)
        if room < 0:
            raise FetchFailed("too_large", "more bytes than are taken come once it is decompressed")
        yield piece


def _next(here: str, answer: Answer) -> str:
    location = answer.headers.get("location")
    if not location:
        raise FetchFailed("bad_redirect", f"{here} answers {answer.status} without saying where to")
    try:
        there = httpx.URL(here).join(location)
    except (httpx.InvalidURL, ValueError) as error:
        raise FetchFailed("bad_redirect", f"{here} leads to {location[:200]!r}: {error}") from error
    if there.scheme not in {"http", "https"} or not there.host or there.userinfo:
        raise FetchFailed("bad_redirect", f"{here} leads to {location[:200]!r}")
    if there.scheme == "http" and httpx.URL(here).scheme == "https":
        raise FetchFailed("bad_redirect", f"{here} leads from https to http: {location[:200]!r}")
    return str(there)


def _host_of(url: str) -> str:
    try:
        parsed = httpx.URL(url)
    except (httpx.InvalidURL, ValueError) as error:
        raise FetchFailed("bad_address", f"{url[:200]!r}: {error}") from error
    if parsed.scheme not in {"http", "https"} or not parsed.host:
        raise FetchFailed("bad_address", f"{url[:200]!r} is no web address")
    return parsed.netloc.decode()


def retry_after(value: str | None, now: datetime) -> float | None:
    """Seconds that a Retry-After header asks for, a week at the most; None where it says nothing of use."""
    if not value:
        return None
    if value.strip().isdecimal():  # a superscript two is a digit too, and no number
        return min(float(value), LONGEST_RETRY_AFTER)
    try:
        at = parsedate_to_datetime(value)
    except (ValueError, OverflowError):  # a year of twenty digits is the latter
        return None
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    return min(max(0.0, (at - now).total_seconds()), LONGEST_RETRY_AFTER)
