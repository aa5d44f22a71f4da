"""Imports ``deploy/kibana`` into a Kibana: saved objects, connectors and rules. Doing it again changes nothing."""

import json
import uuid
from collections.abc import AsyncIterator
from typing import Any

import httpx

from streams.kibana_objects import Object, compile_objects, ndjson, source
from streams.settings import Settings
from streams.steps import SetupError, Step, outcome
from streams.topology import SHIFTS_INDEX

WINDOW_MINUTES = 10
ACTIONS = {
    ".server-log": {"level": "info", "message": "{{rule.name}}: {{context.title}} {{context.link}}"},
    ".index": {"documents": [{"rule": "{{rule.name}}", "message": "{{context.message}}", "link": "{{context.link}}"}]},
    ".webhook": {"body": '{"rule": "{{rule.name}}", "message": "{{context.title}}", "link": "{{context.link}}"}'},
}  # fmt: skip


async def kibana_steps(settings: Settings, url: str, dry_run: bool) -> AsyncIterator[Step]:
    """Every object, connector and rule, as it is done. Raises SetupError."""
    objects = compile_objects(source(), settings)
    given = source("rules.yaml")
    async with _client(settings, url) as client:
        kibana = _Kibana(client, url)
        yield await _import(kibana, objects, dry_run)
        licensed = await kibana.licensed_connectors()
        usable: list[Object] = []
        for connector in given["connectors"]:
            if connector["type"] in licensed:
                usable.append(connector)
                yield await _connector(kibana, connector, dry_run)
            else:
                detail = f"the licence of this Kibana does not hold {connector['type']}"
                yield Step("connector", connector["name"], "unavailable", detail)
        for rule in given["rules"]:
            yield await _rule(kibana, rule_body(rule, usable, settings), dry_run)


def stable_uuid(name: str) -> str:
    """The id of a rule or connector: Kibana takes none but a random-looking UUID for what it encrypts."""
    return str(uuid.UUID(bytes=uuid.uuid5(uuid.NAMESPACE_URL, f"stancewatch/{name}").bytes, version=4))


def rule_body(rule: Object, connectors: list[Object], settings: Settings) -> Object:
    """A rule as the alerting API takes it: runs each minute on what was detected in the last ten, tells it once."""
    params = {
        "searchType": "esQuery",
        "index": [settings.index(SHIFTS_INDEX)],
        "timeField": "detected_at",
        "esQuery": query_text({"query": rule["query"]}),
        "size": 100,
        "threshold": [0],
        "thresholdComparator": ">",
        "timeWindowSize": WINDOW_MINUTES,
        "timeWindowUnit": "m",
        "aggType": "count",
        "groupBy": "all",
        "excludeHitsFromPreviousRun": True,
    }
    actions = [
        {
            "id": stable_uuid(connector["name"]), "group": "query matched", "params": ACTIONS[connector["type"]],
            "frequency": {"summary": False, "notify_when": "onActiveAlert", "throttle": None},
        }
        for connector in connectors
    ]  # fmt: skip
    return {
        "name": rule["name"], "tags": ["stancewatch"], "schedule": {"interval": "1m"}, "params": params,
        "actions": actions,
    }  # fmt: skip


def query_text(value: Object) -> str:
    """The text of a query as the rule's form shows it."""
    return ndjson([value]).strip()


class _Kibana:
    """Requests that say what is wrong in one line."""

    def __init__(self, client: httpx.AsyncClient, url: str) -> None:
        self._client = client
        self._url = url

    async def ask(self, method: str, path: str, **more: Any) -> httpx.Response:
        try:
            answer = await self._client.request(method, path, **more)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise SetupError(f"no Kibana answers at {self._url}: {error!r}") from error
        if not answer.is_success and answer.status_code != httpx.codes.NOT_FOUND:
            raise SetupError(f"Kibana refuses {method} {path}: {answer.status_code} {answer.text[:300]}")
        return answer

    async def find(self, path: str) -> Object | None:
        answer = await self.ask("GET", path)
        found: Object | None = None if answer.status_code == httpx.codes.NOT_FOUND else answer.json()
        return found

    async def send(self, method: str, path: str, **more: Any) -> Object:
        answer = await self.ask(method, path, **more)
        if answer.status_code == httpx.codes.NOT_FOUND:
            raise SetupError(f"this is no Kibana, or too old a one: {self._url} knows no {path}")
        sent: Object = answer.json()
        return sent

    async def licensed_connectors(self) -> set[str]:
        answer = await self.ask("GET", "api/actions/connector_types")
        if answer.status_code == httpx.codes.NOT_FOUND:
            raise SetupError(f"this is no Kibana, or too old a one: {self._url}")
        return {each["id"] for each in answer.json() if each["enabled"] and each["enabled_in_license"]}


