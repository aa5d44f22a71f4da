"""TLS and logins against a real Kafka and a real Elasticsearch that insist on them."""

import asyncio
import base64
import shutil
import ssl
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest
from aiohttp import web
from elasticsearch import ApiError

from streams.fleet import Fleet, Member
from streams.kafka import KafkaUnreachable, admin
from streams.services.config import CHECKOUT_DEPLOY, FileUser, Security, ServicesConfig, Tls, free_ports
from streams.services.supervise import down, up
from streams.settings import Settings, SettingsError, load_settings
from streams.setup import SetupError, run_setup
from streams.topology import ROLES
from tests.integration.test_commands import run
from tests.programs import program
from tests.support import article, documents, send

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
    """Both services with TLS and logins, and what a client needs."""

    config: ServicesConfig
    secure_port: int
    ca: Path
    wrong_ca: Path
    password: Path
    elastic_password: Path


def _certificate(folder: Path, name: str) -> tuple[Path, Path, Path]:
    key, cert, pem = folder / f"{name}-key.pem", folder / f"{name}.pem", folder / f"{name}-both.pem"
    subprocess.run(
        [program("openssl"), "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", cert, "-days", "2",
         "-subj", f"/CN={name}", "-addext", "subjectAltName=IP:127.0.0.1"],
        check=True, capture_output=True,
    )  # fmt: skip
    pem.write_text(key.read_text() + cert.read_text())
    pem.chmod(0o644)
    return cert, key, pem


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Guarded]:
    folder = tmp_path_factory.mktemp("guarded")
    for above in (folder, *folder.parents):
        if above.name.startswith(
            ("guarded", "pytest-", "popen-")
        ):  # pytest's own: what runs the servers must enter it
            above.chmod(0o755)
    ca, key, pem = _certificate(folder, "server")
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
    password, elastic_password = folder / "password", folder / "elastic-password"
    password.write_text("hunter2-kafka\n")
    elastic_password.write_text("hunter2-elastic\n")
    users = (
        FileUser("stancewatch", "hunter2-elastic", ("stancewatch",)),
        FileUser("stancewatch_worker", "hunter2-elastic", ("stancewatch_writer",)),
    )
    security = Security("hunter2-bootstrap", users, ROLES_YML.read_text(), Tls(ca, key, ca))
    config = replace(ServicesConfig.on_free_ports(folder / "home", security=security), deploy=deploy)
    up(config)
    yield Guarded(config, port, ca, _certificate(folder, "stranger")[0], password, elastic_password)
    down(config)


def settings_for(guarded: Guarded, **changes: Any) -> Settings:
    values: dict[str, Any] = {
        "kafka": f"127.0.0.1:{guarded.secure_port}", "kafka_security": "sasl_ssl", "kafka_mechanism": "PLAIN",
        "kafka_user": "stancewatch", "kafka_password_file": guarded.password, "kafka_ca_file": guarded.ca,
        "elasticsearch": guarded.config.endpoints.elasticsearch, "elasticsearch_user": "stancewatch",
        "elasticsearch_password_file": guarded.elastic_password, "elasticsearch_ca_file": guarded.ca, "partitions": 3,
    }  # fmt: skip
    return load_settings(**(values | changes))


async def test_the_whole_pipeline_runs_with_tls_logins_and_the_least_rights_and_shows_no_secret(
    guarded: Guarded, tmp_path: Path
) -> None:
    settings = settings_for(guarded, log_level="debug")
    async for step in run_setup(settings, dry_run=False):
        assert step.outcome in {"created", "unchanged", "unavailable"}, step
    fleet = Fleet(settings_for(guarded, log_level="debug", elasticsearch_user="stancewatch_worker"), tmp_path)
    try:
        for role, port in zip(ROLES, free_ports(4), strict=True):
            fleet.start(role, port=port)
        members = list(fleet.members)
        await asyncio.to_thread(fleet.wait_ready)
        await send(
            settings, [*(article(n, "France called for a ceasefire in Gaza.") for n in range(10)), b"oops"]
        )
        await fleet.served()
        assert len(await documents(settings, "news-articles")) == 10
        assert len(await documents(settings, "stance-series")) == 1
        shown = b"".join(map(_whatever_a_worker_shows, fleet.members))
        assert b"STANCEWATCH_KAFKA_PASSWORD_FILE" in shown
        assert b"stancewatch_dead_letters_total" in shown
    finally:
        fleet.stop()
    for name in ("setup", "status", "dead list", "search ceasefire"):
        done = run(*name.split(), variables=Fleet(settings, tmp_path).environment())
        assert b"Traceback" not in done.stderr, name
        shown += done.stdout + done.stderr
    shown += b"".join(member.log.read_bytes() for member in members)
    shown += repr(settings).encode() + str(settings.model_dump()).encode()
    assert b"hunter2" not in shown
    for login in (b"stancewatch:hunter", b"stancewatch_worker:hunte"):
        assert base64.b64encode(login) not in shown, "as basic authentication sends it"


