"""Dead letters from burial to replay, and the breaker, with real workers."""

import asyncio
import time
from collections.abc import Iterator

import orjson

from streams.codec import encode
from streams.fleet import Fleet
from streams.graveyard import Filter, Graveyard
from streams.kafka import producer
from streams.settings import Settings
from streams.topology import DEAD, RAW
from tests.integration.test_commands import run, variables_of
from tests.support import article, documents, send, values


async def bury(settings: Settings, fleet: Fleet, ports: Iterator[int], *lines: bytes) -> None:
    for role in ("classify", "index"):
        fleet.start(role, port=next(ports))
    await asyncio.to_thread(fleet.wait_ready)
    await send(settings, [article(0, "Good."), *lines])
    await fleet.served(("classify", "index"))


async def test_dead_letters_are_found_by_what_they_say_sent_again_and_dropped(
    settings: Settings, fleet: Fleet, ports: Iterator[int]
) -> None:
    await bury(settings, fleet, ports, b"poison \x1b[2J bytes", b'{"text": ""}', b"[1]", b"more poison")
    variables = variables_of(settings)
    listed = run("dead", "list", "--json", variables=variables)
    codes = sorted(orjson.loads(line)["code"] for line in listed.stdout.splitlines())
    assert codes == ["bad_json", "bad_json", "missing_source", "not_an_object"]
    assert b"4 letters" in run("dead", "list", variables=variables).stdout
    found = run("dead", "list", "--text", "more poison", "--json", variables=variables).stdout.splitlines()
    assert len(found) == 1

    shown = run("dead", "list", "--text", "bytes", "--json", variables=variables).stdout
    hostile = run("dead", "show", orjson.loads(shown)["dead_id"], variables=variables).stdout
    assert rb"poison \x1b[2J bytes" in hostile
    assert b"\x1b" not in hostile

    assert run("dead", "replay", variables=variables).returncode == 64
    dry = run("dead", "replay", "--code", "bad_json", "--dry-run", variables=variables)
    assert b"2 would be sent again" in dry.stdout
    assert len(await values(settings, RAW, bytes)) == 5
    done = run("dead", "replay", "--code", "bad_json", variables=variables)
    assert b"2 sent again" in done.stdout, done.stderr
    await fleet.served(("classify", "index"))
    raw = await values(settings, RAW, bytes)
    assert raw.count(b"poison \x1b[2J bytes") == 2, "the original bytes stand on their topic again"
    again = run("dead", "list", "--code", "bad_json", "--json", "--state", "all", variables=variables)
    states = sorted(orjson.loads(line)["state"] for line in again.stdout.splitlines())
    assert states == ["open", "open", "replayed", "replayed"]

    nearly = run("dead", "drop", "--code", "not_an_object", "--dry-run", variables=variables)
    assert b"1 would be dropped" in nearly.stdout, "and stands as it stood, for now it is dropped:"
    assert b"1 dropped" in run("dead", "drop", "--code", "not_an_object", variables=variables).stdout
    assert b"0 dropped" in run("dead", "drop", "--code", "not_an_object", variables=variables).stdout
    nobody = run("dead", "show", "no-such-letter", variables=variables)
    assert nobody.returncode == 2


async def test_a_letter_that_is_refused_itself_makes_no_letters(
    settings: Settings, fleet: Fleet, ports: Iterator[int]
) -> None:
    good = {
        "dead_id": "0" * 32, "topic": settings.topic(RAW), "partition": 0, "offset": 1, "key": None,
        "value_base64": "aGk=", "step": "classify", "code": "bad_json", "reason": "r", "at": "2025-05-01T00:00:00Z",
    }  # fmt: skip
    refused = {**good, "dead_id": "1" * 32, "code": "x" * 40_000}
    async with producer(settings) as sender:
        for value in (b"no letter", encode(refused), encode(good)):
            await sender.send_and_wait(settings.topic(DEAD), value=value, key=b"k")
    fleet.start("index", port=next(ports))
    await asyncio.to_thread(fleet.wait_ready)
    await fleet.served(("index",))
    await asyncio.sleep(2)
    assert set(await documents(settings, "news-dead-letters")) == {"0" * 32}
    assert len(await values(settings, DEAD, bytes)) == 3, "no letter about a letter"


async def test_a_letter_read_again_stays_as_it_was_marked(
    settings: Settings, fleet: Fleet, ports: Iterator[int]
) -> None:
    await bury(settings, fleet, ports, b"poison")
    (letter,) = await values(settings, DEAD)
    async with Graveyard(settings) as yard:
        assert await yard.drop(Filter((letter["dead_id"],)), dry_run=False) == 1
        async with producer(settings) as sender:
            await sender.send_and_wait(settings.topic(DEAD), value=encode(letter), key=b"k")
        await fleet.served(("index",))
        (found,) = await yard.find(Filter(state="all"), 10)
    assert found.state == "dropped"


async def test_the_breaker_stops_a_role_that_would_bury_everything(
    settings: Settings, fleet: Fleet, ports: Iterator[int]
) -> None:
    await send(settings, [b"poison %d" % n for n in range(400)])
    extra = {"STANCEWATCH_BREAKER_WINDOW": "100", "STANCEWATCH_BATCH": "50"}
    member = fleet.start("classify", port=next(ports), extra=extra)
    assert await asyncio.to_thread(member.process.wait, 60) == 76
    said = member.log.read_text()
    assert "of the last" in said
    assert "bad_json" in said
    fleet.members.remove(member)
    assert len(await values(settings, DEAD, bytes)) < 100, "what was not judged yet may be buried, no more"

    started = time.monotonic()
    fleet.start("classify", port=next(ports), extra={"STANCEWATCH_BREAKER_RATIO": "1"})
    await fleet.served(("classify",))
    assert len({letter["dead_id"] for letter in await values(settings, DEAD)}) == 400
    assert time.monotonic() - started < 60
