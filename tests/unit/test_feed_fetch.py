"""Fetching from a real web server on this machine that behaves well and badly."""

import asyncio
import ssl
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import httpcore
import httpx
import pytest
from aiohttp import web

from streams.feeds.addresses import Guard, is_public, resolve
from streams.feeds.errors import FetchFailed
from streams.feeds.fetch import Fetcher, Limits, retry_after
from streams.feeds.inflate import Inflater
from streams.feeds.polite import Politeness
from streams.feeds.robots import Robots
from tests.publisher import Publisher, brotli_bomb, encoded, gzip_bomb, zipped

MIB = 1024 * 1024
PATIENT = Limits(seconds=5, size=MIB, redirects=3)


@pytest.fixture
async def fetcher() -> AsyncIterator[Fetcher]:
    async with Fetcher(Guard(["127.0.0.1"]), Politeness(0), "mailto:desk@news.example") as found:
        yield found


async def code_of(fetcher: Fetcher, url: str, limits: Limits = PATIENT) -> str:
    with pytest.raises(FetchFailed) as caught:
        await fetcher.get(url, limits=limits)
    return caught.value.code


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1",
     "255.255.255.255", "::1", "::", "fe80::1%eth0", "fd00::1", "ff0e::1", "::ffff:127.0.0.1", "::127.0.0.1",
     "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "2002:7f00:1::", "2001:db8::1", "no address", ""],
)  # fmt: skip
def test_special_addresses_are_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize(
    "address", ["93.184.216.34", "8.8.8.8", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808"]
)
def test_public_addresses_are(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "localhost", "2130706433", "0x7f.1", "[::1]", "127.1", "[::ffff:127.0.0.1]"]
)
async def test_this_machine_is_refused_however_it_is_written(publisher: Publisher, host: str) -> None:
    async with Fetcher(Guard(), Politeness(0)) as strict:
        assert await code_of(strict, f"http://{host}:{publisher.port}/feed") in {
            "private_address",
            "unreachable",
        }
    assert not publisher.asked


async def test_a_redirect_is_checked_like_the_first_address(publisher: Publisher) -> None:
    for target in (f"http://localhost:{publisher.port}/secret", "http://169.254.169.254/latest/meta-data/"):
        publisher.pages["/feed"] = lambda _, to=target: web.Response(status=302, headers={"Location": to})  # type: ignore[misc]
        async with Fetcher(Guard(["127.0.0.1"]), Politeness(0)) as fetching:
            assert await code_of(fetching, f"{publisher.url}/feed") == "private_address"
    assert "/secret" not in publisher.count()


async def test_one_private_address_among_public_ones_is_refused() -> None:
    async def both(_: str, __: int) -> list[str]:
        return ["93.184.216.34", "127.0.0.1"]

    with pytest.raises(FetchFailed, match="private_address"):
        await Guard(resolver=both).connect_tcp("two-faced.example", 80, timeout=1)


async def test_no_second_look_up_can_lead_elsewhere(publisher: Publisher) -> None:
    """A name server that lies the second time is asked once: what was checked is what is connected to."""
    asked = 0

    async def lying(_: str, __: int) -> list[str]:
        nonlocal asked
        asked += 1
        return ["127.0.0.1"] if asked == 1 else ["127.0.0.2"]

    publisher.pages["/feed"] = "text"
    async with Fetcher(Guard(["news.example"], lying), Politeness(0)) as fetching:
        answer = await fetching.get(f"http://news.example:{publisher.port}/feed")
    assert answer.body == b"text"
    assert asked == 1
    assert publisher.asked[0].host == f"news.example:{publisher.port}"


async def test_an_allowed_name_allows_no_other_name(publisher: Publisher) -> None:
    assert await resolve("localhost", publisher.port)
    async with Fetcher(Guard(["localhost"]), Politeness(0)) as fetching:
        assert await code_of(fetching, f"{publisher.url}/feed") == "private_address"
        assert await code_of(fetching, f"http://LOCALHOST:{publisher.port}/none") == "http_404"


