"""Labelled series of real events as observations: strength is read from their evidence by plain cues.

The production reader judges strength with the whole sentence; these cues only stand in for it here.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import orjson

from streams.core.model import Actor, Evidence, Observation, Strength

_CUES: Final[tuple[tuple[Strength, str], ...]] = (
    (
        "hint",
        r"\b(possible|possibly|consider\w*|mull\w*|weigh\w*|draft\w*|may|might|goodwill|talks? on|begin\w* talks"
        r"|willing\w*|open to|ready to|do(es)? not comment|despite)\b",
    ),
    (
        "deed",
        r"\b(imposes?|imposed|signs?|signed|withdraws?|withdrew|withdrawing|deploys?|deployed|sends?|sent|sending"
        r"|arriv\w+|breaks?|broke|suspends?|suspended|lifts?|lifted|eases?|eased|seizes?|seized|releas\w+"
        r"|blacklist\w*|sanctions? \d+|captur\w+|launch\w+|advanc\w+|enter\w*|cross\w*|crossed|left|completes?"
        r"|completed|violat\w+|resum\w+|freezes?|froze|bans?|banned|reimpos\w+|adds|lists|designat\w+|cancel\w*"
        r"|revok\w+|ends?|ended|vetoe?s?|vetoed|takes? effect|comes? into (force|effect)|begin\w*|started)\b",
    ),
    (
        "decision",
        r"\b(announc\w+|agre\w+|approv\w+|authori[sz]\w+|decid\w+|orders?|ordered|will|plans?|pledg\w+|promis\w+"
        r"|extend\w*|extension|reject\w*|refus\w+|rules? out|grant\w*|permission|votes?|voted|adopts?|confirm\w*)\b",
    ),
)
_FUTURE: Final = re.compile(r"\b(will|would|plans? to|to|agree\w* to|promis\w+ to|pledg\w+ to)\b")


@dataclass(frozen=True, slots=True)
class Timeline:
    """A labelled series: its key, its observations, and the true turns as (date, new stance, grade)."""

    series: str
    observations: tuple[Observation, ...]
    turns: tuple[tuple[str, str, str], ...]


def strength_of(evidence: str) -> Strength:
    """The strength of what a sentence tells: a deed that is only announced or willed is a decision."""
    text = evidence.lower()
    for strength, cue in _CUES:
        match = re.search(cue, text)
        if match is None:
            continue
        if strength == "deed" and _FUTURE.search(text[: match.start()]):
            return "decision"
        return strength
    return "statement"


def timelines(path: Path) -> Iterator[Timeline]:
    """Read labelled series; sources are left unknown where the labels do not give them."""
    for line in path.read_bytes().splitlines():
        record = orjson.loads(line)
        observations = tuple(_observation(record["series"], item) for item in record["observations"])
        turns = tuple((s["date"], s["to"], s.get("grade", "clear")) for s in record["shifts"])
        yield Timeline(record["series"], observations, turns)


def _observation(series: str, item: dict[str, Any]) -> Observation:
    actor, issue, context = series.split("|")
    quote = item["evidence"]
    return Observation(
        observation_id=item["id"],
        article_id=item["id"],
        actor=Actor(actor, actor),
        issue=issue,
        context=context or None,
        stance=item["stance"],
        score=item.get("score", 0.9),
        strength=item.get("strength") or strength_of(quote),
        modality=item.get("modality", "asserted"),
        is_historical=False,
        attribution=None,
        evidence=Evidence(quote, 0, len(quote)),
        source=item.get("source", ""),
        published_at=datetime.fromisoformat(item["date"]).replace(tzinfo=UTC),
        fingerprint=item["id"],
    )
