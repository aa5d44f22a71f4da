"""Which country an observation is about: where it is fought, deployed to, or who is sanctioned."""

from collections import Counter
from collections.abc import Iterator

from streams.core.article import Homes, countries
from streams.core.candidates import Candidate
from streams.core.draft import Draft
from streams.core.issues import Frame
from streams.core.mentions import Mention
from streams.core.text import words

_PREPS = frozenset(
    "to in on from against into at near of over with by between for towards around off inside across".split()
)
_REACH = 26


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


def context_features(named: Named, candidate: Candidate, country: str, frame: Frame) -> list[str]:
    """Give the facts on which a country is judged to be the context of a pair. The issue is known by its frame alone."""
    draft = named.draft
    here = draft.actors.get(candidate.sentence, [])
    local = [each for each in here if each.country == country]
    found = [
        *_standing(named, candidate, country, frame),
        *_numbers(named, country, frame),
        f"here={len(local) > 0}|{frame}",
    ]
    if local:
        nearest = min(local, key=lambda each: abs(each.start - candidate.issue.anchor))
        found += _nearest(draft, candidate, nearest, frame)
        for each in local:
            found += _by_preposition(draft, candidate, each, frame)
    others = {each.country for each in here if each.country and each.country != country}
    found.append(f"others={min(len(others), 3)}|here={len(local) > 0}|{frame}")
    return list(dict.fromkeys(found))


def _standing(named: Named, candidate: Candidate, country: str, frame: Frame) -> Iterator[str]:
    """Whose country it is: the actor's own, that of another party, or only a place."""
    own = named.home(candidate.actor.actor.id) or candidate.actor.country
    sign = candidate.issue.term.sign
    is_own = country == own
    yield f"own={is_own}|{frame}"
    yield f"own={is_own}|{frame}|{sign:+d}"
    yield f"own={is_own}|{frame}|{candidate.path.role}"
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
    yield f"lead={start is not None and start < shift + 250}|{frame}"


def _nearest(draft: Draft, candidate: Candidate, mention: Mention, frame: Frame) -> Iterator[str]:
    side = "<" if mention.start < candidate.issue.anchor else ">"
    gap = len(
        words(
            draft.body[min(mention.end, candidate.issue.anchor) : max(mention.start, candidate.issue.anchor)]
        )
    )
    is_actor = mention is candidate.actor
    yield f"near={side}{min(gap // 3, 6)}|{frame}"
    yield f"near={side}|kind={mention.kind}|{frame}"
    yield f"near={side}|actor={mention.is_actor}|{frame}"
    yield f"itself={is_actor}|{frame}"
    between = [
        each
        for each in draft.actors.get(candidate.sentence, ())
        if each.country
        and min(mention.start, candidate.issue.anchor)
        < each.start
        < max(mention.start, candidate.issue.anchor)
    ]
    yield f"between={min(len(between), 3)}{side}|{frame}"


def _by_preposition(draft: Draft, candidate: Candidate, mention: Mention, frame: Frame) -> Iterator[str]:
    before = words(draft.body[max(0, mention.start - _REACH) : mention.start])[-4:]
    prep = next((word for word in reversed(before) if word in _PREPS), "none")
    side = "<" if mention.start < candidate.issue.anchor else ">"
    sign = f"{candidate.issue.term.sign:+d}"
    yield f"prep={prep}{side}|{frame}"
    yield f"prep={prep}{side}|{frame}|{sign}"
    yield f"prep={prep}{side}|kind={mention.kind}|{frame}"
    if before:
        yield f"left={before[-1]}{side}|{frame}"
    after = words(draft.body[mention.end : mention.end + 16])[:1]
    yield f"right={after[0] if after else '|'}{side}|{frame}"
    tree, start = draft.trees[candidate.sentence], draft.sentences[candidate.sentence].start
    token = tree.head_of(mention.start - start, mention.end - start)
    way = tree.ancestors(token)
    if candidate.anchor_token in way:
        below = way[: way.index(candidate.anchor_token)]
        yield f"under={'>'.join(tree.deps[i] for i in below[-3:])}|{frame}"
        yield f"under_prep={tree.words[below[-1]] if below else ''}|{frame}|{sign}"
    elif set(way) & set(candidate.path.climb):
        yield f"under=path|{frame}"
