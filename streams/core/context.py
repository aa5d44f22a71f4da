"""Which country an observation is about: where it is fought, deployed to, or who is sanctioned."""

import re
from collections import Counter
from collections.abc import Callable, Mapping

from streams.core.candidates import Candidate
from streams.core.draft import Draft
from streams.core.issues import Frame
from streams.core.mentions import Mention

_TO = re.compile(
    r"\b(?:to|in|into|inside|at|near|on|across|around|over|off|against|for|with|from|of|out of|between)\W+(?:[\w’'-]+\W+){0,4}$"
)
_SANCTION_ON = re.compile(
    r"\b(?:on|against|targeting|over|upon|sanction\w*|blacklist\w*|hit|freez\w+|froze|towards?)\W+(?:[\w’'-]+\W+){0,6}$",
    re.I,
)
_FROM = re.compile(r"\b(?:from|out of|leaves?|left|quits?|exits?|vacat\w+)\W+(?:[\w’'-]+\W+){0,3}$", re.I)
_REACH = 60

Homes = Callable[[str], str | None]


def find_context(draft: Draft, candidate: Candidate, frame: Frame, home: Homes) -> str | None:
    """Give the country of an observation, from its sentence, else from the article; None where nothing tells."""
    places = [each for each in draft.actors.get(candidate.sentence, ()) if each.country]
    rule = _RULES[frame]
    return rule(draft, candidate, places, home)


def _sanctioned(draft: Draft, candidate: Candidate, places: list[Mention], home: Homes) -> str | None:
    others = [each for each in places if each is not candidate.actor]
    after = [each for each in others if each.start > candidate.issue.anchor]
    for each in after:
        if _SANCTION_ON.search(draft.body, max(0, each.start - _REACH), each.start):
            return each.country
    if after and after[0].country != candidate.actor.country:
        return after[0].country
    return _article(draft, candidate, exclude=candidate.actor.country) or (
        candidate.actor.country if others else None
    )


def _deployed(draft: Draft, candidate: Candidate, places: list[Mention], home: Homes) -> str | None:
    pattern = _FROM if candidate.issue.term.sign < 0 else _TO
    after = [each for each in places if each.start > candidate.issue.anchor]
    for regex in (pattern, _TO):
        for each in after:
            if regex.search(draft.body, max(0, each.start - _REACH), each.start):
                return each.country
    for each in places:
        if each.country != home(candidate.actor.actor.id) and each is not candidate.actor:
            return each.country
    return _article(draft, candidate, exclude=candidate.actor.country) or candidate.actor.country


def _fighting(draft: Draft, candidate: Candidate, places: list[Mention], home: Homes) -> str | None:
    pairs = {each.country for each in draft.mentions if each.country}
    known = [country for country in ("UKR", "PSE", "LBN", "YEM", "SDN", "COD", "SYR") if country in pairs]
    own = home(candidate.actor.actor.id)
    near = [each.country for each in places if each.country]
    for country in near:
        if country in known:
            return country
    if known:
        return known[0]
    others = [country for country in near if country != own]
    return (others or near or [None])[0] or _article(draft, candidate, exclude=None)


def _article(draft: Draft, candidate: Candidate, exclude: str | None) -> str | None:
    counts = Counter(each.country for each in draft.mentions if each.country and each.country != exclude)
    return counts.most_common(1)[0][0] if counts else None


_RULES: Mapping[Frame, Callable[[Draft, Candidate, list[Mention], Homes], str | None]] = {
    "sanctioned": _sanctioned,
    "deployment": _deployed,
    "fighting": _fighting,
}
