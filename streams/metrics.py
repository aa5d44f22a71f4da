"""The catalogue of metrics. Every labelled counter is born at zero, so that ``increase()`` sees the first one."""

from collections.abc import Iterable

from prometheus_client import Counter, Gauge, Histogram

AGE_BUCKETS = (0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900, 3600)

# Records taken from a topic, by role and topic.
CONSUMED = Counter("stancewatch_consumed", "Records taken from a topic", ["role", "topic"])
# Records that ended as dead letters, by role and code.
DEAD_LETTERS = Counter("stancewatch_dead_letters", "Records that ended as dead letters", ["role", "code"])
# Articles by outcome: relevant, irrelevant, not_read, dead.
ARTICLES = Counter("stancewatch_articles", "Articles classified, by outcome", ["outcome"])
# Observations read, by issue.
OBSERVED = Counter("stancewatch_observations", "Observations read", ["issue"])
# Shift revisions sent on, by status.
SHIFTS = Counter("stancewatch_shifts", "Shift revisions sent, by status", ["status"])
# Documents written to Elasticsearch, by result: written, stale, dead.
INDEXED = Counter("stancewatch_indexed", "Documents by what Elasticsearch said", ["result"])
# Alerts by result: sent, refused.
ALERTS = Counter("stancewatch_alerts", "Alerts by what the receiver said", ["result"])
# Tries against an absent or overloaded service, by service.
RETRIES = Counter("stancewatch_retries", "Tries that a service's absence cost", ["service"])
# Series writes that lost a race and were folded again.
CONFLICTS = Counter("stancewatch_series_conflicts", "Series writes that lost a race")
# Documents that had to be sent to Elasticsearch again, by why: item (refused for now), request (all of it failed).
BULK_RETRIES = Counter("stancewatch_bulk_retries", "Documents of a bulk request sent again", ["why"])
# Seconds from the moment that articles.raw took the article to the end of a role's work: end to end, at each stage.
AGE = Histogram(
    "stancewatch_age_seconds",
    "From articles.raw to the end of this role's work",
    ["role"],
    buckets=AGE_BUCKETS,
)
# Records between a topic's end and what this worker has committed, by topic.
LAG = Gauge("stancewatch_lag", "Records not yet committed", ["topic"])
# Seconds since offsets last moved or nothing was left to do.
LAST_PROGRESS = Gauge("stancewatch_seconds_without_progress", "Seconds with lag in which offsets stood still")
# Records that this worker has taken from the broker and not yet committed, by topic.
QUEUE = Gauge("stancewatch_queue", "Records taken and not yet committed", ["topic"])
# Reading processes, and the pieces of work that they have or that wait for one: more pieces than processes is saturation.
POOL_PROCESSES = Gauge("stancewatch_pool_processes", "Reading processes of this worker")
POOL_PIECES = Gauge("stancewatch_pool_pieces", "Pieces of a batch that are being read or wait for a process")
# Records whose work is under way in this worker.
IN_WORK = Gauge("stancewatch_records_in_work", "Records of the batches that are being served")
# What runs: always 1, told by its labels.
BUILD = Gauge("stancewatch_build", "What runs here", ["role", "version"])
# What decides on results: always 1. part: pipeline (code and model), lexicon, detector.
PARTS = Gauge("stancewatch_part", "What decides on results here", ["role", "part", "version"])
# Looks at feeds, by feed and result: new, unchanged, or why it failed.
FEED_POLLS = Counter("stancewatch_feed_polls", "Looks at feeds, by result", ["feed", "result"])
# Items of feeds by outcome: sent, updated, refused.
FEED_ITEMS = Counter("stancewatch_feed_items", "Items of feeds by outcome", ["feed", "outcome"])
# Pages asked for their full text: read, missed.
FEED_PAGES = Counter("stancewatch_feed_pages", "Pages asked for their full text", ["feed", "result"])
# Looks at a feed that failed since one succeeded.
FEED_FAILURES = Gauge("stancewatch_feed_failures", "Looks that failed in a row", ["feed"])
# When a feed last gave something to send, or was first seen; Unix seconds.
FEED_LAST_ITEM = Gauge("stancewatch_feed_last_item_seconds", "When a feed last gave an item", ["feed"])
# How long a feed may give nothing before it counts as silent.
FEED_SILENT_AFTER = Gauge("stancewatch_feed_silent_after_seconds", "Silence that a feed is allowed", ["feed"])
# Share of the fullest data disk of Elasticsearch that is in use (index).
DISK_USED = Gauge("stancewatch_elasticsearch_disk_used_ratio", "Used share of Elasticsearch's fullest disk")

# Every code that a dead letter may have, so that even a first burst of one is seen to increase.
CODES = (
    "alert_refused", "bad_date", "bad_encoding", "bad_json", "bad_record", "bad_schema", "date_in_future", "date_too_old",
    "empty_source", "empty_text", "empty_value", "id_too_long", "index_refused", "kept_in_part", "missing_published_at",
    "missing_source", "missing_text", "not_an_object", "read_timeout", "reader_crashed", "reader_failed", "too_deep", "too_large", "too_long",
    "webhook_refused", "wrong_type",
)  # fmt: skip


def born(role: str, topics: Iterable[str]) -> None:
    """Start the counters of a role at zero."""
    for topic in topics:
        CONSUMED.labels(role, topic)
    for code in CODES:
        DEAD_LETTERS.labels(role, code)
    AGE.labels(role)


for _outcome in ("relevant", "irrelevant", "not_read", "dead"):
    ARTICLES.labels(_outcome)
for _status in ("candidate", "confirmed", "retracted"):
    SHIFTS.labels(_status)
for _result in ("written", "stale", "dead"):
    INDEXED.labels(_result)
for _result in ("sent", "refused"):
    ALERTS.labels(_result)
for _service in ("kafka", "elasticsearch", "alertmanager"):
    RETRIES.labels(_service)
for _why in ("item", "request"):
    BULK_RETRIES.labels(_why)
