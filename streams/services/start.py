"""Start one service and wait until it serves."""

import threading
import time
from pathlib import Path

import psutil
from tenacity import (
    RetryError,
    Retrying,
    retry_if_result,
    stop_after_delay,
    stop_any,
    stop_when_event_set,
    wait_fixed,
)
from tenacity.nap import sleep_using_event

from streams.services.account import service_folder
from streams.services.checks import require_data_version, require_space
from streams.services.config import Progress, Report
from streams.services.errors import DiskFullError, StartFailedError, StartTimeoutError
from streams.services.process import Record, alive, last_lines, marked, spawn, write_record
from streams.services.service import Runtime, Service


class CancelledStartError(Exception):
    """The start was given up because of another service, or by a Ctrl-C."""


def start(service: Service, runtime: Runtime, report: Report, cancel: threading.Event) -> None:
    """Start service and return when it serves clients.

    cancel set from another thread gives up: CancelledStartError. Raises DataVersionError, AccountError,
    StartFailedError, StartTimeoutError, DiskFullError.
    """
    begun = time.monotonic()
    version = runtime.versions[service.name]
    folder = service_folder(service.config.home, service.name, runtime.account)
    report(Progress(service.name, "working", f"starting {version}"))
    _clear_stale(service, report)
    require_space(folder)
    require_data_version(folder, version)
    launch = service.launch(runtime, folder)
    service.output.parent.mkdir(parents=True, exist_ok=True)
    child = spawn(launch, service.output, runtime.account)
    write_down(service, child.pid, version, folder)
    await_ready(service, folder, cancel)
    # Elasticsearch's launcher has left by now or is about to: from here on the server itself is meant.
    server = marked(service.marker)
    if server is not None:
        write_down(service, server.pid, version, folder)
    report(Progress(service.name, "done", f"{service.address()} after {time.monotonic() - begun:.1f} s"))


def await_ready(service: Service, folder: Path, cancel: threading.Event) -> None:
    """Wait until service answers. Raises StartFailedError, StartTimeoutError, CancelledStartError."""

    def answers() -> bool:
        if not service.processes():
            raise _ended(service, folder)
        return service.ready()

    patience = service.config.start_timeout
    try:
        Retrying(
            stop=stop_any(stop_after_delay(patience), stop_when_event_set(cancel)),
            sleep=sleep_using_event(cancel),
            wait=wait_fixed(0.2),
            retry=retry_if_result(lambda answered: not answered),
        )(answers)
    except RetryError as error:
        if cancel.is_set():
            raise CancelledStartError from error
        raise StartTimeoutError(
            f"{service.name} runs and does not answer at {service.address()} after {patience:.0f} s",
            where=last_lines(service.logs(folder)),
            remedy="a busy machine may need longer: --start-timeout",
        ) from error


def _ended(service: Service, folder: Path) -> StartFailedError | DiskFullError:
    said = last_lines(service.logs(folder))
    if "No space left on device" in said:
        return DiskFullError(
            f"{service.name} found the disk full", where=str(folder), remedy="free some space"
        )
    return StartFailedError(
        f"{service.name} ended while it was starting",
        where=said,
        remedy=f"the lines above say why; more in {folder / 'logs'}",
    )


def _clear_stale(service: Service, report: Report) -> None:
    record = service.record()
    if record is None:
        return
    now = "belongs to another process by now" if alive(record.pid) else "is gone"
    report(Progress(service.name, "note", f"forgetting a stale record: pid {record.pid} {now}"))
    service.record_path.unlink(missing_ok=True)


def write_down(service: Service, pid: int, version: str, folder: Path) -> None:
    """Record that service runs as pid, for later starts, stops and looks."""
    try:
        started = psutil.Process(pid).create_time()
    except psutil.NoSuchProcess:
        return  # it ended already, which the wait for it reports with its log
    write_record(
        service.record_path, Record(pid, started, service.fingerprint, version, str(folder), service.ports)
    )
