"""Which windows of a full-length article are looked at after others, and which no more."""

from collections.abc import Container, Sequence
from dataclasses import replace

import pytest

from streams.core.article import Surroundings
from streams.core.draft import Draft
from streams.core.looking import Looking
from streams.core.network import Held, Look
from streams.core.prepare import Lexicon
from streams.core.windows import Window, windows
from tests.unit.drafts import drafted

ISSUES = {"ceasefire"}
FILLING = "Nobody answered for hours, and the rain went on. " * 30
ABOUT_NORWAY = [f"Norway {verb} the ceasefire." for verb in ("praised", "weighed", "cursed", "met")]
ABOUT_BOTH = "Norway and Chad spoke of the ceasefire."


def seen(work: Draft, window: Window, chance: float) -> Look:
    """A look that sees every actor of a window support its issue, this surely."""
    issue = work.issues[window.last][0]
    actors = [each for each in work.actors.get(window.last, ()) if each.is_actor]
    return Look({}, [Held(e, issue, (chance, 0.0, 0.0), dict, "statement", "asserted") for e in actors])


def begun(work: Draft, chosen: Sequence[Window], issues: Container[str] = ISSUES) -> Looking:
    return Looking(work, Surroundings(work, lambda actor: actor), chosen, issues)


def rounds(work: Draft, chance: float, issues: Container[str] = ISSUES) -> list[list[int]]:
    """Look at all windows as long as any is left; gives the sentences that were looked at, round for round."""
    looking = begun(work, windows(work, issues), issues)
    found = []
    while chosen := looking.round():
        found.append([each.last for each in chosen])
        for window in chosen:
            looking.saw(window, seen(work, window, chance))
    return found


def test_where_nothing_is_plain_all_windows_are_looked_at_three_a_round(lexicon: Lexicon) -> None:
    text = " ".join([*ABOUT_NORWAY, ABOUT_BOTH, FILLING])
    assert rounds(drafted(lexicon, text), 0.8) == [[0, 1, 2], [3, 4]]


def test_of_whom_a_stance_was_plainly_seen_nothing_more_is_asked(lexicon: Lexicon) -> None:
    text = " ".join([*ABOUT_NORWAY, ABOUT_BOTH, FILLING])
    assert rounds(drafted(lexicon, text), 0.95) == [[0, 1, 2], [4]]


@pytest.mark.parametrize(
    ("text", "issues"),
    [
        ("Norway spoke of the ceasefire and of sanctions.", {"ceasefire", "sanctions"}),
        (
            "Chad agreed at once. The ceasefire holds.",
            {"ceasefire"},
        ),  # of two sentences the first names somebody else
        ("The ceasefire holds.", {"ceasefire"}),  # and names nobody at all, nor does what stands before it
    ],
)
def test_what_may_tell_something_else_is_looked_at(lexicon: Lexicon, text: str, issues: set[str]) -> None:
    work = drafted(lexicon, " ".join([*ABOUT_NORWAY[:3], FILLING, text]))
    assert [len(each) for each in rounds(work, 0.95, issues)] == [3, 1]


@pytest.mark.parametrize(
    "text", ["Norway kept the ceasefire off Chad's coast.", "Norway spoke of the ceasefire and of sanctions."]
)
def test_neither_a_mere_place_nor_an_issue_that_was_not_taught_is_worth_a_look(
    lexicon: Lexicon, text: str
) -> None:
    work = drafted(lexicon, " ".join([*ABOUT_NORWAY[:3], FILLING, text]))
    work.actors[len(work.sentences) - 1] = [
        replace(each, is_actor=each.actor.id == "NOR") for each in work.actors[len(work.sentences) - 1]
    ]
    assert [len(each) for each in rounds(work, 0.95)] == [3]


def test_a_short_item_is_looked_at_in_one_round_and_wholly(lexicon: Lexicon) -> None:
    work = drafted(lexicon, " ".join([*ABOUT_NORWAY[:2], ABOUT_BOTH]))
    looking = begun(work, [Window(i, i, *work.sentences[i]) for i in (0, 1, 2)])
    assert [each.last for each in looking.round()] == [0, 1, 2]
    assert looking.round() == []


def test_windows_that_begin_alike_are_given_by_where_they_end(lexicon: Lexicon) -> None:
    work = drafted(lexicon, f"Norway praised the ceasefire. The ceasefire held for a day. {FILLING}")
    first, second = windows(work, ISSUES)
    looking = begun(work, [second, first])
    for window in looking.round():
        looking.saw(window, Look({str(window.last): 1.0}, []))
    assert [list(look.topics) for look in looking.looks] == [["0"], ["1"]]


def test_what_was_seen_is_given_in_the_order_of_the_text(lexicon: Lexicon) -> None:
    work = drafted(lexicon, " ".join([*ABOUT_NORWAY, FILLING]))
    looking = begun(work, windows(work, ISSUES)[::-1])
    for window in looking.round():
        looking.saw(window, seen(work, window, 0.5))
    starts = [look.held[0].actor.start for look in looking.looks]
    assert starts == sorted(starts)
    assert len(starts) == 3
