"""How long a search takes: fills an index with articles and asks it what analysts ask.

python -m benchmarks.search_latency --elasticsearch http://127.0.0.1:9200 --articles 20000
"""

import argparse
import asyncio
import random
import statistics
import time
from datetime import UTC, datetime, timedelta
from importlib.resources import files

import orjson

from streams.codec import encode
from streams.core.model import Actor, EnrichedEvent, Topic
from streams.find import Wanted, search_articles
from streams.indices import index_steps
from streams.search import Store, Write, make_client
from streams.settings import Settings, load_settings

NOW = datetime(2025, 6, 30, tzinfo=UTC)
ISSUES = ("ceasefire", "sanctions", "troop_deployment")
ACTORS = ("GBR", "FRA", "DEU", "USA", "RUS", "UKR", "CHN", "TUR")
QUESTIONS = [
    Wanted(
        words="peacekeepers", actors=("GBR",), issues=("troop_deployment",), since=NOW - timedelta(days=30)
    ),
    Wanted(words="soldiers ukraine"),
    Wanted(words='"foreign minister" ceasefire | truce'),
    Wanted(words="sanction* -russia", newest_first=True),
    Wanted(issues=("sanctions",), actors=("DEU", "FRA")),
]


def article(number: int, texts: list[str], rng: random.Random) -> EnrichedEvent:
    """An article of some 400 words from sentences of the demonstration corpus."""
    at = NOW - timedelta(minutes=rng.randrange(180 * 24 * 60))
    return EnrichedEvent(
        article_id=f"bench-{number}", url=f"https://example.org/{number}", source=f"Outlet {number % 40}",
        title=rng.choice(texts)[:80], text=" ".join(rng.choices(texts, k=12)), published_at=at, ingested_at=at,
        language="en", is_read=True, topics=(Topic(rng.choice(ISSUES), 0.9),),
        actors=tuple(Actor(name, name) for name in rng.sample(ACTORS, 2)), observations=(), reported_shifts=(),
        fingerprint="", pipeline_version="bench", lexicon_version="bench",
    )  # fmt: skip


def corpus() -> list[str]:
    """The texts of the demonstration corpus, and some that speak of peacekeepers."""
    lines = files("streams.demo").joinpath("corpus.jsonl").read_bytes().splitlines()
    texts = []
    for line in lines:
        try:
            texts.append(str(orjson.loads(line)["text"]))
        except (ValueError, KeyError, TypeError):
            continue
    return [*texts, "British peacekeepers will stay.", "The foreign minister spoke of peacekeepers."]


async def main(settings: Settings, articles: int, repeats: int) -> None:
    """Fill, ask, print."""
    rng = random.Random(1)
    client = make_client(settings)
    async for _ in index_steps(client, settings, dry_run=False):
        pass
    texts = corpus()
    events = [article(number, texts, rng) for number in range(articles)]
    writes = [
        Write(settings.index(f"news-articles-{event.published_at:%Y.%m}"), event.article_id, encode(event))
        for event in events
    ]
    started = time.perf_counter()
    await Store(client).write(writes)
    print(f"{articles} articles written in {time.perf_counter() - started:.1f} s")
    await client.indices.refresh(index=settings.index("*"))
    for question in QUESTIONS:
        took, total = [], 0
        for _ in range(repeats):
            started = time.perf_counter()
            total = (await search_articles(client, settings, question)).total
            took.append((time.perf_counter() - started) * 1000)
        took.sort()
        p95 = took[int(len(took) * 0.95)]
        asked = question.words or "filters only"
        print(f"{statistics.median(took):6.1f} ms p50 {p95:6.1f} ms p95 {total:6} hits  {asked}")
    made = await client.indices.get(index=settings.index("news-articles-*"))
    await client.indices.delete(index=",".join(made))
    await client.close()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--elasticsearch", default="http://127.0.0.1:9200")
    parser.add_argument("--articles", type=int, default=20_000)
    parser.add_argument("--repeats", type=int, default=100)
    given = parser.parse_args()
    asyncio.run(
        main(load_settings(elasticsearch=given.elasticsearch, prefix="bench"), given.articles, given.repeats)
    )
