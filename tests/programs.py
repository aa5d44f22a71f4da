"""Programs that tests call. One that is missing fails its tests and says what installs it: none is skipped."""

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NoReturn

import pytest

_PATH = os.pathsep.join((str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)))
_PACKAGES = {"openssl": "openssl", "promtool": "prometheus", "docker-compose": "docker-compose"}


def program(name: str) -> str:
    """Where a program is: beside this Python, where ``deploy/prepare.sh dev`` may have put it, or on the PATH."""
    return shutil.which(name, path=_PATH) or _missing(name)


def compose() -> list[str]:
    """Docker's compose, as a plugin or as a program of its own; ``config`` needs no Docker engine."""
    if shutil.which("docker"):
        plugin = subprocess.run(["docker", "compose", "version"], capture_output=True, check=False)
        if plugin.returncode == 0:
            return ["docker", "compose"]
    return [program("docker-compose")]


def _missing(name: str) -> NoReturn:
    package = _PACKAGES[name]
    pytest.fail(
        f"{name} is not installed: `deploy/prepare.sh dev` brings it, or as root `apt-get install {package}`"
    )