def _client(settings: Settings, url: str) -> httpx.AsyncClient:
    headers = {"kbn-xsrf": "stancewatch"}
    auth = None
    key, password = settings.kibana_api_key(), settings.kibana_password()
    if key:
        headers["Authorization"] = f"ApiKey {key}"
    elif settings.kibana_user and password:
        auth = httpx.BasicAuth(settings.kibana_user, password)
    verify = str(settings.elasticsearch_ca_file) if settings.elasticsearch_ca_file else True
    base = f"{url.rstrip('/')}/"
    return httpx.AsyncClient(
        base_url=base, headers=headers, auth=auth, timeout=60, trust_env=False, verify=verify
    )


async def _import(kibana: _Kibana, objects: list[Object], dry_run: bool) -> Step:
    name = f"{len(objects)} objects"
    wanted = [{"type": each["type"], "id": each["id"]} for each in objects]
    found = await kibana.send("POST", "api/saved_objects/_bulk_get", json=wanted)
    present = {each["id"]: each for each in found["saved_objects"] if "error" not in each}
    differing = [each for each in objects if not _same(each, present.get(each["id"]))]
    if not differing:
        return Step("kibana", name, "unchanged")
    if not dry_run:
        file = {"file": ("objects.ndjson", ndjson(objects), "application/ndjson")}
        answer = await kibana.send("POST", "api/saved_objects/_import?overwrite=true", files=file)
        if not answer.get("success"):
            raise SetupError(f"Kibana did not import everything: {str(answer.get('errors'))[:500]}")
    detail = ", ".join(each["id"] for each in differing[:5]) + (" …" if len(differing) > 5 else "")
    return Step("kibana", name, outcome(exists=bool(present), dry_run=dry_run), detail)


def _same(wanted: Object, found: Object | None) -> bool:
    """Whether what is there says all that is wanted; a newer Kibana may have added to it."""
    if found is None:
        return False
    here, there = (
        sorted(json.dumps(each, sort_keys=True) for each in one.get("references", []))
        for one in (wanted, found)
    )
    return here == there and _within(wanted["attributes"], found["attributes"])


def _within(wanted: Any, found: Any) -> bool:
    if isinstance(wanted, dict):
        return isinstance(found, dict) and all(
            _within(value, found.get(key)) for key, value in wanted.items()
        )
    if isinstance(wanted, list):
        return isinstance(found, list) and len(wanted) == len(found) and all(map(_within, wanted, found))
    return bool(wanted == found)


async def _connector(kibana: _Kibana, connector: Object, dry_run: bool) -> Step:
    path = f"api/actions/connector/{stable_uuid(connector['name'])}"
    body = {"name": connector["name"], "config": connector.get("config", {}), "secrets": {}}
    found = await kibana.find(path)
    if found and found["name"] == body["name"] and _within(body["config"], found.get("config", {})):
        return Step("connector", connector["name"], "unchanged")
    if not dry_run:
        kind = {} if found else {"connector_type_id": connector["type"]}
        await kibana.send("PUT" if found else "POST", path, json={**body, **kind})
    return Step("connector", connector["name"], outcome(exists=bool(found), dry_run=dry_run))


async def _rule(kibana: _Kibana, body: Object, dry_run: bool) -> Step:
    path = f"api/alerting/rule/{stable_uuid(body['name'])}"
    found = await kibana.find(path)
    if found and _within(body, found):
        return Step("rule", body["name"], "unchanged")
    if not dry_run:
        kind = {} if found else {"rule_type_id": ".es-query", "consumer": "stackAlerts", "enabled": True}
        await kibana.send("PUT" if found else "POST", path, json={**body, **kind})
    return Step("rule", body["name"], outcome(exists=bool(found), dry_run=dry_run))
