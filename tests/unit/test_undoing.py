"""What undoes an issue, and what is done to it; what puts one back."""

import pytest

from streams.core.model import Stance
from streams.core.prepare import Lexicon, add_grammar
from streams.core.stance import Verdict
from streams.core.undoing import may_turn_twice, put_together
from tests.unit.drafts import drafted


def stance(lexicon: Lexicon, text: str, issue: str, seen: Stance) -> Stance:
    """What becomes of a stance that the network has seen of the first actor."""
    work = drafted(lexicon, text)
    add_grammar([(work, 0)])
    named = next(each for each in work.issues[0] if each.issue == issue)
    verdict = Verdict(work.mentions[0], named, 0, seen, 0.9)
    (told,) = put_together([verdict], work, lexicon.cues)
    return told.stance


@pytest.mark.parametrize(
    ("text", "issue", "expected"),
    [
        ("Norway has blocked every waiver from the sanctions on Belarus.", "sanctions", "support"),
        ("Norway will not renew the sanctions waiver for Belarus.", "sanctions", "support"),
        ("Norway's refusal of a sanctions waiver surprised Belarus.", "sanctions", "support"),
        ("Norway granted the refinery in Minsk an exemption from the sanctions.", "sanctions", "oppose"),
        ("Norway extended the sanctions waiver for Belarus.", "sanctions", "oppose"),
        ("Norway postponed the withdrawal of its soldiers from Mali.", "troop_deployment", "support"),
        ("Norway completed the withdrawal of its soldiers from Mali.", "troop_deployment", "oppose"),
        ("Norway reimposed sanctions on Belarus that had been waived.", "sanctions", "support"),
        ("Norway shut its market, bringing back sanctions that had been lifted.", "sanctions", "support"),
        ("Norway brought the sanctions on Belarus back that it had lifted.", "sanctions", "support"),
        ("Norway will not reinstate the sanctions on Belarus.", "sanctions", "oppose"),
    ],
)
def test_grammar_puts_the_two_turns_together(
    lexicon: Lexicon, text: str, issue: str, expected: Stance
) -> None:
    assert stance(lexicon, text, issue, "support") == expected
    assert stance(lexicon, text, issue, "oppose") == expected


@pytest.mark.parametrize(
    "text",
    [
        "Norway lifted the sanctions on Belarus.",
        "Norway spoke of a sanctions waiver for Belarus.",
        "While Norway watched, Spain revoked the sanctions waiver for Belarus.",
        "Norway imposed new sanctions on Belarus but extended a waiver for Sudan.",
        "Norway granted an exemption for potash and renewed its sanctions on Belarus.",
        "Norway lifted the sanctions on Belarus after Spain revoked its waiver.",
        "Norway eased its sanctions on Belarus with a licence that allows payments.",
        "Norway said that Spain had revoked the sanctions waiver.",
        "Norway was denied a sanctions waiver by Spain.",
        "Norway lifted the sanctions on Belarus while Spain restored the ferry.",
        "Norway restored the ferry after lifting the sanctions on Belarus.",
        "Norway put the ferry back on its route and lifted the sanctions on Belarus.",
        "Norway watched as Spain reimposed sanctions on Belarus.",
        "Norway blamed Spain for reinstating sanctions on Belarus.",
        "Norway restored ties with Belarus that sanctions had strained.",
        "Norway reinstated an official sacked over sanctions on Belarus.",
        "Norway left the deal, leading Spain to reimpose sanctions on Belarus.",
        "Norway put back the sanctions on Belarus until March.",
    ],
)
def test_without_a_turning_word_on_such_a_noun_the_network_decides(lexicon: Lexicon, text: str) -> None:
    assert stance(lexicon, text, "sanctions", "support") == "support"
    assert stance(lexicon, text, "sanctions", "oppose") == "oppose"


def test_what_is_neutral_stays_and_is_not_asked_about(lexicon: Lexicon) -> None:
    text = "Norway extended the sanctions waiver for Belarus."
    assert stance(lexicon, text, "sanctions", "neutral") == "neutral"
    work = drafted(lexicon, text)
    verdict = Verdict(work.mentions[0], work.issues[0][0], 0, "neutral", 0.9)
    assert not may_turn_twice(work, verdict, lexicon.cues)
