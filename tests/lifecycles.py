"""A real Elasticsearch that seems to have index lifecycles: what concerns them is answered here, the rest passed on.

The test node comes without them. What is asked of them is held to their documented form.
"""

import json
from typing import Any

import httpx
import jsonschema_rs
from aiohttp import web

from tests.kibana_schemas import exactly

PRIORITY = exactly({"priority": {"type": ["integer", "null"], "minimum": 0}})
FORCEMERGE = exactly(
    {"max_num_segments": {"type": "integer", "minimum": 1}}, {"index_codec": {"const": "best_compression"}}
)
DELETE = exactly({}, {"delete_searchable_snapshot": {"type": "boolean"}})


def _phase(**actions: dict[str, Any]) -> dict[str, Any]:
    age = {"type": "string", "pattern": "^[0-9]+(d|h|m|s|ms|micros|nanos)$"}
    return exactly({"actions": exactly({}, actions)}, {"min_age": age})


POLICY = exactly(
    {"policy": exactly(
        {"phases": exactly({}, {
            "hot": _phase(set_priority=PRIORITY),
            "warm": _phase(set_priority=PRIORITY, forcemerge=FORCEMERGE),
            "delete": _phase(delete=DELETE),
        })},
        {"_meta": {"type": "object"}},
    )}
)  # fmt: skip
VALIDATOR = jsonschema_rs.validator_for(POLICY)
PASSED_ON = ("content-type", "accept", "authorization")


class Lifecycles:
    """The policies, and the components that name one: the node behind knows no such setting."""

    def __init__(self, behind: str) -> None:
        self._behind = behind
        self.policies: dict[str, dict[str, Any]] = {}
        self.components: dict[str, dict[str, Any]] = {}
        self.composed: dict[str, list[str]] = {}
        self.puts = 0

    def app(self) -> web.Application:
        """The server."""
        app = web.Application()
        app.add_routes([
            web.get("/_ilm/policy", self._policies),
            web.get("/_ilm/policy/{name}", self._policies),
            web.put("/_ilm/policy/{name}", self._put_policy),
            web.route("*", "/_component_template/{name:.*-lifecycle}", self._component),
            web.put("/_index_template/{name}", self._template),
            web.route("*", "/{rest:.*}", self._pass_on),
        ])  # fmt: skip
        return app

    async def _policies(self, request: web.Request) -> web.Response:
        name = request.match_info.get("name")
        if name and name not in self.policies:
            return _json({"error": {"type": "resource_not_found_exception"}, "status": 404}, 404)
        held = {name: self.policies[name]} if name else self.policies
        return _json({key: {"version": 1, **body} for key, body in held.items()})

    async def _put_policy(self, request: web.Request) -> web.Response:
        body = await request.json()
        VALIDATOR.validate(body)
        self.puts += 1
        self.policies[request.match_info["name"]] = body
        return _json({"acknowledged": True})

    async def _component(self, request: web.Request) -> web.Response:
        name = request.match_info["name"]
        if request.method == "PUT":
            body = await request.json()
            assert body["template"]["settings"]["index"]["lifecycle"]["name"] in self.policies
            self.components[name] = body
            return _json({"acknowledged": True})
        if name not in self.components:
            return _json({"error": {"type": "resource_not_found_exception"}, "status": 404}, 404)
        return _json({"component_templates": [{"name": name, "component_template": self.components[name]}]})

    async def _template(self, request: web.Request) -> web.Response:
        body = await request.json()
        self.composed[request.match_info["name"]] = body["composed_of"]
        known = [name for name in body["composed_of"] if name not in self.components]
        return await self._pass_on(request, json.dumps({**body, "composed_of": known}).encode())

    async def _pass_on(self, request: web.Request, body: bytes | None = None) -> web.Response:
        headers = {key: request.headers[key] for key in PASSED_ON if key in request.headers}
        async with httpx.AsyncClient(trust_env=False, timeout=60) as client:
            answer = await client.request(
                request.method, self._behind + request.path_qs, headers=headers,
                content=await request.read() if body is None else body,
            )  # fmt: skip
        kept = {
            key: answer.headers[key] for key in ("content-type", "x-elastic-product") if key in answer.headers
        }
        return web.Response(body=answer.content, status=answer.status_code, headers=kept)


def _json(body: dict[str, Any], status: int = 200) -> web.Response:
    kind = "application/vnd.elasticsearch+json; compatible-with=8"
    return web.Response(
        body=json.dumps(body),
        status=status,
        headers={"content-type": kind, "x-elastic-product": "Elasticsearch"},
    )
