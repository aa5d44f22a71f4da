"""How a text says that an actor changes course. Each wording says how the stance read beside it is to be taken."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from streams.core.text import caseless

Effect = Literal["new", "vague", "from", "opened", "given_up", "stood_for", "stood_against", "stood_aside"]
Who = Literal["nearest", "adjacent", "subject"]
_Row = tuple[str, Effect, float, Who]


@dataclass(frozen=True, slots=True)
class Wording:
    """A wording of a change of course.

    effect: what it says of the stance read beside it. new: it is the new one. vague: the new one unless the article says otherwise.
    from: the old one. opened and given_up: the wording itself says that a resistance, or a plan, ends. stood_for,
    stood_against and stood_aside: where the actor stood before, so that only another stance is a turn. who turns: the actor named
    last before it (adjacent: and next to it), or the one that the sentence names first.
    """

    pattern: re.Pattern[str]
    effect: Effect
    score: float
    who: Who = "nearest"


_AGAINST = (
    r"(?:refus\w+|reject\w+|rul(?:e|ed|es|ing) (?:\w+ )?out|oppos\w+|object\w+|resist\w+|block\w+|veto\w+|declin\w+|condemn\w+|ba(?:u)?lk\w*"
    r"|dismiss\w+|hesitat\w+|stall\w*|waver\w*|reluctan\w+|unwilling|wary|against|sceptic\w*|skeptic\w*|doubt\w*|warn\w*|caution\w*"
    r"|turn(?:ed|ing) down|spurn\w*|scorn\w*|threaten\w* to (?:block|veto|reject)|would not|never|not to|restraint|shield\w*|spar(?:ed|ing)|held out|holding out|h[eo]ld(?:ing)? back|fought|shrugg\w+ off|cool to|shied away|put (?:it |this )?off)"
)
_FOR = (
    r"(?:support\w*|back(?:ed|ing|s)?|call(?:ed|ing) for|promis\w+|vow\w+|pledg\w+|demand\w*|agree\w*|accept\w*|defend\w*|press(?:ed|ing)|champion\w*|favou?r\w*"
    r"|argu(?:ed|ing) (?:hardest )?for|lobb\w+ for|urg\w+|voted for|clung to|swore|sworn|insist\w+ on)"
)
_MADE = (
    r"(?:agreed|declared|joined|signed|accepted|kept|announced|granted|imposed|ordered|slapped|proclaimed|honou?red|observed|brokered|adopted|introduced|renewed|extended"
    r"|tightened|made|championed|backed|approved|proposed|demanded|sought|promised|pledged|voted for|written|launched|applied)"
)
_UNMADE = r"(?:lifted|eased|waived|suspended|dropped|ended|withdrawn|delisted|relaxed|loosened|rejected|refused|spurned|vetoed|blocked|opposed|rebuffed|ruled out|dismissed|turned down|left|called \w+)"
_STOOD = r"(?:insist\w+|h[eo]ld (?:that|to)|maintain\w*|want\w*|st[oa]+nd?s?|stood|vot\w+|said|say\w*|call\w*|agree\w*|argu\w+)"
_MONTH = r"(?:january|february|march|april|may|june|july|august|september|october|november|december)"
_LONG = (
    r"(?:previously|earlier|long|first|at first|initially|repeatedly|hitherto|so far|once(?! more| again)|used to|always"
    rf"|until (?:now|then|recently|this \w+|last \w+|the \w+|{_MONTH})|only (?:last )?\w+|last \w+|(?:for|spent) (?:[\w-]+ ){{1,3}}(?:days|weeks|months|years?)"
    rf"|in (?:{_MONTH}|\d{{4}})|(?:only |just |barely )?(?:[\w-]+ )?(?:days|weeks|months|years|a (?:day|week|month|year)) (?:ago|before|earlier))"
)
_WHEN = (
    rf"(?:(?:on|in|since|last|until|only) (?:{_MONTH}|\d{{4}}|monday|tuesday|wednesday|thursday|friday|saturday|sunday|week|month|year|spring|summer|autumn|winter)"
    r"|(?:[\w-]+ )?(?:hours|days|weeks|months|years|a (?:day|week|month|year)|decades?|(?:day|week|month|year)) (?:ago|before|earlier)|yesterday|at dawn|so far)"
)
_OWN = r"(?:its|their|his|her|the|a|an|all|any|long-?standing|earlier|previous|years? of|months of|weeks of|decades of)"
_RESISTANCE = r"(?:refusals?|resistance|opposition|objections?|reluctance|restraint|caution|reservations?|doubts?|misgivings?|hesitation|veto|rejection|warnings?|leniency|tolerance)"
_COURSE = r"(?:position|stance|policy|policies|line|course|approach|insistence|pledge|promise|assurance|vow|undertaking|decision|exemption|attitude|habit|principle|rule|answer|neutrality)"
_LEAVING = (
    r"(?:revers|abandon|dropp|end|scrapp|shedd|giv|sett|retreat|back|depart|mov|break|walk|go|do|reneg|undo|upend|overturn|soften|harden|swallow|overcom|relinquish"
    r"|ditch|discard|defy|contradict|bury|shelv|loosen|relax|renounc)ing(?: (?:up|aside|from|away from|down from|off from|with|back|back on|on|away with))?"
)
_AT_LAST = r"(?:at last|finally|in the end|after all|eventually|belatedly|grudgingly|reluctantly)"
_YES = r"(?:agree\w*|accept\w*|approv\w*|consent\w*|back(?:s|ed)|support(?:s|ed)|join(?:s|ed)|sign(?:s|ed) up|endors\w+|assent\w*|gives? way|gave way)"

_ASIDE = r"(?:abstain\w*|stayed out|kept out|staying out|keeping out|neutral\w*|undecided|silent|silence)"
_SIDES: tuple[tuple[str, Effect], ...] = (
    (_AGAINST, "stood_against"),
    (_FOR, "stood_for"),
    (_ASIDE, "stood_aside"),
)
_HAD: tuple[tuple[str, Effect], ...] = ((_MADE, "stood_for"), (_UNMADE, "stood_against"))
_PAST = rf"(?:{_LONG}|{_WHEN})"
_SPAN = r"(?:hours|days|weeks|months|years|decades|a (?:day|week|month|year))"
_IT = r"(?<!said )(?<!says )(?<!said that )(?<!says that )(?<!saying that )(?:it|they|he|she)(?: itself| themselves| himself| herself)?"


def _stood(stood: str, effect: Effect) -> Iterator[_Row]:
    """Give the ways to tell where an actor stood before, by what it did then."""
    yield (
        rf"(?:after|following|despite) (?:[\w-]+ ){{0,4}}?{_SPAN} of (?:[\w-]+ )?{stood}",
        effect,
        0.8,
        "subject",
    )
    yield rf"(?:, having|after(?: having)?) (?:{_LONG} )?(?:been )?{stood}", effect, 0.65, "subject"
    yield (
        rf"(?:which|who|whose \w+),? (?:(?:[\w-]+ ){{0,3}}?{_PAST}|had) (?:[\w-]+ ){{0,3}}?{stood}",
        effect,
        0.65,
        "adjacent",
    )
    yield rf"(?:which|who|whose \w+) {stood} (?:[\w-]+ ){{0,4}}?{_PAST}", effect, 0.65, "adjacent"
    yield rf"{_IT} had {_PAST} (?:[\w-]+ ){{0,2}}?{stood}", effect, 0.65, "subject"
    yield rf", {_PAST} (?:[\w-]+ ){{0,3}}?{stood}", effect, 0.65, "adjacent"


def _had(made: str, effect: Effect) -> _Row:
    """Give the way to tell of something by who made it, or undid it, before: the truce it declared on Monday."""
    return rf"{_IT} (?:had (?:only )?{made}|{made} (?:[\w’'-]+ ){{0,5}}?{_WHEN})", effect, 0.65, "subject"


_TABLE: tuple[_Row, ...] = (
    (r"(?:shift\w*|pivot\w*|turn\w*|switch\w*|mov\w+) (?:their|its|his|her)?\s?(?:focus |away |attention )?from", "from", 0.85, "nearest"),
    (rf"(?:dropp?(?:s|ed|ing)?|lift(?:s|ed|ing)?|abandon(?:s|ed|ing)?|withdr[ae]w(?:s|n|ing)?|end(?:s|ed|ing)?|ceas\w+|giv(?:es|ing) up|gave up|let(?:s|ting)? go of|overc\w+|swallow\w*|soften(?:s|ed)?) {_OWN} (?:[\w-]+ )?(?:opposition|objections?|resistance|veto|reluctance|refusal|reservations?|misgivings|doubts|hold|block)", "opened", 0.85, "nearest"),
    (r"no longer (?:stands? in (?:the|its|their) way|blocks?|objects?|oppos\w+|resists?|refus\w+|hesitat\w+|rul\w+ (?:\w+ )?out)", "opened", 0.75, "nearest"),
    (r"(?:dropp?(?:s|ed|ing)?|abandon(?:s|ed|ing)?|shelv(?:es|ed|ing)|scrap\w*|ditch\w*|withdr[ae]w(?:s|n|ing)?|giv(?:es|ing) up|gave up|back(?:s|ed|ing)? away from|walk\w* away from|renounc\w+) (?:its|their|his|her|the|a|all)?\s?(?:\w+ ){0,2}(?:support|backing|plans?|idea|proposal|commitment|pledge|call|offer|push|promise|intention)(?! to (?:withdr|lift|eas|end|pull|leav|cut|take|bring|remov|reduc|block|veto|delist))", "given_up", 0.75, "nearest"),
    (r"no longer (?:\w+ )?(?:intend\w*|plan\w*|want\w*|propos\w+) to (?!block|oppos|veto|withdr|lift|end|pull|leav)\w+", "from", 0.75, "nearest"),
    *(_had(made, effect) for made, effect in _HAD),
    (r"(?:[\w-]+ )?(?:hours|days|weeks|months|years) after (?:\w+ ){0,2}?(?:say|tell|insist|vow|swear|declar|promis|announc|assur)\w* [^.;]{0,60}?(?:not|never|no|none|nothing|n[’']t)", "stood_against", 0.65, "subject"),
    *(row for stood, effect in _SIDES for row in _stood(stood, effect)),
    (rf"{_LEAVING} (?:{_OWN}|\w+[’']s?) (?:[\w-]+ ){{0,4}}?{_RESISTANCE}", "stood_against", 0.75, "subject"),
    (r"(?<!\bbe )(?:reverses|reversed|reversal of|in a (?:[\w-]+ )?(?:reversal|turn|turnabout|shift|u-turn|about-face|about-turn|volte-face)|backtrack\w*|climb-?down)", "new", 0.8, "nearest"),
    (r"(?:u-turn|about-face|about-turn|volte-face|turnabout|turnaround|change of (?:tack|tone|heart|course|mind|policy|line|position)|second thoughts|(?:it is|marks?|marking|makes?|making) a reversal)", "new", 0.75, "subject"),
    (r"(?:changed?|changes|changing|shift(?:s|ed|ing)?) (?:its|their|his|her|the) (?:mind|position|stance|policy|course|tune|focus|view|approach|line|direction|vote)", "vague", 0.8, "nearest"),
    (r"(?:significant|major|marked|broader|dramatic|sharp|clear|strategic|policy|strategy|notable|abrupt|striking) (?:\w+ )?(?:shift|change|reversal|departure|turn|turnaround)", "vague", 0.7, "nearest"),
    (r"a (?:shift|change|departure|(?:clean )?break|turnaround) (?:from|of|away|with|in(?! (?:[\w’'-]+ ){0,3}?(?:deployments?|forces|troops|leadership|command|mission)))", "vague", 0.7, "nearest"),
    (rf"(?:dropp?(?:s|ed|ing)?|abandon(?:s|ed|ing)?|shelv(?:es|ed|ing)|scrap\w*|giv(?:es|ing) up|gave up) (?:{_OWN} )?(?:\w+ )?(?:demands?|insistence|conditions?|plans?)|no longer insists?", "new", 0.7, "nearest"),
    (r"(?<!confirmed )(?<!confirms )(?<!admitted )(?<!admits )(?<!acknowledged )(?<!acknowledges )for the first time(?! (?:by name|in history|in public|publicly))", "new", 0.6, "nearest"),
    (rf"(?:no longer|not any ?more|any longer) (?:\w+ )?(?:{_FOR}|{_STOOD}|believ\w+|consider\w*|sees?|saw|seek\w*|sought|feels?|felt|need\w*|willing|bound|committed)", "new", 0.6, "nearest"),
    (rf"{_LEAVING} (?:{_OWN}|\w+[’']s?) (?:[\w-]+ ){{0,4}}?{_COURSE}", "new", 0.75, "subject"),
    (r"(?:undoes|undid|undoing|overturns|overturned|overturning)", "new", 0.6, "nearest"),
    (r"(?:long-standing|longtime|traditional) (?:refus\w+|reject\w+|oppos\w+|resist\w+|insist\w+|policy|position|neutral\w*)", "new", 0.7, "nearest"),
    (r"(?:back(?:ed|s) down|relent(?:s|ed|ing)?|cav(?:es|ed) in|gives? in|gave in|reconsidered|thought better of|thinks better of|chang(?:es|ed) course|come round|comes round|came round|goes back on|went back on|reneg\w+)", "new", 0.75, "nearest"),
    (rf"(?:yields? (?:to|on)|yielded (?:to|on)|yielding to|gives? way|gave way|bow(?:s|ed|ing) to|won over|worn down|c[oa]mes? off the fence|think(?:s|ing)? again|thought again|chang(?:es|ed) (?:sides|tack|tune)|{_AT_LAST} {_YES}|{_YES} {_AT_LAST})", "new", 0.7, "nearest"),
)  # fmt: skip
WORDINGS = tuple(
    Wording(caseless(rf"(?:\b|(?=,)){pattern}\b"), effect, score, who)
    for pattern, effect, score, who in _TABLE
)
ANY = caseless(rf"(?:\b|(?=,))(?:{'|'.join(pattern for pattern, _, _, _ in _TABLE)})")
