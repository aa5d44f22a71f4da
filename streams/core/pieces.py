"""A window as the network takes it: word pieces, each marked with what the lexicon knows of it, and where mentions lie."""

from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from streams.core.draft import Draft
from streams.core.issues import Frame, IssueMention
from streams.core.mentions import PLACE_KINDS, STATE_KINDS, Mention
from streams.core.windows import Window

FRAMES: tuple[Frame, ...] = ("fighting", "sanctioned", "deployment")
"""In the order by which trained weights are indexed: it must stay as it is, whatever that of ``Frame``."""
MOST_PIECES = 192
MARKS = 12
_STATE, _BODY, _PRONOUN, _PLACE, _OTHER, _ISSUE, _WEAK_ISSUE = 1, 2, 3, 4, 5, 6, 9

Span = tuple[int, int]
Parts = tuple[Sequence[int], Sequence[Span]]
"""The ids of a text's word pieces, markers at both ends included, and where each stands in it."""
Split = Callable[[str], Parts]


@dataclass(slots=True)
class Pieces:
    """A window cut into pieces.

    ids and marks: one for each piece. kept: the places of those that anything is read from, which are the first, that
    stands for the whole, and all that a mention lies on. issues: where each issue is named, by issue id. actors: mentions
    that may hold a stance. countries: the places of mentions that point at a country, each with whether it is named there
    itself or only as the home of an actor. Spans count kept pieces, the end excluded.
    """

    window: Window
    ids: list[int]
    marks: list[int]
    kept: list[int] = field(default_factory=list)
    issues: dict[str, list[tuple[IssueMention, Span]]] = field(default_factory=dict)
    actors: list[tuple[Mention, Span]] = field(default_factory=list)
    countries: list[tuple[str, Span, bool]] = field(default_factory=list)


class _Places:
    """Where a body's offsets fall among the pieces of a window."""

    def __init__(self, offsets: Sequence[tuple[int, int]], shift: int) -> None:
        self._starts = [start + shift for start, _ in offsets[1:-1]]
        self._ends = [end + shift for _, end in offsets[1:-1]]

    def span(self, start: int, end: int) -> Span | None:
        first = bisect_right(self._ends, start)
        last = bisect_right(self._starts, end - 1)
        return (first + 1, last + 1) if first < last else None


def pieces(
    draft: Draft, window: Window, split: Split, frames: dict[str, Frame], home: Callable[[str], str | None]
) -> Pieces:
    """Cut a window. frames: of the issues that the network was taught; it is not asked about others."""
    ids, offsets = split(draft.body[window.start : window.end])
    if len(ids) > MOST_PIECES:
        ids, offsets = [*ids[: MOST_PIECES - 1], ids[-1]], [*offsets[: MOST_PIECES - 1], (0, 0)]
    places = _Places(offsets, window.start)
    found = Pieces(window, list(ids), [0] * len(ids))
    for index in range(window.first, window.last + 1):
        for issue in draft.issues.get(index, ()):
            _take_issue(found, issue, places, frames)
    for index in range(window.first, window.last + 1):
        for mention in draft.actors.get(index, ()):
            _take_mention(found, mention, places, home)
    _keep(found)
    return found


def _keep(found: Pieces) -> None:
    """Choose the pieces that are kept, and count all spans among them."""
    issues = [span for named in found.issues.values() for _, span in named]
    spans = [*issues, *(span for _, span in found.actors), *(span for _, span, _ in found.countries)]
    found.kept = sorted({0}.union(*(range(*span) for span in spans)))
    place = {piece: i for i, piece in enumerate(found.kept)}

    def among(span: Span) -> Span:
        return place[span[0]], place[span[1] - 1] + 1

    found.issues = {issue: [(e, among(span)) for e, span in named] for issue, named in found.issues.items()}
    found.actors = [(mention, among(span)) for mention, span in found.actors]
    found.countries = [(country, among(span), direct) for country, span, direct in found.countries]


def _take_issue(found: Pieces, issue: IssueMention, places: _Places, frames: dict[str, Frame]) -> None:
    span = places.span(issue.start, issue.end)
    if span is None or issue.issue not in frames:
        return
    found.issues.setdefault(issue.issue, []).append((issue, span))
    base = _WEAK_ISSUE if issue.term.is_weak or issue.term.is_echo else _ISSUE
    _mark(found, span, base + FRAMES.index(frames[issue.issue]))


def _take_mention(
    found: Pieces, mention: Mention, places: _Places, home: Callable[[str], str | None]
) -> None:
    span = places.span(mention.start, mention.end)
    if span is None:
        return
    _mark(found, span, _mark_of(mention))
    if mention.is_actor:
        found.actors.append((mention, span))
    named = mention.country
    if named:
        found.countries.append((named, span, True))
    own = home(mention.actor.id) if mention.is_actor else None
    if own and own != named:
        found.countries.append((own, span, False))


def _mark(found: Pieces, span: Span, mark: int) -> None:
    found.marks[span[0] : span[1]] = [mark] * (span[1] - span[0])


def _mark_of(mention: Mention) -> int:
    if not mention.is_actor or mention.kind in PLACE_KINDS:
        return _PLACE if mention.country else _OTHER
    if mention.kind == "pronoun":
        return _PRONOUN
    return _STATE if mention.kind in STATE_KINDS else _BODY
