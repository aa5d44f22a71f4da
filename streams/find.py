"""Searching what the pipeline indexed: articles by words, shifts by who and what. Nothing in a query is code."""

import re
import unicodedata
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from elasticsearch import AsyncElasticsearch

from streams.codec import from_document
from streams.core.model import Shift
from streams.settings import Settings
from streams.topology import ARTICLES_INDEX, SHIFTS_INDEX

LONGEST_QUERY = 1000
# Marks around what matched. The reader takes control characters out of every text, so no article can forge them.
OPEN, CLOSE = "\x02", "\x03"
# Words, phrases, prefixes, and, or, not: what a person types. Fuzzy words and slop are left out: they cost too much.
FLAGS = "AND|OR|NOT|PHRASE|PREFIX|PRECEDENCE|ESCAPE|WHITESPACE"
HIT_FIELDS = ["article_id", "url", "source", "title", "published_at", "topics.topic", "actors.id"]
_UNITS = {"h": "hours", "d": "days", "w": "weeks"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What is looked for. Every list that is not empty must be met by one of its values; since is inclusive."""

    words: str | None = None
    actors: tuple[str, ...] = ()
    issues: tuple[str, ...] = ()
    contexts: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    statuses: tuple[str, ...] = ()
    since: datetime | None = None
    until: datetime | None = None
    newest_first: bool = False
    limit: int = 10


@dataclass(frozen=True, slots=True)
class Fragment:
    """A piece of an article in which the words were found; marks are [start, end) of each match within text."""

    text: str
    marks: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Hit:
    """An article that was found. title holds its marks too; fragments are the best passages of its text."""

    article_id: str
    score: float | None
    source: str
    published_at: datetime
    url: str | None
    title: Fragment
    fragments: tuple[Fragment, ...]
    topics: tuple[str, ...]
    actors: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Found:
    """The first hits of all that were found, and how long Elasticsearch itself took."""

    total: int
    took_ms: int
    hits: tuple[Hit, ...]


async def search_articles(client: AsyncElasticsearch, settings: Settings, wanted: Wanted) -> Found:
    """The articles that match, best first, or newest first where no words are given or that is wanted."""
    by_time = wanted.newest_first or not wanted.words
    answer = await client.search(
        index=settings.index(ARTICLES_INDEX), query=article_query(wanted), size=wanted.limit,
        sort=[{"published_at": "desc"}] if by_time else ["_score", {"published_at": "desc"}],
        source_includes=HIT_FIELDS, highlight=_highlight(), ignore_unavailable=True, timeout="20s",
        track_total_hits=True,
    )  # fmt: skip
    hits = answer["hits"]
    return Found(hits["total"]["value"], answer["took"], tuple(map(_hit, hits["hits"])))


async def search_shifts(client: AsyncElasticsearch, settings: Settings, wanted: Wanted) -> list[Shift]:
    """The shifts that match, the latest turn first."""
    answer = await client.search(
        index=settings.index(SHIFTS_INDEX), query=shift_query(wanted), size=wanted.limit,
        sort=[{"event_time": "desc"}, {"detected_at": "desc"}], ignore_unavailable=True, timeout="20s",
    )  # fmt: skip
    return [from_document(Shift, hit["_source"]) for hit in answer["hits"]["hits"]]


async def each_shift(client: AsyncElasticsearch, settings: Settings, wanted: Wanted) -> AsyncIterator[Shift]:
    """Every shift that matches, in order of the turns; ``limit`` is how many are fetched at once."""
    after: Any = None
    while True:
        answer = await client.search(
            index=settings.index(SHIFTS_INDEX), query=shift_query(wanted), size=wanted.limit, search_after=after,
            sort=[{"event_time": "asc"}, {"shift_id": "asc"}], ignore_unavailable=True,
        )  # fmt: skip
        hits = answer["hits"]["hits"]
        for hit in hits:
            yield from_document(Shift, hit["_source"])
        if len(hits) < wanted.limit:
            return
        after = hits[-1]["sort"]


def article_query(wanted: Wanted) -> dict[str, Any]:
    """The query over articles. The words go in as a value of simple_query_string, which knows no field names."""
    filters = _any_of(
        {"topics.topic": wanted.issues, "source": wanted.sources}, "published_at", wanted.since, wanted.until
    )
    if wanted.actors:
        filters.append(_either("actors", wanted.actors))
    must = []
    if wanted.words:
        words = {
            "query": wanted.words,
            "fields": ["title^2", "text"],
            "default_operator": "and",
            "flags": FLAGS,
        }
        must.append({"simple_query_string": words})
    return {"bool": {"must": must, "filter": filters}}


def shift_query(wanted: Wanted) -> dict[str, Any]:
    """The query over shifts."""
    terms = {"issue": wanted.issues, "context": wanted.contexts, "status": wanted.statuses}
    terms["sources"] = wanted.sources
    filters = _any_of(terms, "event_time", wanted.since, wanted.until)
    if wanted.actors:
        filters.append(_either("actor", wanted.actors))
    return {"bool": {"filter": filters}}


def moment(given: str, now: datetime) -> datetime:
    """A point in time from ``30d``, ``12h``, ``2w`` (before now) or from a day or time of ISO 8601.

    Raises ValueError with a message for a person.
    """
    if match := re.fullmatch(r"(\d{1,5})([hdw])", given.strip()):
        return now - timedelta(**{_UNITS[match[2]]: int(match[1])})
    try:
        found = datetime.fromisoformat(given.strip())
    except ValueError:
        raise ValueError(
            f"{given!r} is no time: write 12h, 30d, 2w, 2025-05-21 or 2025-05-21T08:00"
        ) from None
    return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)


def harmless(text: str) -> str:
    """Text for a terminal: line breaks and tabs as spaces, no control and no direction-changing characters."""
    spaced = re.sub(r"\s+", " ", text)
    return "".join(char for char in spaced if unicodedata.category(char) not in {"Cc", "Cf", "Cs", "Co"})


def fragment(marked: str) -> Fragment:
    """A highlighted passage, cleaned, with its marks as offsets into what is left."""
    text, marks, start = "", [], 0
    for piece in re.split(f"([{OPEN}{CLOSE}])", marked):
        if piece == OPEN:
            start = len(text)
        elif piece == CLOSE:
            marks.append((start, len(text)))
        else:
            text += harmless(piece)
    return Fragment(text, tuple(marks))


def _any_of(
    terms: dict[str, tuple[str, ...]], time: str, since: datetime | None, until: datetime | None
) -> list[dict[str, Any]]:
    filters: list[dict[str, Any]] = [
        {"terms": {field: list(values)}} for field, values in terms.items() if values
    ]
    span = {key: at.isoformat() for key, at in (("gte", since), ("lt", until)) if at}
    return [*filters, {"range": {time: span}}] if span else filters


def _either(field: str, actors: tuple[str, ...]) -> dict[str, Any]:
    """An actor may be given by id or by name, and stands for its own sub-actors too."""
    places = (f"{field}.id", f"{field}.name", f"{field}.parent")
    return {"bool": {"should": [{"terms": {place: list(actors)}} for place in places]}}


def _highlight() -> dict[str, Any]:
    return {
        "pre_tags": [OPEN], "post_tags": [CLOSE], "max_analyzed_offset": 1_000_000,
        "fields": {"title": {"number_of_fragments": 0}, "text": {"number_of_fragments": 2, "fragment_size": 160}},
    }  # fmt: skip


def _hit(hit: dict[str, Any]) -> Hit:
    source, marked = hit["_source"], hit.get("highlight", {})
    return Hit(
        article_id=source["article_id"],
        score=hit.get("_score"),
        source=source["source"],
        published_at=datetime.fromisoformat(source["published_at"]),
        url=source.get("url"),
        title=fragment(marked.get("title", [source["title"]])[0]),
        fragments=tuple(map(fragment, marked.get("text", ()))),
        topics=tuple(topic["topic"] for topic in source.get("topics", ())),
        actors=tuple(actor["id"] for actor in source.get("actors", ())),
    )
