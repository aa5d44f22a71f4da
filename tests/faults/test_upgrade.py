"""A new version takes over, role by role, while articles come: none is lost, none stands twice, no role is ever absent."""

import asyncio
import re
import shutil
import signal
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from streams import __version__
from streams.core.pipeline import PIPELINE_VERSION
from streams.fleet import Fleet
from streams.settings import Settings
from streams.topology import DEAD, ROLES
from tests.integration.test_status import report
from tests.support import article, documents, eventually, send, values

NEXT, NEXT_PIPELINE = "9.9.9", "next"
CHECKOUT = Path(__file__).parents[2]
BATCH = 25


def another_version(folder: Path) -> dict[str, str]:
    """A copy of the package with other versions, and what makes a worker run it."""
    copy = folder / "next" / "streams"
    shutil.copytree(CHECKOUT / "streams", copy, ignore=shutil.ignore_patterns("__pycache__"))
    for path, pattern, version in (
        (copy / "__init__.py", r'(__version__ = ")[^"]*', NEXT),
        (copy / "core/pipeline.py", r'(PIPELINE_VERSION = ")[^"]*', NEXT_PIPELINE),
    ):
        text, changed = re.subn(pattern, rf"\g<1>{version}", path.read_text())
        assert changed == 1
        path.write_text(text)
    return {"PYTHONPATH": str(copy.parent), "PYTHONSAFEPATH": "1"}


class Feed:
    """Publishes a few articles and a poisoned record again and again, until it is stopped."""

    def __init__(self, settings: Settings) -> None:
        self.sent = 0
        self.poison = 0
        self._settings = settings
        self._going = True

    async def run(self) -> None:
        while self._going:
            numbers = range(self.sent, self.sent + BATCH)
            text = "France called for a ceasefire in Gaza on Tuesday. Report {}."
            await send(
                self._settings, [*(article(n, text.format(n)) for n in numbers), b"poison %d" % self.poison]
            )
            self.sent, self.poison = self.sent + BATCH, self.poison + 1
            await asyncio.sleep(0.5)

    async def goes_on(self) -> None:
        """Wait until two more batches are published."""
        wanted = self.sent + 2 * BATCH

        async def look() -> bool:
            return self.sent >= wanted

        await eventually(look, 120)

    def stop(self) -> None:
        self._going = False


@pytest.mark.long
async def test_a_role_after_the_other_is_upgraded_under_load(
    settings: Settings, fleet: Fleet, ports: Iterator[int], tmp_path: Path
) -> None:
    new = another_version(tmp_path)
    old = {role: fleet.start(role, port=next(ports)) for role in ROLES}
    await asyncio.to_thread(fleet.wait_ready)
    feed = Feed(settings)
    feeding = asyncio.create_task(feed.run())
    for role in ROLES:
        successor = fleet.start(role, port=next(ports), extra=new)
        await asyncio.to_thread(fleet.wait_ready, [successor], 180)
        if role == "classify":
            found = await asyncio.to_thread(report, settings, fleet)
            assert "workers of different versions run side by side" in found["problems"]
        await feed.goes_on()  # both serve for a while
        member = old.pop(role)
        fleet.members.remove(member)
        member.process.send_signal(signal.SIGTERM)
        code = await asyncio.to_thread(member.process.wait, 15)
        assert code in {0, -signal.SIGTERM}, "it stopped by itself, in time"
        await feed.goes_on()
    feed.stop()
    await feeding
    await fleet.served(seconds=180)

    found = await asyncio.to_thread(report, settings, fleet)
    assert {version for role in found["roles"] for version in role["versions"]} == {NEXT} != {__version__}
    articles = await documents(settings, "news-articles")
    assert set(articles) == {f"a-{n}" for n in range(feed.sent)}
    observed = [o["observation_id"] for event in articles.values() for o in event["observations"]]
    assert len(observed) == len(set(observed)) == feed.sent
    assert set(await documents(settings, "stance-observations")) == set(observed)
    assert len({letter["value_base64"] for letter in await values(settings, DEAD)}) == feed.poison
    by_version = Counter(event["pipeline_version"].split("-")[0] for event in articles.values())
    assert set(by_version) == {PIPELINE_VERSION, NEXT_PIPELINE}, "both versions did some of the work"
