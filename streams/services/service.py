"""What the two services have in common: who runs, with which settings, from which folder."""

import hashlib
from abc import ABC, abstractmethod
from dataclasses import dataclass
from pathlib import Path
from string import Template
from typing import ClassVar

import psutil

from streams.services.account import Account, own
from streams.services.artefacts import Artefacts, deploy_file
from streams.services.config import ServiceName, ServicesConfig
from streams.services.java import Java
from streams.services.process import Launch, Record, marked, process_of, read_record


@dataclass(frozen=True, slots=True)
class Runtime:
    """What a start needs of the machine: Java, the programs, the account to run as and the versions."""

    java: Java
    artefacts: Artefacts
    account: Account | None
    versions: dict[str, str]


class Service(ABC):
    """One of the services of an instance, running or not."""

    name: ClassVar[ServiceName]

    def __init__(self, config: ServicesConfig) -> None:
        self.config = config
        self.record_path = config.home / "run" / f"{self.name}.json"
        self.output = config.home / "run" / f"{self.name}.out"
        instance = hashlib.sha256(str(config.home).encode()).hexdigest()[:12]
        # An argument of the process that names it: by it a service is found again when its record was lost.
        self.marker = f"-Dstancewatch.instance={instance}-{self.name}"

    @property
    @abstractmethod
    def ports(self) -> dict[str, int]:
        """The ports that it listens on, by the setting of each, such as ``kafka_port``."""

    @abstractmethod
    def settings(self) -> str:
        """What a running service cannot change, as text: compared to tell whether it runs as wanted."""

    @abstractmethod
    def launch(self, runtime: Runtime, folder: Path) -> Launch:
        """Write its configuration below folder, prepare its data, and say how to start it."""

    @abstractmethod
    def ready(self) -> bool:
        """Whether it serves clients now. Never raises."""

    def address(self) -> str:
        """Where clients connect."""
        endpoints: str = getattr(self.config.endpoints, self.name)
        return endpoints

    def record(self) -> Record | None:
        """What the last start wrote down."""
        return read_record(self.record_path)

    def processes(self) -> list[psutil.Process]:
        """Its running processes: the recorded one, and the one with the marker where that is another."""
        found = [process_of(self.record()), marked(self.marker)]
        return list({process.pid: process for process in found if process}.values())

    def logs(self, folder: Path) -> list[Path]:
        """Its log, and what it said before it had one."""
        return [folder / "logs" / f"{self.name}.log", self.output]

    @property
    def fingerprint(self) -> str:
        """A short stand-in for the settings."""
        return hashlib.sha256(self.settings().encode()).hexdigest()[:16]

    def template(self, name: str, **values: object) -> str:
        """A file of deploy/local with its $names filled in."""
        return Template(deploy_file(self.config, name).read_text()).substitute(values)

    def plain(self, name: str) -> str:
        """A file of deploy/local as it is."""
        return deploy_file(self.config, name).read_text()


def make_folders(folder: Path, account: Account | None) -> None:
    """The folders of a service, given to its account."""
    for name in ("config", "data", "logs", "snapshots", "tmp"):
        (folder / name).mkdir(exist_ok=True)
    own(folder, account)


def write_config(path: Path, text: str, account: Account | None, *, mode: int = 0o644) -> None:
    """Write one file of configuration, readable by the account whatever the umask."""
    path.write_text(text)
    path.chmod(mode)
    own(path, account)
