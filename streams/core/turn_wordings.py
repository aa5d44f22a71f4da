"""How a text says that an actor changes course. Each wording says how the stance read beside it is to be taken."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from streams.core.letters import Needs, needs
from streams.core.sieve import Sieve
from streams.core.text import caseless

Effect = Literal["new", "vague", "from", "opened", "given_up", "stood_for", "stood_against", "stood_aside"]
Who = Literal["nearest", "adjacent", "subject", "maker"]
_Row = tuple[str, Effect, float, Who]


@dataclass(frozen=True, slots=True)
class Wording:
    """A wording of a change of course.

    effect: what it says of the stance read beside it. new: it is the new one. vague: the new one unless the article says otherwise.
    from: the old one. opened and given_up: the wording itself says that a resistance, or a plan, ends. stood_for,
    stood_against and stood_aside: where the actor stood before, so that only another stance is a turn. who turns: the actor named
    last before it (adjacent: and next to it), or the one that the sentence begins with (maker: of the issue named just before it).
    """

    pattern: re.Pattern[str]
    needs: Needs
    effect: Effect
    score: float
    who: Who = "nearest"


_DAYS = r"(?:hours|days|weeks|months|years|decades|a (?:day|week|month|year))"
_MONTH = r"(?:january|february|march|april|may|june|july|august|september|october|november|december)"
_ONCE = (
    r"(?:previously|earlier|long|first|at first|initially|repeatedly|hitherto|so far|once(?! more| again)|used to|always"
    rf"|until (?:now|then|recently|this \w+|last \w+|the \w+|{_MONTH})|only (?:last )?\w+|last \w+|(?:for|spent) (?:[\w-]+ ){{1,3}}(?:days|weeks|months|years?)"
    rf"|(?:on|in|since) (?:{_MONTH}|\d{{4}}|monday|tuesday|wednesday|thursday|friday|saturday|sunday|spring|summer|autumn|winter)"
    rf"|(?:only |just |barely )?(?:[\w-]+ )?(?:{_DAYS}|day|week|month|year) (?:ago|before|earlier)|yesterday|at dawn)"
)

# What an actor did when it stood against an issue, for it or aside: by what was done, by doing so, and as a noun.
_AGAINST_DONE = (
    r"(?:refused|rejected|ruled (?:\w+ )?out|opposed|objected|resisted|blocked|vetoed|declined|condemned|ba(?:u)?lked|dismissed|hesitated|stalled|wavered|turned down|spurned|scorned"
    r"|threatened to (?:block|veto|reject)|shielded|spared|held (?:out|back)|fought|shrugged off|shied away|put (?:it |this )?off|warned against|argued against"
    r"|(?:been |was |were )?(?:reluctant|unwilling|wary|sceptical|skeptical|doubtful|against|cool to)|would not|never)"
)
_AGAINST_DOING = (
    r"(?:refusing|rejecting|ruling (?:\w+ )?out|opposing|objecting|resisting|blocking|vetoing|declining|condemning|ba(?:u)?lking|dismissing|hesitating|stalling|wavering|turning down"
    r"|spurning|scorning|threatening to (?:block|veto|reject)|shielding|sparing|holding (?:out|back)|fighting|shrugging off|shying away|putting off|warning against|arguing against)"
)
_AGAINST_NOUN = r"(?:refusals?|rejection|opposition|resistance|hesitation|reluctance|restraint|doubts?|scepticism|skepticism)(?! (?:from|by|in|among))"
_FOR_DONE = (
    r"(?:supported|backed|called for|promised|vowed|pledged|demanded|agreed|accepted|defended|pressed for|championed|favou?red|argued (?:hardest )?for|lobbied for|urged|voted for"
    r"|clung to|sworn?|swore|insisted on)"
)
_FOR_DOING = (
    r"(?:supporting|backing|calling for|promising|vowing|pledging|agreeing|accepting|defending|pressing for|championing|favou?ring|arguing for|lobbying for|urging|voting for"
    r"|clinging to|swearing|insisting on)"
)
_ASIDE_DONE, _ASIDE_DOING = (
    r"(?:abstained|stayed out|kept out|stayed neutral)",
    r"(?:abstaining|staying out|keeping out)",
)
_MADE = (
    r"(?:agreed|declared|joined|signed|accepted|kept|announced|granted|imposed|ordered|slapped|proclaimed|honou?red|observed|brokered|adopted|introduced|renewed|extended"
    r"|tightened|made|championed|backed|approved|proposed|demanded|sought|promised|pledged|voted for|called for|launched|applied)"
)
_UNMADE = r"(?:lifted|eased|waived|suspended|dropped|ended|withdrawn|relaxed|loosened|rejected|refused|spurned|vetoed|blocked|opposed|rebuffed|ruled out|dismissed|turned down|called off)"


def _stood(effect: Effect, done: str, doing: str, noun: str | None = None) -> Iterator[_Row]:
    """Give the ways to tell where an actor stood before, by what it did then."""
    while_ = rf"(?:{doing}|{noun})" if noun else doing
    yield (
        rf"(?:after|following|despite) (?:[\w-]+ ){{0,4}}?{_DAYS} of (?:[\w-]+ )?{while_}",
        effect,
        0.8,
        "subject",
    )
    yield rf"(?:{_DAYS} )?after (?:{_ONCE} )?{doing}", effect, 0.65, "subject"
    yield rf"{_DAYS} after (?:it|they|he|she) (?:had )?{done}", effect, 0.65, "subject"
    yield rf"(?:, having|after having) (?:{_ONCE} )?{done}", effect, 0.65, "subject"
    yield (
        rf"(?:which|who|whose \w+),? (?:(?:[\w-]+ ){{0,3}}?{_ONCE}|had) (?:[\w-]+ ){{0,3}}?{done}",
        effect,
        0.65,
        "adjacent",
    )
    yield rf"(?:which|who|whose \w+) {done} (?:[\w-]+ ){{0,4}}?{_ONCE}", effect, 0.65, "adjacent"
    yield rf"(?:it|he|she|they) had {_ONCE} (?:[\w-]+ ){{0,2}}?{done}", effect, 0.65, "subject"
    yield rf", {_ONCE} (?:[\w-]+ ){{0,3}}?{done}", effect, 0.65, "adjacent"


def _had(effect: Effect, made: str) -> _Row:
    """Give the way to tell of something by who made it, or undid it, before: the truce it declared on Monday."""
    it = r"(?:that |which )?(?:it|they|he|she)(?: itself| themselves| himself| herself)?"
    return rf"{it} (?:had (?:only )?{made}|{made} (?:[\w’'-]+ ){{0,5}}?{_ONCE})", effect, 0.65, "maker"


_OWN = r"(?:its|their|his|her|all|any|years of|months of|weeks of|decades of)(?: own)?"
_RESISTANCE = r"(?:refusals?|resistance|opposition|objections?|reluctance|restraint|caution|reservations?|doubts?|misgivings?|hesitation|veto|hold|rejection|leniency)"
_COURSE = r"(?:position|stance|policy|policies|line|course|approach|insistence|pledge|promise|assurance|vow|undertaking|decision|attitude|principle|neutrality)"
_IT_HAD = r" (?:that |which )?(?:it|they|he|she)(?: (?:it|them|him|her)self| themselves)? had"
_OVERCOMING = r"(?:abandoning|dropping|overcoming|shedding|giving up|setting aside|swallowing|relinquishing|ditching|ending|softening|breaking with|doing away with|moving away from|retreating from|departing from)"
_LEAVING = (
    r"(?:reversing|abandoning|dropping|scrapping|giving up|setting aside|retreating from|backing (?:away|down|off) from|departing from|moving away from|breaking (?:with|from)|walking back"
    r"|going back on|reneging on|doing away with|undoing|upending|overturning|softening|hardening|relinquishing|ditching|discarding|shelving|renouncing)"
)
_UNDO = r"(?: to (?:withdr|lift|eas|end|pull|leav|cut|take|bring|remov|reduc|block|veto|delist|let)\w*)"
_EASE = r"(?: to (?:withdr|lift|eas|end|pull|let)\w*)"
_GIVES_UP = (
    r"(?:dropp?(?:s|ed|ing)?|abandon(?:s|ed|ing)?|shelv(?:es|ed|ing)|scrap\w*|ditch\w*|withdr[ae]w(?:s|n|ing)?|giv(?:es|ing) up|gave up|back(?:s|ed|ing)? away from"
    r"|walk\w* away from|renounc\w+)"
)
_AT_LAST = r"(?:at last|finally|in the end|after all|eventually|belatedly|grudgingly|reluctantly)"
_YES = r"(?:agree\w*|accept\w*|approv\w*|consent\w*|back(?:s|ed)|support(?:s|ed)|join(?:s|ed)|sign(?:s|ed) up|endors\w+|assent\w*|gives? way|gave way)"
_NEVER_MIND = r"(?:not|never|no|none|nothing|n[’']t)"

# The first that fits decides: first what speaks for itself, then where the actor stood, then what leaves the way to the stance read beside it.
_TABLE: tuple[_Row, ...] = (
    (r"(?:shift\w*|pivot\w*|turn\w*|switch\w*|mov\w+) (?:their|its|his|her)?\s?(?:focus |away |attention )?from", "from", 0.85, "nearest"),
    (rf"(?:dropp?(?:s|ed|ing)?|lift(?:s|ed|ing)?|abandon(?:s|ed|ing)?|withdr[ae]w(?:s|n|ing)?|end(?:s|ed|ing)?|ceas\w+|giv(?:es|ing) up|gave up|let(?:s|ting)? go of|overc\w+|swallow\w*|soften(?:s|ed)?) (?:{_OWN}|the|a|an) (?:[\w-]+ )?(?:opposition|objections?|resistance|veto|reluctance|refusal|reservations?|misgivings|doubts|hold|(?<=its )block|(?<=their )block)(?!{_EASE})", "opened", 0.85, "nearest"),
    (rf"no longer (?:stands? in (?:the|its|their) way|blocks?|objects?|oppos\w+|resists?|refus\w+|hesitat\w+|rul\w+ (?:\w+ )?out)(?!{_EASE})", "opened", 0.75, "nearest"),
    (rf"{_GIVES_UP} (?:its|their|his|her|the|a|all)?\s?(?:\w+ ){{0,2}}(?:support|backing|plans?|idea|proposal|commitment|pledge|call|offer|push|promise|intention)(?!{_UNDO})", "given_up", 0.75, "nearest"),
    (r"no longer (?:\w+ )?(?:intend\w*|plan\w*|want\w*|propos\w+) to (?!block|oppos|veto|withdr|lift|end|pull|leav)\w+", "from", 0.75, "nearest"),
    _had("stood_for", _MADE),
    _had("stood_against", _UNMADE),
    (rf"{_DAYS} after (?:saying|insisting|vowing|swearing|promising|declaring) [^.,;]{{0,60}}?\b{_NEVER_MIND}", "stood_against", 0.65, "subject"),
    *_stood("stood_against", _AGAINST_DONE, _AGAINST_DOING, _AGAINST_NOUN),
    *_stood("stood_for", _FOR_DONE, _FOR_DOING),
    *_stood("stood_aside", _ASIDE_DONE, _ASIDE_DOING, "(?:silence|neutrality|abstention)"),
    (rf"{_OVERCOMING} (?:{_OWN} (?:[\w-]+ ){{0,4}}?{_RESISTANCE}|(?:the|a) (?:[\w-]+ ){{0,2}}?{_RESISTANCE}{_IT_HAD})", "stood_against", 0.75, "subject"),
    (rf"(?:a|the) (?:[\w-]+ )?(?:step|idea|move|option|measure|thing|demand){_IT_HAD} (?:{_ONCE} )?{_UNMADE}", "stood_against", 0.7, "subject"),
    (r"(?<!\bbe )(?:reverses|reversed|reversal of|in a (?:[\w-]+ )?(?:reversal|turn|turnabout|shift|u-turn|about-face|about-turn|volte-face)|backtrack\w*|climb-?down)", "new", 0.8, "nearest"),
    (r"(?:u-turn|about-face|about-turn|volte-face|turnabout|turnaround|change of (?:tack|tone|heart|course|mind|policy|line|position)|second thoughts|(?:it is|marks?|marking|makes?|making) a reversal)", "new", 0.75, "subject"),
    (r"(?:changed?|changes|changing|shift(?:s|ed|ing)?) (?:its|their|his|her|the) (?:mind|position|stance|policy|course|tune|focus|view|approach|line|direction|vote)", "vague", 0.8, "nearest"),
    (r"(?:significant|major|marked|broader|dramatic|sharp|clear|strategic|policy|strategy|notable|abrupt|striking) (?:\w+ )?(?:shift|change|reversal|departure|turn|turnaround)", "vague", 0.7, "nearest"),
    (r"a (?:shift|change|departure|(?:clean )?break|turnaround) (?:from|of|away|with|in(?! (?:[\w’'-]+ ){0,3}?(?:deployments?|forces|troops|leadership|command|mission)))", "vague", 0.7, "nearest"),
    (rf"(?:{_GIVES_UP} (?:{_OWN}|the|a)? ?(?:\w+ )?(?:demands?|insistence|conditions?|plans?)|no longer insists?)", "new", 0.7, "nearest"),
    (r"(?<!confirmed )(?<!confirms )(?<!admitted )(?<!admits )(?<!acknowledged )(?<!acknowledges )for the first time(?! (?:by name|in history|in public|publicly))", "new", 0.6, "nearest"),
    (r"(?:no longer|not any ?more|any longer) (?:\w+ )?(?:support\w*|back\w*|call\w*|promis\w+|demand\w*|agree\w*|accept\w*|defend\w*|insist\w+|maintain\w*|want\w*|st[oa]+nd?s?|believ\w+|consider\w*|sees?|saw|seek\w*|sought|feels?|felt|need\w*|willing|bound|committed)", "new", 0.6, "nearest"),
    (rf"{_LEAVING} (?:{_OWN} (?:[\w-]+ ){{0,4}}?{_COURSE}|(?:the|an?) (?:[\w-]+ ){{0,2}}?(?:{_COURSE}|exemption){_IT_HAD})", "new", 0.75, "subject"),
    (r"(?:undoes|undid|undoing|overturns|overturned|overturning)", "new", 0.6, "nearest"),
    (r"(?:long-standing|longtime|traditional) (?:refus\w+|reject\w+|oppos\w+|resist\w+|insist\w+|policy|position|neutral\w*)", "new", 0.7, "nearest"),
    (r"(?:back(?:ed|s) down|relent(?:s|ed|ing)?|cav(?:es|ed) in|gives? in|gave in|reconsidered|thought better of|thinks better of|chang(?:es|ed) (?:course|sides|tack|tune)|come round|comes round|came round|goes back on|went back on|reneg\w+)", "new", 0.75, "nearest"),
    (rf"(?:yields? (?:to|on)|yielded (?:to|on)|yielding to|gives? way|gave way|bow(?:s|ed|ing) to|won over|worn down|(?:comes?|came) off the fence|think(?:s|ing)? again|thought again|{_AT_LAST} {_YES}|{_YES} {_AT_LAST})", "new", 0.7, "nearest"),
)  # fmt: skip
WORDINGS = tuple(
    Wording(caseless(rf"(?:\b|(?=,))(?:{pattern})\b"), needs(pattern), effect, score, who)
    for pattern, effect, score, who in _TABLE
)
SIEVE = Sieve(WORDINGS)
