"""``init``: what docker compose needs before its first start."""

import base64
import os
import secrets
import uuid
from pathlib import Path
from typing import Annotated

import typer

from streams.commands.common import EXIT_INPUT, EXIT_MISMATCH, fail, out
from streams.services.config import FileUser, Security
from streams.services.elasticsearch import security_files

SOURCES = (
    "elastic_password",
    "stancewatch_password",
    "worker_password",
    "kibana_password",
    "kibana_encryption_key",
)
PRIVATE = 0o600


def init(
    folder: Annotated[Path, typer.Option(help="Where docker-compose.yml lies.")] = Path(),
    minimal: Annotated[
        bool, typer.Option("--minimal", help="Without Kibana and Prometheus: half of the memory.")
    ] = False,
    external: Annotated[
        bool, typer.Option("--external", help="For a Kafka and an Elasticsearch of your own.")
    ] = False,
) -> None:
    """Write .env and secrets/ for docker compose, with passwords drawn by chance. Nothing is ever overwritten.

    Each file can be read by its owner only. Run it again at any time: what is there stays, what is missing is
    made anew from the passwords that are there. Exit code 3 means that a password was lost.

    Examples:

        stancewatch init && docker compose up -d

        stancewatch init --minimal

        stancewatch init --external
    """
    try:
        written = _environment(folder, minimal, external)
        if not external:
            written += _secrets(folder / "secrets")
    except OSError as error:
        raise fail(f"cannot write in {folder}: {error}", EXIT_INPUT) from error
    console = out()
    for path in written:
        console.print(f"written  {path}", markup=False, soft_wrap=True)
    if not written:
        console.print("everything is there; nothing was changed")
    if not external:
        console.print(
            "Kibana takes the user elastic and the password in secrets/elastic_password", style="dim"
        )


def _environment(folder: Path, minimal: bool, external: bool) -> list[Path]:
    if external:
        text = EXTERNAL
    else:
        cluster = base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")
        profiles = "" if minimal else "full"
        text = f"COMPOSE_PROJECT_NAME=stancewatch\nCOMPOSE_PROFILES={profiles}\nKAFKA_CLUSTER_ID={cluster}\n"
    return [folder / ".env"] if _create(folder / ".env", text) else []


def _secrets(folder: Path) -> list[Path]:
    folder.mkdir(mode=0o700, exist_ok=True)
    derived = [folder / name for name in ("users", "users_roles", "kibana.yml")]
    lost = [name for name in SOURCES if not (folder / name).exists()]
    if lost and any(path.exists() for path in derived):
        # A password drawn anew would not fit what was made from the old one.
        names = ", ".join(str(path) for path in derived)
        raise fail(
            f"{', '.join(lost)}: lost from {folder}. Put it back, or remove {names} too and run init again",
            EXIT_MISMATCH,
        )
    written = [folder / name for name in SOURCES if _create(folder / name, secrets.token_urlsafe(32))]
    given = {name: (folder / name).read_text("utf-8").strip() for name in SOURCES}
    users = (
        FileUser("stancewatch", given["stancewatch_password"], ("stancewatch",)),
        FileUser("stancewatch_worker", given["worker_password"], ("stancewatch_writer",)),
        FileUser("kibana", given["kibana_password"], ("kibana_system",)),
    )
    files = security_files(Security(given["elastic_password"], users))
    files["kibana.yml"] = KIBANA.format(**given)
    return written + [path for path in derived if _create(path, files[path.name])]


def _create(path: Path, text: str) -> bool:
    """Write a file that nobody else may read, unless it is there."""
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE)
    except FileExistsError:
        return False
    with os.fdopen(handle, "w", encoding="utf-8") as stream:
        stream.write(text)
    return True


KIBANA = """\
server.host: 0.0.0.0
elasticsearch.hosts: ["http://elasticsearch:9200"]
elasticsearch.username: kibana
elasticsearch.password: {kibana_password}
xpack.encryptedSavedObjects.encryptionKey: {kibana_encryption_key}
xpack.security.encryptionKey: {kibana_encryption_key}
xpack.reporting.encryptionKey: {kibana_encryption_key}
telemetry.optIn: false
telemetry.allowChangingOptInStatus: false
"""

EXTERNAL = """\
COMPOSE_PROJECT_NAME=stancewatch
COMPOSE_FILE=docker-compose.external.yml
# Brokers and nodes of your own. streams/settings.py lists every setting; docs/operating.md tells which may stand here.
STANCEWATCH_KAFKA=broker-1.example:9093,broker-2.example:9093
STANCEWATCH_ELASTICSEARCH=https://search.example:9200
STANCEWATCH_REPLICATION=3
STANCEWATCH_INDEX_REPLICAS=1
# plaintext, ssl, sasl_plaintext or sasl_ssl
STANCEWATCH_KAFKA_SECURITY=sasl_ssl
STANCEWATCH_KAFKA_MECHANISM=SCRAM-SHA-512
STANCEWATCH_KAFKA_USER=stancewatch
# Put these files into secrets/external/, readable by uid 10001:
#   kafka_password, kafka_ca.pem, elasticsearch_api_key, elasticsearch_ca.pem
"""
