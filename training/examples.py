"""Turns labelled articles into examples: which pair, which topic, which country the labels make true."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from streams.core.candidates import Candidate
from streams.core.draft import Draft
from streams.core.prepare import Lexicon, add_grammar, pairs, with_pairs
from streams.core.prepare import prepare as draft_of
from training.labelled import Labelled

_TRAP_WEIGHT = 0.5  # sentences written to be hard: as many as real ones, and far rarer in a stream
_SIGNS = {"support": 1, "oppose": -1}


@dataclass(slots=True)
class Example:
    """A labelled article, prepared: its pairs with their facts, and what the labels say of each pair.

    signs: 1 support, -1 oppose, 0 no stance; weights: 0 where the labels leave it open.
    """

    labelled: Labelled
    draft: Draft
    pairs: list[tuple[Candidate, list[str]]]
    signs: list[int] = field(default_factory=list)
    weights: list[float] = field(default_factory=list)

    @property
    def is_long(self) -> bool:
        """Whether it is a full-length article."""
        return self.draft.is_long


def prepare(lexicon: Lexicon, rows: Sequence[Labelled]) -> list[Example]:
    """Prepare labelled articles by the reader's own first half, with grammar wherever there is a pair."""
    drafts = [draft_of(row.article, lexicon) for row in rows]
    add_grammar((draft, index) for draft in drafts for index in with_pairs(draft))
    return [
        _example(row, draft, list(pairs(draft, lexicon))) for row, draft in zip(rows, drafts, strict=True)
    ]


def _example(row: Labelled, draft: Draft, pairs: list[tuple[Candidate, list[str]]]) -> Example:
    example = Example(row, draft, pairs)
    base = _TRAP_WEIGHT if row.group == "traps" else 1.0
    for candidate, _ in pairs:
        sign, weight = _truth(row, draft, candidate)
        example.signs.append(sign)
        example.weights.append(weight * base)
    return example


def _truth(row: Labelled, draft: Draft, candidate: Candidate) -> tuple[int, float]:
    """Say what the labels make of a pair. Beside the evidence's own sentence the labels leave it open."""
    told = [
        each
        for each in row.observations
        if each["actor"] == candidate.actor.actor.id and each["issue"] == candidate.issue.issue
    ]
    if not told:
        return 0, 1.0
    start, end = (place - draft.shift for place in draft.sentences[candidate.sentence])
    if start < 0:
        return _SIGNS.get(told[0]["stance"], 0), 0.5
    for each in told:
        place = row.article.text.find(each["evidence"])
        if place < end and start < place + len(each["evidence"]):
            return _SIGNS.get(each["stance"], 0), float(each["stance"] in _SIGNS)
    return 0, 0.3


def observed(
    example: Example, scores: Sequence[Sequence[float]]
) -> Iterator[tuple[dict[str, str], Candidate, list[str]]]:
    """Give each labelled observation with the pair that most likely carries it."""
    for each in example.labelled.observations:
        sign = _SIGNS.get(each["stance"], 0)
        fitting = [
            (_likeness(sign, *scores[i]), i)
            for i, (candidate, _) in enumerate(example.pairs)
            if candidate.actor.actor.id == each["actor"] and candidate.issue.issue == each["issue"]
        ]
        if fitting:
            candidate, facts = example.pairs[max(fitting)[1]]
            yield each, candidate, facts


def _likeness(sign: int, held: float, support: float) -> float:
    return held * (support if sign > 0 else 1 - support if sign < 0 else 1.0)
