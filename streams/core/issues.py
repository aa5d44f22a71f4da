"""Issues as data: what a file of ``lexicons/issues`` says an issue is called, and where a text speaks of it."""

import re
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args

from streams.core.letters import Sieve, anchor_stems, needed_parts
from streams.core.text import caseless, lower

Frame = Literal["fighting", "deployment", "sanctioned"]


@dataclass(frozen=True, slots=True)
class Term:
    """One wording of an issue.

    sign: 1 where the event itself is in favour of the issue (deploys), -1 where it is against it (withdraws).
    weak: carries the issue only beside other terms. act: an event that has a doer, not a thing that is called for.
    echo: means the issue only in an article that has named it outright. stems: what the words of its anchor begin with. parts: letters
    of which a text that matches has one of each set, wherever in a word.
    """

    id: str
    pattern: re.Pattern[str]
    sign: int
    is_weak: bool
    is_act: bool
    is_echo: bool = False
    stems: tuple[str, ...] = ()
    parts: tuple[frozenset[str], ...] = ()


@dataclass(frozen=True, slots=True)
class Issue:
    """What an issue file says.

    context tells how the country in question is found; cues are by sign and strength. others are senses that are
    not the issue; doubts are words about which an article seldom means it.
    """

    id: str
    context: Frame
    terms: tuple[Term, ...]
    echoes: tuple[Term, ...]
    others: re.Pattern[str] | None
    doubts: re.Pattern[str] | None
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
    frames: tuple[Frame, ...] = get_args(Frame)
    if data["context"] not in frames:
        raise ValueError(f"context of issue {data['id']}: {data['context']!r} is none of {', '.join(frames)}")
    words = {name: f"(?:{pattern})" for name, pattern in data.get("words", {}).items()}
    others = "|".join(f"(?:{_fill(each, words)})" for each in data.get("not", ()))
    doubts = data.get("doubts", "")
    return Issue(
        id=data["id"],
        context=data["context"],
        terms=tuple(_term(row, words) for row in data["terms"]),
        echoes=tuple(_term(row, words, is_echo=True) for row in data.get("echoes", ())),
        others=caseless(rf"\b(?:{others})\b") if others else None,
        doubts=caseless(rf"\b(?:{doubts})\b") if doubts else None,
        cues=data.get("cues", {}),
    )


def _fill(pattern: str, words: Mapping[str, str]) -> str:
    return re.sub(r"\{([a-z]+)\}", lambda match: words[match[1]], pattern)


def _term(row: Mapping[str, Any], words: Mapping[str, str], *, is_echo: bool = False) -> Term:
    pattern = caseless(rf"\b(?:{_fill(row['pattern'], words)})\b")
    is_weak, is_act = (str(row.get(key, "")).lower() == "true" for key in ("weak", "act"))
    filled = _fill(row["pattern"], words)
    stems, parts = anchor_stems(filled), needed_parts(filled)
    return Term(row["id"], pattern, int(row["sign"]), is_weak or is_echo, is_act, is_echo, stems, parts)


class Issues:
    """All issues that are watched; frames: how the context of each is found. Looks for the stems of their anchor words first, and
    only then for whole wordings.
    """

    def __init__(self, issues: Iterable[Issue]) -> None:
        self.all = {issue.id: issue for issue in issues}
        self.frames = {issue.id: issue.context for issue in self.all.values()}
        self._terms = _sieve((issue.id, term) for issue in self.all.values() for term in issue.terms)
        self._echoes = _sieve((issue.id, term) for issue in self.all.values() for term in issue.echoes)

    def find(self, text: str, sentences: Sequence[tuple[int, int]]) -> dict[int, list[IssueMention]]:
        """Give the mentions of issues by the number of their sentence."""
        return self._matched(self._terms, text, sentences, self.all)

    def echoes(
        self, text: str, sentences: Sequence[tuple[int, int]], among: Container[str]
    ) -> dict[int, list[IssueMention]]:
        """Give the wordings that mean one of the named issues in an article that has named it outright."""
        return self._matched(self._echoes, text, sentences, among)

    def doubts(self, text: str, found: Mapping[int, Sequence[IssueMention]]) -> frozenset[str]:
        """Give those of the found issues about which a word of the text raises a doubt."""
        named = {mention.issue for mentions in found.values() for mention in mentions}
        folded = lower(text)
        return frozenset(id_ for id_ in named if (doubts := self.all[id_].doubts) and doubts.search(folded))

    def _matched(
        self,
        sieve: Sieve[tuple[str, Term]],
        text: str,
        sentences: Sequence[tuple[int, int]],
        among: Container[str],
    ) -> dict[int, list[IssueMention]]:
        found: dict[int, list[IssueMention]] = {}
        folded = lower(text)
        for index, (start, end) in enumerate(sentences):
            likely = [each for each in sieve.likely(folded[start:end]) if each[0] in among]
            if likely and (mentions := _mentions(self.all, likely, folded, start, end)):
                found[index] = mentions
        return found


def _sieve(terms: Iterable[tuple[str, Term]]) -> Sieve[tuple[str, Term]]:
    known = list(terms)
    return Sieve(known, [(term.stems, term.parts) for _, term in known])


def _mentions(
    issues: Mapping[str, Issue], terms: Iterable[tuple[str, Term]], folded: str, start: int, end: int
) -> list[IssueMention]:
    taken: dict[tuple[str, int], IssueMention] = {}
    for issue, term in terms:
        for match in term.pattern.finditer(folded, start, end):
            mention = IssueMention(issue, term, match.start(), match.end(), _anchor(match))
            known = taken.get((issue, mention.anchor))
            if known is None or (known.term.is_weak and not term.is_weak):
                taken[issue, mention.anchor] = mention
    if not taken:
        return []
    return sorted(
        _meant(issues, list(taken.values()), folded, start, end), key=lambda each: (each.anchor, each.issue)
    )


def _meant(
    issues: Mapping[str, Issue], mentions: list[IssueMention], folded: str, start: int, end: int
) -> list[IssueMention]:
    """Leave out the mentions that overlap a sense which is not the issue."""
    others: dict[str, list[tuple[int, int]]] = {}
    for id_ in {each.issue for each in mentions}:
        pattern = issues[id_].others
        others[id_] = [match.span() for match in pattern.finditer(folded, start, end)] if pattern else []
    return [
        each
        for each in mentions
        if not any(left < each.end and each.start < right for left, right in others[each.issue])
    ]


def _anchor(match: re.Match[str]) -> int:
    if "a" in match.re.groupindex and match.start("a") >= 0:
        return match.start("a")
    blank = match.group().rfind(" ")
    return match.start() + blank + 1
