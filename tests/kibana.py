"""A stand-in for Kibana: keeps objects in memory and refuses every request that the documented API would refuse.

It is written from the API's documentation (saved objects import and bulk get, connectors, alerting rules, 8.19) and
stands in for a server that cannot be had from the package sources that the tests may use.
"""

import json
import re
from typing import Any

import jsonschema_rs
from aiohttp import BasicAuth, BodyPartReader, web

UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
TEXT = {"type": "string", "minLength": 1}


def _exactly(required: dict[str, Any], optional: dict[str, Any] | None = None) -> dict[str, Any]:
    properties = {**required, **(optional or {})}
    return {
        "type": "object",
        "required": list(required),
        "properties": properties,
        "additionalProperties": False,
    }


ACTION = _exactly(
    {"id": TEXT, "group": {"enum": ["query matched", "recovered"]}, "params": {"type": "object"}},
    {
        "frequency": _exactly(
            {
                "summary": {"type": "boolean"},
                "notify_when": {"enum": ["onActionGroupChange", "onActiveAlert", "onThrottleInterval"]},
                "throttle": {"type": ["string", "null"]},
            }
        )
    },
)
ES_QUERY = _exactly(
    {
        "searchType": {"const": "esQuery"}, "index": {"type": "array", "items": TEXT, "minItems": 1},
        "timeField": TEXT, "esQuery": TEXT, "size": {"type": "integer", "minimum": 0, "maximum": 10000},
        "threshold": {"type": "array", "items": {"type": "number"}, "minItems": 1, "maxItems": 2},
        "thresholdComparator": {"enum": [">", ">=", "<", "<=", "between", "notBetween"]},
        "timeWindowSize": {"type": "integer", "minimum": 1}, "timeWindowUnit": {"enum": ["s", "m", "h", "d"]},
    },
    {
        "aggType": {"enum": ["count", "avg", "min", "max", "sum"]}, "groupBy": {"enum": ["all", "top"]},
        "excludeHitsFromPreviousRun": {"type": "boolean"},
    },
)  # fmt: skip
RULE = {
    "name": TEXT, "schedule": _exactly({"interval": {"type": "string", "pattern": "^[0-9]+[smhd]$"}}),
    "params": ES_QUERY,
}  # fmt: skip
RULE_MORE = {"tags": {"type": "array", "items": TEXT}, "actions": {"type": "array", "items": ACTION}}
CONFIGS = {
    ".server-log": _exactly({}),
    ".index": _exactly(
        {"index": TEXT}, {"refresh": {"type": "boolean"}, "executionTimeField": {"type": ["string", "null"]}}
    ),
}
SCHEMAS = {
    "create rule": _exactly(
        {**RULE, "rule_type_id": {"const": ".es-query"}, "consumer": {"enum": ["stackAlerts", "alerts", "logs"]}},
        {**RULE_MORE, "enabled": {"type": "boolean"}},
    ),
    "update rule": _exactly(RULE, RULE_MORE),
    "create connector": _exactly(
        {"name": TEXT, "connector_type_id": {"enum": list(CONFIGS)}},
        {"config": {"type": "object"}, "secrets": {"type": "object"}},
    ),
    "update connector": _exactly(
        {"name": TEXT}, {"config": {"type": "object"}, "secrets": {"type": "object"}}
    ),
    "bulk get": {"type": "array", "items": _exactly({"type": TEXT, "id": TEXT})},
    "object": _exactly(
        {"id": TEXT, "type": {"enum": ["index-pattern", "search", "lens", "dashboard"]},
         "attributes": {"type": "object"},
         "references": {"type": "array", "items": _exactly({"id": TEXT, "type": TEXT, "name": TEXT})}},
        {"coreMigrationVersion": TEXT, "typeMigrationVersion": TEXT, "managed": {"type": "boolean"}},
    ),
}  # fmt: skip
VALIDATORS = {name: jsonschema_rs.validator_for(body) for name, body in SCHEMAS.items()}


