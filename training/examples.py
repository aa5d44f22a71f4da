"""Turns labelled articles into examples for the linear models: where the labels say that a stance is told."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from streams.core.draft import Draft
from streams.core.issues import IssueMention
from streams.core.mentions import Mention
from streams.core.prepare import Lexicon
from streams.core.prepare import prepare as draft_of
from training.labelled import Labelled


@dataclass(frozen=True, slots=True)
class Example:
    """A labelled article, prepared."""

    labelled: Labelled
    draft: Draft

    @property
    def is_long(self) -> bool:
        """Whether it is a full-length article."""
        return self.draft.is_long


@dataclass(frozen=True, slots=True)
class Place:
    """An actor and an issue that a stance is told by."""

    actor: Mention
    issue: IssueMention
    sentence: int


def prepare(lexicon: Lexicon, rows: Sequence[Labelled]) -> list[Example]:
    """Prepare labelled articles by the reader's own first half."""
    return [Example(row, draft_of(row.article, lexicon)) for row in rows]


def observed(example: Example) -> Iterator[tuple[Mapping[str, Any], Place]]:
    """Give each labelled observation with the place that most likely tells it: in its evidence, and close together."""
    draft = example.draft
    for each in example.labelled.observations:
        start, end = _evidence(each, draft)
        actors = [e for e in draft.mentions if e.is_actor and e.actor.id == each["actor"]]
        issues = [e for found in draft.issues.values() for e in found if e.issue == each["issue"]]
        if actors and issues:
            actor, issue = min(
                ((actor, issue) for actor in actors for issue in issues),
                key=lambda pair: (
                    not start <= pair[1].start < end,
                    not start <= pair[0].start < end,
                    abs(pair[0].start - pair[1].start),
                ),
            )
            yield each, Place(actor, issue, draft.sentence_at(actor.start))


def _evidence(observation: Mapping[str, Any], draft: Draft) -> tuple[int, int]:
    """Give the span of the body that an observation rests on; an empty one where the body lacks it."""
    start = draft.body.find(observation["evidence"])
    return (start, start + len(observation["evidence"])) if start >= 0 else (0, 0)
