"""Issues as data: what a file of ``lexicons/issues`` says an issue is called, and where a text speaks of it."""

import re
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args

from streams.core.letters import Needs, needs
from streams.core.sieve import Sieve, Sought
from streams.core.text import caseless, lower

Frame = Literal["fighting", "deployment", "sanctioned"]


@dataclass(frozen=True, slots=True)
class Term:
    """One wording of an issue, which is known by its id.

    sign: 1 where the event itself is in favour of the issue (deploys), -1 where it is against it (withdraws).
    weak: carries the issue only beside other terms. act: an event that has a doer, not a thing that is called for.
    echo: means the issue only in an article that has named it outright. needs: the letters that a text has which matches.
    """

    id: str
    issue: str
    pattern: re.Pattern[str]
    needs: Needs
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
    context: Frame
    terms: tuple[Term, ...]
    echoes: tuple[Term, ...]
    others: Sought | None
    doubts: Sought | None
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
        terms=tuple(_term(data["id"], row, words) for row in data["terms"]),
        echoes=tuple(_term(data["id"], row, words, is_echo=True) for row in data.get("echoes", ())),
        others=Sought(others) if others else None,
        doubts=Sought(doubts) if doubts else None,
        cues=data.get("cues", {}),
    )


def _fill(pattern: str, words: Mapping[str, str]) -> str:
    return re.sub(r"\{([a-z]+)\}", lambda match: words[match[1]], pattern)


def _term(issue: str, row: Mapping[str, Any], words: Mapping[str, str], *, is_echo: bool = False) -> Term:
    filled = _fill(row["pattern"], words)
    pattern = caseless(rf"\b(?:{filled})\b")
    is_weak, is_act = (str(row.get(key, "")).lower() == "true" for key in ("weak", "act"))
    return Term(
        row["id"], issue, pattern, needs(filled), int(row["sign"]), is_weak or is_echo, is_act, is_echo
    )


class Issues:
    """All issues that are watched; frames: how the context of each is found."""

    def __init__(self, issues: Iterable[Issue]) -> None:
        self.all = {issue.id: issue for issue in issues}
        self.frames = {issue.id: issue.context for issue in self.all.values()}
        self._terms = Sieve([term for issue in self.all.values() for term in issue.terms])
        self._echoes = Sieve([term for issue in self.all.values() for term in issue.echoes])

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
        sieve: Sieve[Term],
        text: str,
        sentences: Sequence[tuple[int, int]],
        among: Container[str],
    ) -> dict[int, list[IssueMention]]:
        found: dict[int, list[IssueMention]] = {}
        folded = lower(text)
        for index, (start, end) in enumerate(sentences):
            taken = _taken(sieve, folded, (start, end), among)
            if taken and (meant := _meant(self.all, taken, folded, start, end)):
                found[index] = sorted(meant, key=lambda each: (each.anchor, each.issue))
        return found


def _taken(
    sieve: Sieve[Term], folded: str, span: tuple[int, int], among: Container[str]
) -> list[IssueMention]:
    """Give one mention for each anchor, by the first wording that is not weak, where one is not."""
    taken: dict[tuple[str, int], IssueMention] = {}
    for term, matches in sieve.found(folded, *span):
        if term.issue not in among:
            continue
        for match in matches:
            mention = IssueMention(term.issue, term, match.start(), match.end(), _anchor(match))
            known = taken.get((term.issue, mention.anchor))
            if known is None or (known.term.is_weak and not term.is_weak):
                taken[term.issue, mention.anchor] = mention
    return list(taken.values())


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
