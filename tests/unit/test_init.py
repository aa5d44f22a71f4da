"""What ``stancewatch init`` writes before the first start."""

from pathlib import Path

import pytest
import typer
import yaml

from streams.commands.init import SOURCES, init

ROLES_YML = Path(__file__).parents[2] / "deploy/elasticsearch/roles.yml"


def written(folder: Path) -> dict[str, str]:
    return {str(p.relative_to(folder)): p.read_text() for p in folder.rglob("*") if p.is_file()}


def test_every_file_is_private_and_a_second_run_changes_nothing(tmp_path: Path) -> None:
    init(tmp_path)
    first = written(tmp_path)
    assert {p.stat().st_mode & 0o777 for p in tmp_path.rglob("*") if p.is_file()} == {0o600}
    assert (tmp_path / "secrets").stat().st_mode & 0o777 == 0o700
    init(tmp_path)
    assert written(tmp_path) == first


def test_passwords_are_long_differ_and_stand_in_no_other_file_than_they_must(tmp_path: Path) -> None:
    init(tmp_path)
    files = written(tmp_path)
    passwords = {name: files[f"secrets/{name}"] for name in SOURCES}
    assert len(set(passwords.values())) == len(SOURCES)
    assert min(map(len, passwords.values())) >= 40
    for name in SOURCES:
        assert passwords[name] not in files[".env"] + files["secrets/users"], name
    assert (
        yaml.safe_load(files["secrets/kibana.yml"])["elasticsearch.password"] == passwords["kibana_password"]
    )


def test_what_was_derived_is_made_again_but_a_lost_password_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    init(tmp_path)
    (tmp_path / "secrets/kibana.yml").unlink()
    init(tmp_path)
    assert (tmp_path / "secrets/kibana.yml").exists()
    (tmp_path / "secrets/elastic_password").unlink()
    with pytest.raises(typer.Exit) as stop:
        init(tmp_path)
    assert stop.value.exit_code == 3
    assert "elastic_password: lost" in capsys.readouterr().err


def test_each_user_has_its_role_and_the_role_exists(tmp_path: Path) -> None:
    init(tmp_path)
    lines = written(tmp_path)["secrets/users_roles"].splitlines()
    given = {user: role for role, user in (line.split(":") for line in lines)}
    assert given.pop("kibana") == "kibana_system"
    assert given == {"stancewatch": "stancewatch", "stancewatch_worker": "stancewatch_writer"}
    assert set(given.values()) <= set(yaml.safe_load(ROLES_YML.read_text()))


def test_a_stack_of_before_workers_had_a_user_gets_one_and_keeps_every_password(tmp_path: Path) -> None:
    init(tmp_path)
    before = written(tmp_path)
    for name in ("worker_password", "users", "users_roles", "kibana.yml"):
        (tmp_path / "secrets" / name).unlink()
    init(tmp_path)
    after = written(tmp_path)
    changed = {name for name in after if after[name] != before[name]}
    assert changed == {"secrets/worker_password", "secrets/users"}, "hashes are salted anew"


def test_the_kinds_of_stack_differ_by_the_environment_file_only(tmp_path: Path) -> None:
    for name, kind in (("a", {"minimal": True}), ("b", {"external": True})):
        (tmp_path / name).mkdir()
        init(tmp_path / name, **kind)
    assert "COMPOSE_PROFILES=\n" in (tmp_path / "a/.env").read_text()
    assert "COMPOSE_FILE=docker-compose.external.yml\n" in (tmp_path / "b/.env").read_text()
    assert not (tmp_path / "b/secrets").exists()
