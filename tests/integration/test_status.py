"""``stancewatch status`` of a pipeline that works, and of one whose parts are away."""

import asyncio
from collections.abc import Iterator
from typing import Any

import orjson

from streams.fleet import Fleet
from streams.settings import Settings
from tests.integration.test_commands import run, variables_of
from tests.support import article, send


def report(settings: Settings, fleet: Fleet) -> dict[str, Any]:
    """What ``status`` says of this fleet."""
    workers = [word for member in fleet.members for word in ("--worker", f"127.0.0.1:{member.port}")]
    found: dict[str, Any] = orjson.loads(
        run("status", "--json", *workers, variables=variables_of(settings)).stdout
    )
    return found


async def test_status_tells_lag_ages_versions_and_who_is_missing(
    settings: Settings, fleet: Fleet, ports: Iterator[int]
) -> None:
    members = [fleet.start(role, port=next(ports)) for role in ("classify", "index")]
    await asyncio.to_thread(fleet.wait_ready)
    await send(
        settings, [*(article(n, "France called for a ceasefire in Gaza.") for n in range(20)), b"poison"]
    )
    await fleet.served(("classify", "index"))
    workers = [word for member in members for word in ("--worker", f"127.0.0.1:{member.port}")]
    done = run("status", "--json", *workers, variables=variables_of(settings))
    report = orjson.loads(done.stdout)
    assert done.returncode == 3, "two roles do not run"
    assert report["problems"] == ["no worker of role track answers", "no worker of role notify answers"]
    roles = {role["name"]: role for role in report["roles"]}
    assert (roles["classify"]["lag"], roles["classify"]["workers"], roles["classify"]["healthy"]) == (0, 1, 1)
    assert roles["track"]["lag"] > 0
    assert roles["track"]["oldest_waiting_seconds"] >= 0
    indices = {index["name"].removeprefix(f"{settings.prefix}-"): index for index in report["indices"]}
    assert indices["news-articles"]["documents"] == 20
    assert indices["news-dead-letters"]["documents"] == 1
    assert {service["name"]: service["state"] for service in report["services"]} == {
        "kafka": "serves", "elasticsearch": "serves",
    }  # fmt: skip
    fleet.kill(members.pop(0))
    await send(settings, [article(n, "France called for a ceasefire in Gaza.") for n in range(100, 107)])
    behind = orjson.loads(run("status", "--json", *workers[2:], variables=variables_of(settings)).stdout)
    lags = {role["name"]: role["lag"] for role in behind["roles"]}
    assert lags["classify"] == 7
    assert lags["track"] == roles["track"]["lag"], "one role's lag hides no other's"
    page = run("status", *workers[2:], variables=variables_of(settings)).stdout.decode()
    assert "1 healthy of 1" in page
    assert "! no worker of role track answers" in page


def test_status_names_what_is_away_and_never_breaks() -> None:
    nowhere = {
        "STANCEWATCH_KAFKA": "127.0.0.1:1",
        "STANCEWATCH_ELASTICSEARCH": "http://127.0.0.1:1",
        "STANCEWATCH_ALERTMANAGER": "http://127.0.0.1:1",
    }
    done = run("status", "--json", "--worker", "127.0.0.1:1", variables=nowhere)
    assert done.returncode == 3, done.stderr
    report = orjson.loads(done.stdout)
    assert [service["state"].split(":")[0] for service in report["services"]] == ["away"] * 3
    assert b"Traceback" not in done.stderr
