"""What the words right beside a name say of it: that the actor itself is meant, or only something near it."""

import re

from streams.core.mentions import Token

# What is merely near a state; what is -led or -brokered by it is its own doing.
_NEARNESS = re.compile(
    r"[-–—‑](?:backed|based|born|made|controlled|occupied|allied|aligned|speaking"
    r"|style|supported|held|flagged|owned|linked|affiliated|trained|funded"
    r"|friendly|run|armed|built|designed|supplied|wide|bound|era"
    r"|majority|annexed|administered|language|registered|operated|installed|sanctioned)\b"
)
_EVENT_NOUN = r" (?:war|conflict|border|relations|crisis|wars|match|tensions)\b"
_EVENT = re.compile(r"[–—-][A-Z]\w+(?: [A-Z]\w+)?" + _EVENT_NOUN)  # Israel–Hamas war
_EVENT_END = re.compile(_EVENT_NOUN)
_LOCATIVE = re.compile(r"\b(?:in|near|outside|at|around|across|over|inside|from|into|through|visits?|of) $")
_ADDRESS = re.compile(r", [A-Z]\w+(?: [A-Z]\w+)*[,.;]")  # Belgrade, Serbia
_STRANGE_PLACE = re.compile(
    r"\b(?:[Ii]n|[Nn]ear|[Oo]utside|[Aa]t|[Ff]rom) "
    r"(?!(?:Jan|Febr)uary|March|April|May\b|June|July|August|(?:Septem|Octo|Novem|Decem)ber)"
    r"[A-Z][\w’'-]+(?: [A-Z][\w’'-]+){0,2}, $"
)
_DAY = r"(?:[A-Z][a-z]{2,8}\.? \d{1,2}|\d{1,2} [A-Z][a-z]{2,8}\.?)"
_DATELINE = re.compile(
    r"(?:[A-Z][A-Z.’'-]+(?:[ /][A-Z][A-Z.’'-]+){0,3}(?=[ ,])(?P<loud>)|[A-Z][\w.’'-]+(?: [A-Z][\w.’'-]+){0,3})"
    r"(?:, (?:[A-Z][\w.’'-]*)(?: [A-Z][\w.’'-]*){0,3}){0,2}"
    rf"(?:,? {_DAY})?(?P<agency> \([^()\n]{{2,40}}\))?(?:, {_DAY})? ?(?:--|[–—-]) "
)  # KYIV, April 21 (Agency) - ; Bucharest, Romania (Agency) — ; ABUJA -
_DATELINE_REACH = 80
_PLACES = frozenset({"seat", "city", "region"})
_STOPS = frozenset(",.;:)")
_COUNT = re.compile(
    r"(?:\d|\b(?:two|three|four|five|six|seven|eight|nine|ten|dozens of|hundreds of|thousands of"
    r"|several|many|some|most|of the|all|million)) $",
    re.IGNORECASE,
)
_COMPASS = [
    f"{ew}ern "
    for ew in ("north", "south", "east", "west", "northeast", "northwest", "southeast", "southwest")
]
_PREFIX = tuple(
    each
    for word in ("pro-", "anti-", "non-", "ethnic ", "native ", "half-", "central ", *_COMPASS)
    for each in (word, word.capitalize())
)
_HYPHENS = frozenset("-–—‑")


def is_near(text: str, end: int) -> bool:
    """Whether a suffix says what is merely near the actor: ``Iran-backed``, ``Kyiv-based``."""
    return text[end : end + 1] in _HYPHENS and _NEARNESS.match(text, end) is not None


def is_beside(text: str, token: Token) -> bool:
    """Whether the words around say that the actor itself is not meant: ``in Moscow``, ``pro-Russian``."""
    if text.endswith(_PREFIX, 0, token.start) or _is_event(text, token):
        return True
    if token.sense.kind == "seat":
        before = text[max(0, token.start - 14) : token.start]
        return _LOCATIVE.search(before) is not None or _ADDRESS.match(text, token.end) is not None
    if token.sense.sub == "PEOPLE":
        return _COUNT.search(text[max(0, token.start - 14) : token.start]) is not None
    return False


def is_address(text: str, token: Token, before: Token | None) -> bool:
    """Whether a country only says where a place lies: ``in Abuja, Nigeria, the bloc lifts ...``. before: the last name."""
    if token.sense.kind != "country" or not text.endswith(", ", 0, token.start):
        return False
    if text[token.end : token.end + 1] not in _STOPS:
        return False
    if before is not None and before.end == token.start - 2:
        return before.sense.kind in _PLACES and before.sense.country == token.sense.country
    return _STRANGE_PLACE.search(text, max(0, token.start - 40), token.start) is not None


def is_dateline(text: str, token: Token) -> bool:
    """Whether a place only says where a line was written: ``SEOUL -- North Korea will send ...``. A state stands there behind
    a town alone, so that ``HUNGARY – will veto ...`` is none.
    """
    line = text.rfind("\n", 0, token.start) + 1
    if token.end - line > _DATELINE_REACH or token.sense.case == "exact":
        return False
    if token.sense.kind not in _PLACES and not (
        token.sense.kind == "country" and text.endswith(", ", line, token.start)
    ):
        return False
    found = _DATELINE.match(text, line)
    return (
        found is not None
        and token.end <= found.end()
        and (found["loud"] is not None or found["agency"] is not None)
    )


def _is_event(text: str, token: Token) -> bool:
    if text[token.end : token.end + 1] in _HYPHENS:
        return _EVENT.match(text, token.end) is not None
    return text[token.start - 1 : token.start] in _HYPHENS and _EVENT_END.match(text, token.end) is not None
