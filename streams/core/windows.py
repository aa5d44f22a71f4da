"""What the network looks at together: a short item whole, of a long article the first 16 sentences that speak of an issue."""

from collections.abc import Container, Sequence
from dataclasses import dataclass

from streams.core.draft import Draft

_LONGEST = 600
_MOST = 16  # bounds the time that the network takes for one article


@dataclass(frozen=True, slots=True)
class Window:
    """Neighbouring sentences, first to last, and where they stand in the body: ``body[start:end]``."""

    first: int
    last: int
    start: int
    end: int


def windows(draft: Draft, issues: Container[str]) -> list[Window]:
    """Cut an article into windows, in the order of the text; none where it speaks of none of the issues.

    Of a long article only the first 16 sentences that speak of one are looked at.
    More of a long article at once than a sentence would do harm: what one sentence says of an actor is then laid to the
    actors of its neighbours.
    """
    speaking = _speaking(draft, issues)
    if draft.is_long:
        return _by_sentence(draft, speaking)
    return [_whole(draft)] if speaking else []


def close_ups(draft: Draft, issues: Container[str]) -> list[Window]:
    """Give the sentences of a short item that speak of an issue, for a second look: one item may tell of two things."""
    if draft.is_long or len(draft.sentences) < 2:
        return []
    whole = _whole(draft)
    return [each for each in _by_sentence(draft, _speaking(draft, issues)) if each != whole]


def _speaking(draft: Draft, issues: Container[str]) -> list[int]:
    return [i for i in sorted(draft.issues) if any(each.issue in issues for each in draft.issues[i])]


def _by_sentence(draft: Draft, speaking: Sequence[int]) -> list[Window]:
    """A sentence that names no actor is looked at together with the one before it, which may hold the speaker."""
    named = _naming_sentences(draft)
    return [_window(draft, _first(draft, index, named), index) for index in speaking[:_MOST]]


def _whole(draft: Draft) -> Window:
    return _window(draft, 0, len(draft.sentences) - 1)


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
