"""All that a process needs to read raw records: the raw edge and the reader, built once."""

import gc
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeVar

from streams.contracts import raw_articles
from streams.core.errors import Rejected
from streams.core.model import EnrichedEvent, RawArticle
from streams.core.pipeline import Reader
from streams.core.validate import RawArticles
from streams.reader import load_reader

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Reading:
    """The raw edge and the reader of one process."""

    raw: RawArticles
    reader: Reader

    def each(
        self, articles: Sequence[tuple[RawArticle, datetime]], act: Callable[[EnrichedEvent], T]
    ) -> list[T | Rejected]:
        """Read articles with their times of ingestion; what act makes of each, in order.

        Where reading or act fails as nobody foresaw, the one article that it fails on is rejected, and no other.
        """
        if not articles:
            return []
        try:
            events = self.reader.read_many([article for article, _ in articles], articles[0][1])
            return [
                act(replace(event, ingested_at=at)) for (_, at), event in zip(articles, events, strict=True)
            ]
        except Exception:  # noqa: BLE001 - one record must bear what its reader's authors did not foresee
            if len(articles) == 1:
                return [Rejected("reader_failed", "", traceback.format_exc(limit=-3)[-400:])]
            return [self.each([article], act)[0] for article in articles]


def load_reading() -> Reading:
    """Load schema, lexicons and model, once a process; takes some seconds and a few hundred megabytes."""
    reading = Reading(raw_articles(), load_reader())
    gc.collect()
    gc.freeze()  # what is loaded stays: each full collection would walk all of the lexicon, 80 ms, in vain
    return reading
