"""TLS and logins against a real Kafka and a real Elasticsearch that insist on them."""

import asyncio
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from elasticsearch import ApiError

from streams.fleet import Fleet
from streams.kafka import KafkaUnreachable, admin
from streams.services.config import CHECKOUT_DEPLOY, FileUser, Security, ServicesConfig, free_ports
from streams.services.supervise import down, up
from streams.settings import Settings, SettingsError, load_settings
from streams.setup import run_setup
from tests.programs import program
from tests.support import article, documents, send, served

ROLES_YML = CHECKOUT_DEPLOY.parent / "elasticsearch/roles.yml"
# What the broker needs beside its plain listener, which only the test's own starter uses.
LISTENER = """
listeners=PLAINTEXT://127.0.0.1:$kafka_port,CONTROLLER://127.0.0.1:$controller_port,SECURE://127.0.0.1:{port}
advertised.listeners=PLAINTEXT://127.0.0.1:$kafka_port,SECURE://127.0.0.1:{port}
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,SECURE:SASL_SSL
listener.name.secure.sasl.enabled.mechanisms=PLAIN
listener.name.secure.plain.sasl.jaas.config=org.apache.kafka.common.security.plain.PlainLoginModule required \\
  user_stancewatch="hunter2-kafka";
listener.name.secure.ssl.keystore.type=PEM
listener.name.secure.ssl.keystore.location={pem}
"""


@dataclass(frozen=True)
class Guarded:
    """Both services with logins, and what a client needs."""

    config: ServicesConfig
    secure_port: int
    ca: Path
    password: Path


def _certificate(folder: Path) -> tuple[Path, Path]:
    key, cert, pem = folder / "key.pem", folder / "cert.pem", folder / "both.pem"
    subprocess.run(
        [program("openssl"), "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", cert, "-days", "2",
         "-subj", "/CN=broker", "-addext", "subjectAltName=IP:127.0.0.1"],
        check=True, capture_output=True,
    )  # fmt: skip
    pem.write_text(key.read_text() + cert.read_text())
    pem.chmod(0o644)
    return cert, pem


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Guarded]:
    folder = tmp_path_factory.mktemp("guarded")
    for above in (folder, *folder.parents[:2]):
        above.chmod(0o755)
    ca, pem = _certificate(folder)
    deploy = folder / "deploy"
    shutil.copytree(CHECKOUT_DEPLOY, deploy)
    (port,) = free_ports(1)
    properties = deploy / "kafka/server.properties"
    kept = [
        line
        for line in properties.read_text().splitlines()
        if not line.startswith(("listeners=", "advertised.listeners=", "listener.security.protocol.map="))
    ]
    properties.write_text("\n".join(kept) + LISTENER.format(port=port, pem=pem))
    password = folder / "password"
    password.write_text("hunter2-kafka\n")
    users = (FileUser("stancewatch", "hunter2-elastic", ("stancewatch",)),)
    security = Security("hunter2-bootstrap", users, ROLES_YML.read_text())
    config = replace(ServicesConfig.on_free_ports(folder / "home", security=security), deploy=deploy)
    up(config)
    yield Guarded(config, port, ca, password)
    down(config)


def settings_for(guarded: Guarded, **changes: Any) -> Settings:
    values: dict[str, Any] = {
        "kafka": f"127.0.0.1:{guarded.secure_port}", "kafka_security": "sasl_ssl", "kafka_mechanism": "PLAIN",
        "kafka_user": "stancewatch", "kafka_password_file": guarded.password, "kafka_ca_file": guarded.ca,
        "elasticsearch": guarded.config.endpoints.elasticsearch, "elasticsearch_user": "stancewatch",
        "elasticsearch_password": "hunter2-elastic", "partitions": 3,
    }  # fmt: skip
    return load_settings(**(values | changes))


async def test_the_whole_pipeline_runs_with_tls_logins_and_the_least_rights(
    guarded: Guarded, tmp_path: Path
) -> None:
    settings = settings_for(guarded)
    async for step in run_setup(settings, dry_run=False):
        assert step.outcome in {"created", "unchanged", "unavailable"}, step
    fleet = Fleet(settings, tmp_path)
    try:
        for role, port in zip(("classify", "track", "index"), free_ports(3), strict=True):
            fleet.start(role, port=port)
        await asyncio.to_thread(fleet.wait_ready)
        await send(settings, [article(n, "France called for a ceasefire in Gaza.") for n in range(10)])
        await served(settings, fleet, ("classify", "track", "index"))
        assert len(await documents(settings, "news-articles")) == 10
        assert len(await documents(settings, "stance-series")) == 1
    finally:
        fleet.stop()
    assert "hunter2" not in _logs(tmp_path) + repr(settings) + str(settings.model_dump())


def _logs(folder: Path) -> str:
    return "".join(path.read_text() for path in folder.glob("*.log"))


@pytest.mark.parametrize(
    "changes", [{"kafka_user": "mallory"}, {"kafka_ca_file": None}, {"kafka_security": "plaintext"}]
)
async def test_kafka_refuses_the_wrong_user_and_we_refuse_an_unknown_broker(
    guarded: Guarded, changes: dict[str, Any]
) -> None:
    settings = settings_for(guarded).model_copy(update=changes)
    with pytest.raises(KafkaUnreachable) as refusal:
        async with admin(settings):
            pass
    assert "hunter2" not in str(refusal.value)


async def test_the_workers_user_may_touch_nothing_but_its_own(guarded: Guarded) -> None:
    from streams.search import make_client

    client = make_client(settings_for(guarded))
    try:
        with pytest.raises(ApiError) as refusal:
            await client.indices.create(index="payroll")
        assert refusal.value.status_code == 403
    finally:
        await client.close()


def test_a_missing_password_is_named(guarded: Guarded) -> None:
    from streams.credentials import client_options

    with pytest.raises(SettingsError, match="KAFKA_PASSWORD_FILE"):
        client_options(settings_for(guarded).model_copy(update={"kafka_password_file": None}))
