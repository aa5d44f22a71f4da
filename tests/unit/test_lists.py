"""Actors named in one list hold what any of them is seen to hold."""

from streams.core.draft import Draft
from streams.core.lists import shared
from streams.core.prepare import Lexicon, add_grammar
from streams.core.stance import Verdict
from tests.unit.drafts import drafted


def parsed(text: str, lexicon: Lexicon) -> Draft:
    work = drafted(lexicon, text)
    add_grammar((work, index) for index in work.issues)
    return work


def scores(text: str, lexicon: Lexicon) -> dict[str, float]:
    """Only the last actor is seen to hold anything, with .9; say what each has in the end."""
    work = parsed(text, lexicon)
    (issue, *_) = (each for found in work.issues.values() for each in found)
    actors = [each for each in work.mentions if each.is_actor]
    surest = {each.start: 0.9 if each is actors[-1] else 0.1 for each in actors}
    found = [Verdict(each, issue, 0, "support", surest[each.start]) for each in actors]
    return {each.actor.actor.id: each.score for each in shared(found, work)}


def test_a_list_shares_its_surest_stance(lexicon: Lexicon) -> None:
    text = "A truce in Gaza was demanded by Spain, Ireland and the French foreign minister."
    assert scores(text, lexicon) == {"ESP": 0.9, "IRL": 0.9, "FRA": 0.9}


def test_actors_apart_share_nothing(lexicon: Lexicon) -> None:
    text = "Spain demanded a truce in Gaza while Ireland watched and France left."
    assert scores(text, lexicon) == {"ESP": 0.1, "IRL": 0.1, "FRA": 0.9}


def test_a_speaker_after_a_place_is_in_no_list(lexicon: Lexicon) -> None:
    text = "A force will be sent to Ukraine, the Chancellor of Germany said."
    assert scores(text, lexicon) == {"UKR": 0.1, "DEU": 0.9}


def test_what_was_not_parsed_shares_nothing(lexicon: Lexicon) -> None:
    work = drafted(lexicon, "A truce in Gaza was demanded by Spain and Ireland.")
    (issue, *_) = (each for found in work.issues.values() for each in found)
    found = [
        Verdict(e, issue, 0, "support", 0.9 * (e.actor.id == "IRL")) for e in work.mentions if e.is_actor
    ]
    assert {each.actor.actor.id: each.score for each in shared(found, work)} == {"ESP": 0.0, "IRL": 0.9}
