"""The one place that says which topics and indices exist, and what they must be like."""

from dataclasses import dataclass
from datetime import timedelta

from streams.settings import Settings

RAW = "articles.raw"
ENRICHED = "articles.enriched"
OBSERVATIONS = "stance.observations"
SHIFTS = "stance.shifts"
DEAD = "articles.dead"

ARTICLES_INDEX = "news-articles"
OBSERVATIONS_INDEX = "stance-observations"
SHIFTS_INDEX = "stance-shifts"
SERIES_INDEX = "stance-series"
ALERTS_INDEX = "stance-alerts"
DEAD_INDEX = "news-dead-letters"
KIBANA_ALERTS_INDEX = "stance-kibana-alerts"  # written by the rules of a Kibana, if there is one

ROLES = ("classify", "track", "index", "notify")
MONITOR_PORTS = {role: 9101 + place for place, role in enumerate(ROLES)}
FEEDS = "feeds"
FEEDS_PORT = MONITOR_PORTS[ROLES[-1]] + 1
MAX_MESSAGE_BYTES = 8 * 1024 * 1024  # a text of 1 MiB, escaped in JSON
MAX_LETTER_BYTES = 12 * 1024 * 1024  # the largest record in base64, with its reason

_RETENTION = {
    RAW: timedelta(days=30),
    ENRICHED: timedelta(days=7),
    OBSERVATIONS: timedelta(days=30),
    SHIFTS: timedelta(days=365),
    DEAD: timedelta(days=90),
}


@dataclass(frozen=True, slots=True)
class TopicSpec:
    """What a topic must be like: its name on the broker, partitions, replication and topic configuration."""

    name: str
    partitions: int
    replication: int
    config: dict[str, str]


def topic_specs(settings: Settings) -> tuple[TopicSpec, ...]:
    """Every topic that the product uses."""
    return tuple(
        TopicSpec(
            settings.topic(name),
            settings.partitions,
            settings.replication,
            {
                "retention.ms": str(int(retention.total_seconds() * 1000)),
                "max.message.bytes": str(MAX_LETTER_BYTES if name == DEAD else MAX_MESSAGE_BYTES),
                "message.timestamp.type": "LogAppendTime",  # a producer's clock says nothing of when we took it
                "cleanup.policy": "delete",
            },
        )
        for name, retention in _RETENTION.items()
    )


def group_of(settings: Settings, role: str) -> str:
    """The consumer group of a role, which is the name of its Faust app as well."""
    return settings.topic(f"stancewatch-{role}")


def sources(role: str) -> tuple[str, ...]:
    """The topics that a role consumes."""
    return {
        "classify": (RAW,),
        "track": (OBSERVATIONS,),
        "index": (ENRICHED, OBSERVATIONS, SHIFTS, DEAD),
        "notify": (SHIFTS,),
    }[role]