async def test_a_good_answer_and_what_is_told_of_us(publisher: Publisher, fetcher: Fetcher) -> None:
    for encoding, body in (("gzip", zipped("text")), ("br", brotli_text()), ("identity", b"text")):
        publisher.pages["/feed"] = lambda _, b=body, e=encoding: encoded(b, e)  # type: ignore[misc]
        assert (await fetcher.get(f"{publisher.url}/feed", limits=PATIENT)).body == b"text"
    headers = publisher.asked[0].headers
    assert headers["User-Agent"].startswith("Stancewatch/")
    assert "(+mailto:desk@news.example)" in headers["User-Agent"]
    assert headers["Accept-Encoding"] == "gzip, br"
    assert "Cookie" not in headers


def brotli_text() -> bytes:
    import brotli

    packed: bytes = brotli.compress(b"text")
    return packed


@pytest.mark.parametrize(("encoding", "make"), [("gzip", gzip_bomb), ("br", brotli_bomb)])
async def test_a_bomb_is_refused_before_it_goes_off(
    publisher: Publisher, fetcher: Fetcher, encoding: str, make: object
) -> None:
    bomb = make(512 * MIB)  # type: ignore[operator]
    assert len(bomb) < MIB
    publisher.pages["/feed"] = lambda _: encoded(bomb, encoding)
    import tracemalloc

    tracemalloc.start()
    assert await code_of(fetcher, f"{publisher.url}/feed") == "too_large"
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 16 * MIB


@pytest.mark.parametrize("encoding", ["gzip", "br"])
def test_a_bomb_gives_small_pieces(encoding: str) -> None:
    bomb = gzip_bomb(8 * MIB) if encoding == "gzip" else brotli_bomb(8 * MIB)
    inflater = Inflater(encoding)
    pieces = [len(piece) for piece in inflater.feed(bomb)]
    inflater.finish()
    assert sum(pieces) == 8 * MIB
    assert max(pieces) <= 256 * 1024


@pytest.mark.parametrize(
    ("encoding", "body"),
    [
        ("gzip", b"not gzip at all"),
        ("gzip", zipped("a" * 5000)[:-9]),
        ("br", b"\xff\xff\xff"),
        ("deflate", b"x"),
        ("gzip, br", b"x"),
    ],
)
async def test_what_cannot_be_decompressed_is_refused(
    publisher: Publisher, fetcher: Fetcher, encoding: str, body: bytes
) -> None:
    publisher.pages["/feed"] = lambda _: encoded(body, encoding)
    assert await code_of(fetcher, f"{publisher.url}/feed") == "bad_encoding"


