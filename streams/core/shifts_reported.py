"""Where the text itself says that an actor changes course, and from what to what."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from streams.core.draft import Draft
from streams.core.lists import listed
from streams.core.mentions import Mention
from streams.core.model import OPPOSITE, Stance
from streams.core.stance import Verdict
from streams.core.text import caseless

# Each wording says how the stance read beside it is to be taken: as the new one (after), as the new one unless the
# article says otherwise (vague), or not at all, since the wording itself tells which way it goes.
_STOOD = (
    r"(?:refus\w+|reject\w+|rul(?:ed|ing) (?:\w+ )?out|oppos\w+|object\w+|resist\w+|block\w+|veto\w+|insist\w+|declin\w+|condemn\w+"
    r"|support\w*|back(?:ed|ing)?|call\w*|promis\w+|vow\w+|pledg\w+|demand\w*|agree\w*|accept\w*|defend\w*|press\w*|argu\w+|urg\w+"
    r"|vot\w+|threaten\w*|warn\w*|held out|h[eo]ld\w* back|st[oa]+nd?s?|stood|want\w*|clung|cling\w*|hesitat\w+|ba(?:u)?lk\w*|dismiss\w+"
    r"|waver\w*|champion\w*|favou?r\w*|reluctant|neutral\w*|unwilling|wary|against|impos\w+|put (?:it |this )?off)"
)
_LONG = (
    r"(?:previously|earlier|long|first|at first|initially|repeatedly|hitherto|so far|once|until (?:now|then|recently|this \w+|last \w+)"
    r"|only (?:last )?\w+|last \w+|(?:for|spent) (?:\w+ ){1,2}(?:days|weeks|months|years?)|in (?:January|February|March|April|May|June|July|August"
    r"|September|October|November|December)|(?:days|weeks|months|a (?:day|week|month|year)) (?:ago|before|earlier))"
)
_TURNS: tuple[tuple[str, str, float], ...] = (
    (r"(?:shift\w*|pivot\w*|turn\w*|switch\w*|mov\w+) (?:their|its|his|her)?\s?(?:focus |away |attention )?from", "from", 0.85),
    (r"(?<!\bbe )(?:reverses|reversed|reversing|reversal of|in a (?:reversal|turn|turnabout|shift)|u-turn|about-face|about-turn|volte-face|backtrack\w*|climb-?down)", "after", 0.8),
    (r"(?:changed?|changes|changing|shift(?:s|ed|ing)?) (?:its|their|his|her|the) (?:mind|position|stance|policy|course|tune|focus|view|approach|line|direction)", "vague", 0.8),
    (r"(?:significant|major|marked|broader|dramatic|sharp|clear|strategic|policy|strategy|notable|abrupt|striking) (?:\w+ )?(?:shift|change|reversal|departure|turn|turnaround)", "vague", 0.7),
    (r"a (?:shift|change|departure|break|turnaround) (?:from|in|of|away)", "vague", 0.7),
    (r"(?:dropp?(?:s|ed|ing)?|lift(?:s|ed|ing)?|abandon(?:s|ed|ing)?|withdr[ae]w(?:s|n|ing)?|end(?:s|ed|ing)?|ceas\w+|giv(?:es|ing) up|gave up|overc\w+|softens?|softened) (?:its|their|his|her|long-?standing|the|all) (?:\w+ )?(?:opposition|objections?|resistance|veto|reluctance|refusal|reservations?)", "drops_opposition", 0.85),
    (r"no longer (?:stands? in the way|blocks?|objects?|oppos\w+|resists?|refus\w+|rul\w+ (?:\w+ )?out)", "drops_opposition", 0.75),
    (r"(?:dropp?(?:s|ed|ing)?|abandon(?:s|ed|ing)?|shelv(?:es|ed|ing)|scrap\w*|ditch\w*|withdr[ae]w(?:s|n|ing)?|giv(?:es|ing) up|gave up|back(?:s|ed|ing)? away from|walk\w* away from|renounc\w+) (?:its|their|his|her|the|a|all)?\s?(?:\w+ ){0,2}(?:support|backing|plans?|idea|proposal|commitment|pledge|demand|insistence|call|offer|push|promise|intention)", "gives_up", 0.75),
    (r"for the first time", "after", 0.6),
    (r"no longer (?:\w+ )?(?:intend\w*|plan\w*|want\w*|propos\w+) to (?!block|oppos|veto|withdr|lift|end|pull|leav)\w+", "from", 0.75),
    (rf"(?:no longer|not any ?more|any longer) (?:\w+ )?(?:{_STOOD}|believ\w+|consider\w*|sees?|saw|seek\w*|sought|feels?|felt|need\w*|willing|bound|committed)", "after", 0.6),
    (r"(?:after (?:\w+ ){0,3}(?:months|years|weeks|days) of (?:refus\w+|reject\w+|resist\w+|oppos\w+|insist\w+|hesitat\w+|holding out|saying no))", "after", 0.8),
    (rf"(?:having|after) (?:{_LONG} )?(?:been )?{_STOOD}", "after", 0.6),
    (rf"(?:had|which|who|that) (?:had )?{_LONG} (?:had )?(?:been )?{_STOOD}", "after", 0.6),
    (r"(?:undoes|undid|undoing|overturns|overturned|overturning)", "after", 0.6),
    (r"(?:long-standing|longtime|traditional) (?:refus\w+|reject\w+|oppos\w+|resist\w+|insist\w+|policy|position|neutral\w*)", "after", 0.7),
    (r"(?:ma[dk]es? an? (?:about-turn|u-turn)|back(?:ed|s) down|relent\w*|cav(?:es|ed) in|gives? in|gave in|reconsidered|thought better of|chang(?:es|ed) course|come round|comes round|came round|goes back on|went back on|reneg\w+)", "after", 0.75),
)  # fmt: skip
_PATTERNS = tuple((caseless(rf"\b{pattern}\b"), effect, score) for pattern, effect, score in _TURNS)
_ANY = caseless(rf"\b(?:{'|'.join(pattern for pattern, _, _ in _TURNS)})")
_NOT_A_TURN = caseless(
    r"\b(?:has not|have not|had not|hasn['’]t|haven['’]t|did not|does not|no|denied|denies|without|not officially|until (?:it|they|he|she))\b[^.]{0,60}$"
)

_OF_WHOM = caseless(
    r"\b(?:shift|change|turn|reversal|departure|break|u-turn|about-face)\b[^.]{0,24}?"
    r"\b(?:direction|policy|position|stance|approach|course|strategy|thinking|line)\b (?:of|by|for|from|in|within)\b"
)
_INSTEAD = caseless(r"\bto \w+ing\b")
_KEEPING = caseless(r"\b(?:polic|monitor|patroll|guard|supervis|observ|oversee)ing\b")
_REACH = 24
_BORROWED = 0.6
_HELD = 0.3


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
    for index in _turning_sentences(draft):
        here = [each for each in verdicts if each.sentence == index]
        turns = [turn for each in here if (turn := _turn(draft, each)) is not None]
        own = [turn for turn in turns if turn.verdict.score >= _HELD]
        owned += own
        unowned += [] if own else turns
        open_ones += [] if own else [(each, index) for each in _who(draft, index)]
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


def _turning_sentences(draft: Draft) -> list[int]:
    """Give the sentences with an actor and a wording of a turn; one look at the whole text finds most have none."""
    hits = (
        {draft.sentence_at(match.start()) for match in _ANY.finditer(draft.folded)} if draft.issues else set()
    )
    return sorted(i for i in hits if i in draft.actors and any(_matches(draft, *draft.sentences[i])))


def _matches(draft: Draft, start: int, end: int) -> Iterator[tuple[re.Match[str], str, float]]:
    for pattern, effect, weight in _PATTERNS:
        match = pattern.search(draft.folded, start, end)
        if match is not None and not _NOT_A_TURN.search(draft.folded, start, match.start()):
            yield match, effect, weight


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


def _turn(draft: Draft, verdict: Verdict) -> Turn | None:
    """The turn that the first wording tells which speaks of this actor and issue; a shift from another issue tells none."""
    start, end = draft.sentences[verdict.sentence]
    is_from_another = False
    for match, effect, weight in _matches(draft, start, end):
        if verdict.actor.actor.id not in _turning(draft, verdict.sentence, match):
            continue
        if effect == "from" and not _is_left(draft, verdict, match):
            is_from_another = True
            continue
        if effect == "vague" and is_from_another:
            continue
        before, after = _ways(verdict, effect)
        if after is not None:
            score = round(weight * min(1.0, verdict.score + 0.35), 4)
            is_outright, is_vague = effect == "from", effect == "vague"
            left = _left(draft, match, end) if is_outright else None
            return Turn(verdict, verdict.actor, before, after, score, start, end, is_outright, is_vague, left)
    return None


def _left(draft: Draft, match: re.Match[str], end: int) -> tuple[int, int] | None:
    """From where to where a sentence says what is left for something else: up to what is done instead."""
    instead = _INSTEAD.search(draft.folded, match.end(), end)
    return (match.end(), instead.start()) if instead else None


def _turning(draft: Draft, index: int, match: re.Match[str]) -> set[str]:
    """Who is said to turn: the last actor named before the wording, else the first behind it; a list turns together."""
    named = [each for each in draft.actors.get(index, ()) if each.is_actor]
    if not named:
        return set()
    before = [each for each in named if each.start < match.start()]
    who, lists = (before[-1] if before else named[0]), listed(draft)
    own = lists.get(who.start, who.start)
    return {each.actor.id for each in named if lists.get(each.start, each.start) == own}


def _is_left(draft: Draft, verdict: Verdict, match: re.Match[str]) -> bool:
    """Whether it is this issue that is turned away from: the first one named behind the wording. Who shifts from policing a truce
    does not leave the truce.
    """
    behind = [each for each in draft.issues.get(verdict.sentence, ()) if each.anchor > match.start()]
    first = min(behind, key=lambda each: each.anchor, default=None)
    if first is None or first.issue != verdict.issue.issue:
        return False
    return _KEEPING.search(draft.folded, match.end(), max(match.end(), first.start)) is None


def _ways(verdict: Verdict, effect: str) -> tuple[Stance | None, Stance | None]:
    stance = verdict.stance
    if effect == "drops_opposition":
        return "oppose", "support"
    if effect == "gives_up":
        return "support", "oppose"
    if effect == "from":
        return "support", "oppose"
    return OPPOSITE.get(stance), stance
