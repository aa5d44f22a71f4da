"""What must hold before a service is started."""

import contextlib
import shutil
import socket
from pathlib import Path

import psutil

from streams.services.config import HOST
from streams.services.errors import DataVersionError, DiskFullError, PortTakenError

LEAST_FREE = 1_000_000_000
STAMP = "data.version"


def require_space(folder: Path) -> None:
    """Raises DiskFullError when less than 1 GB is free where folder is or will be."""
    while not folder.exists():
        folder = folder.parent
    free = shutil.disk_usage(folder).free
    if free < LEAST_FREE:
        raise DiskFullError(
            f"only {free / 1e6:.0f} MB are free, {LEAST_FREE / 1e6:.0f} MB are needed",
            where=str(folder),
            remedy="free some space, or choose another disk with --home (data) or --cache (programs)",
        )


def require_port(port: int, option: str) -> None:
    """Raises PortTakenError, with the process if it can be seen, when something listens on port.

    option: how the port is set, for the message.
    """
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            raise PortTakenError(
                f"port {port} is taken",
                where=f"{HOST}:{port}, {_listener(port)} ({error.strerror})",
                remedy=f"stop that process, or choose another port with {option}",
            ) from error


def _listener(port: int) -> str:
    with contextlib.suppress(psutil.AccessDenied):
        for connection in psutil.net_connections(kind="tcp"):
            if connection.status == psutil.CONN_LISTEN and connection.laddr[1:] == (port,) and connection.pid:
                with contextlib.suppress(psutil.NoSuchProcess):
                    return f"by pid {connection.pid} ({psutil.Process(connection.pid).name()})"
    return "by a process that this account cannot see"


def require_data_version(folder: Path, version: str) -> None:
    """Take a service's folder over for version, and stamp it; an empty one is always taken.

    Raises DataVersionError when a newer version wrote it, another major one, or something else altogether.
    """
    stamp = folder / STAMP
    if any(folder.iterdir()):
        written = stamp.read_text().strip() if stamp.is_file() else "something that left no version"
        if not _takes_over(version, written):
            raise DataVersionError(
                f"the data of {folder.name} were written by {written}, and {version} cannot take them over",
                where=str(folder),
                remedy="move that folder away to start without its data, or choose another --home",
            )
    stamp.write_text(version + "\n")


def _takes_over(version: str, written: str) -> bool:
    try:
        ours, theirs = ([int(part) for part in text.split(".")] for text in (version, written))
    except ValueError:
        return False
    return ours[0] == theirs[0] and ours >= theirs
