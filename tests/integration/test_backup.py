"""Backup under load, loss of every index, restore: what came after the backup is there again too."""

import asyncio
from collections.abc import Iterator

import orjson
import pytest
from aiokafka import TopicPartition
from aiokafka.admin import RecordsToDelete

from streams.backup import BackupFailed, committed, roles_at_work, set_back
from streams.fleet import Fleet
from streams.kafka import admin, consumer
from streams.search import make_client
from streams.settings import Settings
from streams.topology import RAW, SHIFTS
from tests.integration.test_commands import run, variables_of
from tests.support import article, documents, send

WRITING = ("classify", "track", "index")
INDICES = ("news-articles", "stance-observations", "stance-series", "news-dead-letters")


async def test_what_a_backup_holds_and_what_came_later_stands_again_after_a_restore(
    settings: Settings, fleet: Fleet, ports: Iterator[int]
) -> None:
    texts = ("France called for a ceasefire in Gaza.", "Germany will send soldiers to Ukraine, Berlin said.")
    lines = [article(n, texts[n % 2], source=f"Outlet {n}") for n in range(40)]
    variables = variables_of(settings)
    place = ("--repository", f"{settings.prefix}-backup")
    for role in WRITING:
        fleet.start(role, port=next(ports))
    await asyncio.to_thread(fleet.wait_ready)
    await send(settings, lines[:20])
    await fleet.served(WRITING)
    await send(settings, lines[20:30])
    made = await asyncio.to_thread(
        run, "backup", "create", "b-1", *place, "--location", settings.prefix, variables=variables
    )
    assert made.returncode == 0, made.stderr
    await send(settings, [*lines[30:], b"the first dead letter"])
    await fleet.served(WRITING)
    before = {name: await documents(settings, name) for name in INDICES}
    assert len(before["news-articles"]) == 40
    assert len(before["news-dead-letters"]) == 1

    busy = run("backup", "restore", "b-1", *place, "--replace", variables=variables)
    assert busy.returncode == 3
    assert b"stop the workers first" in busy.stderr
    await asyncio.to_thread(fleet.stop)
    standing = run("backup", "restore", "b-1", *place, variables=variables)
    assert standing.returncode == 3
    assert b"--replace" in standing.stderr
    client = make_client(settings)
    for pattern in ("news-*", "stance-*"):
        for name in await client.indices.get(index=settings.index(pattern)):
            await client.indices.delete(index=name)
    dry = run("backup", "restore", "b-1", *place, "--dry-run", variables=variables)
    assert b"0 indices would be deleted" in dry.stdout, dry.stderr
    done = run("backup", "restore", "b-1", *place, variables=variables)
    assert done.returncode == 0, done.stderr
    restored = await documents(settings, "news-articles")
    assert 20 <= len(restored) < 40, "what came after the backup is not in it"
    for role in ("track", "index"):
        fleet.start(role, port=next(ports))
    await asyncio.to_thread(fleet.wait_ready)
    await fleet.served(("track", "index"))
    after = {name: await documents(settings, name) for name in INDICES}
    await client.close()
    assert {name: set(found) for name, found in after.items()} == {
        name: set(found) for name, found in before.items()
    }
    assert after["news-articles"] == before["news-articles"]
    listed = run("backup", "list", "--json", *place, variables=variables)
    assert [orjson.loads(line)["state"] for line in listed.stdout.splitlines()] == ["SUCCESS"]


async def test_a_worker_that_has_committed_nothing_yet_is_seen(settings: Settings) -> None:
    assert await roles_at_work(settings) == []
    async with consumer(settings, settings.topic(SHIFTS), group=settings.topic("stancewatch-notify")):
        assert await roles_at_work(settings) == ["notify"]
        with pytest.raises(BackupFailed, match="a worker of notify"):
            await set_back(settings, {"notify": {}})
    assert await roles_at_work(settings) == []


async def test_a_role_begins_what_was_not_noted_at_the_first_record_that_is_left(settings: Settings) -> None:
    await send(settings, [article(n, "France called for a ceasefire in Gaza.") for n in range(30)])
    raw = [TopicPartition(settings.topic(RAW), n) for n in range(3)]
    async with admin(settings) as client:
        await client.delete_records({raw[0]: RecordsToDelete(2)})
    await set_back(settings, {"classify": {raw[1].topic: {"1": 3}}})
    assert await committed(settings, ["classify"]) == {"classify": {raw[0].topic: {"0": 2, "1": 3, "2": 0}}}


def test_what_is_not_there_is_named(settings: Settings) -> None:
    variables = variables_of(settings)
    absent = run("backup", "list", "--repository", "nowhere", variables=variables)
    assert absent.returncode == 3
    assert b"there is no repository nowhere" in absent.stderr
    outside = run("backup", "create", "--repository", "outside", "--location", "/etc", variables=variables)
    assert outside.returncode == 3
    assert b"path.repo" in outside.stderr
    assert b"Traceback" not in outside.stderr
