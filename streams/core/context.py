"""Which country an observation is about: where it is fought, deployed to, or who is sanctioned."""

from collections import Counter
from collections.abc import Iterator
from typing import Protocol

from streams.core.article import LEAD, Homes, countries
from streams.core.draft import Draft
from streams.core.issues import Frame, IssueMention
from streams.core.mentions import Mention
from streams.core.text import words

_PREPS = frozenset(
    "to in on from against into at near of over with by between for towards around off inside across".split()
)
_REACH = 26


class Placed(Protocol):
    """An actor and an issue in a sentence: a pair, or what is made of one."""

    @property
    def actor(self) -> Mention:
        """Who."""

    @property
    def issue(self) -> IssueMention:
        """On what."""

    @property
    def sentence(self) -> int:
        """Where the actor stands."""


class Named:
    """The countries of an article: how often each is named and where first, and who is at home there. Built once for it.

    all are those that an observation may be about.
    """

    def __init__(self, draft: Draft, home: Homes) -> None:
        self.draft = draft
        self.home = home
        self.counts = Counter(each.country for each in draft.mentions if each.country)
        self.total = sum(self.counts.values())
        self.ranks = sorted(self.counts.values(), reverse=True)
        self.first: dict[str, Mention] = {}
        for each in draft.mentions:
            if each.country:
                self.first.setdefault(each.country, each)
        self.all = countries(draft, home)
        self.parties = {home(each.actor.id) or each.country for each in draft.mentions if each.is_actor}
        self.groups = {home(each.actor.id) for each in draft.mentions if each.kind == "group"}
        self._numbers: dict[tuple[str, Frame], list[str]] = {}

    def numbers(self, country: str, frame: Frame) -> list[str]:
        """How often and how early the article names a country, which is the same for all its stances."""
        key = country, frame
        if key not in self._numbers:
            self._numbers[key] = list(_numbers(self, country, frame))
        return self._numbers[key]


def context_features(named: Named, pair: Placed, country: str, frame: Frame) -> list[str]:
    """Give the facts on which a country is judged to be the context of a pair. The issue is known by its frame alone."""
    draft = named.draft
    here = draft.actors.get(pair.sentence, [])
    local = [each for each in here if each.country == country]
    found = [
        *_standing(named, pair, country, frame),
        *named.numbers(country, frame),
        f"here={len(local) > 0}|{frame}",
    ]
    if local:
        nearest = min(local, key=lambda each: abs(each.start - pair.issue.anchor))
        found += _nearest(draft, pair, nearest, frame)
        for each in local:
            found += _by_preposition(draft, pair, each, frame)
    others = {each.country for each in here if each.country and each.country != country}
    found.append(f"others={min(len(others), 3)}|here={len(local) > 0}|{frame}")
    return list(dict.fromkeys(found))


def _standing(named: Named, pair: Placed, country: str, frame: Frame) -> Iterator[str]:
    """Whose country it is: the actor's own, that of another party, or only a place."""
    own = named.home(pair.actor.actor.id) or pair.actor.country
    sign = pair.issue.term.sign
    is_own = country == own
    yield f"own={is_own}|{frame}"
    yield f"own={is_own}|{frame}|{sign:+d}"
    yield f"party={country in named.parties}|own={is_own}|{frame}"
    yield f"group={country in named.groups}|own={is_own}|{frame}"
    yield f"pair={own}>{country}|{frame}"
    yield f"is={country}|{frame}"
    if own is None:
        yield f"stateless|{frame}"


def _numbers(named: Named, country: str, frame: Frame) -> Iterator[str]:
    count, first = named.counts[country], named.first.get(country)
    rank = named.ranks.index(count) if count else 9
    start = first.start if first else None
    shift = named.draft.shift
    yield f"rank={min(rank, 4)}|{frame}"
    yield f"count={min(count, 5)}|{frame}"
    yield f"share={int(4 * count / max(1, named.total))}|{frame}"
    yield f"title={start is not None and start < shift}|{frame}"
    yield f"lead={start is not None and start < shift + LEAD}|{frame}"


def _nearest(draft: Draft, pair: Placed, mention: Mention, frame: Frame) -> Iterator[str]:
    side = "<" if mention.start < pair.issue.anchor else ">"
    gap = len(words(draft.body[min(mention.end, pair.issue.anchor) : max(mention.start, pair.issue.anchor)]))
    is_actor = mention is pair.actor
    yield f"near={side}{min(gap // 3, 6)}|{frame}"
    yield f"near={side}|kind={mention.kind}|{frame}"
    yield f"near={side}|actor={mention.is_actor}|{frame}"
    yield f"itself={is_actor}|{frame}"
    between = [
        each
        for each in draft.actors.get(pair.sentence, ())
        if each.country
        and min(mention.start, pair.issue.anchor) < each.start < max(mention.start, pair.issue.anchor)
    ]
    yield f"between={min(len(between), 3)}{side}|{frame}"


def _by_preposition(draft: Draft, pair: Placed, mention: Mention, frame: Frame) -> Iterator[str]:
    before = words(draft.body[max(0, mention.start - _REACH) : mention.start])[-4:]
    prep = next((word for word in reversed(before) if word in _PREPS), "none")
    side = "<" if mention.start < pair.issue.anchor else ">"
    sign = f"{pair.issue.term.sign:+d}"
    yield f"prep={prep}{side}|{frame}"
    yield f"prep={prep}{side}|{frame}|{sign}"
    yield f"prep={prep}{side}|kind={mention.kind}|{frame}"
    if before:
        yield f"left={before[-1]}{side}|{frame}"
    after = words(draft.body[mention.end : mention.end + 16])[:1]
    yield f"right={after[0] if after else '|'}{side}|{frame}"
