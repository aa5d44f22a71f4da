"""The pieces of an article that are looked at together: a short item whole, of a long article what speaks of an issue."""

from bisect import bisect_right
from dataclasses import dataclass

from streams.core.draft import Draft

_JOINED = 450
_LONGEST = 600
_MOST = 16


@dataclass(frozen=True, slots=True)
class Window:
    """Neighbouring sentences, first to last, and where they stand in the body: ``body[start:end]``."""

    first: int
    last: int
    start: int
    end: int


def windows(draft: Draft) -> list[Window]:
    """Cut an article into windows, in the order of the text; none where it speaks of no issue.

    A sentence that names no actor is looked at together with the one before it, which may hold the speaker. The
    headline stands alone.
    """
    if not draft.issues:
        return []
    if not draft.is_long:
        return [_window(draft, 0, len(draft.sentences) - 1)]
    named = _naming_sentences(draft)
    spans: list[tuple[int, int]] = []
    for index in sorted(draft.issues):
        first = index
        if index not in named and index > draft.has_headline and _length(draft, index - 1) < _LONGEST:
            first = index - 1
        if (
            spans
            and first <= spans[-1][1] + 1
            and not _is_headline(draft, spans[-1][0])
            and draft.sentences[index].end - draft.sentences[spans[-1][0]].start < _JOINED
        ):
            spans[-1] = (spans[-1][0], index)
        else:
            spans.append((first, index))
    return [_window(draft, *span) for span in spans[:_MOST]]


def _window(draft: Draft, first: int, last: int) -> Window:
    return Window(first, last, draft.sentences[first].start, draft.sentences[last].end)


def _is_headline(draft: Draft, index: int) -> bool:
    return draft.has_headline and index == 0


def _length(draft: Draft, index: int) -> int:
    return draft.sentences[index].end - draft.sentences[index].start


def _naming_sentences(draft: Draft) -> set[int]:
    starts = [sentence.start for sentence in draft.sentences]
    return {
        bisect_right(starts, mention.start) - 1
        for mention in draft.mentions
        if mention.is_actor and mention.kind != "pronoun"
    }
