"""Workers as child processes of this one: for the demonstration, the tests and the benchmarks."""

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from streams.kafka import group_lag
from streams.settings import ENV_FILE, Settings
from streams.topology import MONITOR_PORTS, ROLES

STOP_GRACE = 10.0
_QUIET_LOOKS = 3
_PAUSE = 0.5


class WorkerDied(Exception):  # noqa: N818 - says what is so
    """A worker ended by itself; the message holds the end of its log."""


@dataclass(slots=True)
class Member:
    """One worker process."""

    role: str
    process: subprocess.Popen[bytes]
    log: Path
    port: int


@dataclass(slots=True)
class Fleet:
    """Starts workers with these settings, each with a log file of its own, and stops them all again."""

    settings: Settings
    logs: Path
    members: list[Member] = field(default_factory=list)

    def start(self, role: str, *, port: int | None = None, extra: dict[str, str] | None = None) -> Member:
        """Start one worker; it is not ready yet when this returns."""
        self.logs.mkdir(parents=True, exist_ok=True)
        port = port or MONITOR_PORTS[role]
        log = self.logs / f"worker-{role}-{port}.log"
        environment = {
            **os.environ,
            **self.environment(),
            "STANCEWATCH_MONITOR_PORT": str(port),
            **(extra or {}),
        }
        with log.open("ab") as stream:
            process = subprocess.Popen(  # noqa: S603 - our own command, no shell
                [sys.executable, "-m", "streams", "worker", role], stdout=stream, stderr=stream, env=environment,
                start_new_session=True,
            )  # fmt: skip
        member = Member(role, process, log, port)
        self.members.append(member)
        return member

    def wait_ready(self, members: Sequence[Member] | None = None, seconds: float = 280.0) -> None:
        """Return when each answers /healthz; on a busy machine that takes minutes. Raises WorkerDied, or TimeoutError."""
        deadline = time.monotonic() + seconds
        for member in members or self.members:
            while not _answers(member):
                if member.process.poll() is not None:
                    raise WorkerDied(
                        f"worker {member.role} ended with {member.process.returncode}:\n{tail(member.log)}"
                    )
                if time.monotonic() > deadline:
                    raise TimeoutError(
                        f"worker {member.role} is not up after {seconds:g} s:\n{tail(member.log)}"
                    )
                time.sleep(0.2)

    def check(self) -> None:
        """Raise WorkerDied if any worker has ended."""
        for member in self.members:
            if member.process.poll() is not None:
                raise WorkerDied(
                    f"worker {member.role} ended with {member.process.returncode}:\n{tail(member.log)}"
                )

    async def served(self, roles: Iterable[str] = ROLES, seconds: float = 90.0) -> None:
        """Return when the roles have no lag, three looks in a row. Raises WorkerDied, or TimeoutError."""
        deadline = time.monotonic() + seconds
        quiet = 0
        while quiet < _QUIET_LOOKS:
            await asyncio.sleep(_PAUSE)
            self.check()
            lags = {role: await group_lag(self.settings, role) for role in roles}
            quiet = 0 if any(lags.values()) else quiet + 1
            if time.monotonic() > deadline:
                raise TimeoutError(f"still behind after {seconds:g} s: {lags}")

    def kill(self, member: Member) -> None:
        """kill -9, with the processes that it started."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(member.process.pid, signal.SIGKILL)
        member.process.wait()
        self.members.remove(member)

    def stop(self) -> list[float]:
        """SIGTERM to all, then wait; seconds that each took. What does not stop in time is killed."""
        started = time.monotonic()
        for member in self.members:
            member.process.terminate()
        took = []
        for member in list(self.members):
            with contextlib.suppress(subprocess.TimeoutExpired):  # what does not stop in time is killed below
                member.process.wait(timeout=max(0.1, started + STOP_GRACE - time.monotonic()))
            took.append(time.monotonic() - started)
            self.kill(member)
        return took

    def environment(self) -> dict[str, str]:
        """The settings as variables for a child, which reads no file of settings beside them."""
        values = self.settings.model_dump(exclude_unset=True, exclude_none=True)
        secret = (
            {"elasticsearch_password": self.settings.password()} if "elasticsearch_password" in values else {}
        )
        given = {f"STANCEWATCH_{key.upper()}": str(value) for key, value in {**values, **secret}.items()}
        return {ENV_FILE: "", **given}


def tail(log: Path, lines: int = 15) -> str:
    """The end of a log file."""
    return "\n".join(log.read_text("utf-8", "replace").splitlines()[-lines:])


def _answers(member: Member) -> bool:
    try:
        return httpx.get(f"http://127.0.0.1:{member.port}/healthz", timeout=2).status_code == 200
    except httpx.HTTPError:
        return False
