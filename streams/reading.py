"""All that a process needs to read raw records: the raw edge and the reader, built once."""

from dataclasses import dataclass

from streams.contracts import raw_articles
from streams.core.pipeline import Reader
from streams.core.prepare import Lexicon
from streams.core.validate import RawArticles
from streams.reader import build_reader, load_lexicon


@dataclass(frozen=True, slots=True)
class Reading:
    """The raw edge and the reader of one process, and the lexicon that the reader was built from."""

    raw: RawArticles
    reader: Reader
    lexicon: Lexicon


def load_reading() -> Reading:
    """Load schema, lexicons and model; takes some seconds and a few hundred megabytes."""
    lexicon = load_lexicon()
    return Reading(raw_articles(), build_reader(lexicon), lexicon)
