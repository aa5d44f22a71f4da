"""What ``stancewatch init`` writes before the first start."""

from pathlib import Path

import pytest
import typer
import yaml

from streams.commands.init import SOURCES, init


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


def test_the_kinds_of_stack_differ_by_the_environment_file_only(tmp_path: Path) -> None:
    for name, kind in (("a", {"minimal": True}), ("b", {"external": True})):
        (tmp_path / name).mkdir()
        init(tmp_path / name, **kind)
    assert "COMPOSE_PROFILES=\n" in (tmp_path / "a/.env").read_text()
    assert "COMPOSE_FILE=docker-compose.external.yml\n" in (tmp_path / "b/.env").read_text()
    assert not (tmp_path / "b/secrets").exists()
