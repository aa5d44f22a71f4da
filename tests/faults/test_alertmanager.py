"""A thousand shifts through a real Alertmanager while notify is killed in the middle: none is lost."""

import asyncio
import statistics
import subprocess
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson
import pytest

from streams.alerts import alert
from streams.codec import encode
from streams.core.model import Quote, Shift, stable_id
from streams.fleet import Fleet
from streams.kafka import producer
from streams.services.config import free_ports
from streams.settings import Settings
from streams.topology import SHIFTS
from tests.alertmanager import AMTOOL, SHIPPED, Receiver, local_config, start_alertmanager
from tests.integration.test_notify import NOON, shift
from tests.support import documents, eventually

COUNT = 1000
pytestmark = pytest.mark.long
RULES = "rules:\n  - {name: all, statuses: [candidate, confirmed]}\n"


def numbered(number: int, **more: Any) -> Shift:
    return replace(shift("a"), shift_id=stable_id("shift", str(number)), **more)


@pytest.fixture
async def alertmanager(tmp_path: Path) -> AsyncIterator[tuple[str, Receiver]]:
    port, receiver_port = free_ports(2)
    receiver = Receiver()
    runner = await receiver.start(receiver_port)
    process = await asyncio.to_thread(start_alertmanager, tmp_path, port, receiver_port)
    yield f"http://127.0.0.1:{port}", receiver
    process.terminate()
    await asyncio.to_thread(process.wait, 10)
    await runner.cleanup()


async def send(settings: Settings, shifts: list[Shift], pause: float = 0) -> dict[str, float]:
    sent = {}
    async with producer(settings) as sender:
        waiting = []
        for each in shifts:
            sent[each.shift_id] = time.time()
            waiting.append(
                await sender.send(settings.topic(SHIFTS), value=encode(each), key=each.shift_id.encode())
            )
            await asyncio.sleep(pause)
        await asyncio.gather(*waiting)
    return sent


async def test_a_kill_in_the_middle_loses_no_alert(
    settings: Settings, fleet: Fleet, ports: Iterator[int], alertmanager: tuple[str, Receiver]
) -> None:
    url, receiver = alertmanager
    quick = fleet.settings.model_copy(update={"batch": 50})
    fleet.settings = quick
    worker = fleet.start("notify", port=next(ports), extra={"STANCEWATCH_ALERTMANAGER": url})
    await asyncio.to_thread(fleet.wait_ready)
    shifts = [numbered(number) for number in range(COUNT)]
    await send(settings, shifts)
    deadline = time.monotonic() + 90
    while len(receiver.alerts) < COUNT // 3:
        assert time.monotonic() < deadline
        await asyncio.sleep(0.01)
    at_kill = len(receiver.alerts)
    await asyncio.to_thread(fleet.kill, worker)
    fleet.start("notify", port=next(ports), extra={"STANCEWATCH_ALERTMANAGER": url})

    async def all_there() -> bool:
        return len({alert["labels"]["shift_id"] for _, alert in receiver.alerts}) == COUNT

    await eventually(all_there, 120)
    await fleet.served(("notify",))
    times = Counter(alert["labels"]["shift_id"] for _, alert in receiver.alerts)
    assert set(times) == {each.shift_id for each in shifts}
    assert len(await documents(settings, "stance-alerts")) == COUNT
    print(
        f"\n{COUNT} shifts, killed at {at_kill}: {receiver.posts} posts, {sum(times.values()) - COUNT} repeats"
    )
    assert at_kill < COUNT, "the kill came too late to prove anything"
    assert sum(times.values()) == COUNT


