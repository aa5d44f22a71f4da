"""Labelled articles, read in place: the shared labels over the stream, and our own."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from streams.core.model import RawArticle

OWN = Path(__file__).parent / "data"
DOUBTFUL = Path(__file__).parent / "doubtful.jsonl"


@dataclass(frozen=True, slots=True)
class Labelled:
    """An article with what a careful reader found in it. group is where it comes
    from: the shared labels, our own text as newspapers write, or our own traps."""

    article: RawArticle
    topics: frozenset[str]
    observations: tuple[dict[str, Any], ...]
    shifts: tuple[dict[str, Any], ...]
    group: str


def read_rows(path: Path) -> Iterator[dict[str, Any]]:
    """Give the records of a file of JSON lines."""
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            if line.strip():
                yield json.loads(line)


def labelled(row: dict[str, Any], group: str) -> Labelled:
    """Build a labelled article from a row that holds both the article and its labels.

    An observation without evidence of its own rests on all of the text.
    """
    observations = tuple({"evidence": row["text"], **each} for each in row["observations"])
    shifts = tuple(row.get("reported_shift", ()))
    return Labelled(_article(row), frozenset(row["topics"]), observations, shifts, group)


def _article(row: dict[str, Any]) -> RawArticle:
    return RawArticle(
        article_id=row["id"],
        source=row["source"],
        title=row.get("title", ""),
        text=row["text"],
        published_at=datetime.fromisoformat(row["published_at"].replace("Z", "+00:00")),
        language=row.get("language"),
    )


def shared(folder: Path) -> list[Labelled]:
    """Give the shared training labels, joined with their articles."""
    return _joined(read_rows(folder / "labels_train.jsonl"), folder, "shared")


def doubtful(folder: Path) -> list[Labelled]:
    """Give our own labels of items of the same stream that name no issue outright, and that the reader took for one."""
    return _joined(read_rows(DOUBTFUL), folder, "natural")


def stream(folder: Path) -> Iterator[RawArticle]:
    """Give the articles of the stream without their labels, leaving out those whose labels are there to check with."""
    kept = {row["id"] for row in read_rows(folder / "labels_dev.jsonl")}
    yield from (_article(row) for row in read_rows(folder / "current-events.jsonl") if row["id"] not in kept)


def _joined(labels: Iterable[dict[str, Any]], folder: Path, group: str) -> list[Labelled]:
    told = {row["id"]: row for row in labels}
    rows = (row for row in read_rows(folder / "current-events.jsonl") if row["id"] in told)
    return [labelled(row | told[row["id"]], group) for row in rows]


def own() -> list[Labelled]:
    """Give our own training text: short items and full-length articles."""
    groups = {
        path: "natural" if path.name.startswith("natural") else "traps"
        for path in sorted(OWN.glob("*.jsonl"))
    }
    return [labelled(row, group) for path, group in groups.items() for row in read_rows(path)]
