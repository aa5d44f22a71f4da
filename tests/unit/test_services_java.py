from pathlib import Path

import pytest

from streams.services.errors import JavaMissingError
from streams.services.java import find_java

SAYS = """#!/bin/sh
cat >&2 <<'EOT'
Property settings:
    java.home = {home}
    java.specification.version = {release}
EOT
exit {code}
"""


def fake_java(folder: Path, release: str = "21", code: int = 0) -> Path:
    binary = folder / "bin" / "java"
    binary.parent.mkdir(parents=True)
    binary.write_text(SAYS.format(home=folder, release=release, code=code))
    binary.chmod(0o755)
    return folder


def test_java_home_goes_before_the_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JAVA_HOME", str(fake_java(tmp_path / "jdk")))
    java = find_java(None)
    assert (java.release, java.binary) == (21, tmp_path / "jdk" / "bin" / "java")


def test_the_path_is_searched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("JAVA_HOME", raising=False)
    monkeypatch.setenv("PATH", f"{fake_java(tmp_path / 'jdk', '17') / 'bin'}:/bin")
    assert find_java(None).release == 17


@pytest.mark.parametrize("release", ["1.8", "11", "16"])
def test_an_old_java_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, release: str) -> None:
    monkeypatch.setenv("JAVA_HOME", str(fake_java(tmp_path / "jdk", release)))
    with pytest.raises(JavaMissingError, match="too old") as caught:
        find_java(None)
    assert str(tmp_path) in caught.value.where
    assert "JDK 17" in caught.value.remedy


def test_no_java_says_where_it_was_looked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(JavaMissingError, match="no Java found") as caught:
        find_java(None)
    assert str(tmp_path) in caught.value.where


def test_a_java_that_breaks_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JAVA_HOME", str(fake_java(tmp_path / "jdk", code=1)))
    with pytest.raises(JavaMissingError, match="does not run"):
        find_java(None)
