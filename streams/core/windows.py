"""What the network looks at together: a short item whole, of a long article each sentence that speaks of an issue."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from streams.core.draft import Draft

_LONGEST = 600
_MOST = 16
_FAINT = 0.1
_AT_LEAST = 3


@dataclass(frozen=True, slots=True)
class Window:
    """Neighbouring sentences, first to last, and where they stand in the body: ``body[start:end]``."""

    first: int
    last: int
    start: int
    end: int


def windows(draft: Draft) -> list[Window]:
    """Cut an article into windows, in the order of the text; none where it speaks of no issue.

    A sentence that names no actor is looked at together with the one before it, which may hold the speaker. More at
    once would do harm: what one sentence says of an actor is then laid to the actors of its neighbours.
    """
    if not draft.issues:
        return []
    if not draft.is_long:
        return [_window(draft, 0, len(draft.sentences) - 1)]
    named = _naming_sentences(draft)
    return [_window(draft, _first(draft, index, named), index) for index in sorted(draft.issues)[:_MOST]]


def telling(cut: Sequence[Window], surest: Mapping[int, float]) -> list[Window]:
    """Keep the windows in which grammar sees any stance, and at least the three likeliest: looking is dear.

    surest: by sentence, how sure grammar is of the surest stance in it. On full-length articles a third of the windows is
    spared and nothing is lost (``docs/decisions/0043``).
    """
    hopes = [
        max((surest.get(index, 0.0) for index in range(each.first, each.last + 1)), default=0.0)
        for each in cut
    ]
    likeliest = sorted(range(len(cut)), key=lambda i: (-hopes[i], i))[:_AT_LEAST]
    return [each for i, each in enumerate(cut) if hopes[i] >= _FAINT or i in likeliest]


def _first(draft: Draft, index: int, named: set[int]) -> int:
    needs_speaker = index not in named and index > draft.has_headline
    return index - 1 if needs_speaker and _length(draft, index - 1) < _LONGEST else index


def _window(draft: Draft, first: int, last: int) -> Window:
    return Window(first, last, draft.sentences[first].start, draft.sentences[last].end)


def _length(draft: Draft, index: int) -> int:
    return draft.sentences[index].end - draft.sentences[index].start


def _naming_sentences(draft: Draft) -> set[int]:
    return {
        draft.sentence_at(mention.start)
        for mention in draft.mentions
        if mention.is_actor and mention.kind != "pronoun"
    }
