"""Changes of course that a text reports."""

from dataclasses import replace

import pytest

from streams.core.draft import Draft
from streams.core.model import Stance
from streams.core.network import Held
from streams.core.prepare import Lexicon
from streams.core.shifts_reported import find_turns
from streams.core.stance import Verdict
from tests.unit.drafts import drafted


def seen(work: Draft, actor: str, stance: Stance) -> Verdict:
    """A stance that the network alone has seen."""
    mention = next(each for each in work.mentions if each.actor.id == actor)
    issue = next(each for found in work.issues.values() for each in found)
    held = Held(mention, issue, (0.0, 0.0, 0.0), lambda: {}, "statement", "asserted")
    return Verdict(mention, issue, work.sentence_at(mention.start), stance, 0.9, seen=((0.9, held),))


def turns(work: Draft, *verdicts: Verdict) -> list[tuple[str, Stance | None, Stance]]:
    return [(each.actor.actor.id, each.before, each.after) for each in find_turns(work, verdicts, 0.5)]


def test_a_wording_of_a_turn_gives_before_and_after(lexicon: Lexicon) -> None:
    work = drafted(lexicon, "In a reversal Germany gave its blessing to the sanctions.")
    assert turns(work, seen(work, "DEU", "support")) == [("DEU", "oppose", "support")]


def test_a_wording_that_is_denied_gives_none(lexicon: Lexicon) -> None:
    work = drafted(lexicon, "Germany has not changed its position on the sanctions.")
    assert turns(work, seen(work, "DEU", "support")) == []


@pytest.mark.parametrize(
    ("text", "now", "before"),
    [
        ("After months of resisting them, Germany backs the sanctions.", "support", "oppose"),
        ("Germany, which had vetoed each earlier draft, voted for the sanctions.", "support", "oppose"),
        (
            "Three weeks after saying that there would be none, Germany announced sanctions.",
            "support",
            "oppose",
        ),
        ("Germany backs the sanctions, abandoning years of caution.", "support", "oppose"),
        ("Germany lifted the sanctions that it imposed on Chad in March.", "oppose", "support"),
        ("Germany restored the sanctions it had lifted.", "support", "oppose"),
        ("Germany, which abstained a year ago, voted for the sanctions.", "support", "neutral"),
        ("Germany at last accepted the sanctions.", "support", "oppose"),
        ("After months of resisting Chad, Germany backs the sanctions.", "support", "oppose"),
        ("Despite pressure from Chad, Germany dropped its opposition to the sanctions.", "support", "oppose"),
        (
            "Germany reversed course and backed the sanctions after pressing for talks for months.",
            "support",
            "oppose",
        ),
        ("Germany lifted the sanctions on Chad that it had called for.", "oppose", "support"),
        ("Germany has dropped its plan to lift the sanctions.", "support", "oppose"),
    ],
)
def test_where_an_actor_stood_before_tells_a_turn(
    lexicon: Lexicon, text: str, now: Stance, before: Stance
) -> None:
    work = drafted(lexicon, text)
    assert turns(work, seen(work, "DEU", now)) == [("DEU", before, now)]


@pytest.mark.parametrize(
    ("text", "now"),
    [
        ("After months of resisting them, Germany condemned the sanctions.", "oppose"),
        ("Germany, which had backed each earlier draft, voted for the sanctions.", "support"),
        ("Germany rejected speculation that it had been won over to the sanctions.", "oppose"),
        ("Germany said that it had imposed sanctions on Chad in March.", "support"),
        ("Germany asked Chad to think again about the sanctions.", "oppose"),
        ("Germany admitted for the first time that it had sanctions in force.", "support"),
        ("Germany will lift the sanctions on Chad, it announced on Monday.", "oppose"),
        ("Germany imposed sanctions on Chad after warnings from Togo.", "support"),
        ("After weeks of attacks against shipping, Germany imposed sanctions on Chad.", "support"),
        ("Germany lifted the sanctions on Chad after promises from its president.", "oppose"),
        ("Germany extended the sanctions on Chad, defying a warning from Togo.", "support"),
        ("Germany extended the sanctions on Chad despite months of opposition from Togo.", "support"),
        ("Germany imposed the sanctions on Chad, setting the course for others.", "support"),
        ("Germany imposed the sanctions on Chad that it had called for last year.", "support"),
        ("Germany refused to drop its opposition to sanctions on Chad.", "oppose"),
        ("Germany never dropped its opposition to the sanctions.", "oppose"),
        ("Germany abandoned its planes in Chad and backs the sanctions.", "support"),
    ],
)
def test_who_stands_where_it_stood_makes_no_turn(lexicon: Lexicon, text: str, now: Stance) -> None:
    work = drafted(lexicon, text)
    assert turns(work, seen(work, "DEU", now)) == []


