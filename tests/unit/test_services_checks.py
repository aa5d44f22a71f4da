import os
import shutil
import socket
from collections import namedtuple
from collections.abc import Iterator
from pathlib import Path

import pytest

from streams.services.checks import STAMP, require_data_version, require_port, require_space
from streams.services.errors import DataVersionError, DiskFullError, PortTakenError

Usage = namedtuple("Usage", ["total", "used", "free"])


@pytest.fixture
def taken_port() -> Iterator[int]:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield listener.getsockname()[1]


def test_a_taken_port_names_the_process_and_the_option(taken_port: int) -> None:
    with pytest.raises(PortTakenError) as caught:
        require_port(taken_port, "--kafka-port")
    assert str(taken_port) in caught.value.what
    assert f"pid {os.getpid()}" in caught.value.where
    assert "--kafka-port" in caught.value.remedy


def test_a_port_left_a_moment_ago_is_free(taken_port: int) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        port = other.getsockname()[1]
    require_port(port, "--kafka-port")


def test_a_nearly_full_disk_is_refused_for_a_folder_that_is_not_there_yet(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(10**12, 10**12 - 5 * 10**8, 5 * 10**8))
    with pytest.raises(DiskFullError, match="only 500 MB"):
        require_space(tmp_path / "not" / "yet")


def test_enough_space_is_enough(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(10**12, 0, 10**9))
    require_space(tmp_path)


def test_an_empty_folder_is_taken_and_stamped(tmp_path: Path) -> None:
    require_data_version(tmp_path, "4.4.0")
    assert (tmp_path / STAMP).read_text() == "4.4.0\n"


@pytest.mark.parametrize("written", ["4.4.0", "4.3.1", "4.0.0"])
def test_data_of_an_older_minor_version_are_taken_over(tmp_path: Path, written: str) -> None:
    require_data_version(tmp_path, written)
    require_data_version(tmp_path, "4.4.0")
    assert (tmp_path / STAMP).read_text() == "4.4.0\n"


@pytest.mark.parametrize("written", ["4.4.1", "4.10.0", "3.9.0", "5.0.0", "nonsense"])
def test_data_of_another_version_are_refused_and_left_as_they_are(tmp_path: Path, written: str) -> None:
    (tmp_path / STAMP).write_text(written)
    with pytest.raises(DataVersionError, match=written):
        require_data_version(tmp_path, "4.4.0")
    assert (tmp_path / STAMP).read_text() == written


def test_a_folder_that_is_not_ours_is_refused(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("mine")
    with pytest.raises(DataVersionError, match="no version"):
        require_data_version(tmp_path, "4.4.0")
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]
