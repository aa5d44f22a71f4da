import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from streams.services.artefacts import provide, versions
from streams.services.config import Progress, ServicesConfig, quiet
from streams.services.errors import DeployFilesError, DiskFullError, DownloadFailedError, MavenMissingError

FETCHES = """#!/bin/sh
for argument; do case $argument in -Dstage=*) stage=${argument#-Dstage=};; esac; done
mkdir -p $stage/kafka $stage/elasticsearch-8.19.21/bin $stage/target
touch $stage/kafka/kafka.jar $stage/elasticsearch-8.19.21/bin/elasticsearch
chmod 0600 $stage/kafka/kafka.jar; chmod 0700 $stage/elasticsearch-8.19.21/bin/elasticsearch
"""
FAILS = (
    "#!/bin/sh\nmkdir -p ${6#-Dstage=}\necho '[ERROR] '\necho '[ERROR] no route to the repository'\nexit 1\n"
)
FULL = "#!/bin/sh\necho 'java.io.IOException: No space left on device'\nexit 1\n"


@pytest.fixture
def config(tmp_path: Path) -> ServicesConfig:
    return ServicesConfig(home=tmp_path / "home", cache=tmp_path / "cache")


@pytest.fixture
def bin_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")
    return folder


def fake_maven(folder: Path, script: str) -> None:
    (folder / "mvn").write_text(script)
    (folder / "mvn").chmod(0o755)


def test_the_versions_are_those_of_the_pom(config: ServicesConfig) -> None:
    assert versions(config) == {"kafka": "4.4.0", "elasticsearch": "8.19.21"}


def test_programs_are_fetched_once_whole_and_readable_by_all(
    config: ServicesConfig, bin_folder: Path
) -> None:
    fake_maven(bin_folder, FETCHES)
    reports: list[Progress] = []
    first = provide(config, None, reports.append)
    fake_maven(bin_folder, FAILS)
    assert provide(config, None, reports.append) == first
    assert [report.state for report in reports] == ["working", "done", "done"]
    assert (first.kafka / "kafka.jar").stat().st_mode & 0o777 == 0o644
    assert (first.elasticsearch / "bin" / "elasticsearch").stat().st_mode & 0o777 == 0o755
    assert sorted(path.name for path in first.kafka.parent.iterdir()) == ["elasticsearch-8.19.21", "kafka"]


def test_another_pom_means_another_folder(config: ServicesConfig, bin_folder: Path, tmp_path: Path) -> None:
    fake_maven(bin_folder, FETCHES)
    deploy = tmp_path / "deploy"
    shutil.copytree(config.deploy, deploy)
    (deploy / "pom.xml").write_text((deploy / "pom.xml").read_text() + "<!-- a library changed -->\n")
    here, there = provide(config, None, quiet), provide(replace(config, deploy=deploy), None, quiet)
    assert here.kafka.parent != there.kafka.parent


def test_a_failed_fetch_says_what_maven_said_and_leaves_nothing(
    config: ServicesConfig, bin_folder: Path
) -> None:
    fake_maven(bin_folder, FAILS)
    with pytest.raises(DownloadFailedError) as caught:
        provide(config, None, quiet)
    assert caught.value.where == "[ERROR] no route to the repository"
    assert config.cache is not None
    assert [path.name for path in config.cache.iterdir()] == ["fetch.lock"]


def test_a_disk_that_fills_up_is_told_apart(config: ServicesConfig, bin_folder: Path) -> None:
    fake_maven(bin_folder, FULL)
    with pytest.raises(DiskFullError):
        provide(config, None, quiet)


def test_no_maven(config: ServicesConfig, bin_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(bin_folder))
    with pytest.raises(MavenMissingError) as caught:
        provide(config, None, quiet)
    assert "maven" in caught.value.remedy


def test_a_package_without_its_checkout_says_so(config: ServicesConfig, tmp_path: Path) -> None:
    with pytest.raises(DeployFilesError, match="checkout"):
        provide(replace(config, deploy=tmp_path / "site-packages" / "deploy" / "local"), None, quiet)
