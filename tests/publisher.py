"""A web server on this machine that behaves as publishers do, well and badly."""

import asyncio
import gzip
import struct
import zlib
from collections import Counter
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field

import brotli
import pytest
from aiohttp import web

from streams.services.config import free_ports

TYPES = {"rss": "application/rss+xml", "atom": "application/atom+xml", "json": "application/feed+json"}


@dataclass
class Publisher:
    """What it serves, and what was asked of it. ``pages`` maps a path to a body or to a handler."""

    port: int
    pages: dict[str, "str | bytes | Callable[[web.Request], web.StreamResponse]"] = field(
        default_factory=dict
    )
    types: dict[str, str] = field(default_factory=dict)
    asked: list[web.Request] = field(default_factory=list)
    at_once: int = 0
    most_at_once: int = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def count(self) -> Counter[str]:
        return Counter(request.path for request in self.asked)

    async def answer(self, request: web.Request) -> web.StreamResponse:
        self.asked.append(request)
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            return await self._answer(request)
        finally:
            self.at_once -= 1

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        page = self.pages.get(request.path)
        if page is None:
            return web.Response(status=404)
        if callable(page):
            made = page(request)
            return await made if asyncio.iscoroutine(made) else made
        kind = self.types.get(request.path, "application/rss+xml" if "feed" in request.path else "text/html")
        body = page.encode() if isinstance(page, str) else page
        return web.Response(body=body, headers={"Content-Type": kind})


@pytest.fixture
async def publisher() -> AsyncIterator[Publisher]:
    """A publisher of this test."""
    (port,) = free_ports(1)
    found = Publisher(port)
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", found.answer)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    yield found
    await runner.cleanup()


def rss(items: str, title: str = "Northwind Wire", language: str = "en") -> str:
    """A feed around some items."""
    return (
        '<?xml version="1.0" encoding="UTF-8"?><rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/">'
        f"<channel><title>{title}</title><link>https://news.example/</link><language>{language}</language>"
        f"{items}</channel></rss>"
    )


def entry(number: int, text: str, link: str = "", day: str = "Mon, 24 Nov 2025 10:00:00 GMT") -> str:
    """One item of a feed."""
    where = f"<link>{link}</link>" if link else ""
    return (
        f"<item><title>Report {number}</title>{where}<guid isPermaLink='false'>r-{number}</guid>"
        f"<pubDate>{day}</pubDate><description>{text}</description></item>"
    )


def gzip_bomb(size: int) -> bytes:
    """A gzip stream that becomes ``size`` zero bytes."""
    block = bytes(1024 * 1024)
    packer = zlib.compressobj(9, wbits=-15)
    packed = packer.compress(block) + packer.flush(
        zlib.Z_FULL_FLUSH
    )  # stands by itself, so that it can be repeated
    checksum = 0
    for _ in range(size // len(block)):
        checksum = zlib.crc32(block, checksum)
    head, end = gzip.compress(b"")[:10], zlib.compressobj(9, wbits=-15).flush()
    return head + packed * (size // len(block)) + end + struct.pack("<LL", checksum, size)


def brotli_bomb(size: int) -> bytes:
    """The same in brotli."""
    packed: bytes = brotli.compress(bytes(size), quality=5)
    return packed


def encoded(body: bytes, encoding: str) -> web.Response:
    """An answer with a content encoding that is left as it is."""
    headers = {"Content-Encoding": encoding, "Content-Type": "application/rss+xml"}
    return web.Response(body=body, headers=headers)


def zipped(text: str) -> bytes:
    """A text in gzip."""
    return gzip.compress(text.encode(), mtime=0)
