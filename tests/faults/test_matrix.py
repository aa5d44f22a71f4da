"""One bad day after another, short ones: each ends with the same result as a day without faults."""

import asyncio
import time

from streams.kafka import producer
from streams.topology import DEAD, ENRICHED, OBSERVATIONS, RAW, SHIFTS
from tests.faults.proxy import proxied
from tests.faults.stage import POISONED, Stage, lenient
from tests.faults.story import make_story
from tests.support import block, values

POISON = (
    b"\xff\xfe",
    b"{",
    b"[1]",
    b'{"article_id": 7}',
    b'{"stance": "support"}',
    b'{"after": {}, "shift_id": "x"}',
)


async def test_poison_in_every_topic_and_an_elasticsearch_that_refuses_and_blocks(stage: Stage) -> None:
    story = make_story(400)
    async with proxied(stage.settings.elasticsearch) as proxy:
        await stage.start(STANCEWATCH_ELASTICSEARCH=proxy.url)
        playing = stage.play(story, rate=100)
        await poison_everything(stage)
        await asyncio.sleep(1)
        proxy.refusing = True
        await asyncio.sleep(2)
        proxy.refusing = False
        assert proxy.refused, "nobody asked while Elasticsearch refused"
        await block(stage.settings, True)
        await asyncio.sleep(2)
        await block(stage.settings, False)
        since = time.monotonic()
        await playing
        await stage.verdict(POISONED, story, since=since, seconds=400)
    steps = {
        (each["topic"].split(".", 1)[1], each["step"])
        for each in await values(stage.settings, DEAD, lenient)
        if "step" in each
    }
    wanted = {(RAW, "classify"), (ENRICHED, "index"), (OBSERVATIONS, "track"), (OBSERVATIONS, "index")}
    assert steps == wanted | {(SHIFTS, "index"), (SHIFTS, "notify")}


async def poison_everything(stage: Stage) -> None:
    async with producer(stage.settings) as sender:
        for topic in (ENRICHED, OBSERVATIONS, SHIFTS, DEAD):
            for value in POISON:
                await sender.send_and_wait(stage.settings.topic(topic), value=value)
