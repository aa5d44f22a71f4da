"""The generator of articles: the same for ever, and like the stream that it stands for."""

import math
import statistics
from collections import Counter
from datetime import UTC, datetime

import orjson

from benchmarks.corpus import MEDIAN, article, articles
from streams.contracts import raw_articles

NOW = datetime(2026, 1, 1, tzinfo=UTC)
LINES = list(articles(1, 5000))


def test_an_article_does_not_depend_on_what_was_asked_before() -> None:
    assert article(1, 4321) == LINES[4321]
    assert list(articles(1, 3, first=100)) == LINES[100:103]
    assert article(2, 0) != LINES[0]


def test_every_article_is_valid_and_has_an_id_of_its_own() -> None:
    raw = raw_articles()
    assert len({raw.read(line, NOW).article_id for line in LINES}) == len(LINES)


def test_lengths_sources_and_copies_are_those_of_the_real_stream() -> None:
    documents = [orjson.loads(line) for line in LINES]
    assert math.isclose(statistics.median(len(each["text"]) for each in documents), MEDIAN, rel_tol=0.1)
    sources = Counter(each["source"] for each in documents)
    assert 0.15 < sources.most_common(1)[0][1] / len(LINES) < 0.22
    assert 800 < len(sources) < 1200
    copies = len(LINES) - len({each["text"] for each in documents})
    assert 2 <= copies <= 15
