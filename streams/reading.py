"""All that a process needs to read raw records: the raw edge and the reader, built once."""

from dataclasses import dataclass

from streams.contracts import raw_articles
from streams.core.pipeline import Lexicon, Reader
from streams.core.validate import RawArticles
from streams.reader import load_lexicon, load_models


@dataclass(frozen=True, slots=True)
class Reading:
    """The raw edge and the reader of one process, and the lexicon that the reader was built from."""

    raw: RawArticles
    reader: Reader
    lexicon: Lexicon


def load_reading() -> Reading:
    """Load schema, lexicons and model; takes some seconds and a few hundred megabytes."""
    lexicon = load_lexicon()
    return Reading(raw_articles(), Reader(lexicon, load_models()), lexicon)
