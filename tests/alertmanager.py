"""A real Alertmanager for the tests, on the shipped configuration with its receivers turned to this machine."""

import os
import shutil
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import yaml
from aiohttp import web

from tests.mail import Mailbox

SHIPPED = Path(__file__).parents[1] / "deploy" / "alertmanager"


def program(*names: str) -> str | None:
    """Where a program of Alertmanager is; ``STANCEWATCH_ALERTMANAGER_BIN`` may name the folder."""
    folder = os.environ.get("STANCEWATCH_ALERTMANAGER_BIN")
    return next((found for name in names if (found := shutil.which(name, path=folder))), None)


ALERTMANAGER = program("prometheus-alertmanager", "alertmanager")
AMTOOL = program("amtool")


@dataclass
class Receiver:
    """What came out of Alertmanager: Slack's messages, and each alert of its webhook with the time."""

    slack: list[dict[str, Any]] = field(default_factory=list)
    alerts: list[tuple[float, dict[str, Any]]] = field(default_factory=list)
    posts: int = 0

    async def start(self, port: int) -> web.AppRunner:
        """Listen on loopback."""
        app = web.Application(client_max_size=64 * 1024 * 1024)
        app.add_routes([web.post("/slack", self._slack), web.post("/hook", self._hook)])
        runner = web.AppRunner(app)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", port).start()
        return runner

    async def _slack(self, request: web.Request) -> web.Response:
        self.slack.append(await request.json())
        return web.Response(text="ok")

    async def _hook(self, request: web.Request) -> web.Response:
        self.posts += 1
        body = await request.json()
        self.alerts += [(time.time(), alert) for alert in body["alerts"]]
        return web.Response()


def local_config(port: int, mailbox: Mailbox | None = None) -> str:
    """The shipped routes, inhibitions and templates; what leaves goes to the receiver, and to the mailbox, on loopback."""
    config = yaml.safe_load((SHIPPED / "alertmanager.yml").read_text("utf-8"))
    base = f"http://127.0.0.1:{port}"
    shipped = config["global"]
    config["global"] = {"resolve_timeout": "4h", "slack_api_url": f"{base}/slack"}
    if mailbox:
        config["global"] |= {key: shipped[key] for key in ("smtp_from", "smtp_auth_username")}
        config["global"] |= {
            "smtp_smarthost": f"127.0.0.1:{mailbox.port}", "smtp_auth_password_file": str(mailbox.password_file)
        }  # fmt: skip
    config["templates"] = [str(SHIPPED / "templates" / "*.tmpl")]
    for receiver in config["receivers"]:
        mails = receiver.pop("email_configs", [])
        if mailbox and mails:
            receiver["email_configs"] = [
                {**mail, "tls_config": {"ca_file": str(mailbox.ca)}} for mail in mails
            ]
        if "slack_configs" in receiver:
            receiver["webhook_configs"] = [{"url": f"{base}/hook", "send_resolved": False}]
    return str(yaml.safe_dump(config, sort_keys=False))


def start_alertmanager(
    folder: Path, port: int, receiver_port: int, mailbox: Mailbox | None = None
) -> "subprocess.Popen[bytes]":
    """Start it and wait until it is ready."""
    assert ALERTMANAGER
    config = folder / "alertmanager.yml"
    config.write_text(local_config(receiver_port, mailbox))
    command = [
        ALERTMANAGER, f"--config.file={config}", f"--storage.path={folder / 'data'}", "--cluster.listen-address=",
        f"--web.listen-address=127.0.0.1:{port}",
    ]  # fmt: skip
    with (folder / "alertmanager.log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log)
    deadline = time.monotonic() + 30
    while not _is_ready(f"http://127.0.0.1:{port}/-/ready"):
        assert process.poll() is None, (folder / "alertmanager.log").read_text()
        assert time.monotonic() < deadline
        time.sleep(0.1)
    return process


def _is_ready(url: str) -> bool:
    try:
        return httpx.get(url, trust_env=False).is_success
    except httpx.HTTPError:
        return False
