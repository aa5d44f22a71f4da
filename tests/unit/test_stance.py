"""One stance out of many places."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.core.candidates import candidates
from streams.core.issues import Issues, build_issue
from streams.core.mentions import Mention
from streams.core.model import Actor, Stance
from streams.core.prepare import Lexicon, add_grammar
from streams.core.stance import Verdict, by_actor, calibrated, in_reach
from tests.unit.drafts import drafted

WHO = Mention(0, 5, "Kenya", Actor("KEN", "Kenya"), "country", "KEN", True)
TERMS = [{"id": "truce", "pattern": "truce", "sign": 1}]
(ISSUE,) = Issues([build_issue({"id": "ceasefire", "context": "fighting", "terms": TERMS})]).find(
    "a truce", [(0, 7)]
)[0]


def place(sentence: int, stance: Stance, score: float) -> Verdict:
    return Verdict(WHO, ISSUE, sentence, stance, score)


@pytest.mark.parametrize("late", [5, 20])
def test_where_places_contradict_each_other_the_earlier_one_counts_more(late: int) -> None:
    news, background = place(1, "support", 0.8), place(late, "oppose", 0.85)
    (joined,) = by_actor([background, news])
    assert (joined.stance, joined.sentence) == ("support", 1)


def test_several_late_places_outweigh_a_faint_early_one() -> None:
    (joined,) = by_actor([place(0, "support", 0.3), place(4, "oppose", 0.9), place(6, "oppose", 0.9)])
    assert joined.stance == "oppose"


def test_how_sure_a_stance_is_does_not_depend_on_where_it_stands() -> None:
    first, last = by_actor([place(0, "support", 0.8)]), by_actor([place(30, "support", 0.8)])
    assert first[0].score == last[0].score


def test_no_longer_denies_what_it_stands_beside(lexicon: Lexicon) -> None:
    signs = []
    for text in (
        "Kenya intends to send soldiers to Haiti.",
        "Kenya no longer intends to send soldiers to Haiti.",
    ):
        work = drafted(lexicon, text)
        add_grammar((work, index) for index in work.issues)
        found = candidates(work, lexicon.cues, {"troop_deployment"})
        signs.append({each.path.sign for each in found if each.actor.actor.id == "KEN"})
    assert signs == [{1}, {-1}]


def test_who_speaks_of_an_issue_in_its_own_sentence_keeps_it_from_the_neighbours(lexicon: Lexicon) -> None:
    def kept(text: str) -> set[str]:
        work = drafted(lexicon, text)
        (issue,) = (each for found in work.issues.values() for each in found)
        found = [
            Verdict(each, issue, work.sentence_at(each.start), "support", 0.9)
            for each in work.mentions
            if each.is_actor
        ]
        return {each.actor.actor.id for each in in_reach(found, work)}

    assert kept("Norway met Kenya in Oslo. Brazil urged an immediate ceasefire.") == {"BRA"}
    assert kept("Norway met Kenya in Oslo. An immediate ceasefire was urged.") == {"NOR", "KEN"}
    assert kept("Brazil urged an immediate ceasefire. Norway and Kenya abstained.") == {"BRA", "NOR", "KEN"}


@given(st.floats(0, 1), st.floats(0, 1))
def test_a_calibrated_score_keeps_the_order_and_is_never_certain(one: float, other: float) -> None:
    low, high = sorted((one, other))
    assert 0 < calibrated(low) <= calibrated(high) < 1