class Kibana:
    """What it holds, and what was changed by whom was let in."""

    def __init__(self) -> None:
        self.objects: dict[tuple[str, str], dict[str, Any]] = {}
        self.rules: dict[str, dict[str, Any]] = {}
        self.connectors: dict[str, dict[str, Any]] = {}
        self.changes: list[str] = []
        self.refusals: list[str] = []

    def app(self) -> web.Application:
        """The server, below /s/desk as a Kibana with spaces has it."""
        app = web.Application(middlewares=[self._guard])
        base = "/s/desk/api"
        app.add_routes([
            web.post(f"{base}/saved_objects/_bulk_get", self._bulk_get),
            web.post(f"{base}/saved_objects/_import", self._import),
            web.get(f"{base}/actions/connector_types", self._types),
            web.route("*", f"{base}/actions/connector/{{id}}", self._connector),
            web.route("*", f"{base}/alerting/rule/{{id}}", self._rule),
        ])  # fmt: skip
        return app

    @web.middleware
    async def _guard(self, request: web.Request, handler: Any) -> Any:
        given = request.headers.get("Authorization", "")
        if given not in {"ApiKey a-key", BasicAuth("desk", "a-password").encode()}:
            return web.json_response({"statusCode": 401, "error": "Unauthorized"}, status=401)
        if request.method != "GET" and not request.headers.get("kbn-xsrf"):
            return self._refuse("Request must contain a kbn-xsrf header.")
        return await handler(request)

    def _refuse(self, why: str, status: int = 400) -> web.Response:
        self.refusals.append(why)
        return web.json_response({"statusCode": status, "message": why}, status=status)

    def _fault(self, schema: str, body: Any) -> str | None:
        errors = [
            f"{schema}: {error.message} at {error.instance_path}"
            for error in VALIDATORS[schema].iter_errors(body)
        ]
        return errors[0] if errors else None

    async def _bulk_get(self, request: web.Request) -> web.Response:
        wanted = await request.json()
        if fault := self._fault("bulk get", wanted):
            return self._refuse(fault)
        missing = {"error": {"statusCode": 404}}
        found = [self.objects.get((w["type"], w["id"]), {**w, **missing}) for w in wanted]
        return web.json_response({"saved_objects": found})

    async def _import(self, request: web.Request) -> web.Response:
        part = await (await request.multipart()).next()
        assert isinstance(part, BodyPartReader)
        if part.name != "file" or not (part.filename or "").endswith(".ndjson"):
            return self._refuse("Invalid file extension")
        objects = [json.loads(line) for line in (await part.text()).splitlines()]
        known = {(each["type"], each["id"]) for each in objects} | set(self.objects)
        for each in objects:
            if fault := self._fault("object", each):
                return self._refuse(fault)
            if any((r["type"], r["id"]) not in known for r in each["references"]):
                return self._refuse("missing_references")
        self.changes.append("import")
        self.objects |= {(each["type"], each["id"]): each for each in objects}
        return web.json_response({"success": True, "successCount": len(objects)})

    async def _types(self, request: web.Request) -> web.Response:
        kinds = {".server-log": True, ".index": True, ".webhook": False}
        return web.json_response(
            [{"id": kind, "enabled": True, "enabled_in_license": held} for kind, held in kinds.items()]
        )

    async def _connector(self, request: web.Request) -> web.Response:
        return await self._keep(request, "connector", self.connectors)

    async def _rule(self, request: web.Request) -> web.Response:
        return await self._keep(request, "rule", self.rules)

    async def _keep(self, request: web.Request, what: str, kept: dict[str, dict[str, Any]]) -> web.Response:
        key = request.match_info["id"]
        if request.method == "GET":
            if key not in kept:
                return web.json_response({"statusCode": 404}, status=404)
            return web.json_response(kept[key])
        body = await request.json()
        verb = {"POST": "create", "PUT": "update"}[request.method]
        if fault := self._fault(f"{verb} {what}", body):
            return self._refuse(fault)
        if (key in kept) != (verb == "update"):
            return self._refuse(f"{what} {key}", 409 if key in kept else 404)
        if verb == "create" and not UUID.fullmatch(key):
            return self._refuse("Predefined IDs are not allowed unless the ID is a UUID")
        if what == "connector" and (kind := body.get("connector_type_id")):
            jsonschema_rs.validate(CONFIGS[kind], body["config"])
        if any(action["id"] not in self.connectors for action in body.get("actions", ())):
            return self._refuse("action with no connector")
        self.changes.append(f"{verb} {what}")
        kept[key] = {**kept.get(key, {}), **body, "id": key}
        return web.json_response(kept[key])
