"""What is played while something breaks, and what must come of it, by the core alone."""

import itertools
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import orjson

from streams.codec import decode_reading, encode
from streams.core.errors import Rejected
from streams.core.shift import empty_series, fold
from streams.lexicon import watched_issues
from streams.pool import Read, read_chunk
from tests.faults.test_article_to_alert import AFTER, BEFORE, COUNTRIES
from tests.support import article

NOW = datetime(2026, 1, 1, tzinfo=UTC)
POISON_EVERY = 50
OTHERS = (
    "France called for an immediate ceasefire in Gaza on Tuesday. Report {n}.",
    "The United States imposed new sanctions on Russia on Friday. Report {n}.",
    "A storm closed the port for two days. Report {n}.",
)
Document = dict[str, Any]


@dataclass(slots=True)
class Story:
    """Lines to publish, and by the core: ids of all articles, observations by id, the shifts that stand by id."""

    lines: list[bytes]
    articles: set[str] = field(default_factory=set)
    poison: int = 0
    observations: dict[str, Document] = field(default_factory=dict)
    shifts: dict[str, Document] = field(default_factory=dict)


def make_story(count: int) -> Story:
    """Twenty countries that refuse and then turn, among other news and broken lines; ``count`` lines in all."""
    turns = [
        (name, said, f"2025-05-{day}")
        for day, said in zip((10, 12, 14, *range(20, 26)), (*BEFORE, *AFTER), strict=True)
        for name in COUNTRIES.values()
    ]
    lines: list[bytes] = []
    each = iter(turns)
    spread = max(1, count // len(turns))
    texts = itertools.cycle(OTHERS)
    for n in range(count):
        turn = next(each, None) if n % spread == 0 else None
        if n % POISON_EVERY == POISON_EVERY - 1:
            lines.append(b"poison %d" % n)
        elif turn is not None:
            name, said, day = turn
            lines.append(article(n, f"{name} {said}.", day=day, source=f"Outlet {day}"))
        else:
            lines.append(article(n, next(texts).format(n=n), source=f"Outlet {n % 7}"))
    return _expect(Story(lines))


def _expect(story: Story) -> Story:
    series: dict[str, list[Any]] = {}
    for result in read_chunk([(line, NOW) for line in story.lines]):
        if isinstance(result, Rejected):
            story.poison += 1
            continue
        assert isinstance(result, Read)
        story.articles.add(result.key.decode())
        for key, value in result.readings:
            series.setdefault(key.decode(), []).append(decode_reading(value))
            document = orjson.loads(value)
            if "stance" in document:
                story.observations[document["observation_id"]] = document
    for name, readings in series.items():
        for shift in fold(empty_series(name), readings, NOW, watched=watched_issues()).shifts:
            story.shifts[shift.shift_id] = told(orjson.loads(encode(shift)))
    story.shifts = standing(story.shifts)
    return story


def told(shift: Document) -> Document:
    """A shift without what depends on when and in how many steps it was found."""
    return {key: value for key, value in shift.items() if key not in {"revision", "detected_at"}}


def standing(shifts: dict[str, Document]) -> dict[str, Document]:
    """Those that nobody took back: which were told too early depends on what came first."""
    return {key: told(shift) for key, shift in shifts.items() if shift["status"] != "retracted"}