async def test_time_from_a_shift_to_its_alert_and_what_the_message_says(
    settings: Settings, fleet: Fleet, ports: Iterator[int], alertmanager: tuple[str, Receiver], tmp_path: Path
) -> None:
    url, receiver = alertmanager
    rules = tmp_path / "rules.yaml"
    rules.write_text(RULES)
    extra = {
        "STANCEWATCH_ALERTMANAGER": url,
        "STANCEWATCH_KIBANA": "http://kibana.test/",
        "STANCEWATCH_ALERT_RULES": str(rules),
    }
    fleet.start("notify", port=next(ports), extra=extra)
    await asyncio.to_thread(fleet.wait_ready)
    await send(settings, [numbered(0)])
    await fleet.served(("notify",))
    sent = await send(settings, [numbered(number) for number in range(1, 101)], pause=0.1)

    async def all_there() -> bool:
        return len(receiver.alerts) >= 101

    await eventually(all_there, 60)
    took = sorted(
        at - sent[a["labels"]["shift_id"]] for at, a in receiver.alerts if a["labels"]["shift_id"] in sent
    )
    p50, p95 = statistics.median(took), took[int(len(took) * 0.95)]
    print(f"\nfrom a shift on its topic to its alert at the receiver: p50 {p50:.2f} s, p95 {p95:.2f} s")
    assert p95 < 10

    evil = Quote("<!channel> *sanctions* & <http://x|y>", "a-1", "Northwind <Wire>", NOON)
    await send(settings, [numbered(900, evidence_after=(evil,))])

    async def told() -> bool:
        return any("!channel" in message["attachments"][0]["text"] for message in receiver.slack)

    await eventually(told, 30)
    (message,) = [m["attachments"][0] for m in receiver.slack if "!channel" in m["attachments"][0]["text"]]
    assert "&lt;!channel&gt; sanctions &amp; &lt;http://x|y&gt;" in message["text"]
    assert message["title"].startswith("[confirmed] Germany moved from opposing")
    assert "dataViewId:stancewatch-shifts" in message["title_link"]


async def test_a_confirmed_shift_hides_its_candidate(
    settings: Settings, fleet: Fleet, ports: Iterator[int], alertmanager: tuple[str, Receiver], tmp_path: Path
) -> None:
    url, receiver = alertmanager
    rules = tmp_path / "rules.yaml"
    rules.write_text(RULES)
    extra = {"STANCEWATCH_ALERTMANAGER": url, "STANCEWATCH_ALERT_RULES": str(rules)}
    fleet.start("notify", port=next(ports), extra=extra)
    await asyncio.to_thread(fleet.wait_ready)
    await send(settings, [numbered(1, status="candidate")])

    async def told() -> bool:
        return [a["labels"]["status"] for _, a in receiver.alerts] == ["candidate"]

    await eventually(told, 60)
    await send(settings, [numbered(1, revision=2)])

    async def told_again() -> bool:
        return len(receiver.alerts) >= 2

    await eventually(told_again, 60)
    await asyncio.sleep(12)  # one more group_interval: the candidate must not come again beside it
    assert [a["labels"]["status"] for _, a in receiver.alerts] == ["candidate", "confirmed"]


def test_the_shipped_configuration_is_valid_and_every_template_renders(tmp_path: Path) -> None:
    assert AMTOOL
    for config in (SHIPPED / "alertmanager.yml", tmp_path / "local.yml"):
        if not config.exists():
            config.write_text(local_config(9))
        done = subprocess.run([AMTOOL, "check-config", config], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
    data = tmp_path / "data.json"
    one = orjson.loads(encode(alert(shift("a"), NOON, "http://kibana.test"))) | {"status": "firing"}
    given = {"alerts": [one], "commonLabels": one["labels"], "commonAnnotations": one["annotations"]}
    data.write_bytes(orjson.dumps(given))
    for name in ("title", "color", "slack.title", "slack", "mail.text", "mail.html"):
        done = subprocess.run(
            [AMTOOL, "template", "render", f"--template.glob={SHIPPED}/templates/*.tmpl", f"--template.data={data}",
             f'--template.text={{{{ template "stancewatch.{name}" . }}}}'],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, f"{name}: {done.stderr}"
        assert ("will send a brigade" in done.stdout) or name in {"title", "color", "slack.title"}, (
            f"{name}: {done.stdout}"
        )