async def test_size_is_bounded_whether_it_is_announced_or_not(publisher: Publisher, fetcher: Fetcher) -> None:
    publisher.pages["/feed"] = b"x" * (MIB + 1)
    assert await code_of(fetcher, f"{publisher.url}/feed") == "too_large"

    async def endless(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        for _ in range(10_000):
            await response.write(b"y" * 65536)
        return response

    publisher.pages["/feed"] = endless  # type: ignore[assignment]
    assert await code_of(fetcher, f"{publisher.url}/feed") == "too_large"


async def test_a_server_that_drips_is_left_in_time(publisher: Publisher, fetcher: Fetcher) -> None:
    async def drip(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        for _ in range(200):
            await response.write(b"z")
            await asyncio.sleep(0.05)
        return response

    publisher.pages["/feed"] = drip  # type: ignore[assignment]
    started = time.monotonic()
    assert await code_of(fetcher, f"{publisher.url}/feed", Limits(seconds=0.5)) == "timeout"
    assert time.monotonic() - started < 3


@pytest.mark.parametrize(
    ("location", "code"),
    [("/feed", "too_many_redirects"), ("", "bad_redirect"), ("ftp://127.0.0.1/x", "bad_redirect"),
     ("file:///etc/passwd", "bad_redirect"), ("http://user:pw@127.0.0.1/", "bad_redirect"), ("http://[half", "unreachable")],
)  # fmt: skip
async def test_redirects_that_lead_nowhere(
    publisher: Publisher, fetcher: Fetcher, location: str, code: str
) -> None:
    publisher.pages["/feed"] = lambda _: web.Response(
        status=302, headers={"Location": location} if location else {}
    )
    assert await code_of(fetcher, f"{publisher.url}/feed") == code
    assert len(publisher.asked) <= 4


async def test_only_permanent_redirects_give_a_new_address(publisher: Publisher, fetcher: Fetcher) -> None:
    publisher.pages["/new"] = "text"
    for status, expected in (
        (301, f"{publisher.url}/new"),
        (308, f"{publisher.url}/new"),
        (302, None),
        (307, None),
    ):
        publisher.pages["/feed"] = lambda _, s=status: web.Response(status=s, headers={"Location": "/new"})  # type: ignore[misc]
        answer = await fetcher.get(f"{publisher.url}/feed")
        assert (answer.url, answer.moved_to) == (f"{publisher.url}/new", expected)


async def test_https_never_leads_to_http_and_a_wrong_certificate_is_refused(publisher: Publisher) -> None:
    from streams.feeds.fetch import Answer, _next

    answer = Answer(301, "https://news.example/", httpx.Headers({"location": "http://news.example/"}), b"")
    with pytest.raises(FetchFailed, match="from https to http"):
        _next("https://news.example/", answer)
    async with Fetcher(Guard(["127.0.0.1"]), Politeness(0)) as fetching:
        assert fetching._client._transport._pool._ssl_context.verify_mode is ssl.CERT_REQUIRED  # type: ignore[attr-defined]
        assert await code_of(fetching, f"https://127.0.0.1:{publisher.port}/feed") == "unreachable"


@pytest.mark.parametrize(
    "url", ["gopher://x.example/", "http://", "http:///x", "http://[half", "http://a b/", "nonsense"]
)
async def test_what_is_no_web_address_is_called_so(fetcher: Fetcher, url: str) -> None:
    assert await code_of(fetcher, url) in {"bad_address", "unreachable"}


async def test_nobody_there_and_no_such_name(fetcher: Fetcher) -> None:
    assert await code_of(fetcher, "http://127.0.0.1:1/") == "unreachable"

    async def unknown(_: str, __: int) -> list[str]:
        raise OSError("no such name")

    with pytest.raises(httpcore.ConnectError, match="no such name"):
        await Guard(resolver=unknown).connect_tcp("nowhere.example", 80)


async def test_no_cookie_is_kept(publisher: Publisher, fetcher: Fetcher) -> None:
    publisher.pages["/feed"] = lambda _: web.Response(headers={"Set-Cookie": "who=you; Path=/"})
    for _ in range(2):
        await fetcher.get(f"{publisher.url}/feed")
    assert "Cookie" not in publisher.asked[1].headers


async def test_a_host_is_asked_one_by_one_with_pauses(publisher: Publisher) -> None:
    publisher.pages["/feed"] = "text"
    async with Fetcher(Guard(["127.0.0.1", "localhost"]), Politeness(0.1)) as fetching:
        started = time.monotonic()
        await asyncio.gather(*(fetching.get(f"{publisher.url}/feed") for _ in range(4)))
        took = time.monotonic() - started
    assert publisher.most_at_once == 1
    assert took >= 0.3


async def test_a_host_that_asks_to_be_left_alone_is(publisher: Publisher) -> None:
    publisher.pages["/feed"] = lambda _: web.Response(status=429, headers={"Retry-After": "120"})
    now = 0.0
    async with Fetcher(Guard(["127.0.0.1"]), Politeness(0, clock=lambda: now)) as fetching:
        with pytest.raises(FetchFailed) as caught:
            await fetching.get(f"{publisher.url}/feed")
        assert (caught.value.code, caught.value.retry_after) == ("http_429", 120)
        assert await code_of(fetching, f"{publisher.url}/other") == "left_alone"
        assert len(publisher.asked) == 1
        now = 121.0
        assert await code_of(fetching, f"{publisher.url}/other") == "http_404"


def test_retry_after_as_seconds_as_a_date_and_as_nonsense() -> None:
    now = datetime(2025, 11, 24, 10, tzinfo=UTC)
    assert retry_after("90", now) == 90
    assert retry_after("Mon, 24 Nov 2025 10:05:00 GMT", now) == 300
    assert retry_after("Mon, 24 Nov 2025 09:00:00 GMT", now) == 0
    assert retry_after("99999999999", now) == 7 * 86400
    assert retry_after(None, now) is None
    for nonsense in ("soon", "²", "-5", ",", f"Mon, 24 Nov {'9' * 20} 10:00:00 GMT"):
        assert retry_after(nonsense, now) is None


async def test_robots_txt_is_kept_to_and_asked_once(publisher: Publisher, fetcher: Fetcher) -> None:
    publisher.pages["/robots.txt"] = (
        "User-agent: *\nDisallow: /\n\nUser-agent: stancewatch\nDisallow: /private\nAllow: /private/open\nCrawl-delay: 7\n"
    )
    robots = Robots(fetcher)
    await robots.admit(f"{publisher.url}/news/1")
    await robots.admit(f"{publisher.url}/private/open/1")
    with pytest.raises(FetchFailed, match="robots_forbid"):
        await robots.admit(f"{publisher.url}/private/1")
    assert publisher.count() == {"/robots.txt": 1}
    assert fetcher.polite._hosts[f"127.0.0.1:{publisher.port}"].delay == 7


@pytest.mark.parametrize(
    ("status", "is_allowed"), [(404, True), (403, True), (429, False), (500, False), (503, False)]
)
async def test_a_robots_txt_that_cannot_be_had(
    publisher: Publisher, fetcher: Fetcher, status: int, is_allowed: bool
) -> None:
    publisher.pages["/robots.txt"] = lambda _: web.Response(status=status)
    now = 0.0
    robots = Robots(fetcher, clock=lambda: now)
    if is_allowed:
        await robots.admit(f"{publisher.url}/1")
        return
    with pytest.raises(FetchFailed, match="robots_unknown"):
        await robots.admit(f"{publisher.url}/1")
    publisher.pages["/robots.txt"] = ""
    now = 3601.0
    await robots.admit(f"{publisher.url}/1")


async def test_a_redirected_page_needs_leave_from_where_it_leads(
    publisher: Publisher, fetcher: Fetcher
) -> None:
    publisher.pages["/robots.txt"] = "User-agent: *\nDisallow: /private\n"
    publisher.pages["/a"] = lambda _: web.Response(status=302, headers={"Location": "/private/a"})
    with pytest.raises(FetchFailed, match="robots_forbid"):
        await fetcher.get(f"{publisher.url}/a", admit=Robots(fetcher).admit)
    assert "/private/a" not in publisher.count()


@pytest.mark.parametrize("encoding", ["gzip", "br"])
@pytest.mark.parametrize("size", [0, 1, 65_536, 100_000, 1_000_003])
@pytest.mark.parametrize("chunk", [1000, 1 << 30])
def test_what_was_packed_comes_back_whole(encoding: str, size: int, chunk: int) -> None:
    import brotli

    text = (b"The minister spoke for the %d time. " * (size // 30 + 1))[:size]
    packed = zipped(text.decode()) if encoding == "gzip" else brotli.compress(text, quality=4)
    inflater = Inflater(encoding)
    pieces = [
        piece for at in range(0, len(packed), chunk) for piece in inflater.feed(packed[at : at + chunk])
    ]
    inflater.finish()
    assert b"".join(pieces) == text


@pytest.mark.parametrize("chunk", [1, 7, 1 << 30])
@pytest.mark.parametrize("padding", [b"", bytes(5)])
def test_a_file_of_several_gzip_members_comes_back_whole(chunk: int, padding: bytes) -> None:
    packed = zipped("The first part. ") + zipped("") + zipped("The second.") + padding
    inflater = Inflater("gzip")
    pieces = [
        piece for at in range(0, len(packed), chunk) for piece in inflater.feed(packed[at : at + chunk])
    ]
    inflater.finish()
    assert b"".join(pieces) == b"The first part. The second."
