"""The Java that runs the services."""

import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from streams.services.account import Account, reachable
from streams.services.errors import JavaMissingError

OLDEST = 17
_INSTALL = (
    "install a JDK 17 or newer (Debian: apt-get install openjdk-17-jdk-headless), or point JAVA_HOME at one"
)


@dataclass(frozen=True, slots=True)
class Java:
    """A Java installation: its home and the feature release, such as 17."""

    home: Path
    release: int

    @property
    def binary(self) -> Path:
        """The launcher."""
        return self.home / "bin" / "java"


def find_java(account: Account | None) -> Java:
    """The Java of JAVA_HOME, else of the PATH.

    Raises JavaMissingError when it is missing, older than 17, or in a folder that the account cannot enter.
    """
    candidate = _candidate()
    command = [candidate, "-XshowSettings:properties", "-version"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - the user's own Java
    properties = dict(re.findall(r"^\s+(java\.home|java\.specification\.version) = (.+)$", done.stderr, re.M))
    if done.returncode or len(properties) < 2:
        raise JavaMissingError(
            "Java does not run", where=f"{candidate}: {done.stderr[:300]}", remedy=_INSTALL
        )
    release = int(properties["java.specification.version"].removeprefix("1."))
    if release < OLDEST:
        raise JavaMissingError(
            f"Java {release} is too old: Kafka and Elasticsearch need {OLDEST}",
            where=candidate,
            remedy=_INSTALL,
        )
    java = Java(Path(properties["java.home"]), release)
    if account is not None and not reachable(java.binary, account):
        who = f"the account `{account.name}`, which runs the services because Elasticsearch refuses root,"
        raise JavaMissingError(f"{who} cannot run Java", where=str(java.binary), remedy=_INSTALL)
    return java


def _candidate() -> str:
    home = os.environ.get("JAVA_HOME")
    if home and (Path(home) / "bin" / "java").is_file():
        return str(Path(home) / "bin" / "java")
    found = shutil.which("java")
    if found is None:
        where = f"JAVA_HOME is {home or 'not set'}; no java on the PATH"
        raise JavaMissingError("no Java found", where=where, remedy=_INSTALL)
    return found
