"""A shift as an Alertmanager alert (API v2) and as a webhook's message."""

from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote as percent

from streams.core.model import Quote, Shift
from streams.rules import EVERY_CONFIRMED, UNKNOWN, Rule

LASTS = timedelta(hours=4)
QUOTES_SHOWN, LONGEST_QUOTE = 3, 400
# The columns of the page that an alert leads to; the articles' ids are links to the articles.
SHOWN = ("sentence", "before.stance", "evidence_before.quote", "after.stance", "evidence_after.quote",
         "evidence_after.article_id", "evidence_after.url")  # fmt: skip


def alert(
    shift: Shift, at: datetime, kibana: str | None, rule: Rule = EVERY_CONFIRMED.rules[0]
) -> dict[str, Any]:
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
        "context": shift.context or UNKNOWN,
        "direction": direction(shift),
        "severity": rule.severity,
        "rule": rule.name,
    }
    annotations = {
        "summary": shift.sentence,
        "before": _quotes(shift.evidence_before),
        "after": _quotes(shift.evidence_after),
        "sources": ", ".join(shift.sources),
        "confidence": f"{shift.confidence:.2f}",
        "order": f"{shift.revision:06d}",  # a template can compare texts, and no numbers that are written as such
    }
    # times by event: the same shift gives the same alert after a restart
    record = {
        "labels": labels,
        "annotations": annotations,
        "startsAt": shift.event_time,
        "endsAt": at + LASTS,
    }
    if kibana:
        annotations["kibana"] = record["generatorURL"] = shift_link(kibana, shift)
    return record


def message(shift: Shift, rule: Rule, kibana: str | None) -> dict[str, Any]:
    """What a webhook gets: the whole shift as ``schemas/shift.schema.json`` has it, and why it is told."""
    return {
        "type": "stance.shift",
        "rule": rule.name,
        "severity": rule.severity,
        "direction": direction(shift),
        "kibana": shift_link(kibana, shift) if kibana else None,
        "shift": shift,
    }


def direction(shift: Shift) -> str:
    """From which stance to which, such as ``oppose_to_support``."""
    return f"{shift.before.stance}_to_{shift.after.stance}"


def shift_link(kibana: str, shift: Shift) -> str:
    """Where Kibana shows this shift: Discover on the data view that ``deploy/kibana`` defines."""
    day = timedelta(days=1)
    first, last = (f"{at:%Y-%m-%dT%H:%M:%SZ}" for at in (shift.event_time - day, shift.event_time + day))
    time = f"(time:(from:'{first}',to:'{last}'))"
    wanted = percent(f'shift_id:"{shift.shift_id}"', safe="")
    columns = ",".join(SHOWN)
    state = (
        f"(columns:!({columns}),dataSource:(dataViewId:stancewatch-shifts,type:dataView),"
        f"query:(language:kuery,query:'{wanted}'))"
    )
    return f"{kibana.rstrip('/')}/app/discover#/?_g={time}&_a={state}"


def _quotes(quotes: tuple[Quote, ...]) -> str:
    lines = [f"“{_short(q.quote)}” ({q.source}, {q.published_at:%Y-%m-%d})" for q in quotes[:QUOTES_SHOWN]]
    return "\n".join(lines + ([f"and {more} more"] if (more := len(quotes) - QUOTES_SHOWN) > 0 else []))


def _short(text: str) -> str:
    return text if len(text) <= LONGEST_QUOTE else text[: LONGEST_QUOTE - 1] + "…"
