"""Readings for tests of the fold: short to write, complete in form."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from streams.core.model import Actor, Evidence, Observation, ReportedShift, Stance

SERIES = "DEU|troop_deployment|UKR"
START = datetime(2025, 1, 1, tzinfo=UTC)
GERMANY = Actor("DEU", "Germany")
MINISTRY = Actor("DEU", "Defence Ministry", "DEU")
PRESIDENT = Actor("DEU", "Chancellery", "DEU")


def day(number: float) -> datetime:
    return START + timedelta(days=number)


def seen(name: str, stance: Stance, at: float, strength: str = "statement", **more: Any) -> Observation:
    fields: dict[str, Any] = {
        "observation_id": name,
        "article_id": f"article {name}",
        "actor": GERMANY,
        "issue": "troop_deployment",
        "context": "UKR",
        "stance": stance,
        "score": 0.9,
        "strength": strength,
        "modality": "asserted",
        "is_historical": False,
        "attribution": None,
        "evidence": Evidence(f"quote of {name}", 0, len(name) + 9),
        "source": f"Outlet {name}",
        "published_at": day(at),
        "fingerprint": f"text {name}",
    }
    return Observation(**(fields | more))


def told(name: str, after: Stance, at: float, before: Stance | None = None, **more: Any) -> ReportedShift:
    fields: dict[str, Any] = {
        "observation_id": name,
        "article_id": f"article {name}",
        "actor": GERMANY,
        "issue": "troop_deployment",
        "context": "UKR",
        "before": before,
        "after": after,
        "score": 0.9,
        "evidence": Evidence(f"turn told by {name}", 0, len(name) + 13),
        "source": f"Outlet {name}",
        "published_at": day(at),
        "fingerprint": f"text {name}",
    }
    return ReportedShift(**(fields | more))


def past(stance: Stance, count: int = 4, since: float = 0, every: float = 10) -> list[Observation]:
    """A stance held for a while, by statements of several outlets."""
    return [seen(f"past {stance} {since} {i}", stance, since + every * i) for i in range(count)]


def times(readings: Iterable[Observation | ReportedShift]) -> list[datetime]:
    return sorted(reading.published_at for reading in readings)
