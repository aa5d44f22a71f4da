"""What to run and where: the settings of one instance of the local services."""

import random
import socket
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, Self

from streams.services.errors import BadConfigError

ServiceName = Literal["kafka", "elasticsearch"]
State = Literal["working", "done", "failed", "note"]
HOST = "127.0.0.1"
PORT_RANGE = (20_000, 32_000)
CHECKOUT_DEPLOY = Path(__file__).resolve().parents[2] / "deploy" / "local"


@dataclass(frozen=True, slots=True)
class Progress:
    """One step of a start or stop: about what (a service or ``artefacts``), how it stands, one short line."""

    about: str
    state: State
    text: str


Report = Callable[[Progress], None]


def quiet(progress: Progress) -> None:
    """Report nothing."""


@dataclass(frozen=True, slots=True)
class FileUser:
    """A user of Elasticsearch's file realm. roles are built-in or defined in ``Security.roles_yml``."""

    name: str
    password: str = field(repr=False)
    roles: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Tls:
    """A server's certificate with its key, and who signed it, as PEM files."""

    certificate: Path
    key: Path
    authority: Path


@dataclass(frozen=True, slots=True)
class Security:
    """Elasticsearch with logins: ``elastic`` with bootstrap_password, and the file realm's users.

    tls: HTTPS instead of HTTP.
    """

    bootstrap_password: str = field(repr=False)
    users: tuple[FileUser, ...] = ()
    roles_yml: str = ""
    tls: Tls | None = None


@dataclass(frozen=True, slots=True)
class Endpoints:
    """Where clients connect: Kafka's bootstrap server and Elasticsearch's URL."""

    kafka: str
    elasticsearch: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ServicesConfig:
    """One instance. All that it writes is below home; cache holds the programs, shared by all instances.

    cache None means the user's cache folder, or the system's when root runs this and the account that the
    services run as cannot read root's. Raises BadConfigError for values that cannot work.
    """

    home: Path = Path(".stancewatch")
    kafka_port: int = 9092
    controller_port: int = 9093
    elasticsearch_port: int = 9200
    cache: Path | None = None
    heap_mb: int = 512
    start_timeout: float = 120.0
    stop_grace: float = 20.0
    security: Security | None = None
    deploy: Path = CHECKOUT_DEPLOY

    def __post_init__(self) -> None:
        object.__setattr__(self, "home", self.home.expanduser().resolve())
        ports = (self.kafka_port, self.controller_port, self.elasticsearch_port)
        if not all(0 < port < 65536 for port in ports):
            raise BadConfigError(f"ports must lie between 1 and 65535, these are {ports}")
        if len(set(ports)) < len(ports):
            raise BadConfigError(f"each port may be used once, these are {ports}")

    @classmethod
    def on_free_ports(
        cls, home: Path, *, cache: Path | None = None, security: Security | None = None
    ) -> Self:
        """An instance at home on three ports that are free now: for tests, side by side with others."""
        kafka, controller, elasticsearch = free_ports(3)
        return cls(
            home=home,
            kafka_port=kafka,
            controller_port=controller,
            elasticsearch_port=elasticsearch,
            cache=cache,
            security=security,
        )

    @property
    def endpoints(self) -> Endpoints:
        """Where this instance answers once it is up."""
        scheme = "https" if self.security and self.security.tls else "http"
        return Endpoints(f"{HOST}:{self.kafka_port}", f"{scheme}://{HOST}:{self.elasticsearch_port}")


def free_ports(count: int) -> list[int]:
    """Ports that are free now, below those that the system hands to clients, so that none takes one in between."""
    held: list[socket.socket] = []
    try:
        while len(held) < count:
            sock = socket.socket()
            try:
                sock.bind((HOST, random.randrange(*PORT_RANGE)))
            except OSError:
                sock.close()
                continue
            held.append(sock)
        return [sock.getsockname()[1] for sock in held]
    finally:
        for sock in held:
            sock.close()
