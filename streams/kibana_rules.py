"""The rules and connectors of ``deploy/kibana/rules.yaml`` as Kibana's alerting API takes them."""

import uuid

from streams.kibana_charts import Object
from streams.kibana_objects import ndjson
from streams.settings import Settings
from streams.topology import SHIFTS_INDEX

WINDOW_MINUTES = 10
SHIFTS_AT_MOST = 500  # that one rule tells in ten minutes; Kibana's own limit is 1,000
# What a message says of the shift that set it off: each alert of a rule is one shift, with its document.
SENTENCE, ACTOR, ISSUE = (
    f"{{{{#context.hits}}}}{{{{_source.{field}}}}}{{{{/context.hits}}}}"
    for field in ("sentence", "actor.id", "issue")
)
ACTIONS: dict[str, Object] = {
    ".server-log": {"level": "info", "message": f"{{{{rule.name}}}}: {SENTENCE} {{{{context.link}}}}"},
    ".index": {"documents": [{
        "rule": {"name": "{{rule.name}}"}, "shift_id": "{{alert.id}}", "actor": {"id": ACTOR}, "issue": ISSUE,
        "message": SENTENCE, "url": "{{context.link}}",
    }]},
    ".webhook": {"body": f'{{"rule": "{{{{rule.name}}}}", "shift_id": "{{{{alert.id}}}}", "message": "{SENTENCE}", "link": "{{{{context.link}}}}"}}'},
}  # fmt: skip


def stable_uuid(name: str) -> str:
    """The id of a rule or connector: Kibana takes none but a random-looking UUID for what it encrypts."""
    return str(uuid.UUID(bytes=uuid.uuid5(uuid.NAMESPACE_URL, f"stancewatch/{name}").bytes, version=4))


def rule_body(rule: Object, connectors: list[Object], settings: Settings) -> Object:
    """A rule as the alerting API takes it: it looks each minute at the last ten, and each shift is an alert of its own.

    Told by shift, one that is indexed some minutes late is still told, and none is told twice while it lies in the
    window; counted by the time of the last hit, a late one would be passed over.
    """
    params = {
        "searchType": "esQuery",
        "index": [settings.index(SHIFTS_INDEX)],
        "timeField": "detected_at",
        "esQuery": ndjson([{"query": rule["query"]}]).strip(),
        "size": 1,
        "threshold": [0],
        "thresholdComparator": ">",
        "timeWindowSize": WINDOW_MINUTES,
        "timeWindowUnit": "m",
        "aggType": "count",
        "groupBy": "top",
        "termField": "shift_id",
        "termSize": SHIFTS_AT_MOST,
        "excludeHitsFromPreviousRun": False,
    }
    actions = [
        {
            "id": stable_uuid(connector["name"]), "group": "query matched", "params": ACTIONS[connector["type"]],
            "frequency": {"summary": False, "notify_when": "onActionGroupChange", "throttle": None},
        }
        for connector in connectors
    ]  # fmt: skip
    return {
        "name": rule["name"], "tags": ["stancewatch"], "schedule": {"interval": "1m"}, "params": params,
        "actions": actions,
    }  # fmt: skip


def wanted_connectors(given: list[Object], settings: Settings) -> list[Object]:
    """The connectors of the file; the webhook only where the settings say where it posts to."""
    return [
        each
        if each["type"] != ".webhook"
        else {**each, "config": {**each["config"], "url": settings.kibana_webhook}}
        for each in given
        if each["type"] != ".webhook" or settings.kibana_webhook
    ]


def connector_body(connector: Object, settings: Settings) -> Object:
    """A connector as the actions API takes it; the index that it writes gets this installation's prefix."""
    config = dict(connector.get("config", {}))
    if "index" in config:
        config["index"] = settings.index(config["index"])
    return {"name": connector["name"], "config": config, "secrets": {}}
