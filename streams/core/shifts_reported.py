"""Where the text itself says that an actor changes course, and from what to what."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from streams.core.draft import Draft
from streams.core.lists import listed
from streams.core.mentions import Mention
from streams.core.model import OPPOSITE, Stance
from streams.core.sieve import Sought
from streams.core.stance import Verdict
from streams.core.text import caseless
from streams.core.turn_wordings import SIEVE, Effect, Who, Wording

_NOT_A_TURN = caseless(
    r"\b(?:(?:has|have|had|did|does|do|will|would|can|could|shall|is|are|was|were) ?n[o’']t|won[’']t|cannot|no|not a|never|den(?:ied|ies|ying)|speculation|rumou?rs?"
    r"|reports (?:that|of)|talk of|without|not officially|until (?:it|they|he|she)|calls? (?:for|on)|asks?|asked|urges?|urged|appeals? to|would like|should|must|might"
    r"|refus\w* to|declin\w* to|unwilling to|breaking|broke|violat\w*|breach\w*|despite|in spite of|shatter\w*)\b[^.,;]{0,60}$|\bnot $"
)

_OF_WHOM = Sought(
    r"(?:shift|change|turn|reversal|departure|break|u-turn|about-face)\b[^.]{0,24}?"
    r"\b(?:direction|policy|position|stance|approach|course|strategy|thinking|line)\b (?:of|by|for|from|in|within)"
)
_INSTEAD = caseless(r"\bto \w+ing\b")
_KEEPING = caseless(r"\b(?:polic|monitor|patroll|guard|supervis|observ|oversee)ing\b")
_REACH = 24
_BESIDE = 2
_MADE = 45
_PLAIN = 0.7
_BORROWED = 0.6
_HELD = 0.28
_Told = tuple[re.Match[str], Wording]


@dataclass(frozen=True, slots=True)
class Turn:
    """A change of course that the text reports; before is None where it leaves it open. left: from where to where it says what is left."""

    verdict: Verdict
    actor: Mention
    before: Stance | None
    after: Stance
    score: float
    start: int
    end: int
    is_outright: bool = False  # told as a turn "from" what is named: "shifts from", not "drops its plans"
    is_vague: bool = False  # the text says that there is a shift, and not which way
    left: tuple[int, int] | None = None

    def leaves(self, verdict: Verdict) -> bool:
        """Whether a verdict reads as held today what this sentence says is given up, or what that was for: who shifts from
        sending troops to guard a truce to training soldiers says nothing of the truce.
        """
        is_own = (verdict.sentence, verdict.actor.actor.id) == (self.verdict.sentence, self.actor.actor.id)
        is_given_up = (verdict.issue.issue, verdict.stance) == (self.verdict.issue.issue, self.before)
        is_left = self.left is not None and self.left[0] <= verdict.issue.start < self.left[1]
        return self.is_outright and is_own and (is_given_up or is_left)


def find_turns(draft: Draft, verdicts: Sequence[Verdict], threshold: float) -> list[Turn]:
    """Give the changes of course that the text reports, one for each actor and issue.

    A sentence that says who changes course without saying on what (a shift in the direction of the coalition) takes
    the issue and the way from the sentence of the article that does.
    """
    owned: list[Turn] = []
    unowned: list[Turn] = []
    open_ones: list[tuple[Mention, int]] = []
    for index, told in _turning_sentences(draft, verdicts):
        here = [each for each in verdicts if each.sentence == index]
        turns = [turn for each in here if (turn := _turn(draft, each, told)) is not None]
        own = [turn for turn in turns if turn.verdict.score >= _HELD]
        owned += own
        unowned += [] if own else turns
        # who is told too weakly to be given out may still borrow what another sentence tells plainly
        is_told = any(turn.score >= threshold for turn in own)
        open_ones += [] if is_told else [(each, index) for each in _who(draft, index)]
    models = [turn for turn in (*owned, *unowned) if turn.is_outright] or owned
    if models:
        model = max(models, key=lambda turn: turn.score)
        if model.is_outright:
            owned = [replace(t, before=model.before, after=model.after) if t.is_vague else t for t in owned]
        owned += [_borrowed(draft, model, actor, index) for actor, index in open_ones]
    best: dict[tuple[str, str], Turn] = {}
    for turn in sorted(owned, key=lambda turn: -turn.score):
        if turn.score >= threshold:
            best.setdefault((turn.actor.actor.id, turn.verdict.issue.issue), turn)
    return list(best.values())


def _turning_sentences(draft: Draft, verdicts: Sequence[Verdict]) -> Iterator[tuple[int, list[_Told]]]:
    """Give the sentences with a wording of a turn, of those in which something is read or somebody's policy is said to shift."""
    here = {each.sentence for each in verdicts}
    said = {draft.sentence_at(match.start()) for match in _OF_WHOM.finditer(draft.folded)}
    here |= said & draft.actors.keys()
    for index in sorted(here):
        if told := _matches(draft, *draft.sentences[index]):
            yield index, told


