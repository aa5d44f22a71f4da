"""A stand-in for Kibana: keeps objects in memory and refuses every request that Kibana 8.19 would refuse.

It stands in for a server that cannot be had from the package sources that the tests may use; ``kibana_schemas`` says
what it takes.
"""

import json
import re
from typing import Any

from aiohttp import BasicAuth, BodyPartReader, web

from tests.kibana_schemas import CONFIGS, fault

UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[1-5][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")


class Kibana:
    """What it holds, and what was changed by whom was let in."""

    def __init__(self) -> None:
        self.objects: dict[tuple[str, str], dict[str, Any]] = {}
        self.rules: dict[str, dict[str, Any]] = {}
        self.connectors: dict[str, dict[str, Any]] = {}
        self.changes: list[str] = []
        self.refusals: list[str] = []
        self.has_key = True
        self.licence = {".server-log", ".index"}  # Basic; Gold holds .webhook too

    def app(self) -> web.Application:
        """The server, below /s/desk as a Kibana with spaces has it."""
        app = web.Application(middlewares=[self._guard])
        base = "/s/desk/api"
        app.add_routes([
            web.post(f"{base}/saved_objects/_export", self._export),
            web.post(f"{base}/saved_objects/_import", self._import),
            web.get(f"{base}/alerting/_health", self._health),
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
        return web.json_response(
            {"statusCode": status, "error": "Bad Request", "message": why}, status=status
        )

    async def _export(self, request: web.Request) -> web.Response:
        body = await request.json()
        if wrong := fault("export", body):
            return self._refuse(wrong)
        wanted = [(each["type"], each["id"]) for each in body["objects"]]
        lacking = [
            {"id": key, "type": kind, "error": {"statusCode": 404, "error": "Not Found",
             "message": f"Saved object [{kind}/{key}] not found"}}
            for kind, key in wanted if (kind, key) not in self.objects
        ]  # fmt: skip
        if lacking:
            answer = {
                "statusCode": 400,
                "error": "Bad Request",
                "message": "Error fetching objects to export",
            }
            return web.json_response({**answer, "attributes": {"objects": lacking}}, status=400)
        lines = "\n".join(json.dumps(self.objects[key]) for key in wanted)
        return web.Response(text=lines, content_type="application/ndjson")

    async def _import(self, request: web.Request) -> web.Response:
        if set(request.query) - {"overwrite", "createNewCopies", "compatibilityMode"}:
            return self._refuse("definition for this key is missing")
        part = await (await request.multipart()).next()
        assert isinstance(part, BodyPartReader)
        if part.name != "file" or not (part.filename or "").endswith(".ndjson"):
            return self._refuse("Invalid file extension")
        objects = [json.loads(line) for line in (await part.text()).splitlines()]
        known = {(each["type"], each["id"]) for each in objects} | set(self.objects)
        for each in objects:
            if wrong := fault("object", each) or self._packed_fault(each):
                return self._refuse(wrong)
            if any((r["type"], r["id"]) not in known for r in each["references"]):
                return self._refuse("missing_references")
        self.changes.append("import")
        self.objects |= {(each["type"], each["id"]): self._brought_up(each) for each in objects}
        return web.json_response({
            "success": True, "successCount": len(objects),
            "successResults": [{"type": each["type"], "id": each["id"], "overwrite": True} for each in objects],
        })  # fmt: skip

    @staticmethod
    def _packed_fault(each: dict[str, Any]) -> str | None:
        """What is wrong within the JSON that a dashboard holds as text; the import takes it, the page breaks on it."""
        if each["type"] != "dashboard":
            return None
        attributes = each["attributes"]
        panels, options = json.loads(attributes["panelsJSON"]), json.loads(attributes["optionsJSON"])
        controls = json.loads(attributes["controlGroupInput"]["panelsJSON"])
        names = {reference["name"] for reference in each["references"]}
        wanted = {f"{panel['panelIndex']}:panel_{panel['panelIndex']}" for panel in panels}
        wanted |= {f"controlGroup_{key}:optionsListDataView" for key in controls}
        astray = f"references {sorted(names ^ wanted)} lead nowhere" if names != wanted else None
        return fault("panels", panels) or fault("options", options) or fault("controls", controls) or astray

    @staticmethod
    def _brought_up(each: dict[str, Any]) -> dict[str, Any]:
        """As a newer Kibana keeps it: a dashboard's panels written anew, and with more said in them."""
        if each["type"] != "dashboard":
            return each
        panels = [{"version": "8.19.0", **panel} for panel in json.loads(each["attributes"]["panelsJSON"])]
        attributes = {**each["attributes"], "panelsJSON": json.dumps(panels)}
        return {**each, "attributes": attributes, "typeMigrationVersion": "10.3.0"}

    async def _health(self, request: web.Request) -> web.Response:
        fine = {"status": "ok", "timestamp": "2025-05-21T08:00:00.000Z"}
        return web.json_response({
            "is_sufficiently_secure": True, "has_permanent_encryption_key": self.has_key,
            "alerting_framework_health": dict.fromkeys(("decryption_health", "execution_health", "read_health"), fine),
        })  # fmt: skip

    async def _types(self, request: web.Request) -> web.Response:
        return web.json_response([
            {"id": kind, "name": kind, "enabled": True, "enabled_in_config": True, "enabled_in_license": kind in self.licence,
             "minimum_license_required": "gold" if kind == ".webhook" else "basic"}
            for kind in CONFIGS
        ])  # fmt: skip

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
        if not self.has_key:
            return self._refuse("Unable to create without an encryption key", 500)
        body = await request.json()
        verb = {"POST": "create", "PUT": "update"}[request.method]
        if wrong := fault(f"{verb} {what}", body):
            return self._refuse(wrong)
        if (key in kept) != (verb == "update"):
            return self._refuse(f"{what} {key}", 409 if key in kept else 404)
        if verb == "create" and not UUID.fullmatch(key):
            return self._refuse("Predefined IDs are not allowed unless the ID is a UUID")
        if wrong := self._config_fault(key, body) if what == "connector" else self._actions_fault(body):
            return self._refuse(wrong)
        self.changes.append(f"{verb} {what}")
        kept[key] = {**kept.get(key, {}), **body, "id": key}
        return web.json_response(kept[key])

    def _config_fault(self, key: str, body: dict[str, Any]) -> str | None:
        kind = body.get("connector_type_id") or self.connectors[key]["connector_type_id"]
        if kind not in self.licence:
            return f"connector type {kind} is disabled by the licence"
        return fault(f"config {kind}", body["config"])

    def _actions_fault(self, body: dict[str, Any]) -> str | None:
        if not json.loads(body["params"]["esQuery"]).get("query"):
            return '[esQuery]: must contain "query"'
        for action in body["actions"]:
            if action["id"] not in self.connectors:
                return "action with no connector"
            if action["group"] not in {"query matched", "recovered"}:
                return "no such action group"
            if wrong := fault(
                f"params {self.connectors[action['id']]['connector_type_id']}", action["params"]
            ):
                return wrong
        return None
