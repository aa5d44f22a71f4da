"""Quarrels inside a state: a president against a ministry is no turn of the state, and should be seen."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from streams.core.clusters import Cluster, Voice
from streams.core.detector import Detector
from streams.core.model import Stance


@dataclass(frozen=True, slots=True)
class Side:
    """One voice in a quarrel; part is empty for the state itself."""

    part: str
    stance: Stance
    quote: str
    article_id: str
    source: str
    published_at: datetime


@dataclass(frozen=True, slots=True)
class Quarrel:
    """Two voices of one actor that contradicted one another in a short time; last: the later one."""

    last: datetime
    sides: tuple[Side, Side]


def find_quarrel(ring: Sequence[Cluster], detector: Detector) -> Quarrel | None:
    """Find the latest quarrel in a ring: opposite stances of two voices, one of them a sub-actor or both."""
    heard = [(cluster.at, voice) for cluster in ring for voice in cluster.voices if _is_plain(voice)]
    within = timedelta(days=detector.quarrel_days)
    for later in range(len(heard) - 1, 0, -1):
        at, voice = heard[later]
        for then, other in reversed(heard[:later]):
            if at - then > within:
                break
            if voice.part != other.part and {voice.stance, other.stance} == {"support", "oppose"}:
                return Quarrel(at, (_side(other), _side(voice)))
    return None


def _is_plain(voice: Voice) -> bool:
    return voice.best.modality == "asserted" and voice.best.attribution is None


def _side(voice: Voice) -> Side:
    best = voice.best
    return Side(
        voice.part, voice.stance, best.evidence.quote, best.article_id, best.source, best.published_at
    )
