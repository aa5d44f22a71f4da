"""The records of the product, immutable. ``schemas/`` is the authority for their JSON form.

Times are timezone-aware UTC datetimes. Offsets count Unicode code points in the field that they name.
"""

import hashlib
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, Literal

Stance = Literal["support", "oppose", "neutral"]
STANCES: Final[tuple[Stance, ...]] = ("support", "oppose", "neutral")
OPPOSITE: Final[dict[Stance, Stance]] = {"support": "oppose", "oppose": "support"}
Strength = Literal["deed", "decision", "statement", "hint"]
Modality = Literal["asserted", "conditional", "denied"]
ShiftKind = Literal["observed", "reported"]
ShiftStatus = Literal["candidate", "confirmed", "retracted"]


def stable_id(*parts: str) -> str:
    """128 bits of SHA-256 over the parts, as 32 hexadecimal digits: the same parts give the same id for ever."""
    return hashlib.sha256("\x1f".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:32]


def series_key(actor: str, issue: str, context: str | None) -> str:
    """The key of a series, such as ``GBR|troop_deployment|UKR``; an unknown context leaves its place empty."""
    return f"{actor}|{issue}|{context or ''}"


@dataclass(frozen=True, slots=True)
class Evidence:
    """An exact quote of an article: ``getattr(article, where)[start:end] == quote``."""

    quote: str
    start: int
    end: int
    where: Literal["text", "title"] = "text"


@dataclass(frozen=True, slots=True)
class RawArticle:
    """One news article as it enters, checked and normalised: plain text, UTC time, a stable id.

    language is what the publisher claims (BCP 47), if anything. extra holds the fields that nobody asked for.
    """

    article_id: str
    source: str
    title: str
    text: str
    published_at: datetime
    url: str | None = None
    language: str | None = None
    extra: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Actor:
    """Who takes a stance. id is an ISO 3166 alpha-3 code or a catalogue id; parent is set for a sub-actor.

    surface is the wording of the article that named the actor.
    """

    id: str
    name: str
    parent: str | None = None
    surface: str = ""


@dataclass(frozen=True, slots=True)
class Topic:
    """An issue that the article as a whole reports on; score in [0, 1]."""

    topic: str
    score: float
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True)
class Observation:
    """One actor's stance on one issue in one context, as one article states or enacts it.

    score is the reader's confidence in [0, 1] that actor, issue and stance are all as read. attribution is
    the catalogue id of who says that the actor holds the stance, None where the article itself does.
    is_historical marks what the text tells as past background; it never moves a series. fingerprint is the
    near-duplicate signature of the article's text.
    """

    observation_id: str
    article_id: str
    actor: Actor
    issue: str
    context: str | None
    stance: Stance
    score: float
    strength: Strength
    modality: Modality
    is_historical: bool
    attribution: str | None
    evidence: Evidence
    source: str
    published_at: datetime
    fingerprint: str

    @property
    def series(self) -> str:
        """The key of the series that this observation belongs to."""
        return series_key(self.actor.id, self.issue, self.context)


def observation_id(article_id: str, actor: str, issue: str, context: str | None, stance: str) -> str:
    """An article observes a stance of a series once: that is what the id says."""
    return stable_id("observation", article_id, series_key(actor, issue, context), stance)


@dataclass(frozen=True, slots=True)
class ReportedShift:
    """The text itself says that an actor changes course; before is None where the text leaves it open."""

    observation_id: str
    article_id: str
    actor: Actor
    issue: str
    context: str | None
    before: Stance | None
    after: Stance
    score: float
    evidence: Evidence
    source: str
    published_at: datetime
    fingerprint: str

    @property
    def series(self) -> str:
        """The key of the series that this report belongs to."""
        return series_key(self.actor.id, self.issue, self.context)


@dataclass(frozen=True, slots=True)
class EnrichedEvent:
    """An article with all that was read from it.

    language is the one detected (ISO 639-1, ``und`` where the text is too short to tell); is_read is False
    where the reader does not know that language, and nothing was read. fingerprint: see Observation.
    """

    article_id: str
    url: str | None
    source: str
    title: str
    text: str
    published_at: datetime
    ingested_at: datetime
    language: str
    is_read: bool
    topics: tuple[Topic, ...]
    actors: tuple[Actor, ...]
    observations: tuple[Observation, ...]
    reported_shifts: tuple[ReportedShift, ...]
    fingerprint: str
    pipeline_version: str
    lexicon_version: str
    extra: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Position:
    """A stance that a series held: score in [0, 1], since when, on how many independent clusters of reports."""

    stance: Stance
    score: float
    since: datetime
    n: int


@dataclass(frozen=True, slots=True)
class Quote:
    """A piece of evidence that a person can check: what was said, in which article, by whom, when."""

    quote: str
    article_id: str
    source: str
    published_at: datetime
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Shift:
    """An actor's stance on an issue in a context turned.

    revision starts at 1 and grows with each change that a reader would care about; the id never changes.
    event_time is when the new stance was first observed. detected_at is the caller's clock when this revision
    was first computed; a replay keeps what the series remembers, and backtests pass the article's own time.
    clusters counts independent reports of the new stance, sources the outlets among them. parts are the factors
    of confidence, each in [0, 1].
    """

    shift_id: str
    revision: int
    status: ShiftStatus
    kind: ShiftKind
    series: str
    actor: Actor
    issue: str
    context: str | None
    before: Position
    after: Position
    confidence: float
    parts: dict[str, float]
    event_time: datetime
    detected_at: datetime
    clusters: int
    sources: tuple[str, ...]
    evidence_before: tuple[Quote, ...]
    evidence_after: tuple[Quote, ...]
    sentence: str
    detector_version: str


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A record that could not be served: its original bytes, where they came from, and why.

    dead_id is stable for (topic, partition, offset, step). step is the role that gave up.
    """

    dead_id: str
    topic: str
    partition: int
    offset: int
    key: str | None
    value_base64: str
    step: str
    code: str
    reason: str
    at: datetime
