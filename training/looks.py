"""Turns labelled articles into what the network learns from: windows cut as the reader cuts them, with what the labels say of each."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from streams.core.article import Surroundings
from streams.core.draft import Draft
from streams.core.model import RawArticle
from streams.core.pieces import Pieces, Split, pieces
from streams.core.prepare import Lexicon, prepare
from streams.core.windows import close_ups, windows
from training.labelled import Labelled


@dataclass(frozen=True, slots=True)
class Cut:
    """A window without labels, and what lies around it."""

    pieces: Pieces
    around: Surroundings


@dataclass(frozen=True, slots=True)
class Told:
    """What the labels say of an actor and an issue in a window: an observation, or that there is none."""

    actor: str
    issue: str
    observation: Mapping[str, Any] | None
    is_turn: bool


@dataclass(frozen=True, slots=True)
class Taught:
    """A window with its labels. topics leaves out what the labels of the whole article do not settle for this window."""

    pieces: Pieces
    around: Surroundings
    topics: Mapping[str, float]
    told: tuple[Told, ...]
    group: str


def looks(rows: Iterable[Labelled], lexicon: Lexicon, split: Split) -> Iterator[Taught]:
    """Cut labelled articles into windows to learn from; windows that name no issue teach nothing."""
    home = lexicon.catalogue.home
    frames = lexicon.issues.frames
    for row in rows:
        draft = prepare(row.article, lexicon)
        around = Surroundings(draft, home)
        for window in windows(draft, frames):
            cut = pieces(draft, window, split, frames, home)
            if cut.issues:
                yield Taught(cut, around, _topics(row, draft, cut), tuple(_told(row, draft, cut)), row.group)


def cuts(articles: Iterable[RawArticle], lexicon: Lexicon, split: Split) -> Iterator[Cut]:
    """Cut articles into all that the reader might look at."""
    home = lexicon.catalogue.home
    frames = lexicon.issues.frames
    for article in articles:
        draft = prepare(article, lexicon)
        around = Surroundings(draft, home)
        for window in [*windows(draft, frames), *close_ups(draft, frames)]:
            cut = pieces(draft, window, split, frames, home)
            if cut.issues:
                yield Cut(cut, around)


def _topics(row: Labelled, draft: Draft, cut: Pieces) -> dict[str, float]:
    """A window of a long article that carries a topic is sure to carry it only where a labelled stance lies."""
    found = {}
    for issue in cut.issues:
        is_topic = issue in row.topics
        if not draft.is_long or not is_topic:
            found[issue] = float(is_topic)
        elif any(each["issue"] == issue and _is_in(each, row, draft, cut) for each in row.observations):
            found[issue] = 1.0
    return found


def _told(row: Labelled, draft: Draft, cut: Pieces) -> Iterator[Told]:
    for actor in dict.fromkeys(mention.actor.id for mention, _ in cut.actors):
        for issue in cut.issues:
            known = [e for e in row.observations if e["actor"] == actor and e["issue"] == issue]
            here = [each for each in known if _is_in(each, row, draft, cut)]
            if known and not here and draft.is_long:
                continue  # told elsewhere in the article: whether here as well, the labels do not say
            is_turn = any(
                each["actor"] == actor and each["issue"] == issue and _is_in(each, row, draft, cut)
                for each in row.shifts
            )
            yield Told(actor, issue, (here or known or [None])[0], is_turn)


def _is_in(observation: Mapping[str, Any], row: Labelled, draft: Draft, cut: Pieces) -> bool:
    place = row.article.text.find(observation.get("evidence", ""))
    start = place + draft.shift
    return place >= 0 and start < cut.window.end and cut.window.start < start + len(observation["evidence"])
