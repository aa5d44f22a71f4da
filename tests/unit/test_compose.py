"""The compose files: what Docker itself says of them, and the rules that they keep."""

import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from streams.commands.init import init
from streams.settings import Settings
from streams.topology import ROLES
from tests.programs import compose as docker_compose

ROOT = Path(__file__).parents[2]
FILES = ("docker-compose.yml", "docker-compose.external.yml")
# The settings that a compose file takes from nobody's .env, by the reason why.
SETTLED_BY_BOTH = {
    "secrets are files, and these lie in /secrets": {
        "elasticsearch_password", "elasticsearch_password_file", "elasticsearch_ca_file",
        "elasticsearch_api_key", "elasticsearch_api_key_file", "kafka_password", "kafka_password_file",
        "kafka_ca_file",
    },
    "a path inside the container": {"alert_rules", "feeds", "feeds_state", "publish_state"},
    "Prometheus and the health check look there": {"monitor_host", "monitor_port"},
    "what collects containers' logs reads JSON": {"log_format"},
    "for `setup --kibana` alone: kibana-setup has them, and elsewhere it is run by hand": {
        "kibana_user", "kibana_password_file", "kibana_api_key_file", "kibana_webhook",
    },
    "a login of the file's own choice": {"elasticsearch_user"},
}  # fmt: skip
SETTLED = {
    FILES[0]: {
        **SETTLED_BY_BOTH,
        "its own servers: one of each, without TLS on a network of their own": {
            "kafka", "kafka_security", "kafka_mechanism", "kafka_user", "kafka_cert_file", "kafka_key_file",
            "elasticsearch", "alertmanager", "replication", "index_replicas",
        },
    },
    FILES[1]: SETTLED_BY_BOTH,
}  # fmt: skip


def compose(name: str = FILES[0]) -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((ROOT / name).read_text())
    return loaded


def services(name: str = FILES[0]) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = compose(name)["services"]
    return found


class Strict(yaml.SafeLoader):
    """Refuses a mapping that names a key twice, as the present docker compose does and older ones do not."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        names = [key.value for key, _ in node.value if key.tag != "tag:yaml.org,2002:merge"]
        twice = {name for name in names if names.count(name) > 1}
        assert not twice, f"{node.start_mark}: {twice}"
        return super().construct_mapping(node, deep)


@pytest.mark.parametrize(
    "path", [*FILES, *(str(found.relative_to(ROOT)) for found in sorted((ROOT / "deploy").glob("*/*.y*ml")))]
)
def test_no_file_names_a_key_twice(path: str) -> None:
    assert list(yaml.load_all((ROOT / path).read_text(), Strict))


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("profiles", ["", "full", "watched", "tools"])
def test_docker_compose_config_takes_the_file(name: str, profiles: str, tmp_path: Path) -> None:
    init(tmp_path, external="external" in name)
    init(tmp_path)
    shutil.copy(ROOT / name, tmp_path)
    environment = {**os.environ, "COMPOSE_FILE": name, "COMPOSE_PROFILES": profiles}
    done = subprocess.run(
        [*docker_compose(), "config", "--quiet"],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode()
    assert not done.stderr.strip(), "it warns"


@pytest.mark.parametrize("name", FILES)
def test_every_service_is_pinned_bounded_watched_and_hardened(name: str) -> None:
    for service, spec in services(name).items():
        assert re.search(r":(\$\{STANCEWATCH_VERSION:-)?v?\d+\.\d+\.\d+\}?$", spec["image"]), service
        assert spec["cap_drop"] == ["ALL"], service
        assert "no-new-privileges:true" in spec["security_opt"], service
        assert "mem_limit" in spec, service
        assert "restart" in spec, service
        assert "container_name" not in spec, f"{service} could not be scaled"
        if service not in {"setup", "secrets", "cli", "backup"}:
            assert "healthcheck" in spec, service


def test_only_kibana_is_published_and_on_loopback_only() -> None:
    published = {name: spec["ports"] for name, spec in services().items() if "ports" in spec}
    assert list(published) == ["kibana"]
    assert all(port.startswith("127.0.0.1:") for port in published["kibana"])
    assert not any("ports" in spec for spec in services(FILES[1]).values())
    assert compose()["networks"]["inside"] == {"internal": True}


@pytest.mark.parametrize("name", FILES)
def test_no_secret_stands_in_the_environment(name: str) -> None:
    for service, spec in services(name).items():
        for key in spec.get("environment", {}):
            assert not key.endswith(("PASSWORD", "API_KEY", "SECRET", "TOKEN")), f"{service}: {key}"


@pytest.mark.parametrize("name", FILES)
def test_every_setting_reaches_our_containers_from_env_or_is_settled_by_the_file(name: str) -> None:
    settled = set().union(*SETTLED[name].values())
    for service, spec in services(name).items():
        if not spec["image"].startswith("stancewatch:") or service == "secrets":
            continue
        given = spec["environment"]
        passed = {field for field in Settings.model_fields if _is_passed_on(given, field)}
        also = {"kibana_webhook"} if service == "kibana-setup" else set()
        assert passed == set(Settings.model_fields) - settled | also, service
        unknown = set(given) - {f"STANCEWATCH_{field.upper()}" for field in Settings.model_fields}
        assert not unknown, f"{service}: no such setting"


def _is_passed_on(environment: dict[str, str | None], field: str) -> bool:
    """By its name alone, or with a default of the file's own."""
    variable = f"STANCEWATCH_{field.upper()}"
    if variable not in environment:
        return False
    value = environment[variable]
    return value is None or value.startswith(f"${{{variable}:")