def _whatever_a_worker_shows(member: Member) -> bytes:
    """Both pages, and the environment and the command line of each of its processes."""
    base = f"http://127.0.0.1:{member.port}"
    pages = [httpx.get(f"{base}/{page}", trust_env=False).content for page in ("metrics", "healthz")]
    worker = psutil.Process(member.process.pid)
    for process in (worker, *worker.children(recursive=True)):
        pages += [Path(f"/proc/{process.pid}/{name}").read_bytes() for name in ("environ", "cmdline")]
    return b"".join(pages)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"elasticsearch_ca_file": "wrong_ca"}, "CERTIFICATE_VERIFY_FAILED.*ELASTICSEARCH_CA_FILE"),
        ({"elasticsearch_ca_file": None}, "CERTIFICATE_VERIFY_FAILED.*ELASTICSEARCH_CA_FILE"),
        ({"elasticsearch_password_file": "password"}, "401"),
        ({"elasticsearch_user": None, "elasticsearch_api_key": "aHVudGVyMjpodW50ZXIy"}, "401"),
    ],
)
async def test_elasticsearch_refuses_the_wrong_login_and_we_refuse_an_unknown_server(
    guarded: Guarded, changes: dict[str, Any], told: str
) -> None:
    files = {"wrong_ca": guarded.wrong_ca, "password": guarded.password}
    settings = settings_for(guarded, **{key: files.get(value, value) for key, value in changes.items()})
    settings = settings.model_copy(update={key: None for key, value in changes.items() if value is None})
    with pytest.raises(SetupError, match=told) as refusal:
        async for _ in run_setup(settings, dry_run=True):
            pass
    assert "hunter2" not in str(refusal.value)
    assert "aHVudGVyMj" not in str(refusal.value)


@pytest.mark.parametrize(
    "changes",
    [
        {"kafka_user": "mallory"},
        {"kafka_ca_file": None},
        {"kafka_ca_file": "wrong_ca"},
        {"kafka_security": "plaintext"},
    ],
)
async def test_kafka_refuses_the_wrong_user_and_we_refuse_an_unknown_broker(
    guarded: Guarded, changes: dict[str, Any]
) -> None:
    files = {"wrong_ca": guarded.wrong_ca}
    settings = settings_for(guarded).model_copy(
        update={key: files.get(value, value) for key, value in changes.items()}
    )
    with pytest.raises(KafkaUnreachable) as refusal:
        async with admin(settings):
            pass
    assert "hunter2" not in str(refusal.value)


@pytest.mark.parametrize("user", ["stancewatch", "stancewatch_worker"])
async def test_our_users_may_touch_nothing_but_their_own(guarded: Guarded, user: str) -> None:
    from streams.search import make_client

    client = make_client(settings_for(guarded, elasticsearch_user=user))
    try:
        with pytest.raises(ApiError) as refusal:
            await client.indices.create(index="payroll")
        assert refusal.value.status_code == 403
    finally:
        await client.close()


@pytest.mark.parametrize("name", ["elasticsearch_ca_file", "elasticsearch_password_file"])
def test_a_file_that_is_not_there_is_named(guarded: Guarded, name: str, tmp_path: Path) -> None:
    from streams.search import make_client

    with pytest.raises(SettingsError, match=f"STANCEWATCH_{name.upper()}"):
        make_client(settings_for(guarded, **{name: tmp_path / "nothing"}))


async def test_an_api_key_goes_instead_of_a_login(guarded: Guarded) -> None:
    """The real node takes none (docs/decisions/0033), so that what we send is read off a server of the test's own."""
    from streams.search import make_client

    seen: list[str] = []

    async def take(request: web.Request) -> web.Response:
        seen.append(request.headers["Authorization"])
        return web.json_response({}, headers={"X-Elastic-Product": "Elasticsearch"})

    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(guarded.ca.with_name("server-both.pem"))
    (port,) = free_ports(1)
    app = web.Application()
    app.add_routes([web.get("/_cluster/health", take)])
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port, ssl_context=context).start()
    key = guarded.ca.with_name("api-key")
    key.write_text("aHVudGVyMjpodW50ZXIy\n")
    client = make_client(
        settings_for(guarded, elasticsearch=f"https://127.0.0.1:{port}", elasticsearch_api_key_file=key)
    )
    try:
        await client.cluster.health()
    finally:
        await client.close()
        await runner.cleanup()
    assert seen == ["ApiKey aHVudGVyMjpodW50ZXIy"]


def test_a_certificate_authority_without_https_is_refused(guarded: Guarded) -> None:
    from streams.search import make_client

    with pytest.raises(SettingsError, match="not https"):
        make_client(settings_for(guarded, elasticsearch="http://127.0.0.1:9200"))


def test_a_missing_password_is_named(guarded: Guarded) -> None:
    from streams.credentials import client_options

    with pytest.raises(SettingsError, match="KAFKA_PASSWORD_FILE"):
        client_options(settings_for(guarded).model_copy(update={"kafka_password_file": None}))
