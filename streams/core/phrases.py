"""A small grammar that puts wordings together: a nation and an office, an office and a name, a former one.

``French`` + ``foreign minister`` + a name is one mention of France; ``Ukrainian`` + ``refugees`` is none of
Ukraine's government. The grammar composes what was found, so that the lexicon need not list every pair.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from streams.core.beside import is_address, is_beside, is_dateline, is_near
from streams.core.mentions import Mention, Sense, Token
from streams.core.model import Actor

_NAME = re.compile(
    r"(?: (?:(?:al|el|bin|ibn|ben|von|van|der|den|de|da|di|do|dos|du|le|la|abu|ould)[ -])*"
    r"[^\W\d_a-z](?:\.(?=[ A-Z])|[\w-]*(?:['’](?!s\b)\w+)*)){1,4}"
)
_NOT_NAMES = re.compile(
    r" (?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day.*| (?:January|February|March|April|May|June|July|August"
    r"|September|October|November|December)\b.*| (?:The|In|On|At|A|I|He|She|It|They)\b.*"
)
_ADJECTIVE = re.compile(r" [A-Za-z-]+[a-rt-z] ")  # one word between, as in Danish shipping company
_ELECT = re.compile(r"[- ](?:elect|designate|nominee|candidate|hopeful)\b")
_TO_HEAD = frozenset({" ", "'s ", "’s ", "' ", "’ "})
_OWNS = _TO_HEAD - {" "}
_OF = frozenset({" of ", " of the "})
_IN = frozenset({" in "})
_FOR = frozenset({" for ", " for the "})
# A government in a country is that country's; an embassy or an air strike in it is not.
_DOMESTIC = frozenset({"GOVERNMENT", "PARLIAMENT", "FOREIGN_MINISTRY", "DEFENCE_MINISTRY"})


@dataclass(slots=True)
class _Span:
    """A phrase while it grows: the tokens from ``first`` to before ``next``."""

    next: int
    end: int
    sub: str | None = None
    takes_name: bool = False
    is_outside: bool = False


def compose(text: str, tokens: Sequence[Token]) -> tuple[Mention, ...]:
    """Give the mentions that the tokens amount to, left to right, none overlapping another."""
    mentions: list[Mention] = []
    at = 0
    while at < len(tokens):
        found, at = _phrase(text, tokens, at)
        if found is not None:
            mentions.append(found)
    return tuple(mentions)


def _phrase(text: str, tokens: Sequence[Token], at: int) -> tuple[Mention | None, int]:
    token = tokens[at]
    part = token.sense.part
    if part == "actor" and is_dateline(text, token):
        town = token._replace(sense=replace(token.sense, kind="city"))
        return _mention(text, town, token.start, token.end, is_actor=False), at + 1
    if part == "actor":
        return _actor(text, tokens, at)
    if part == "person":
        return _person(text, tokens, at)
    if part == "head":
        return _office(text, tokens, at)
    if part == "place":
        return _mention(text, token, token.start, token.end, is_actor=False), at + 1
    if part == "former" and at + 1 < len(tokens):
        return _former(text, tokens, at)
    return None, at + 1


def _former(text: str, tokens: Sequence[Token], at: int) -> tuple[Mention | None, int]:
    here, follower = tokens[at], tokens[at + 1]
    if text[here.end : follower.start] not in {" ", "-", "‑", "–"}:
        return None, at + 1
    found, after = _phrase(text, tokens, at + 1)
    if found is None or follower.sense.part == "place":
        return found, after
    whole = text[here.start : found.end]
    actor = Actor(found.actor.id, found.actor.name, found.actor.parent, whole)
    return Mention(here.start, found.end, whole, actor, found.kind, found.country, False, found.part), after


def _heads(
    text: str,
    tokens: Sequence[Token],
    at: int,
    end: int,
    first: frozenset[str],
    *,
    whose: Sense | None = None,
) -> _Span:
    """Follow modifiers and offices from ``end`` on; what ends in a modifier takes back the modifiers.

    An institution of the actor ``whose`` office it is is one too: ``U.S.`` + ``State Department``.
    """
    span = _Span(at, end, is_outside=whose is not None and _is_outside(text, tokens, at, end, whose))
    start, gaps = at, first
    while at < len(tokens) and text[end : tokens[at].start] in gaps:
        sense = tokens[at].sense
        if sense.part == "outsider":
            span.is_outside = span.is_outside or (start < at and span.next == start)
            break
        is_own = whose is not None and sense.kind == "institution" and sense.id == whose.id
        if sense.part not in {"head", "modifier"} and not is_own:
            break
        at, end, gaps = at + 1, tokens[at].end, _WITHIN
        if sense.part == "head" or is_own:
            sub = (sense.sub or "").rpartition(".")[2]
            span.next, span.end, span.sub, span.takes_name = at, end, sub, sense.takes_name
    return span


def _is_outside(text: str, tokens: Sequence[Token], at: int, end: int, whose: Sense) -> bool:
    """Whether what follows is the nation's and not the state's: Russian oil, a Danish shipping company."""
    if at >= len(tokens) or tokens[at].sense.part != "outsider":
        return False
    gap = text[end : tokens[at].start]
    if whose.kind == "organisation" and tokens[at].sense.sub == "BODY":
        return False
    if whose.kind == "country" and whose.case != "exact":
        return gap in _OWNS or (gap == " " and tokens[at].sense.sub != "VERB")
    return gap in _TO_HEAD or _ADJECTIVE.fullmatch(gap) is not None


_NATIONAL = frozenset({"country", "demonym", "seat", "organisation"})
_WITHIN = frozenset({" ", "-", "'s ", "’s "})


def _actor(text: str, tokens: Sequence[Token], at: int) -> tuple[Mention, int]:
    token = tokens[at]
    is_actor = token.sense.is_actor and token.is_current and not is_beside(text, token)
    is_actor = is_actor and not is_near(text, token.end)
    is_actor = is_actor and not is_address(text, token, tokens[at - 1] if at else None)
    span = _heads(text, tokens, at + 1, token.end, _TO_HEAD, whose=token.sense)
    span.takes_name = span.takes_name or (span.next == at + 1 and token.sense.takes_name)
    _named(text, tokens, span, token.sense.id)
    if span.is_outside and token.sense.kind in _NATIONAL:
        is_actor = False
    if span.sub is None:
        return _mention(text, token, token.start, span.end, is_actor=is_actor), span.next
    is_actor = (
        is_actor
        and not _ELECT.match(text, span.end)
        and not (token.sense.kind == "seat" and span.sub == "MINISTRY")
    )
    return _mention(text, token, token.start, span.end, is_actor=is_actor, sub=span.sub), span.next


def _named(text: str, tokens: Sequence[Token], span: _Span, id_: str) -> None:
    """Let the phrase take in the name that follows a title."""
    if not span.takes_name:
        return
    if span.next < len(tokens) and text[span.end : tokens[span.next].start] == " ":
        follower = tokens[span.next]
        if follower.sense.part == "person" and follower.sense.id == id_:
            span.next, span.end = span.next + 1, follower.end
            return
    name = _NAME.match(text, span.end)
    if name is None:
        return
    end = span.end + len(_NOT_NAMES.sub("", name[0]))
    span.end = end
    while span.next < len(tokens) and tokens[span.next].start < end:
        span.next += 1


def _person(text: str, tokens: Sequence[Token], at: int) -> tuple[Mention | None, int]:
    token = tokens[at]
    is_actor = token.sense.is_actor and token.is_current and not is_near(text, token.end)
    gaps = _TO_HEAD | {"-led ", "‑led "}
    span = _heads(text, tokens, at + 1, token.end, gaps)
    if span.next == at + 1:
        return _mention(text, token, token.start, token.end, is_actor=is_actor), at + 1
    _named(text, tokens, span, token.sense.id)
    return _mention(text, token, token.start, span.end, is_actor=is_actor, sub=span.sub), span.next


def _office(text: str, tokens: Sequence[Token], at: int) -> tuple[Mention | None, int]:
    """An office before its holder or its state: ``President Macron``, ``the government of Sudan``."""
    start = tokens[at].start
    span = _heads(text, tokens, at, start, frozenset({""}))
    if span.next == at or span.next >= len(tokens):
        return None, max(span.next, at + 1)
    follower = tokens[span.next]
    gap = text[span.end : follower.start]
    if follower.sense.part == "person" and gap == " ":
        is_actor = follower.is_current and not _ELECT.match(text, span.end)
        return _mention(text, follower, start, follower.end, is_actor=is_actor), span.next + 1
    if follower.sense.part == "actor" and _is_whose(gap, span.sub):
        whole = _Span(span.next + 1, follower.end, span.sub, span.takes_name)
        _named(text, tokens, whole, follower.sense.id)
        return _mention(
            text, follower, start, whole.end, is_actor=follower.is_current, sub=span.sub
        ), whole.next
    return None, span.next


def _is_whose(gap: str, sub: str | None) -> bool:
    """Whether what follows the office says whose it is: of Sudan, in Kabul, for the Taliban."""
    return gap in _OF or (gap in _IN and sub in _DOMESTIC) or (gap in _FOR and sub == "SPEAKER")


def _mention(
    text: str, token: Token, start: int, end: int, *, is_actor: bool, sub: str | None = None
) -> Mention:
    sense: Sense = token.sense
    surface = text[start:end]
    actor = Actor(sense.id, sense.name, None, surface)
    part = f"{sense.id}.{sub}" if sub is not None else sense.sub
    if part is not None and part == "PEOPLE":
        part = None
    return Mention(start, end, surface, actor, sense.kind, sense.country, is_actor, part)
