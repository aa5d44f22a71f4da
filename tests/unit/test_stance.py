"""One stance out of many places."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from streams.core.candidates import Candidate
from streams.core.composition import Path
from streams.core.issues import Issues, build_issue
from streams.core.mentions import Mention
from streams.core.model import Actor, RawArticle, Stance
from streams.core.prepare import Lexicon, add_grammar, pairs, prepare, with_pairs
from streams.core.stance import Verdict, by_actor

WHO = Mention(0, 5, "Kenya", Actor("KEN", "Kenya"), "country", "KEN", True)
TERMS = [{"id": "truce", "pattern": "truce", "sign": 1}]
(ISSUE,) = Issues([build_issue({"id": "ceasefire", "context": "fighting", "terms": TERMS})]).find(
    "a truce", [(0, 7)]
)[0]

PATH = Path("subject", 1, (0,), (), (), 0, (), is_conditional=False)


def place(sentence: int, stance: Stance, score: float) -> Verdict:
    return Verdict(WHO, ISSUE, sentence, stance, score)


@pytest.mark.parametrize("late", [5, 20])
def test_where_places_contradict_each_other_the_earlier_one_counts_more(late: int) -> None:
    news, background = place(1, "support", 0.8), place(late, "oppose", 0.85)
    (joined,) = by_actor([background, news])
    assert (joined.stance, joined.sentence) == ("support", 1)


def test_what_is_undecided_is_laid_to_the_same_side_for_the_choice_and_for_its_score() -> None:
    candidate = Candidate(0, WHO, ISSUE, 0, 0, PATH, 0)
    by_grammar = [
        replace(place(0, "oppose", 0.2), candidate=candidate),
        replace(place(20, "support", 0.5), candidate=candidate),
    ]
    (joined,) = by_actor([place(0, "neutral", 0.9), place(0, "support", 0.04), *by_grammar])
    assert joined.score > 0.3


def test_several_late_places_outweigh_a_faint_early_one() -> None:
    (joined,) = by_actor([place(0, "support", 0.3), place(4, "oppose", 0.9), place(6, "oppose", 0.9)])
    assert joined.stance == "oppose"


def test_how_sure_a_stance_is_does_not_depend_on_where_it_stands() -> None:
    first, last = by_actor([place(0, "support", 0.8)]), by_actor([place(30, "support", 0.8)])
    assert first[0].score == last[0].score


def test_no_longer_denies_what_it_stands_beside(lexicon: Lexicon) -> None:
    at = datetime(2025, 6, 1, tzinfo=UTC)
    signs = []
    for text in (
        "Kenya intends to send soldiers to Haiti.",
        "Kenya no longer intends to send soldiers to Haiti.",
    ):
        work = prepare(RawArticle("a", "Wire", "", text, at, language="en"), lexicon)
        add_grammar((work, index) for index in with_pairs(work))
        signs.append({c.path.sign for c, _ in pairs(work, lexicon) if c.actor.actor.id == "KEN"})
    assert signs == [{1}, {-1}]
