"""A shift as an Alertmanager alert (API v2)."""

from datetime import datetime, timedelta
from typing import Any

from streams.core.model import Quote, Shift

LASTS = timedelta(hours=4)


def alert(shift: Shift, at: datetime, kibana: str | None) -> dict[str, Any]:
    """One alert. Labels identify and route it, so the same revision is the same alert; annotations tell the story.

    at: when the shift was sent; the alert ends by itself some hours later, since a turn has no "resolved".
    """
    labels = {
        "alertname": "StanceShift",
        "shift_id": shift.shift_id,
        "revision": str(shift.revision),
        "status": shift.status,
        "kind": shift.kind,
        "actor": shift.actor.id,
        "issue": shift.issue,
        "context": shift.context or "unknown",
        "direction": f"{shift.before.stance}_to_{shift.after.stance}",
        "severity": "info",
    }
    annotations = {
        "summary": shift.sentence,
        "before": _quotes(shift.evidence_before),
        "after": _quotes(shift.evidence_after),
        "sources": ", ".join(shift.sources),
        "confidence": f"{shift.confidence:.2f}",
    }
    # times by event: the same shift gives the same alert after a restart
    record = {
        "labels": labels,
        "annotations": annotations,
        "startsAt": shift.event_time,
        "endsAt": at + LASTS,
    }
    if kibana:
        query = f"(query:(language:kuery,query:'shift_id:%22{shift.shift_id}%22'))"
        record["generatorURL"] = f"{kibana.rstrip('/')}/app/discover#/?_a={query}"
    return record


def _quotes(quotes: tuple[Quote, ...]) -> str:
    return "\n".join(f"“{q.quote}” ({q.source}, {q.published_at:%Y-%m-%d})" for q in quotes)
