"""A turn told in full: positions, quotes, confidence with its parts, a sentence for a person."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Final

import pycountry

from streams.core.detector import Detector
from streams.core.model import Actor, Position, Quote, Shift, Stance
from streams.core.stand import Stand, Turn, Witness, is_confirmed

_QUOTES: Final = 3
_DOING: Final[dict[Stance, str]] = {
    "support": "supporting",
    "oppose": "opposing",
    "neutral": "taking no side on",
}
_NAMES: Final = {
    "COD": "DR Congo",
    "COG": "Congo",
    "GBR": "Britain",
    "IRN": "Iran",
    "PRK": "North Korea",
    "PSE": "Gaza and the West Bank",
    "RUS": "Russia",
    "USA": "the United States",
}


@dataclass(frozen=True, slots=True)
class Watched:
    """What the fold knows of an issue: how a sentence speaks of it, as of ``sanctions`` and the link to the country that they are ``on``,
    and whether it is about what is sent to a country, so that an actor's own country is no such place.
    """

    words: str
    link: str = "in"
    is_sent: bool = False


def tell(
    turn: Turn, series: str, detected_at: datetime, detector: Detector, watched: Mapping[str, Watched]
) -> Shift:
    """The first revision of the shift that a turn is. watched: by issue id, as ``subject`` takes it."""
    actor_id, issue, context = series.split("|", 2)
    actor = _actor(actor_id, (*turn.after.witnesses, *turn.before.witnesses))
    parts = _parts(turn)
    is_sure = is_confirmed(turn.after, detector)
    confidence = 1.0
    for part in parts.values():
        confidence *= part
    return Shift(
        shift_id=turn.shift_id,
        revision=1,
        status="retracted" if turn.is_undone else "confirmed" if is_sure else "candidate",
        kind=turn.kind,
        series=series,
        actor=actor,
        issue=issue,
        context=context or None,
        before=position(turn.before),
        after=position(turn.after),
        confidence=round(confidence, 4),
        parts=parts,
        event_time=turn.after.since,
        detected_at=detected_at,
        clusters=turn.after.n,
        sources=turn.after.sources,
        evidence_before=_quotes(turn.before),
        evidence_after=_quotes(turn.after),
        sentence=_sentence(turn, actor.name, subject(issue, context, watched)),
        detector_version=detector.version,
    )


def position(stand: Stand) -> Position:
    """A stand as readers see it; the score is the highest belief that it reached."""
    return Position(stand.stance, round(stand.peak, 4), stand.since, stand.n)


def _parts(turn: Turn) -> dict[str, float]:
    """Factors of confidence.

    belief: that the actor now holds the new stance; standing: that it held the old one; freshness: less
    after a long silence; independence: .8 on one outlet, .9 on two, 1 on three.
    """
    outlets = min(3, len(turn.after.sources))
    parts = {
        "belief": turn.after.peak,
        "standing": turn.standing,
        "freshness": max(0.7, 1.0 - 0.3 * turn.silence / 730.0),
        "independence": 0.7 + 0.1 * outlets,
    }
    return {name: round(value, 4) for name, value in parts.items()}


def _quotes(stand: Stand) -> tuple[Quote, ...]:
    ranked = sorted(stand.witnesses, key=lambda w: (-w.chance, w.at, w.reading_id))
    chosen = sorted(ranked[:_QUOTES], key=lambda w: (w.at, w.reading_id))
    return tuple(witness.quote for witness in chosen)


def _actor(actor_id: str, witnesses: tuple[Witness, ...]) -> Actor:
    """The series' own actor, by the name that its first report uses."""
    for witness in witnesses:
        if not witness.part:
            return witness.actor
    return Actor(actor_id, place(actor_id))


@lru_cache(maxsize=512)
def place(code: str) -> str:
    """The everyday name of an ISO 3166 alpha-3 code; anything else stays as it is."""
    if code in _NAMES:
        return _NAMES[code]
    country = pycountry.countries.get(alpha_3=code) if len(code) == 3 else None
    if country is None:
        return code
    name: str = getattr(country, "common_name", country.name)
    return name.split(",", maxsplit=1)[0]


def subject(issue: str, context: str, watched: Mapping[str, Watched]) -> str:
    """An issue in words, such as ``sanctions on Russia``; one that nothing is known of goes by its id."""
    known = watched.get(issue) or Watched(issue.replace("_", " "))
    return f"{known.words} {known.link} {place(context)}" if context else known.words


def _sentence(turn: Turn, name: str, about: str) -> str:
    before, after = turn.before, turn.after
    said = "was reported to move" if turn.kind == "reported" else "moved"
    head = f"{name[:1].upper()}{name[1:]} {said} from {_DOING[before.stance]} to {_DOING[after.stance]}"
    outlets = ", ".join(after.sources[:3])
    since = f"{_reports(after.n)} since {_day(after.since)}" + (f" ({outlets})" if outlets else "")
    past = f"{_reports(before.n)} of the earlier stance from {_day(before.since)} to {_day(before.last)}"
    tail = "; taken back, later evidence does not bear it out" if turn.is_undone else ""
    return f"{head} {about}: {since}, against {past}{tail}."


def _reports(n: int) -> str:
    return "one report" if n == 1 else f"{n} independent reports"


def _day(at: datetime) -> str:
    return f"{at.day} {at:%B %Y}"