def test_what_stands_in_env_is_what_a_worker_gets(tmp_path: Path) -> None:
    init(tmp_path)
    shutil.copy(ROOT / FILES[0], tmp_path)
    with (tmp_path / ".env").open("a") as file:
        file.write("STANCEWATCH_BATCH=17\nSTANCEWATCH_ELASTICSEARCH_PASSWORD=hunter2\n")
    done = subprocess.run([*docker_compose(), "config"], cwd=tmp_path, capture_output=True, check=True)
    assert b"hunter2" not in done.stdout
    for role in (*ROLES, "feeds", "setup"):
        given = yaml.safe_load(done.stdout)["services"][role]["environment"]
        assert given["STANCEWATCH_BATCH"] == "17"
        assert given.get("STANCEWATCH_READ_TIMEOUT") is None, "left to streams/settings.py"


def test_heaps_are_half_of_the_memory() -> None:
    for service, variable in (("kafka", "KAFKA_HEAP_OPTS"), ("elasticsearch", "ES_JAVA_OPTS")):
        spec = services()[service]
        assert megabytes(spec["environment"][variable].split("-Xmx")[1]) * 2 == megabytes(spec["mem_limit"])


def megabytes(size: str) -> int:
    return int(size[:-1]) * {"m": 1, "g": 1024}[size[-1]]


def test_workers_start_after_setup_and_setup_after_what_it_sets_up() -> None:
    found = services()
    assert set(ROLES) <= set(found)
    for role in ROLES:
        assert found[role]["depends_on"] == {"setup": {"condition": "service_completed_successfully"}}
        assert found[role]["read_only"] is True
        assert found[role]["command"] == ["worker", role]
    assert found["setup"]["depends_on"] == {
        "kafka": {"condition": "service_healthy"},
        "elasticsearch": {"condition": "service_healthy"},
    }


def test_both_files_run_the_roles_alike() -> None:
    for role in (*ROLES, "feeds", "setup", "cli"):
        here, there = services()[role], services(FILES[1])[role]
        for key in ("image", "command", "read_only", "tmpfs", "mem_limit", "cap_drop", "init"):
            assert here.get(key) == there.get(key), f"{role}.{key}"


def test_each_service_logs_in_as_who_may_do_its_work_and_sees_no_other_password() -> None:
    users = {
        **dict.fromkeys(("track", "index", "notify"), ("stancewatch_worker", "worker")),
        **dict.fromkeys(("setup", "cli"), ("stancewatch", "stancewatch")),
        **dict.fromkeys(("backup", "kibana-setup"), ("elastic", "elasticsearch")),
    }
    handed = "\n".join(services()["secrets"]["command"])
    for service, (user, volume) in users.items():
        spec = services()[service]
        assert spec["environment"]["STANCEWATCH_ELASTICSEARCH_USER"] == user, service
        assert [each for each in spec["volumes"] if "-secrets:" in each] == [f"{volume}-secrets:/secrets:ro"]
        file = Path(spec["environment"]["STANCEWATCH_ELASTICSEARCH_PASSWORD_FILE"])
        assert f"give {file.name} {volume} " in handed
        assert file.name in services()["secrets"]["secrets"]


def test_who_takes_in_what_strangers_wrote_holds_no_password() -> None:
    for service in ("classify", "feeds"):
        spec = services()[service]
        assert not [each for each in spec["volumes"] if "secrets" in each]
        for setting in ("USER", "PASSWORD_FILE"):
            assert spec["environment"][f"STANCEWATCH_ELASTICSEARCH_{setting}"] == ""


@pytest.mark.parametrize("name", FILES)
def test_feeds_reach_outside_and_keep_their_state(name: str) -> None:
    feeds = services(name)["feeds"]
    assert feeds["command"] == ["feeds", "run"]
    assert feeds["read_only"] is True
    folder = feeds["environment"]["STANCEWATCH_FEEDS_STATE"]
    assert "feeds-state:/var/lib/stancewatch" in feeds["volumes"]
    assert Path(folder).is_relative_to("/var/lib/stancewatch")
    assert f"./deploy/feeds.yaml:{feeds['environment']['STANCEWATCH_FEEDS']}:ro" in feeds["volumes"]
    assert "feeds-state" in compose(name)["volumes"]
    assert "-o 10001" in (ROOT / "deploy/Dockerfile").read_text(), (
        "a new volume takes the owner of the image's folder"
    )
    if name == FILES[0]:
        assert set(feeds["networks"]) == {"inside", "outside"}


@pytest.mark.parametrize("name", FILES)
def test_whoever_tells_or_tries_the_alert_rules_reads_the_file_that_analysts_edit(name: str) -> None:
    for service in ("notify", "cli"):
        spec = services(name)[service]
        inside = spec["environment"]["STANCEWATCH_ALERT_RULES"]
        assert f"${{ALERT_RULES:-./deploy/alerts.yaml}}:{inside}:ro" in spec["volumes"]
        assert spec["environment"]["STANCEWATCH_ELASTICSEARCH"]
    assert (ROOT / "deploy/alerts.yaml").is_file()


def test_the_versions_are_those_of_the_services_without_docker() -> None:
    pom = (ROOT / "deploy/local/pom.xml").read_text()
    for service, tag in (("kafka", "kafka"), ("elasticsearch", "elasticsearch")):
        found = re.search(rf"<{tag}.version>([\d.]+)<", pom)
        assert found
        assert services()[service]["image"].endswith(f":{found[1]}")
