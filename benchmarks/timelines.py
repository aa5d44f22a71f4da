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

_HINTS: Final = (
    "possible|possibly|consider|considers|considering|mulls?|mulling|weighs?|weighing|drafts?|drafting|may|might"
    "|willing|willingness|open to|ready to"
)
_DEEDS: Final = (
    "imposes?|imposed|reimposes?|reimposed|lifts?|lifted|eases?|eased|an ease|freezes?|froze"
    "|releases?|releasing"
    "|seizes?|seized|bans?|banned|blacklists?|designates?|designation|revokes?|revoked|cancels?|cancelled"
    "|signs?|signed|breaks?|broke|violates?|violated|suspends?|suspended|ends?|ended|resumes?|resumed"
    "|takes? effect|comes? into force|withdraws?|withdrew|withdrawing|withdrawal|deploys?|deployed"
    "|sends?|sent"
    "|sending|arrives?|arrived|enters?|entered|crosses|crossed|leaves?|left|captures?|captured|advances?"
    "|launch|launches|launched|completes?|completed|begins?|began|starts?|started|vetoes|vetoed"
)
_DECISIONS: Final = (
    "announces?|announced|agrees?|agreed|approves?|approved|authori[sz]es?|authori[sz]ed|decides?|decided|orders?"
    "|ordered|will|plans?|planned|pledges?|pledged|promises?|promised|extends?|extended|extension|rejects?"
    "|rejected|refuses?|refused|rules? out|ruled out|grants?|granted|votes?|voted|adopts?|adopted"
    "|confirms?|confirmed"
)
_CUES: Final[tuple[tuple[Strength, re.Pattern[str]], ...]] = (
    ("hint", re.compile(rf"\b({_HINTS})\b")),
    ("deed", re.compile(rf"\b({_DEEDS})\b")),
    ("decision", re.compile(rf"\b({_DECISIONS})\b")),
)
_FUTURE: Final = re.compile(r"\b(will|would|to)\b")


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
        match = cue.search(text)
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
