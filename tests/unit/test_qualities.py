"""How a stance is held, by the words of its sentence."""

import pytest

from streams.core.prepare import Lexicon
from streams.core.qualities import is_background, is_done
from tests.unit.drafts import drafted


@pytest.mark.parametrize(
    "text",
    [
        "In 2014 the EU imposed sanctions on Russia.",
        "But in the spring of 2019 Norway sent troops to Mali.",
        "Ten years ago Kenya sent soldiers to Somalia.",
        "In the 1990s NATO sent troops to Bosnia.",
        "Back then Norway sent troops to Mali.",
        "On 24 February 2022 Russia sent troops to Ukraine.",
        "In late February 2022, the EU imposed sanctions on Russia.",
    ],
)
def test_a_sentence_that_begins_long_ago_is_background(lexicon: Lexicon, text: str) -> None:
    assert is_background(drafted(lexicon, text), 0)


@pytest.mark.parametrize(
    "text",
    [
        "Canada, which imposed sanctions in 2014, will keep them.",
        "The EU extended its sanctions on Russia, as it has since 2014.",
        "Qatar said Israel and Hamas had agreed to a ceasefire.",
        "Norway, which opposed it at the time, sent troops to Mali.",
        "In May 2025 Norway sent troops to Mali.",
        "Sanctions imposed two years ago on Syria were lifted by the EU on Monday.",
        "Last year’s truce in Gaza was extended by Israel on Monday.",
        "Until 2024 Germany refused to send troops, but on Monday it agreed to send them.",
        "In Mali 2000 soldiers were deployed by Russia.",
        "In the 2020s Norway will send troops to Mali.",
        "Then Norway sent troops to Mali.",
    ],
)
def test_a_date_within_a_sentence_does_not_make_it_background(lexicon: Lexicon, text: str) -> None:
    assert not is_background(drafted(lexicon, text), 0)


@pytest.mark.parametrize(
    "text",
    [
        "Thailand signed the ceasefire with Cambodia.",
        "Thailand has sent troops to Cambodia, its premier said.",
        "Thailand lifted sanctions on Cambodia.",
    ],
)
def test_what_the_words_tell_as_done_is_done(lexicon: Lexicon, text: str) -> None:
    assert is_deed(lexicon, text)


@pytest.mark.parametrize(
    "text",
    [
        "Thailand will sign the ceasefire with Cambodia.",
        "Thailand has decided it won't sign the ceasefire with Cambodia.",
        "Thailand hasn’t lifted its sanctions on Cambodia.",
        "Thailand cannot send troops to Cambodia.",
        "Thailand called for a ceasefire with Cambodia.",
        "Thailand decided to back Norway, which signed the ceasefire.",
        "Norway signed the ceasefire. Thailand met its envoys.",
    ],
)
def test_what_lies_ahead_or_is_another_s_deed_is_not_done(lexicon: Lexicon, text: str) -> None:
    assert not is_deed(lexicon, text)


def is_deed(lexicon: Lexicon, text: str) -> bool:
    """Whether Thailand has acted on what the text speaks of."""
    work = drafted(lexicon, text)
    actor = next(each for each in work.mentions if each.actor.id == "THA")
    issue = next(each.issue for found in work.issues.values() for each in found)
    return is_done(work, work.sentence_at(actor.start), actor, issue, lexicon.cues)