def test_the_issue_may_stand_in_another_sentence_than_the_wording(lexicon: Lexicon) -> None:
    work = drafted(lexicon, "Germany is moving away from its caution. It will now back the sanctions.")
    assert turns(work, seen(work, "DEU", "support")) == [("DEU", "oppose", "support")]


def test_a_shift_from_one_issue_tells_nothing_of_another(lexicon: Lexicon) -> None:
    work = drafted(lexicon, "Germany shifted its focus from imposing sanctions to a lasting ceasefire.")
    assert [(each.issue.issue, turns(work, each)) for each in both(work, "DEU", "support")] == [
        ("sanctions", [("DEU", "support", "oppose")]),
        ("ceasefire", []),
    ]


def test_what_is_no_longer_intended_is_given_up_whatever_is_read_beside_it(lexicon: Lexicon) -> None:
    text = "Germany no longer intends to send troops, and moved from policing a truce to training."
    work = drafted(lexicon, text)
    troops, truce = both(work, "DEU", "support")
    assert turns(work, troops) == [("DEU", "support", "oppose")]
    assert turns(work, truce) == []


def test_a_later_wording_counts_where_the_first_speaks_of_another_issue(lexicon: Lexicon) -> None:
    work = drafted(lexicon, "Germany moved from a truce to arms, and dropped its plans to send troops.")
    (troops,) = (each for each in both(work, "DEU", "support") if each.issue.issue == "troop_deployment")
    assert turns(work, troops) == [("DEU", "support", "oppose")]


def test_who_shifts_from_policing_a_truce_does_not_leave_the_truce(lexicon: Lexicon) -> None:
    work = drafted(lexicon, "Germany shifted from policing a truce to training.")
    assert turns(work, seen(work, "DEU", "support")) == []


def test_what_the_old_course_was_for_is_no_stance_of_today(lexicon: Lexicon) -> None:
    text = "Germany shifted from sending troops to guard a truce to backing new sanctions."
    work = drafted(lexicon, text)
    stances = both(work, "DEU", "support")
    (turn,) = find_turns(work, stances, 0.5)
    assert {each.issue.issue: turn.leaves(each) for each in stances} == {
        "troop_deployment": True,
        "ceasefire": True,
        "sanctions": False,
    }


def test_what_is_done_from_now_on_is_a_stance_of_today(lexicon: Lexicon) -> None:
    text = "Germany shifted from sending troops to backing new sanctions to force Russia to halt."
    work = drafted(lexicon, text)
    stances = both(work, "DEU", "support")
    (turn,) = find_turns(work, stances, 0.5)
    assert [each.issue.issue for each in stances if turn.leaves(each)] == ["troop_deployment"]


def test_who_wants_it_reversed_has_not_reversed_it(lexicon: Lexicon) -> None:
    work = drafted(lexicon, "Germany condemned the sanctions and demanded that they be reversed.")
    assert turns(work, seen(work, "DEU", "oppose")) == []


@pytest.mark.parametrize("score", [0.05, 0.3])
def test_whose_own_sentence_tells_a_shift_too_weakly_takes_its_way_from_one_that_tells_it_plainly(
    lexicon: Lexicon, score: float
) -> None:
    text = (
        "There is a shift in the direction of Denmark towards sanctions."
        " Germany and its partners shifted their focus from sanctions to talks."
    )
    work = drafted(lexicon, text)
    weak = replace(seen(work, "DNK", "support"), score=score)
    assert set(turns(work, weak, seen(work, "DEU", "support"))) == {
        ("DEU", "support", "oppose"),
        ("DNK", "support", "oppose"),
    }


def both(work: Draft, actor: str, stance: Stance) -> list[Verdict]:
    """The stance on each issue of the first sentence, in the order of the text."""
    first = seen(work, actor, stance)
    found = {each.issue: each for each in work.issues[0]}
    return [replace(first, issue=each) for each in sorted(found.values(), key=lambda each: each.start)]
