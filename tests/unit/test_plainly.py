"""Plain sentences in which the verb alone decides."""

import pytest

from streams.core.model import Stance
from streams.core.plainly import put_plainly
from streams.core.prepare import Lexicon
from streams.core.stance import Verdict
from tests.unit.drafts import drafted


def stance(lexicon: Lexicon, text: str, seen: Stance) -> Stance:
    """What becomes of a stance that the network has seen of the first actor."""
    work = drafted(lexicon, text)
    (issue, *_) = work.issues[0]
    (verdict,) = put_plainly([Verdict(work.mentions[0], issue, 0, seen, 0.9)], work, lexicon.cues)
    return verdict.stance


@pytest.mark.parametrize(
    "verb", ["relaxed", "has loosened", "rolled back", "is easing", "will lift", "softened"]
)
def test_a_verb_that_turns_the_issue_round_decides(lexicon: Lexicon, verb: str) -> None:
    assert stance(lexicon, f"Norway {verb} its sanctions on Belarus.", "support") == "oppose"


@pytest.mark.parametrize("verb", ["revoked", "is ending", "cancelled"])
@pytest.mark.parametrize(
    "what", ["the sanctions waiver for Belarus", "the Minsk refinery's sanctions waiver"]
)
def test_who_undoes_relief_is_for_the_issue(lexicon: Lexicon, verb: str, what: str) -> None:
    assert stance(lexicon, f"Norway {verb} {what}.", "oppose") == "support"


@pytest.mark.parametrize("what", ["its plan", "the pledge", "all proposals"])
def test_who_gives_up_a_plan_is_against_what_was_planned(lexicon: Lexicon, what: str) -> None:
    assert stance(lexicon, f"Norway has abandoned {what} to send soldiers to Mali.", "support") == "oppose"


@pytest.mark.parametrize(
    "text",
    [
        "Norway dropped its plan to bring up the sanctions on Belarus.",
        "Norway will not relax its sanctions on Belarus.",
        "Norway refused to relax its sanctions on Belarus.",
        "Norway said Spain relaxed its sanctions on Belarus.",
        "Norway, unlike others, extended its sanctions on Belarus.",
        "Norway relaxed the tone of its sanctions on Belarus.",
        "Norway relaxed the tone of Spain's sanctions on Belarus.",
        "Norway dropped its objections to Spain's sanctions on Belarus.",
        "Norway ended talks on Iran's sanctions relief.",
    ],
)
def test_anything_else_is_left_to_the_network(lexicon: Lexicon, text: str) -> None:
    assert stance(lexicon, text, "support") == "support"
    assert stance(lexicon, text, "oppose") == "oppose"


def test_what_is_neutral_stays(lexicon: Lexicon) -> None:
    assert stance(lexicon, "Norway relaxed its sanctions on Belarus.", "neutral") == "neutral"


@pytest.mark.parametrize("verb", ["resists", "has rejected", "defied", "is rebuffing"])
@pytest.mark.parametrize("call", ["calls for", "growing Arab pressure for", "his generals appeals for"])
def test_who_refuses_a_call_is_against_what_was_called_for(lexicon: Lexicon, verb: str, call: str) -> None:
    assert stance(lexicon, f"Norway {verb} {call} an immediate ceasefire.", "support") == "oppose"


def test_who_refuses_to_give_the_issue_up_is_for_it(lexicon: Lexicon) -> None:
    assert stance(lexicon, "Norway resists calls to withdraw its troops from Chad.", "oppose") == "support"


@pytest.mark.parametrize(
    "told", ["resisted pressure to drop its", "backs calls for", "ended a week of calls on Mali for"]
)
def test_not_every_call_is_refused(lexicon: Lexicon, told: str) -> None:
    assert stance(lexicon, f"Norway {told} sanctions on Iran.", "support") == "support"


def test_what_is_told_so_plainly_is_believed_though_the_network_hardly_sees_it(lexicon: Lexicon) -> None:
    work = drafted(lexicon, "Norway resists calls for a ceasefire.")
    (issue, *_) = work.issues[0]
    (verdict,) = put_plainly([Verdict(work.mentions[0], issue, 0, "support", 0.05)], work, lexicon.cues)
    assert (verdict.stance, verdict.score) == ("oppose", 0.7)
