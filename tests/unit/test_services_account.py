import os
from pathlib import Path

import pytest

from streams.services import account as accounts
from streams.services.account import Account, own, reachable, service_account, service_folder
from streams.services.errors import AccountError

needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")
NOBODY = Account("nobody", 65534, 65534)


@pytest.fixture
def closed(tmp_path: Path) -> Path:
    """A home that only root can enter, as one below /root is."""
    folder = tmp_path / "closed"
    folder.mkdir(mode=0o700)
    return folder


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(accounts, "ROOT_STATE", tmp_path / "state")
    return tmp_path / "state"


def test_an_ordinary_user_runs_the_services_as_themselves(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert service_account() is None


def test_root_falls_back_to_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(accounts, "_create", lambda _: None)
    monkeypatch.setattr(accounts, "_lookup", {"nobody": NOBODY}.get)
    assert service_account() == NOBODY


def test_root_without_any_account_is_told_to_make_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(accounts, "_create", lambda _: None)
    monkeypatch.setattr(accounts, "_lookup", lambda _: None)
    with pytest.raises(AccountError) as caught:
        service_account()
    assert "useradd --system stancewatch" in caught.value.remedy


def test_the_folder_lies_in_the_home_and_can_be_entered_whatever_the_umask(tmp_path: Path) -> None:
    before = os.umask(0o077)
    try:
        folder = service_folder(tmp_path / "new" / "home", "kafka", None)
    finally:
        os.umask(before)
    assert folder == tmp_path / "new" / "home" / "kafka"
    assert (tmp_path / "new" / "home").stat().st_mode & 0o777 == 0o755


@needs_root
def test_a_home_that_the_account_cannot_enter_leads_elsewhere_for_good(closed: Path, elsewhere: Path) -> None:
    assert not reachable(closed, NOBODY)
    folder = service_folder(closed, "kafka", NOBODY)
    assert folder.is_relative_to(elsewhere)
    assert (closed / "kafka").resolve() == folder
    closed.chmod(0o755)
    assert service_folder(closed, "kafka", NOBODY) == folder


@needs_root
def test_data_that_can_no_longer_be_reached_are_not_left_behind(closed: Path) -> None:
    (closed / "kafka").mkdir()
    with pytest.raises(AccountError, match="cannot enter") as caught:
        service_folder(closed, "kafka", NOBODY)
    assert caught.value.where == str(closed / "kafka")


@needs_root
def test_owning_reaches_all_below_and_follows_no_link(tmp_path: Path) -> None:
    mine, folder = tmp_path / "mine.txt", tmp_path / "theirs"
    mine.touch()
    (folder / "deep").mkdir(parents=True)
    (folder / "deep" / "link").symlink_to(mine)
    own(folder, NOBODY)
    assert {path.lstat().st_uid for path in (folder, *folder.rglob("*"))} == {NOBODY.uid}
    assert mine.stat().st_uid == 0


def test_a_home_that_cannot_be_written_says_so() -> None:
    with pytest.raises(AccountError, match="cannot write") as caught:
        service_folder(Path("/proc/stancewatch"), "kafka", None)
    assert "--home" in caught.value.remedy
