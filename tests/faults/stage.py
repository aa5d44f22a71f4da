"""All roles on real services, a story that is played to them, and the verdict on what became of it."""

import asyncio
import os
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson

from streams.contracts import raw_articles
from streams.fleet import Fleet, Member
from streams.publish import publish
from streams.settings import Settings
from streams.topology import DEAD, ROLES
from tests.faults.story import Story, standing
from tests.services import Receiver
from tests.support import documents, eventually, values

TABLE = os.environ.get("STANCEWATCH_FAULTS_TABLE")
HEAD = """# Faults survived

Written by `make faults`, on a real Kafka and a real Elasticsearch with all four roles, under load. *Lost*: articles in neither
the result nor the dead letters, observations, shifts and alerts that a run without faults has and this one has not.
*Doubled*: articles, observations and dead letters that stand more than once. *Recovery*: seconds from the end of the fault
until nothing is left to do, the backlog of the fault included. *Repeats*: records that an output topic holds more than
once, which at-least-once allows and no result shows.

| fault | lines | lost | doubled | repeats | recovery |
|---|---|---|---|---|---|
"""

POISONED = "poison in every topic"
Found = dict[str, set[str] | list[str] | int]


@dataclass(slots=True)
class Stage:
    """One run. ``members`` holds the worker of each role that was started last."""

    settings: Settings
    fleet: Fleet
    ports: Iterator[int]
    receiver: Receiver
    members: dict[str, Member] = field(default_factory=dict)
    extra: dict[str, str] = field(default_factory=dict)
    alerts: Callable[[], Iterable[dict[str, Any]]] | None = (
        None  # those that came out, where not at the receiver
    )

    async def start(self, roles: Sequence[str] = ROLES, **extra: str) -> None:
        """Start a worker of each role and wait until they are up."""
        for role in roles:
            await self.add(role, **extra)
        await asyncio.to_thread(self.fleet.wait_ready, list(self.members.values()))

    async def add(self, role: str, **extra: str) -> Member:
        """Start one more worker of a role; it is not ready yet."""
        alerting = {"STANCEWATCH_ALERTMANAGER": self.receiver.url}
        member = self.fleet.start(role, port=next(self.ports), extra={**alerting, **self.extra, **extra})
        self.members[role] = member
        return member

    async def kill(self, role: str) -> None:
        """kill -9 of a role's worker, and another in its place."""
        await asyncio.to_thread(self.fleet.kill, self.members[role])
        member = await self.add(role)
        await asyncio.to_thread(self.fleet.wait_ready, [member])

    async def leave(self, member: Member) -> None:
        """SIGTERM, as an orchestrator ends a worker."""
        member.process.terminate()
        await asyncio.to_thread(member.process.wait, 30)
        self.fleet.members.remove(member)

    def play(self, story: Story, rate: float) -> "asyncio.Task[None]":
        """Publish the story at so many lines a second, meanwhile; what the broker did not take is sent again."""

        async def send() -> None:
            waiting = story.lines
            while waiting:
                lines = publish(waiting, self.settings, raw_articles(), rate=rate, keep_bad=True)
                lost = [line async for line in lines if line.fault and line.fault.code == "not_sent"]
                waiting = [waiting[line.number - 1] for line in lost]

        return asyncio.create_task(send())

    async def verdict(self, fault: str, story: Story, *, since: float, seconds: float = 400) -> None:
        """Wait until all is served, compare with the story, write a line of the table, and fail for any loss."""
        await self.fleet.served(seconds=seconds)
        recovery = time.monotonic() - since
        articles = await documents(self.settings, "news-articles")  # fails if one stands in two indices
        observations = await documents(self.settings, "stance-observations")
        shifts = standing(await documents(self.settings, "stance-shifts"))
        letters = [
            letter for letter in await values(self.settings, DEAD, lenient) if "value_base64" in letter
        ]
        dead = Counter({letter["dead_id"]: letter["value_base64"] for letter in letters}.values())
        raw = {letter["dead_id"] for letter in letters if letter["step"] == "classify"}
        confirmed = {key for key, shift in shifts.items() if shift["status"] == "confirmed"}

        async def all_told() -> bool:
            alerts = self.alerts() if self.alerts else self.receiver.alerts
            return confirmed <= {alert["labels"]["shift_id"] for alert in alerts}

        assert confirmed, "the story must have a turn, else nothing about alerts is proved"
        await eventually(all_told, 180)
        lost: Found = {
            "articles": story.articles - set(articles),
            "poison": story.poison - len(raw),
            "observations": set(story.observations) - set(observations),
            "shifts": set(story.shifts) - set(shifts),
        }
        doubled: Found = {
            "articles": set(articles) - story.articles,
            "poison": [value for value, times in dead.items() if times > 1 and fault != POISONED],
            "observations": set(observations) - set(story.observations),
            "shifts": set(shifts) - set(story.shifts),
        }
        repeats = len(letters) - len({letter["dead_id"] for letter in letters})
        enriched = await values(self.settings, "articles.enriched", lenient)
        repeats += sum("article_id" in each for each in enriched) - len(articles)
        _note(
            f"| {fault} | {len(story.lines)} | {_count(lost)} | {_count(doubled)} | {repeats} | {recovery:.0f} s |"
        )
        assert not any(lost.values()), lost
        assert not any(doubled.values()), doubled
        assert observations == story.observations, "an observation differs from that of a run without faults"
        assert shifts == story.shifts, "a shift differs from that of a run without faults"


def lenient(value: bytes) -> dict[str, Any]:
    """A record, or an empty one where a test has put poison."""
    try:
        document = orjson.loads(value)
    except orjson.JSONDecodeError:
        return {}
    return document if isinstance(document, dict) else {}


def _count(found: Found) -> int:
    return sum(each if isinstance(each, int) else len(each) for each in found.values())


def _note(row: str) -> None:
    print(f"\n{row}")
    if TABLE is None:
        return
    path = Path(TABLE)
    rows = path.read_text("utf-8").splitlines()[len(HEAD.splitlines()) :] if path.exists() else []
    name = row.split("|")[1]
    path.write_text(
        HEAD + "\n".join([*(old for old in rows if old.split("|")[1] != name), row]) + "\n", "utf-8"
    )
