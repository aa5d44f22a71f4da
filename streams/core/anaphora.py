"""Pronouns and descriptions: to which actor in reach ``the government``, ``the bloc`` or ``he`` refers.

Deterministic and conservative: the nearest sentence that holds a candidate decides, and nothing is said
where its candidates compete on equal terms. The lists are closed classes of English, so they stand here and
not in the lexicon.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from operator import itemgetter
from typing import Literal

from streams.core.mentions import PLACE_KINDS, STATE_KINDS, Mention
from streams.core.model import Actor
from streams.core.text import caseless, lower

_Class = Literal["domestic", "state", "union", "group", "person", "thing"]
_REACH = 2  # sentences back, beside its own

_DOMESTIC = (
    r"(?:military |ruling )?junta|(?:military |transitional |interim )?government|regime|authorities"
    r"|government (?:forces|troops)|military|army|armed forces|air force|navy|security forces|parliament"
    r"|national assembly|cabinet|presidency|president|prime minister|premier|chancellor|king|emir"
    r"|(?:foreign|defen[cs]e|interior|finance) (?:ministry|minister)|ministry"
)
_DESCRIPTION = caseless(
    r"\b(?=[tihspg])(?:"  # the letters that each begins with: a search skips ahead to them, in half the time
    rf"(?P<domestic>(?:the|its|the country[’']s|the nation[’']s) (?:{_DOMESTIC})"
    r"|(?:pro-)?government (?:forces|troops))"
    r"|(?P<state>the (?:country|kingdom|republic|nation|island nation|emirate|sultanate))"
    r"|(?P<union>the (?:(?:regional )?bloc|(?:military )?alliance|union|organi[sz]ation|agency"
    r"|(?:world|global) body))"
    r"|(?P<group>the (?:rebels|militants|militia|paramilitar(?:y|ies)|insurgents|guerrillas|movement"
    r"|(?:(?:rebel|militant|armed|paramilitary) )?group))"
    r"|(?P<person>he|she)"
    r"|(?P<thing>(?:it|they) (?:will|would|has|have|had|plans?|says?|said|does|did|could|cannot"
    r"|rejects?|rejected|supports?|supported|opposes?|opposed|agreed|agrees|intends?|refuses?|refused|wants?))"
    r")\b(?! of\b)(?![-’']\w)"
    r"(?! (?:technical|aid|operations?|exercises?|bases?|equipment|budget)\b)"
)
_NAME = re.compile(r" [A-Z]")
_REPORTS = re.compile(
    r"[^,.;]{0,40}\b(?:says?|said|announce[sd]?|warn(?:s|ed)|state[sd]?|confirm(?:s|ed)|claim(?:s|ed)|declare[sd]?"
    r"|add(?:s|ed)|insist(?:s|ed)|pledge[sd]?)(?: that)? "
)
_FIRST_PERSON = re.compile(r"\b(?:[Ww]e|I)\b(?!-)")
_PARAGRAPH = re.compile(r"[^\n]+")
_QUOTED = re.compile(r"[“\"][^”\"\n]*[”\"]?")  # what is not closed ends with its paragraph
_SAYING = (
    r"(?:says?|said|add(?:s|ed)|told|tells?|insist(?:s|ed)|warn(?:s|ed)|declare[sd]?|stress(?:es|ed)|announce[sd]?"
    r"|write[s]?|wrote|vow(?:s|ed)|stat(?:es|ed)|explain(?:s|ed)|continue[sd]|concluded|argue[sd]|promised?|tweeted|posted)"
)
_SPEAKS_NEXT = re.compile(rf"[^.;:“”\"\n]{{0,60}}?\b{_SAYING}\b")
_SPEAKS_BEFORE = re.compile(rf"\b{_SAYING} (?:the |a |an )?(?:[A-Z]?[\w’'-]+ ){{0,3}}$")
_WITHIN = re.compile(r"\b(?:in|across|within|inside|throughout|around|of) $")
_PART = {
    "military": "MILITARY",
    "army": "MILITARY",
    "forces": "MILITARY",
    "navy": "MILITARY",
    "troops": "MILITARY",
    "parliament": "PARLIAMENT",
    "assembly": "PARLIAMENT",
}
_start = itemgetter(0)
_OFFICES = (".HEAD", ".FOREIGN", ".DEFENCE", ".TREASURY", ".SECURITY", ".SPEAKER", ".MINISTER")


def resolve(
    mentions: Sequence[Mention], text: str, sentences: Sequence[tuple[int, int]]
) -> tuple[Mention, ...]:
    """Give the extra mentions that pronouns and descriptions amount to; none where the reference is in doubt.

    mentions are those of ``Catalogue.find`` in the same text, in order; sentences are spans of it, in order.
    """
    extra = tuple(_resolved(mentions, text, sentences))
    return (*extra, *_first_person(sorted((*mentions, *extra), key=lambda each: each.start), text))


def _first_person(mentions: Sequence[Mention], text: str) -> Iterator[Mention]:
    """Who says ``we`` within a quote speaks for the only one who is said to speak in the paragraph, outside of quotes."""
    for start, end in (match.span() for match in _PARAGRAPH.finditer(text)):
        quotes = [match.span() for match in _QUOTED.finditer(text, start, end)]
        if not quotes:
            continue
        speakers = {
            each.actor.id: each
            for each in mentions
            if start <= each.start < end and not _is_within(each.start, quotes) and _speaks(each, text, end)
        }
        if len(speakers) != 1:
            continue
        (speaker,) = speakers.values()
        for match in _FIRST_PERSON.finditer(text, start, end):
            if _is_within(match.start(), quotes):
                actor = Actor(speaker.actor.id, speaker.actor.name, None, match[0])
                yield Mention(*match.span(), match[0], actor, "pronoun", speaker.country, True, speaker.part)


def _speaks(mention: Mention, text: str, end: int) -> bool:
    if not mention.is_actor:
        return False
    before = text[max(0, mention.start - 60) : mention.start]
    return bool(_SPEAKS_NEXT.match(text, mention.end, end) or _SPEAKS_BEFORE.search(before))


def _is_within(place: int, spans: Sequence[tuple[int, int]]) -> bool:
    """Whether a place lies in one of the spans, which are in order and apart."""
    before = bisect_right(spans, place, key=_start) - 1
    return before >= 0 and place < spans[before][1]


def _resolved(
    mentions: Sequence[Mention], text: str, sentences: Sequence[tuple[int, int]]
) -> Iterator[Mention]:
    quotes = [match.span() for match in _QUOTED.finditer(text)]
    # Who tells of a quote is not named in it.
    outside = [each for each in mentions if not _is_within(each.start, quotes)]
    ends = [each.end for each in mentions]
    folded = lower(text)
    for number, (start, end) in enumerate(sentences):
        for match in _DESCRIPTION.finditer(folded, start, end):
            kind = match.lastgroup
            # The first mention that ends behind where the description begins: they lie apart, in order.
            after = bisect_right(ends, match.start())
            is_named = after < len(ends) and mentions[after].start < match.end()
            if kind is None or is_named or _NAME.match(text, match.end()):
                continue
            spans = [(start, match.start()), *reversed(sentences[max(0, number - _REACH) : number])]
            reach = mentions if _is_within(match.start(), quotes) else outside
            referent = _referent(_class(kind), reach, spans, text)
            if referent is not None:
                surface = text[match.start() : match.end()]
                is_place = _is_place(kind, text, match.start())
                yield _mention(match.start(), surface, kind, referent, is_place=is_place)


def _class(kind: str) -> _Class:
    known: dict[str, _Class] = {
        "domestic": "domestic", "state": "state", "union": "union", "group": "group", "person": "person",
    }  # fmt: skip
    return known.get(kind, "thing")


def _is_place(kind: str, text: str, start: int) -> bool:
    return kind == "state" and _WITHIN.search(text, max(0, start - 12), start) is not None


def _referent(
    kind: _Class, mentions: Sequence[Mention], spans: Sequence[tuple[int, int]], text: str
) -> Mention | None:
    """Look through the own sentence, then the ones before; the first that holds candidates decides."""
    for number, (start, end) in enumerate(spans):
        here = [
            each for each in mentions if start <= each.start and each.end <= end and _is_candidate(kind, each)
        ]
        if not here:
            continue
        if kind in {"person", "thing"} and number > 1:
            return None
        if kind in {"person", "thing"} and number == 0:
            speaker = [each for each in here if _REPORTS.fullmatch(text, each.end, end)]
            here = speaker[-1:] or here
        return _chosen(kind, here)
    return None


def _is_candidate(kind: _Class, mention: Mention) -> bool:
    if kind == "domestic":
        is_state = mention.is_actor and mention.kind in STATE_KINDS and mention.country == mention.actor.id
        return is_state or (mention.kind in PLACE_KINDS and mention.country is not None)
    if kind == "state":
        return mention.kind in STATE_KINDS
    if not mention.is_actor:
        return False
    if kind == "union":
        return mention.kind in {"organisation", "coalition"}
    if kind == "group":
        return mention.kind == "group"
    is_person = mention.kind == "leader" or (mention.part or "").endswith(_OFFICES)
    return is_person if kind == "person" else not is_person


def _chosen(kind: _Class, here: Sequence[Mention]) -> Mention | None:
    """Take the only actor named; of several, for an army at home, the one whose place is named."""
    if len({_id(kind, each) for each in here}) == 1:
        return here[-1]
    if kind == "domestic":
        places = [each for each in here if each.kind in PLACE_KINDS]
        return places[-1] if len({each.country for each in places}) == 1 else None
    return None


def _id(kind: _Class, mention: Mention) -> str | None:
    return mention.country if kind == "domestic" else mention.actor.id


def _mention(start: int, surface: str, kind: str, referent: Mention, *, is_place: bool) -> Mention:
    surface = surface.partition(" ")[0] if kind == "thing" else surface
    id_ = (referent.country if kind == "domestic" else None) or referent.actor.id
    part = (
        f"{id_}.{_PART.get(surface.rpartition(' ')[2].lower(), 'GOVERNMENT')}" if kind == "domestic" else None
    )
    actor = Actor(id_, referent.actor.name, None, surface)
    return Mention(
        start, start + len(surface), surface, actor, "pronoun", referent.country, not is_place, part
    )
