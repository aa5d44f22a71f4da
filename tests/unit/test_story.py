"""How a shift is told to a person."""

from pathlib import Path

import pytest
import yaml

from streams.core.shift import empty_series, fold
from streams.core.story import subject
from streams.lexicon import watched_issues
from streams.reader import load_lexicon
from tests.unit.readings import day, seen

FOURTH = yaml.safe_load((Path(__file__).parents[1] / "data" / "arms_deliveries.yaml").read_text("utf-8"))


@pytest.mark.parametrize(
    ("issue", "context", "words"),
    [
        ("ceasefire", "PSE", "a ceasefire in Gaza and the West Bank"),
        ("ceasefire", "", "a ceasefire"),
        ("sanctions", "RUS", "sanctions on Russia"),
        ("sanctions", "", "sanctions"),
        ("troop_deployment", "UKR", "troop deployment in Ukraine"),
        ("arms_deliveries", "ISR", "arms deliveries to Israel"),
        ("no_file_of_ours", "ISR", "no file of ours in Israel"),
    ],
)
def test_an_issue_is_spoken_of_as_its_file_says(issue: str, context: str, words: str) -> None:
    assert subject(issue, context, watched_issues([FOURTH])) == words


def test_a_shift_on_a_fourth_issue_is_told_in_the_words_of_its_file() -> None:
    about = {"issue": "arms_deliveries", "context": "ISR"}
    readings = [seen(f"p{i}", "support", 10 * i, "deed", **about) for i in range(4)]
    readings.append(seen("n", "oppose", 90, "deed", **about))
    state = fold(
        empty_series("DEU|arms_deliveries|ISR"), readings, day(100), watched=watched_issues([FOURTH])
    )
    (shift,) = state.shifts
    assert shift.sentence.startswith("Germany moved from supporting to opposing arms deliveries to Israel: ")


def test_how_an_issue_is_spoken_of_is_no_part_of_the_version_that_readings_bear() -> None:
    version = load_lexicon([FOURTH]).version
    assert load_lexicon([FOURTH | {"article": "the", "link": "for"}]).version == version
    assert load_lexicon([FOURTH | {"context": "fighting"}]).version != version