def _matches(draft: Draft, start: int, end: int) -> list[_Told]:
    """Give the wordings of a turn in a sentence, in the order of the table, but for what is said not to be one."""
    found = ((next(matches, None), wording) for wording, matches in SIEVE.found(draft.folded, start, end))
    return [
        (match, wording)
        for match, wording in found
        if match is not None and not _NOT_A_TURN.search(draft.folded, start, match.start())
    ]


def _who(draft: Draft, index: int) -> list[Mention]:
    """Give the actor whose direction, policy or position is said to shift: the first one named after the wording."""
    start, end = draft.sentences[index]
    found = _OF_WHOM.search(draft.folded, start, end)
    if found is None:
        return []
    after = [
        each
        for each in draft.actors.get(index, ())
        if each.is_actor and 0 <= each.start - found.end() <= _REACH
    ]
    return after[:1]


def _borrowed(draft: Draft, model: Turn, actor: Mention, index: int) -> Turn:
    start, end = draft.sentences[index]
    return Turn(model.verdict, actor, model.before, model.after, _BORROWED, start, end)


def _turn(draft: Draft, verdict: Verdict, told: Sequence[_Told]) -> Turn | None:
    """The turn that the first wording tells which speaks of this actor and issue; a shift from another issue tells none, and where
    what was read is told as the old course, only what is plainly a turn does.
    """
    start, end = draft.sentences[verdict.sentence]
    is_from_another, is_old = False, False
    for match, wording in told:
        effect = wording.effect
        if is_old and wording.score < _PLAIN:
            continue
        if verdict.actor.actor.id not in _turning(draft, verdict, match, wording.who):
            continue
        if effect == "from" and not _is_left(draft, verdict, match):
            is_from_another = True
            continue
        if effect == "vague" and is_from_another:
            continue
        ways = _ways(verdict, effect)
        if ways is None:
            is_old = True
            continue
        score = round(wording.score * min(1.0, verdict.score + 0.35), 4)
        is_outright, is_vague = effect == "from", effect == "vague"
        left = _left(draft, match, end) if is_outright else None
        return Turn(verdict, verdict.actor, *ways, score, start, end, is_outright, is_vague, left)
    return None


def _left(draft: Draft, match: re.Match[str], end: int) -> tuple[int, int] | None:
    """From where to where a sentence says what is left for something else: up to what is done instead."""
    instead = _INSTEAD.search(draft.folded, match.end(), end)
    return (match.end(), instead.start()) if instead else None


def _turning(draft: Draft, verdict: Verdict, match: re.Match[str], who_turns: Who) -> set[str]:
    """Who is said to turn: the last actor named before the wording or whom the sentence begins with, else the first behind it; a
    list turns together.
    """
    named = [each for each in draft.actors.get(verdict.sentence, ()) if each.is_actor]
    if not named or (who_turns == "maker" and not _is_made(draft, verdict, match)):
        return set()
    before = [each for each in named if each.start < match.start()]
    if who_turns == "adjacent" and not (before and 0 <= match.start() - before[-1].end <= _BESIDE):
        return set()
    if before:
        who = before[-1] if who_turns in {"nearest", "adjacent"} else named[0]
    else:  # the wording opens the sentence: whom it is said of comes behind its clause
        opening = max(match.end(), draft.folded.find(",", match.end(), draft.sentences[verdict.sentence][1]))
        who = next((each for each in named if each.start >= opening), named[0])
    lists = listed(draft)
    own = lists.get(who.start, who.start)
    return {each.actor.id for each in named if lists.get(each.start, each.start) == own}


def _is_made(draft: Draft, verdict: Verdict, match: re.Match[str]) -> bool:
    """Whether the issue stands just before a wording that says who made it: "the sanctions on Chad that it imposed in March"."""
    gaps = [
        draft.folded[each.end : match.start()]
        for each in draft.issues.get(verdict.sentence, ())
        if each.issue == verdict.issue.issue and each.end <= match.start()
    ]
    if match[0].startswith(("that", "which")):
        gaps = [gap.removesuffix(", ") for gap in gaps]
    return any(len(gap) <= _MADE and not any(mark in gap for mark in ",;:") for gap in gaps)


def _is_left(draft: Draft, verdict: Verdict, match: re.Match[str]) -> bool:
    """Whether it is this issue that is turned away from: the first one named behind the wording. Who shifts from policing a truce
    does not leave the truce.
    """
    behind = [each for each in draft.issues.get(verdict.sentence, ()) if each.anchor > match.start()]
    first = min(behind, key=lambda each: each.anchor, default=None)
    if first is None or first.issue != verdict.issue.issue:
        return False
    return _KEEPING.search(draft.folded, match.end(), max(match.end(), first.start)) is None


def _ways(verdict: Verdict, effect: Effect) -> tuple[Stance | None, Stance] | None:
    """Give from where to where a wording says that a stance turns; None where the stance is the one that was held before."""
    stance = verdict.stance
    if effect == "opened":
        return "oppose", "support"
    if effect in {"given_up", "from"}:
        return "support", "oppose"
    if effect == "stood_against":
        return ("oppose", stance) if stance != "oppose" else None
    if effect == "stood_aside":
        return ("neutral", stance) if stance != "neutral" else None
    if effect == "stood_for":
        return ("support", stance) if stance != "support" else None
    return OPPOSITE.get(stance), stance
