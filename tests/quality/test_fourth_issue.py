"""An issue is a file: arms deliveries are read from ``tests/data/arms_deliveries.yaml``, with no line of code."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from streams.core.model import RawArticle
from streams.core.pipeline import Reader
from streams.reader import load_reader

ISSUE = Path(__file__).parents[1] / "data" / "arms_deliveries.yaml"
NOW = datetime(2025, 6, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def reader() -> Reader:
    return load_reader([yaml.safe_load(ISSUE.read_text("utf-8"))])


def told(reader: Reader, text: str) -> set[tuple[Any, ...]]:
    event = reader.read(RawArticle("a", "Northwind Wire", "", text, NOW), NOW)
    return {(o.actor.id, o.issue, o.context, o.stance) for o in event.observations}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Germany delivers four howitzers to Ukraine.", ("DEU", "arms_deliveries", "UKR", "support")),
        ("Sweden sends ammunition to Ukraine.", ("SWE", "arms_deliveries", "UKR", "support")),
        ("Spain suspends arms exports to Israel.", ("ESP", "arms_deliveries", "ISR", "oppose")),
    ],
)
def test_a_fourth_issue_is_read_from_its_file(reader: Reader, text: str, expected: tuple[str, ...]) -> None:
    assert expected in told(reader, text)


def test_the_first_three_are_read_as_before(reader: Reader) -> None:
    text = "France called for an immediate ceasefire in Gaza."
    assert told(reader, text) == told(load_reader(), text) == {("FRA", "ceasefire", "PSE", "support")}


def test_what_the_file_calls_another_sense_is_not_the_issue(reader: Reader) -> None:
    assert told(reader, "A storm closed the port of Odesa for two days.") == set()
