"""Which issues the article as a whole reports on."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from streams.core.draft import Draft
from streams.core.issues import IssueMention
from streams.core.learned import log_odds, logistic
from streams.core.model import Evidence
from streams.core.text import stem, words

_EVIDENCE = 3
_LEAD = 400
_NEAR = 45
_MOST = 12
_PLACES = 3
_BIAS, _WEIGHTS = -1.6, (0.32, 0.9, -0.85, 0.65, 0.44)
_MOST_OUTRIGHT, _MOST_NAMED = 2, 4
_MAY_BE, _PLAINLY, _BY_STANCE = 0.06, 0.69, 0.76


def by_issue(draft: Draft) -> dict[str, list[IssueMention]]:
    """Sort the issue mentions of an article by issue, in the order of the text; echoes prove no topic."""
    found: dict[str, list[IssueMention]] = {}
    for index in sorted(draft.issues):
        for mention in draft.issues[index]:
            if mention.term.is_echo:
                continue
            found.setdefault(mention.issue, []).append(mention)
    return found


def topic_features(draft: Draft, mentions: Sequence[IssueMention]) -> list[str]:
    """Give the facts on which an article's topic is judged."""
    return list(
        dict.fromkeys([*_size(draft, mentions), *_place(draft, mentions), *_company(draft, mentions)])
    )


def _size(draft: Draft, mentions: Sequence[IssueMention]) -> Iterator[str]:
    is_long, issue = draft.is_long, mentions[0].issue
    strong = sum(not each.term.is_weak for each in mentions)
    share = strong / max(1, len(draft.sentences))
    yield f"issue={issue}|long={is_long}"
    yield f"doubt={issue in draft.doubts}|{issue}|long={is_long}"
    yield f"doubt={issue in draft.doubts}|long={is_long}|strong={min(strong, 2)}"
    yield f"strong={min(strong, 6)}|long={is_long}"
    yield f"strong={min(strong, 6)}|{issue}|long={is_long}"
    yield f"weak={min(len(mentions) - strong, 5)}|strong={min(strong, 2)}|long={is_long}"
    yield f"share={min(int(share * 12), 6)}|long={is_long}"
    yield f"any_strong={strong > 0}|{issue}|long={is_long}"


def _place(draft: Draft, mentions: Sequence[IssueMention]) -> Iterator[str]:
    is_long = draft.is_long
    strong = [each for each in mentions if not each.term.is_weak]
    in_title = any(each.start < draft.shift for each in strong)
    in_lead = any(draft.shift <= each.start < draft.shift + _LEAD for each in strong)
    yield f"title={in_title}|has={draft.has_headline}|long={is_long}"
    yield f"lead={in_lead}|long={is_long}"
    yield f"title={in_title}|lead={in_lead}|strong={min(len(strong), 3)}|long={is_long}"
    first = (strong or list(mentions))[0].start / max(1, len(draft.body))
    yield f"first={int(first * 5)}|long={is_long}"


def _company(draft: Draft, mentions: Sequence[IssueMention]) -> Iterator[str]:
    """The words that the issue is named with and those around it."""
    for mention in mentions[:_MOST]:
        issue, term = mention.issue, mention.term
        yield f"term={issue}.{term.id}"
        yield f"term={issue}.{term.id}|long={draft.is_long}"
        for word in words(draft.body[mention.start : mention.end]):
            yield f"matched={issue}.{stem(word)}"
            yield f"matched={stem(word)}|{term.sign:+d}"
        before = words(draft.body[max(0, mention.start - _NEAR) : mention.start])
        after = words(draft.body[mention.end : mention.end + _NEAR])
        for name, near in (("before", before[-4:]), ("after", after[:4])):
            for word in near:
                yield f"{name}={issue}.{stem(word)}"
        if before:
            yield f"left={issue}.{before[-1]}"
        if after:
            yield f"right={issue}.{after[0]}"
    if not draft.is_long:
        stems = [stem(word) for word in words(draft.body)]
        for word in stems:
            yield f"word={mentions[0].issue}.{word}"
        for left, right in pairwise(stems):
            yield f"words={mentions[0].issue}.{left} {right}"


def score_by_looks(chances: Sequence[float], is_long: bool) -> float:
    """Score an issue by what the network made of the windows that name it.

    A full-length article is about what it says in several places; a passing mention is one of them.
    """
    if not is_long:
        return max(chances, default=0.0)
    return sum(sorted(chances, reverse=True)[:_PLACES]) / _PLACES


@dataclass(frozen=True, slots=True)
class Signs:
    """What speaks for an issue as the article's topic.

    by_facts, by_looks: the chance by where and how it is named, and by the network. outright: mentions that name it outright;
    named: all of them, echoes apart. is_long: in a full-length article. by_stance: how sure the surest stance on it is.
    """

    by_facts: float
    by_looks: float
    by_stance: float
    is_doubtful: bool
    outright: int
    named: int
    is_long: bool

    @property
    def is_plain(self) -> bool:
        """Whether the article plainly speaks of the issue: not a short item that never names it outright, since most of these
        speak of something else (a ban on entry for a pandemic's sake).
        """
        return self.is_long or self.outright > 0

    def measures(self) -> tuple[float, ...]:
        """Give what the weights of a topic multiply."""
        return (
            log_odds(self.by_facts),
            log_odds(self.by_looks),
            float(self.is_doubtful),
            float(min(self.outright, _MOST_OUTRIGHT)),
            float(min(self.named, _MOST_NAMED)),
        )


def score_topic(signs: Signs) -> float:
    """Score an issue as a topic by what speaks for it, between 0 and 1.

    A logistic regression: by themselves both signs are too sure of what they have learned. ``make train ARGS="--folds 5"``
    prints weights that fit what was not taught; bias and weights of both signs were swept since (``docs/decisions/0056``). A full-length article that may be about an issue
    is, where somebody plainly acts on it.
    """
    chance = logistic(_BIAS + sum(w * x for w, x in zip(_WEIGHTS, signs.measures(), strict=True)))
    if signs.is_long and chance >= _MAY_BE and signs.by_stance >= _PLAINLY:
        return max(chance, _BY_STANCE * signs.by_stance)
    return chance


def topic_evidence(draft: Draft, mentions: Sequence[IssueMention]) -> tuple[Evidence, ...]:
    """Quote the wordings that carry a topic, the strongest first."""
    chosen = sorted(mentions, key=lambda each: (each.term.is_weak, each.start))[:_EVIDENCE]
    return tuple(draft.evidence(each.start, each.end) for each in chosen)


def score_by_rule(draft: Draft, mentions: Sequence[IssueMention]) -> float:
    """Score an issue that no label was ever written on: by the weight of its wordings and where they stand."""
    weight = sum(0.25 if mention.term.is_weak else 1.0 for mention in mentions)
    early = any(not each.term.is_weak and each.start < draft.shift + _LEAD for each in mentions)
    size = max(1.0, len(draft.body) / 1200)
    return min(0.99, 0.45 * weight / size + 0.25 * early)
