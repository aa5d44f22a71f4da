"""Who has made up no mind, by the words of the sentence."""

import pytest

from streams.core.prepare import Lexicon
from streams.core.stance import Verdict
from streams.core.undecided import open_minds
from tests.unit.drafts import drafted


def undecided(lexicon: Lexicon, text: str) -> set[tuple[str, str]]:
    """Give the actors and issues that are taken for neutral, each having been read as a support before."""
    work = drafted(lexicon, text)
    found = [
        Verdict(actor, issue, index, "support", 0.9)
        for index, issues in work.issues.items()
        for issue in issues
        for actor in work.actors.get(index, ())
    ]
    return {
        (each.actor.actor.id, each.issue.issue)
        for each in open_minds(found, work)
        if each.stance == "neutral"
    }


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Norway has not decided whether to send troops to Mali.", {("NOR", "troop_deployment")}),
        ("Japan has yet to take a position on the sanctions.", {("JPN", "sanctions")}),
        ("Brazil abstained in the vote on a ceasefire.", {("BRA", "ceasefire")}),
        ("The call for a ceasefire passed, and Brazil abstained.", {("BRA", "ceasefire")}),
        ("Spain neither promised nor excluded sending troops.", {("ESP", "troop_deployment")}),
        ("Egypt left open whether it would send troops.", {("EGY", "troop_deployment")}),
        ("Norway has decided to send troops to Mali.", set()),
        ("Brazil, which had abstained in May, now wants a ceasefire.", set()),
        ("Kenya backs the sanctions, and Norway is undecided.", set()),
        ("Norway is undecided, but Kenya will send troops.", set()),
        (
            "Norway has not decided on sending troops, but it will impose sanctions.",
            {("NOR", "troop_deployment")},
        ),
    ],
)
def test_who_has_made_up_no_mind_takes_no_side(
    lexicon: Lexicon, text: str, expected: set[tuple[str, str]]
) -> None:
    assert undecided(lexicon, text) == expected
