"""Imports ``deploy/kibana`` into a Kibana: saved objects, connectors and rules. Doing it again changes nothing."""

import json
import ssl
from collections.abc import AsyncIterator
from typing import Any

import httpx

from streams.kibana_charts import Object
from streams.kibana_objects import compile_objects, ndjson, source
from streams.kibana_rules import connector_body, rule_body, stable_uuid, wanted_connectors
from streams.settings import Settings
from streams.steps import SetupError, Step, outcome


async def kibana_steps(settings: Settings, url: str, dry_run: bool) -> AsyncIterator[Step]:
    """Every object, connector and rule, as it is done. Raises SetupError."""
    objects = compile_objects(source(), settings)
    given = source("rules.yaml")
    async with _client(settings, url) as client:
        kibana = _Kibana(client, url)
        yield await _import(kibana, objects, dry_run)
        if not await kibana.can_encrypt():
            detail = "xpack.encryptedSavedObjects.encryptionKey is not set in kibana.yml"
            yield Step("rules", f"{len(given['rules'])} rules", "unavailable", detail)
            return
        licensed = await kibana.licensed_connectors()
        usable: list[Object] = []
        for connector in wanted_connectors(given["connectors"], settings):
            if connector["type"] in licensed:
                usable.append(connector)
                yield await _connector(kibana, connector, settings, dry_run)
            else:
                detail = f"the licence of this Kibana does not hold {connector['type']}"
                yield Step("connector", connector["name"], "unavailable", detail)
        for rule in given["rules"]:
            yield await _rule(kibana, rule_body(rule, usable, settings), dry_run)


class _Kibana:
    """Requests that say what is wrong in one line."""

    def __init__(self, client: httpx.AsyncClient, url: str) -> None:
        self._client = client
        self._url = url

    async def ask(self, method: str, path: str, *fine: int, **more: Any) -> httpx.Response:
        try:
            answer = await self._client.request(method, path, **more)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise SetupError(f"no Kibana answers at {self._url}: {error!r}") from error
        if not answer.is_success and answer.status_code not in {httpx.codes.NOT_FOUND, *fine}:
            raise SetupError(f"Kibana refuses {method} {path}: {answer.status_code} {answer.text[:300]}")
        return answer

    def stranger(self, path: str) -> SetupError:
        """What to say of a server that does not know a path which every Kibana knows."""
        return SetupError(f"this is no Kibana, or too old a one: {self._url} knows no {path}")

    async def find(self, path: str) -> Object | None:
        answer = await self.ask("GET", path)
        found: Object | None = None if answer.status_code == httpx.codes.NOT_FOUND else answer.json()
        return found

    async def send(self, method: str, path: str, **more: Any) -> Object:
        answer = await self.ask(method, path, **more)
        if answer.status_code == httpx.codes.NOT_FOUND:
            raise self.stranger(path)
        sent: Object = answer.json()
        return sent

    async def exported(self, wanted: list[Object]) -> tuple[list[Object], list[str]]:
        """What is there of the wanted objects, or the ids of those that are not: the export names all or nothing."""
        body = {"objects": wanted, "includeReferencesDeep": False, "excludeExportDetails": True}
        answer = await self.ask("POST", "api/saved_objects/_export", httpx.codes.BAD_REQUEST, json=body)
        if answer.status_code == httpx.codes.NOT_FOUND:
            raise self.stranger("api/saved_objects/_export")
        if answer.status_code == httpx.codes.BAD_REQUEST:
            faults = answer.json().get("attributes", {}).get("objects", [])
            lacking = [each["id"] for each in faults if each["error"]["statusCode"] == httpx.codes.NOT_FOUND]
            if not lacking or len(lacking) < len(faults):
                raise SetupError(f"Kibana refuses to export: {answer.text[:300]}")
            return [], lacking
        return [json.loads(line) for line in answer.text.splitlines()], []

    async def can_encrypt(self) -> bool:
        """Whether this Kibana may keep rules and connectors, which hold secrets."""
        health = await self.find("api/alerting/_health")
        if health is None:
            raise self.stranger("api/alerting/_health")
        return bool(health["has_permanent_encryption_key"])

    async def licensed_connectors(self) -> set[str]:
        answer = await self.ask("GET", "api/actions/connector_types")
        if answer.status_code == httpx.codes.NOT_FOUND:
            raise self.stranger("api/actions/connector_types")
        return {each["id"] for each in answer.json() if each["enabled"] and each["enabled_in_license"]}


def _client(settings: Settings, url: str) -> httpx.AsyncClient:
    headers = {"kbn-xsrf": "stancewatch"}
    auth = None
    key, password = settings.kibana_api_key(), settings.kibana_password()
    if key:
        headers["Authorization"] = f"ApiKey {key}"
    elif settings.kibana_user and password:
        auth = httpx.BasicAuth(settings.kibana_user, password)
    trusted = ssl.create_default_context(cafile=settings.elasticsearch_ca_file)
    base = f"{url.rstrip('/')}/"
    return httpx.AsyncClient(
        base_url=base, headers=headers, auth=auth, timeout=60, trust_env=False, verify=trusted
    )


async def _import(kibana: _Kibana, objects: list[Object], dry_run: bool) -> Step:
    name = f"{len(objects)} objects"
    found, lacking = await kibana.exported([{"type": each["type"], "id": each["id"]} for each in objects])
    present = {each["id"]: each for each in found}
    differing = lacking or [each["id"] for each in objects if not _same(each, present.get(each["id"]))]
    if not differing:
        return Step("kibana", name, "unchanged")
    if not dry_run:
        file = {"file": ("objects.ndjson", ndjson(objects), "application/ndjson")}
        answer = await kibana.send("POST", "api/saved_objects/_import?overwrite=true", files=file)
        if not answer.get("success"):
            raise SetupError(f"Kibana did not import everything: {str(answer.get('errors'))[:500]}")
    detail = ", ".join(differing[:5]) + (" …" if len(differing) > 5 else "")
    return Step("kibana", name, outcome(exists=len(lacking) < len(objects), dry_run=dry_run), detail)


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
    if isinstance(wanted, str) and isinstance(found, str) and wanted != found:
        packed, other = _unpacked(wanted), _unpacked(found)
        return packed != wanted and _within(packed, other)
    return bool(wanted == found)


def _unpacked(text: str) -> Any:
    """The value of a text that holds JSON, as several attributes do; another text stays as it is."""
    try:
        return json.loads(text)
    except ValueError:
        return text


async def _connector(kibana: _Kibana, connector: Object, settings: Settings, dry_run: bool) -> Step:
    path = f"api/actions/connector/{stable_uuid(connector['name'])}"
    body = connector_body(connector, settings)
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
