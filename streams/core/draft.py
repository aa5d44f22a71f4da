"""An article while it is being read: one body of headline and text, its sentences, and what was found in them."""

import re
from bisect import bisect_right
from dataclasses import dataclass, field
from operator import attrgetter

from streams.core.grammar import Tree
from streams.core.issues import IssueMention
from streams.core.mentions import Mention
from streams.core.model import Evidence, RawArticle
from streams.core.teasers import hide_teasers
from streams.core.text import Sentence, fingerprint, lower, split, words

_LONG = 900
_LIKE = 0.5
_QUOTE_LIMIT = 300
_SMALL = frozenset(
    [
        "a",
        "an",
        "the",
        "of",
        "in",
        "on",
        "at",
        "to",
        "for",
        "and",
        "or",
        "as",
        "is",
        "are",
        "with",
        "by",
        "from",
        "its",
        "his",
        "her",
        "after",
        "over",
        "amid",
        "new",
    ]
)
_YEARS = re.compile(r"\d")
_start = attrgetter("start")


@dataclass(slots=True)
class Draft:
    """The working state of one article. Offsets count in ``body``, which is the headline, a line break, the text.

    The headline of a short item that has nothing to do with its text (feeds carry such) is left out of the body; lines of
    the text that only lead to other articles are blank in it.
    """

    article: RawArticle
    language: str
    body: str
    shift: int
    sentences: list[Sentence]
    issues: dict[int, list[IssueMention]] = field(default_factory=dict)
    actors: dict[int, list[Mention]] = field(default_factory=dict)
    mentions: tuple[Mention, ...] = ()
    doubts: frozenset[str] = frozenset()
    trees: dict[int, Tree] = field(default_factory=dict)
    shares: dict[str, int] = field(default_factory=dict)
    mark: str = ""
    low: str = ""

    @property
    def folded(self) -> str:
        """The body in lower case, at the same offsets."""
        if not self.low:
            self.low = lower(self.body)
        return self.low

    @property
    def is_long(self) -> bool:
        """Whether it is a full-length article, not an item of a sentence or three."""
        return len(self.article.text) >= _LONG

    @property
    def has_headline(self) -> bool:
        """Whether the headline is part of the body."""
        return self.shift > 0

    @property
    def fingerprint(self) -> str:
        """The near-duplicate signature of the text."""
        if not self.mark:
            self.mark = fingerprint(self.article.text)
        return self.mark

    def share(self, issue: str) -> int:
        """Give the number of sentences that name an issue."""
        if issue not in self.shares:
            self.shares[issue] = sum(
                any(each.issue == issue for each in found) for found in self.issues.values()
            )
        return self.shares[issue]

    def named(self, index: int, issue: str) -> list[IssueMention]:
        """Give the mentions of an issue in a sentence."""
        return [each for each in self.issues.get(index, ()) if each.issue == issue]

    def sentence_text(self, index: int) -> str:
        """Give the wording of a sentence."""
        start, end = self.sentences[index]
        return self.body[start:end]

    def sentence_at(self, offset: int) -> int:
        """Give the index of the sentence that an offset falls in or after; -1 before the first."""
        return bisect_right(self.sentences, offset, key=_start) - 1

    def evidence(self, start: int, end: int) -> Evidence:
        """Quote a span of the body, cut to a readable length, where it stands in the article."""
        end = min(end, start + _QUOTE_LIMIT)
        if start < self.shift:
            return Evidence(self.body[start:end], start, end, "title")
        start, end = start - self.shift, end - self.shift
        return Evidence(self.article.text[start:end], start, end, "text")


def draft(article: RawArticle, language: str) -> Draft:
    """Start on an article."""
    title, text = " ".join(article.title.split("\n")), hide_teasers(article.text)
    if title and is_headline(title, text) and title == article.title:
        body = f"{title}\n{text}"
        return Draft(article, language, body, len(title) + 1, split(body))
    return Draft(article, language, text, 0, split(text))


def is_headline(title: str, text: str) -> bool:
    """Whether a title is read with its text. It has words of its own, beside small ones and numbers; and where the text is
    a short item, at least half of them, or their stems, occur there.
    """
    own = [word[:5] for word in words(title) if word not in _SMALL and not _YEARS.match(word)]
    if not own:
        return False
    if len(text) >= _LONG:
        return True
    there = {word[:5] for word in words(text)}
    return sum(word in there for word in own) / len(own) >= _LIKE
