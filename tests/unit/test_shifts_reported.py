"""Changes of course that a text reports, by wordings and by what the network saw."""

from datetime import UTC, datetime

import pytest

from streams.core.draft import Draft
from streams.core.model import RawArticle, Stance
from streams.core.network import Held
from streams.core.prepare import Lexicon, prepare
from streams.core.shifts_reported import find_turns
from streams.core.stance import Verdict
from streams.reader import load_lexicon


@pytest.fixture(scope="module")
def lexicon() -> Lexicon:
    return load_lexicon()


def read(lexicon: Lexicon, text: str) -> Draft:
    at = datetime(2025, 6, 1, tzinfo=UTC)
    return prepare(RawArticle("a", "Wire", "", text, at, language="en"), lexicon)


def seen(work: Draft, actor: str, stance: Stance, turn: float, score: float = 0.9) -> Verdict:
    """A stance that the network alone has seen."""
    mention = next(each for each in work.mentions if each.actor.id == actor)
    issue = next(each for found in work.issues.values() for each in found)
    held = Held(mention, issue, (0.0, 0.0, 0.0), lambda: {}, "statement", "asserted", turn)
    return Verdict(mention, issue, work.sentence_at(mention.start), stance, score, seen=((score, held),))


def turns(work: Draft, *verdicts: Verdict) -> list[tuple[str, Stance | None, Stance]]:
    return [(each.actor.actor.id, each.before, each.after) for each in find_turns(work, verdicts, 0.5)]


def test_the_network_is_believed_where_no_wording_tells_of_a_turn(lexicon: Lexicon) -> None:
    work = read(lexicon, "A year of saying no is over: Germany gave its blessing to the sanctions.")
    assert turns(work, seen(work, "DEU", "support", turn=0.9)) == [("DEU", "oppose", "support")]
    assert turns(work, seen(work, "DEU", "support", turn=0.5)) == []


def test_it_is_not_believed_against_a_wording_that_is_denied(lexicon: Lexicon) -> None:
    work = read(lexicon, "Germany has not changed its position on the sanctions.")
    assert turns(work, seen(work, "DEU", "support", turn=0.9)) == []


def test_a_turn_of_one_actor_is_not_lent_to_another_who_is_said_to_stay(lexicon: Lexicon) -> None:
    work = read(lexicon, "France backs the sanctions at last. There is no change in the policy of Germany.")
    france, germany = seen(work, "FRA", "support", turn=0.9), seen(work, "DEU", "support", 0.8, score=0.1)
    assert turns(work, france, germany) == [("FRA", "oppose", "support")]


def test_the_issue_may_stand_in_another_sentence_than_the_wording(lexicon: Lexicon) -> None:
    work = read(lexicon, "Germany is moving away from its caution. It will now back the sanctions.")
    assert turns(work, seen(work, "DEU", "support", turn=0.1)) == []
