"""Kafka and Elasticsearch as Maven has them: fetched once into a cache, used from there without Maven."""

import fcntl
import hashlib
import os
import shutil
import stat
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

from streams.services.account import ROOT_CACHE, Account, reachable
from streams.services.checks import require_space
from streams.services.config import Progress, Report, ServicesConfig
from streams.services.errors import DeployFilesError, DiskFullError, DownloadFailedError, MavenMissingError

_POM = "{http://maven.apache.org/POM/4.0.0}"
_FETCH_SECONDS = 1800


@dataclass(frozen=True, slots=True)
class Artefacts:
    """The unpacked programs: Kafka's folder of jars and Elasticsearch's home."""

    kafka: Path
    elasticsearch: Path


def deploy_file(config: ServicesConfig, name: str) -> Path:
    """A file of deploy/local. Raises DeployFilesError when the package was installed without its checkout."""
    path = config.deploy / name
    if not path.is_file():
        raise DeployFilesError(
            "the local services run from a checkout of the repository, and its files are missing",
            where=str(path),
            remedy="run from a checkout (pip install -e .), or use Docker: docker compose up",
        )
    return path


def versions(config: ServicesConfig) -> dict[str, str]:
    """The version of each service, from the pom. Raises DeployFilesError."""
    tree = ElementTree.parse(deploy_file(config, "pom.xml"))  # noqa: S314 - our own file
    properties = tree.find(f"{_POM}properties")
    found = (
        {} if properties is None else {entry.tag.removeprefix(_POM): entry.text or "" for entry in properties}
    )
    return {name: found[f"{name}.version"] for name in ("kafka", "elasticsearch")}


def provide(config: ServicesConfig, account: Account | None, report: Report) -> Artefacts:
    """The programs, fetched with Maven when the cache lacks them.

    Raises MavenMissingError, DownloadFailedError, DiskFullError, DeployFilesError.
    """
    pom = deploy_file(config, "pom.xml")
    # Named by the pom's content: a changed version or library never meets an old folder.
    folder = _cache(config, account) / f"services-{hashlib.sha256(pom.read_bytes()).hexdigest()[:12]}"
    if not folder.is_dir():
        with _locked(folder.parent):
            if not folder.is_dir():
                _fetch(pom, folder, report)
    report(Progress("artefacts", "done", f"in {folder}"))
    return Artefacts(folder / "kafka", folder / f"elasticsearch-{versions(config)['elasticsearch']}")


def _cache(config: ServicesConfig, account: Account | None) -> Path:
    base = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    default = Path(base) / "stancewatch"
    if config.cache is None and not reachable(default, account):
        return ROOT_CACHE
    return (config.cache or default).expanduser().resolve()


@contextmanager
def _locked(cache: Path) -> Iterator[None]:
    """One fetch at a time: Maven 3 does not lock its own repository."""
    cache.mkdir(parents=True, exist_ok=True)
    with (cache / "fetch.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _fetch(pom: Path, folder: Path, report: Report) -> None:
    maven = shutil.which("mvn")
    if maven is None:
        raise MavenMissingError(
            "Maven is needed once, to fetch Kafka and Elasticsearch, and there is no mvn on the PATH",
            remedy="install it (Debian: apt-get install maven)",
        )
    require_space(folder.parent)
    report(Progress("artefacts", "working", "fetching about 150 MB with Maven, once"))
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix="fetch-") as temporary:
        stage = Path(temporary) / "stage"
        _run_maven(maven, pom, stage)
        shutil.rmtree(stage / "target", ignore_errors=True)
        _readable_by_all(stage)
        # Last and in one step: a folder with this name is always complete.
        stage.rename(folder)
    folder.parent.chmod(0o755)


def _run_maven(maven: str, pom: Path, stage: Path) -> None:
    command = [maven, "-q", "-B", "-Dstyle.color=never", "-f", str(pom), f"-Dstage={stage}", "package"]
    try:
        done = subprocess.run(  # noqa: S603 - the user's own Maven
            command,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            timeout=_FETCH_SECONDS,
        )
    except subprocess.TimeoutExpired as error:
        raise _failed(f"gave up after {_FETCH_SECONDS} s", command) from error
    if "No space left on device" in done.stdout:
        raise DiskFullError("the disk filled up while fetching", where=str(stage), remedy="free some space")
    if done.returncode:
        lines = [line for line in done.stdout.splitlines() if line.removeprefix("[ERROR]").strip()]
        raise _failed("\n".join(lines[:6]), command)


def _failed(said: str, command: list[str]) -> DownloadFailedError:
    return DownloadFailedError(
        "Maven could not fetch Kafka and Elasticsearch",
        where=said,
        remedy=f"check the network and Maven's settings.xml (mirror, proxy), then try: {' '.join(command)}",
    )


def _readable_by_all(folder: Path) -> None:
    """The archive keeps some files to its owner, and the services may run as another account."""
    for path in (folder, *folder.rglob("*")):
        runs = path.is_dir() or path.stat().st_mode & stat.S_IXUSR
        path.chmod(0o755 if runs else 0o644)
