"""Rules at work in a real worker: what they leave out stays untold, and what is held is told in the end."""

import asyncio
import base64
import hashlib
import hmac
import time
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import orjson
import pytest
from aiohttp import web

from streams.codec import encode
from streams.fleet import Fleet
from streams.services.config import free_ports
from streams.settings import Settings
from tests.integration.test_commands import run, variables_of
from tests.integration.test_notify import send, shift
from tests.services import Receiver
from tests.support import documents, eventually

SECRET = "whsec_" + base64.b64encode(b"not a secret but a test").decode()


class Desk:
    """A webhook's receiver that checks every signature; answers 503 while it is down."""

    def __init__(self) -> None:
        self.down = True
        self.tries = 0
        self.got: list[tuple[str, dict[str, object]]] = []

    async def take(self, request: web.Request) -> web.Response:
        self.tries += 1
        body, head = await request.read(), request.headers
        signed = f"{head['webhook-id']}.{head['webhook-timestamp']}.".encode() + body
        digest = hmac.new(b"not a secret but a test", signed, hashlib.sha256).digest()
        assert head["webhook-signature"] == f"v1,{base64.b64encode(digest).decode()}"
        assert abs(int(head["webhook-timestamp"]) - time.time()) < 60
        if self.down:
            return web.Response(status=503)
        self.got.append((head["webhook-id"], orjson.loads(body)))
        return web.Response(status=204)


@pytest.fixture
async def desk() -> AsyncIterator[tuple[Desk, str]]:
    (port,) = free_ports(1)
    taker = Desk()
    app = web.Application()
    app.add_routes([web.post("/hook", taker.take)])
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    yield taker, f"http://127.0.0.1:{port}/hook"
    await runner.cleanup()


async def test_rules_choose_the_channel_and_nobody_waits_for_one_that_is_away(
    settings: Settings, fleet: Fleet, ports: Iterator[int], receiver: Receiver,
    desk: tuple[Desk, str], tmp_path: Path,
) -> None:  # fmt: skip
    (clerk, hook) = desk
    now = datetime.now(UTC).replace(microsecond=0)  # a rule knows whole seconds
    quiet_ends = now + timedelta(seconds=25)
    rules = tmp_path / "rules.yaml"
    (tmp_path / "secret").write_text(SECRET)
    rules.write_text(f"""
channels:
  desk: {{url: "{hook}", secret_file: {tmp_path / "secret"}}}
rules:
  - {{name: first signs, statuses: candidate, severity: warning,
      quiet: {{from: "{quiet_ends - timedelta(hours=2):%H:%M:%S}", to: "{quiet_ends:%H:%M:%S}"}}}}
  - {{name: confirmed, min_sources: 2}}
  - {{name: to the desk, channel: desk}}
""")
    extra = {"STANCEWATCH_ALERTMANAGER": receiver.url, "STANCEWATCH_ALERT_RULES": str(rules)}
    worker = fleet.start("notify", port=next(ports), extra=extra)
    await asyncio.to_thread(fleet.wait_ready)
    await send(
        settings, shift("a"), shift("b", status="candidate"), shift("c", status="retracted"), shift("d")
    )
    await fleet.served(("notify",))
    assert [alert["labels"]["shift_id"][0] for alert in receiver.alerts] == ["a", "d"]
    assert clerk.tries == 3  # then it was left alone, and the shifts were kept
    held = {
        mark: note for mark, note in (await documents(settings, "stance-alerts")).items() if "due_at" in note
    }
    assert {mark[:6] for mark in held} == {"desk:a", "desk:d", "alertm"}

    await asyncio.to_thread(fleet.kill, worker)
    clerk.down = False
    fleet.start("notify", port=next(ports), extra=extra)

    async def all_told() -> bool:
        return len(clerk.got) >= 2 and len(receiver.alerts) >= 3

    await eventually(all_told, 60)
    assert datetime.now(UTC) >= quiet_ends
    assert (
        receiver.alerts[2]["labels"] | {"status": "candidate", "severity": "warning", "rule": "first signs"}
        == (receiver.alerts[2]["labels"])
    )
    assert sorted(mark for mark, _ in clerk.got) == [f"desk:{'a' * 32}:1", f"desk:{'d' * 32}:1"]
    message = clerk.got[0][1]
    assert message["direction"] == "oppose_to_support"
    assert message["shift"] in [orjson.loads(encode(shift(name))) for name in "ad"]
    await asyncio.sleep(12)
    assert (len(clerk.got), len(receiver.alerts)) == (2, 3)


def test_check_and_try_rules_from_the_terminal(tmp_path: Path) -> None:
    bad = tmp_path / "bad.yaml"
    bad.write_text("rules:\n  - name: a\n    actors: [GRB]\n")
    done = run("alerts", "check", str(bad))
    assert done.returncode == 2
    assert b"line 3: rules.0.actors: the lexicon has no 'GRB'; do you mean" in done.stderr
    good = Path(__file__).parents[2] / "deploy" / "alerts.yaml"
    assert run("alerts", "check", str(good)).returncode == 0
    lines = b"\n".join(encode(each) for each in (shift("a"), shift("b", status="retracted")))
    done = run("alerts", "test", "-", "--rules", str(good), "--json", given=lines)
    assert [orjson.loads(line)["rule"] for line in done.stdout.splitlines()] == [
        "soldiers to or from Ukraine"
    ]
    done = run("alerts", "test", "-", "--rules", str(good), "--since", "2026-01-01", given=lines)
    assert b"0 alerts for 0 shifts" in done.stdout
    done = run("worker", "notify", variables={"STANCEWATCH_ALERT_RULES": str(bad.with_name("none.yaml"))})
    assert done.returncode == 64
    assert b"Traceback" not in done.stderr


async def test_rules_are_tried_on_what_is_indexed(settings: Settings) -> None:
    from streams.search import Store, Write, make_client

    client = make_client(settings)
    turns = [shift(name) for name in "abc"]
    await Store(client).write([Write(settings.index("stance-shifts"), s.shift_id, encode(s)) for s in turns])
    await client.indices.refresh(index=settings.index("stance-shifts"))
    await client.close()
    done = await asyncio.to_thread(run, "alerts", "test", variables=variables_of(settings))
    assert b"3 alerts for 3 shifts" in done.stdout, done.stderr
    assert b"every confirmed shift" in done.stdout
