"""Backup under load, loss of every index, restore: what came after the backup is there again too."""

import asyncio
from collections.abc import Iterator

import orjson

from streams.fleet import Fleet
from streams.search import make_client
from streams.settings import Settings
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
    await send(settings, [*lines[:20], b"poison"])
    await fleet.served(WRITING)
    await send(settings, lines[20:30])
    made = await asyncio.to_thread(
        run, "backup", "create", "b-1", *place, "--location", settings.prefix, variables=variables
    )
    assert made.returncode == 0, made.stderr
    await send(settings, lines[30:])
    await fleet.served(WRITING)
    before = {name: await documents(settings, name) for name in INDICES}
    assert len(before["news-articles"]) == 40

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


def test_what_is_not_there_is_named(settings: Settings) -> None:
    variables = variables_of(settings)
    absent = run("backup", "list", "--repository", "nowhere", variables=variables)
    assert absent.returncode == 3
    assert b"there is no repository nowhere" in absent.stderr
    outside = run("backup", "create", "--repository", "outside", "--location", "/etc", variables=variables)
    assert outside.returncode == 3
    assert b"path.repo" in outside.stderr
    assert b"Traceback" not in outside.stderr
