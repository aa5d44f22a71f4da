"""Where settings come from."""

from pathlib import Path

import pytest

from streams.fleet import Fleet
from streams.settings import SettingsError, load_settings


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("STANCEWATCH_ENV_FILE", raising=False)
    (tmp_path / ".env").write_text("STANCEWATCH_KAFKA=broker.example:9093\nSTANCEWATCH_KAFKA_SECURITY=ssl\n")
    (tmp_path / "other").write_text("STANCEWATCH_KAFKA=other.example:9093\n")
    return tmp_path


def test_settings_are_read_from_env_or_from_the_file_that_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    assert load_settings().kafka == "broker.example:9093"
    monkeypatch.setenv("STANCEWATCH_ENV_FILE", "other")
    assert load_settings().kafka == "other.example:9093"
    monkeypatch.setenv("STANCEWATCH_KAFKA", "exported.example:9092")
    assert load_settings().kafka == "exported.example:9092"


def test_what_is_empty_counts_as_not_set(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / ".env").write_text("STANCEWATCH_BATCH=\nSTANCEWATCH_ALERTMANAGER=\n")
    monkeypatch.setenv("STANCEWATCH_READERS", "")
    assert load_settings() == load_settings(env_file="")


def test_a_file_that_is_named_must_be_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STANCEWATCH_ENV_FILE", "mistyped.env")
    with pytest.raises(SettingsError, match=r"mistyped\.env"):
        load_settings()
    monkeypatch.setenv("STANCEWATCH_ENV_FILE", "")
    assert load_settings().kafka == "127.0.0.1:9092"


def test_what_starts_its_own_services_reads_no_file_and_nor_do_its_workers(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = load_settings(env_file="", kafka="127.0.0.1:19092")
    assert (settings.kafka, settings.kafka_security) == ("127.0.0.1:19092", "plaintext")
    for name, value in Fleet(settings, folder).environment().items():
        monkeypatch.setenv(name, value)
    assert load_settings() == settings
