"""Where a sentence says it in the plainest way, ``Norway relaxed its sanctions``, the verb decides if the issue's own file knows it.

The network knows common verbs better than the lexicon, and rare ones worse. Only of what turns an issue round is the verb enough: who
declares a truce void declares it, too. Of a call for the issue any verb that turns things round is: ``Norway resists calls for a truce``.
"""

import re
from collections.abc import Iterable, Iterator, Sequence

from streams.core.cues import Cues
from streams.core.draft import Draft
from streams.core.issues import IssueMention
from streams.core.mentions import Mention
from streams.core.model import Stance
from streams.core.stance import Verdict, one_sided
from streams.core.text import words

_BEFORE = frozenset(
    "has have had is are was were will also then now again formally officially further partly fully".split()
)
_BEHIND = frozenset("its their his her the all some most any of part further new more an a on".split())
_LINKS = frozenset("to of on over for from about with against in at by as and".split())
_CALLS = frozenset(
    "call calls pressure demand demands appeal appeals request requests plea pleas push".split()
)
_FOR = frozenset(("for", "to"))
_PLANS = frozenset("plan plans proposal proposals pledge promise promises intention commitment offer".split())
_OWNER, _WHOSE, _WHAT = 4, 3, 3
_BELIEVED = 0.7
_PUNCTUATION = re.compile(r"[^\w\s’'-]")


def put_plainly(found: Iterable[Verdict], draft: Draft, cues: Cues) -> Iterator[Verdict]:
    """Give each verdict, with the chance of both sides on the one that a plain sentence tells."""
    return one_sided(found, lambda each: _side(each, draft, cues), _BELIEVED)


def _side(verdict: Verdict, draft: Draft, cues: Cues) -> Stance | None:
    """Name the side that the sentence tells between actor and issue in so many words: a verb, and what may stand around it."""
    named = draft.named(verdict.sentence, verdict.issue.issue)
    for mention in named:
        if mention.start > verdict.actor.end and _is_plain(mention, named):
            sign = _sign(draft.body, verdict.actor, mention, cues)
            if sign:
                return "support" if sign > 0 else "oppose"
    return None


def _is_plain(mention: IssueMention, named: Sequence[IssueMention]) -> bool:
    """Whether a wording stands for the issue by itself. A weak one in favour may be what the issue is about: the oil that is bought
    no more.
    """
    is_about = mention.term.is_weak and mention.term.sign > 0
    return not is_about and not any(_is_within(mention, each) for each in named)


def _is_within(inner: IssueMention, outer: IssueMention) -> bool:
    """Whether a wording is part of a longer name: the sanctions of a sanctions waiver."""
    return (
        not outer.term.is_act
        and outer.start <= inner.start
        and inner.end <= outer.end
        and outer.end - outer.start > inner.end - inner.start
    )


def _sign(text: str, actor: Mention, issue: IssueMention, cues: Cues) -> int:
    between = text[actor.end : issue.start]
    if _PUNCTUATION.search(between):
        return 0
    told = words(between)
    while told and told[0] in _BEFORE:
        told = told[1:]
    return (_verb(told, issue, cues) or _call(told, issue, cues)) * issue.term.sign


def _verb(told: Sequence[str], issue: IssueMention, cues: Cues) -> int:
    if not told:
        return 0
    particles, rest = told[1:2], told[1:]
    cue = cues.lookup_own(issue.issue, told[0], particles)
    if cue is None or cue.sign > 0:
        return 0
    if "_" in cue.lemma:
        rest = told[2:]
    return cue.sign if _BEHIND.issuperset(_without_owner(_without_plan(rest))) else 0


def _call(told: Sequence[str], issue: IssueMention, cues: Cues) -> int:
    """Tell a call for the issue, or for its end, that is refused: ``resisting international pressure for a``."""
    nouns = range(1, min(len(told) - 1, _WHOSE + 2))
    noun = next((i for i in nouns if told[i] in _CALLS and told[i + 1] in _FOR), None)
    cue = cues.lookup(issue.issue, told[0], told[1:2]) if noun else None
    if noun is None or cue is None or cue.sign >= 0:
        return 0
    whose, what = told[1:noun], told[noun + 2 :]
    is_bare = len(what) <= _WHAT and not any(cues.lookup(issue.issue, each) for each in what)
    return cue.sign if is_bare and _LINKS.isdisjoint([*whose, *what]) else 0


def _without_plan(told: Sequence[str]) -> Sequence[str]:
    """Leave out that it was only planned: ``abandoned its plan to``."""
    is_planned = len(told) > 1 and told[-2] in _PLANS and told[-1] == "to"
    return told[:-2] if is_planned else told


def _without_owner(told: Sequence[str]) -> Sequence[str]:
    """Leave out whose it is: ``the oil firm's``."""
    owner = told[: told.index("s")] if "s" in told else []
    return told[len(owner) + 1 :] if 0 < len(owner) <= _OWNER and _LINKS.isdisjoint(owner) else told
