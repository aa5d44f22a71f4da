"""What becomes of an article that the reader itself fails on."""

import orjson
import pytest

from streams.contracts import raw_articles
from streams.core.model import EnrichedEvent
from streams.core.pieces import Parts
from streams.core.pipeline import Reader
from streams.core.prepare import Lexicon
from streams.history import BadLine, read_all
from streams.network import MODELS, load_network, load_split
from streams.reader import load_models
from streams.reading import Reading


@pytest.fixture(scope="module")
def reading(lexicon: Lexicon) -> Reading:
    """A reading process whose reader fails on any text that names Atlantis."""
    network, known = load_network(lexicon, MODELS), load_split(MODELS / "words.json")

    def split(text: str) -> Parts:
        if "Atlantis" in text:
            raise RecursionError("a text that its authors did not foresee")
        return known(text)

    return Reading(raw_articles(), Reader(lexicon, load_models(), network, split))


def record(place: str) -> bytes:
    text = f"France called for a ceasefire in {place} on Monday."
    return orjson.dumps({"source": "Paper", "published_at": "2025-05-30", "text": text})


def test_one_article_bears_what_the_reader_fails_on_and_its_neighbours_are_read(reading: Reading) -> None:
    places = ["Gaza", "Atlantis", "Sudan"]
    first, second, third = read_all(enumerate(map(record, places), 1), reading)
    assert isinstance(first, EnrichedEvent)
    assert isinstance(third, EnrichedEvent)
    assert [each.context for each in (*first.observations, *third.observations)] == ["PSE", "SDN"]
    assert isinstance(second, BadLine)
    assert (second.number, second.fault.code) == (2, "reader_failed")
    assert "did not foresee" in second.fault.detail
