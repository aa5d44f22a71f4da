"""Issues as data: what a file of ``lexicons/issues`` says an issue is called, and where a text speaks of it."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from ahocorasick_rs import AhoCorasick

Frame = Literal["fighting", "deployment", "sanctioned"]
_FRAMES = ("fighting", "deployment", "sanctioned")


@dataclass(frozen=True, slots=True)
class Term:
    """One wording of an issue.

    sign: 1 where the event itself is in favour of the issue (deploys), -1 where it is against it (withdraws).
    weak: carries the issue only beside other terms. act: an event that has a doer, not a thing that is called for.
    echo: means the issue only in an article that has named it outright.
    """

    id: str
    pattern: re.Pattern[str]
    sign: int
    is_weak: bool
    is_act: bool
    is_echo: bool = False


@dataclass(frozen=True, slots=True)
class Issue:
    """What an issue file says.

    context tells how the country in question is found; cues are by sign and strength. others are senses that are
    not the issue; doubts are words about which an article seldom means it.
    """

    id: str
    name: str
    context: Frame
    terms: tuple[Term, ...]
    echoes: tuple[Term, ...]
    others: re.Pattern[str] | None
    doubts: re.Pattern[str] | None
    triggers: tuple[str, ...]
    cues: Mapping[str, Mapping[str, Sequence[str]]]


@dataclass(frozen=True, slots=True)
class IssueMention:
    """A place where a text speaks of an issue; ``anchor`` is where the word starts that grammar is read from."""

    issue: str
    term: Term
    start: int
    end: int
    anchor: int


def build_issue(data: Mapping[str, Any]) -> Issue:
    """Build an issue from its parsed file. Raises ValueError where the file names an unknown way to find contexts."""
    if data["context"] not in _FRAMES:
        raise ValueError(
            f"context of issue {data['id']}: {data['context']!r} is none of {', '.join(_FRAMES)}"
        )
    words = {name: f"(?:{pattern})" for name, pattern in data.get("words", {}).items()}
    others = "|".join(f"(?:{_fill(each, words)})" for each in data.get("not", ()))
    doubts = data.get("doubts", "")
    return Issue(
        id=data["id"],
        name=data.get("name", data["id"]),
        context=data["context"],
        terms=tuple(_term(row, words) for row in data["terms"]),
        echoes=tuple(_term(row, words, is_echo=True) for row in data.get("echoes", ())),
        others=re.compile(rf"\b(?:{others})\b", re.IGNORECASE) if others else None,
        doubts=re.compile(rf"\b(?:{doubts})\b", re.IGNORECASE) if doubts else None,
        triggers=tuple(data["triggers"]),
        cues=data.get("cues", {}),
    )


def _fill(pattern: str, words: Mapping[str, str]) -> str:
    return re.sub(r"\{([a-z]+)\}", lambda match: words[match[1]], pattern)


def _term(row: Mapping[str, Any], words: Mapping[str, str], *, is_echo: bool = False) -> Term:
    pattern = re.compile(rf"\b(?:{_fill(row['pattern'], words)})\b", re.IGNORECASE)
    is_weak, is_act = (str(row.get(key, "")).lower() == "true" for key in ("weak", "act"))
    return Term(row["id"], pattern, int(row["sign"]), is_weak or is_echo, is_act, is_echo)


class Issues:
    """All issues that are watched. ``passes`` is the cheap first look, ``find`` the careful one."""

    def __init__(self, issues: Iterable[Issue]) -> None:
        self.all = {issue.id: issue for issue in issues}
        triggers = [(trigger, issue.id) for issue in self.all.values() for trigger in issue.triggers]
        self._owners = [owner for _, owner in triggers]
        self._automaton = AhoCorasick([trigger for trigger, _ in triggers])

    def passes(self, text: str) -> frozenset[str]:
        """Give the issues of which the text holds any trigger at all."""
        return frozenset(
            self._owners[index]
            for index, _, _ in self._automaton.find_matches_as_indexes(text.lower(), overlapping=True)
        )

    def find(self, text: str, start: int, end: int, among: Iterable[str]) -> list[IssueMention]:
        """Give the mentions of the named issues in ``text[start:end]``, by place."""
        found = [each for id_ in among for each in _mentions(self.all[id_], self.all[id_].terms, text, start, end)]
        return sorted(found, key=lambda mention: (mention.anchor, mention.issue))

    def echoes(self, text: str, start: int, end: int, among: Iterable[str]) -> list[IssueMention]:
        """Give the wordings that mean one of the issues in an article that has named it outright."""
        found = [each for id_ in among for each in _mentions(self.all[id_], self.all[id_].echoes, text, start, end)]
        return sorted(found, key=lambda mention: (mention.anchor, mention.issue))

    def doubts(self, text: str, found: Mapping[int, Sequence[IssueMention]]) -> frozenset[str]:
        """Give those of the found issues about which a word of the text raises a doubt."""
        named = {mention.issue for mentions in found.values() for mention in mentions}
        return frozenset(id_ for id_ in named if (doubts := self.all[id_].doubts) and doubts.search(text))


def _mentions(issue: Issue, terms: Iterable[Term], text: str, start: int, end: int) -> list[IssueMention]:
    others = [match.span() for match in issue.others.finditer(text, start, end)] if issue.others else []
    taken: dict[int, IssueMention] = {}
    for term in terms:
        for match in term.pattern.finditer(text, start, end):
            if any(left < match.end() and match.start() < right for left, right in others):
                continue
            mention = IssueMention(issue.id, term, match.start(), match.end(), _anchor(match))
            known = taken.get(mention.anchor)
            if known is None or (known.term.is_weak and not term.is_weak):
                taken[mention.anchor] = mention
    return list(taken.values())


def _anchor(match: re.Match[str]) -> int:
    if "a" in match.re.groupindex and match.start("a") >= 0:
        return match.start("a")
    blank = match.group().rfind(" ")
    return match.start() + blank + 1
