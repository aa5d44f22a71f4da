import base64
import hashlib
from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from streams.services.artefacts import Artefacts
from streams.services.config import FileUser, Security, ServicesConfig
from streams.services.elasticsearch import Elasticsearch, security_files
from streams.services.java import Java
from streams.services.kafka import Kafka, new_cluster_id
from streams.services.service import Runtime

SECURITY = Security(
    "boot",
    (FileUser("writer", "pässword", ("editor", "monitor")), FileUser("reader", "other", ("monitor",))),
    "editor:\n  cluster: [monitor]\n",
)


@pytest.fixture
def runtime(tmp_path: Path) -> Runtime:
    programs = Artefacts(tmp_path / "kafka-jars", tmp_path / "elasticsearch-dist")
    return Runtime(Java(tmp_path / "jdk", 17), programs, None, {"kafka": "4.4.0", "elasticsearch": "8.19.21"})


def config_of(folder: Path) -> dict[str, object]:
    loaded: dict[str, object] = yaml.safe_load((folder / "config" / "elasticsearch.yml").read_text())
    return loaded


def test_elasticsearch_listens_on_loopback_only_whatever_its_folder_is_called(
    runtime: Runtime, tmp_path: Path
) -> None:
    folder = tmp_path / 'a "b": é, #c'
    folder.mkdir()
    launch = Elasticsearch(ServicesConfig(home=tmp_path, elasticsearch_port=19200)).launch(runtime, folder)
    written = config_of(folder)
    assert written["network.host"] == "127.0.0.1"
    assert written["http.port"] == 19200
    assert written["path.data"] == str(folder / "data")
    assert written["xpack.security.enabled"] is False
    assert launch.env["ES_PATH_CONF"] == str(folder / "config")
    assert "-Xmx512m" in launch.env["ES_JAVA_OPTS"]


def test_a_keystore_of_a_broken_off_start_is_cleared(runtime: Runtime, tmp_path: Path) -> None:
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "elasticsearch.keystore.tmp").touch()
    Elasticsearch(ServicesConfig(home=tmp_path)).launch(runtime, tmp_path)
    assert not (tmp_path / "config" / "elasticsearch.keystore.tmp").exists()


def test_kafka_listens_on_loopback_only_and_is_formatted_once(runtime: Runtime, tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "meta.properties").touch()  # formatted already: no Java is run
    launch = Kafka(ServicesConfig(home=tmp_path, kafka_port=19092, controller_port=19093)).launch(
        runtime, tmp_path
    )
    lines = (tmp_path / "config" / "server.properties").read_text().splitlines()
    assert "listeners=PLAINTEXT://127.0.0.1:19092,CONTROLLER://127.0.0.1:19093" in lines
    assert "auto.create.topics.enable=false" in lines
    assert launch.cwd == tmp_path
    assert launch.argv[-2:] == ["kafka.Kafka", "config/server.properties"]


def test_cluster_ids_differ_and_are_never_taken_for_an_option() -> None:
    ids = {new_cluster_id() for _ in range(500)}
    assert len(ids) == 500
    assert not any(cluster.startswith("-") for cluster in ids)
    assert {len(base64.urlsafe_b64decode(cluster + "==")) for cluster in ids} == {16}


def test_secrets_of_the_caller_are_not_handed_on(
    runtime: Runtime, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOME_TOKEN", "secret")
    assert "SOME_TOKEN" not in Elasticsearch(ServicesConfig(home=tmp_path)).launch(runtime, tmp_path).env


def test_users_can_log_in_with_their_passwords_and_have_their_roles() -> None:
    files = security_files(SECURITY)
    name, hashed = files["users"].splitlines()[0].split(":")
    rounds, salt, key = hashed.removeprefix("{PBKDF2}").split("$")
    expected = hashlib.pbkdf2_hmac(
        "sha512", "pässword".encode(), base64.b64decode(salt), int(rounds), dklen=32
    )
    assert (name, base64.b64decode(key)) == ("writer", expected)
    assert files["users_roles"].splitlines() == ["editor:writer", "monitor:writer,reader"]
    assert files["roles.yml"] == SECURITY.roles_yml


@pytest.mark.parametrize("change", [{"elasticsearch_port": 19201}, {"heap_mb": 1024}, {"security": SECURITY}])
def test_other_settings_have_another_fingerprint(tmp_path: Path, change: dict[str, object]) -> None:
    config = ServicesConfig(home=tmp_path)
    assert Elasticsearch(config).fingerprint == Elasticsearch(replace(config, start_timeout=1)).fingerprint
    assert Elasticsearch(config).fingerprint != Elasticsearch(replace(config, **change)).fingerprint  # type: ignore[arg-type]


def test_instances_have_marks_of_their_own(tmp_path: Path) -> None:
    here, there = ServicesConfig(home=tmp_path / "a"), ServicesConfig(home=tmp_path / "b")
    assert len({Kafka(here).marker, Kafka(there).marker, Elasticsearch(here).marker}) == 3
