"""/metrics and /healthz of a process, for Prometheus and for whoever restarts it."""

from collections.abc import Callable
from typing import Any

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

Health = Callable[[], dict[str, Any]]


async def serve_pages(host: str, port: int, health: Health) -> web.AppRunner:
    """Listen until the runner's ``cleanup``. health gives the answer; 503 where its ``healthy`` is false.

    Raises OSError if the port is taken.
    """

    async def metrics(_: web.Request) -> web.Response:
        return web.Response(body=generate_latest(), headers={"Content-Type": CONTENT_TYPE_LATEST})

    async def healthz(_: web.Request) -> web.Response:
        body = health()
        return web.json_response(body, status=200 if body["healthy"] else 503)

    pages = web.Application()
    pages.add_routes([web.get("/metrics", metrics), web.get("/healthz", healthz)])
    runner = web.AppRunner(pages, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, host, port).start()
    return runner
