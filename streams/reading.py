"""All that a process needs to read raw records: the raw edge and the reader, built once."""

from dataclasses import dataclass

from streams.contracts import raw_articles
from streams.core.pipeline import Reader
from streams.core.validate import RawArticles
from streams.reader import load_reader


@dataclass(frozen=True, slots=True)
class Reading:
    """The raw edge and the reader of one process."""

    raw: RawArticles
    reader: Reader


def load_reading() -> Reading:
    """Load schema, lexicons and model; takes some seconds and a few hundred megabytes."""
    return Reading(raw_articles(), load_reader())
