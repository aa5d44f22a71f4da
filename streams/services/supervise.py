"""Start and stop the services of an instance."""

import contextlib
import shutil
import threading
from concurrent.futures import FIRST_EXCEPTION, Future, ThreadPoolExecutor, wait
from pathlib import Path

from streams.services.account import service_account
from streams.services.artefacts import provide, versions
from streams.services.checks import STAMP, require_port, require_space
from streams.services.config import Endpoints, Progress, Report, ServiceName, ServicesConfig, quiet
from streams.services.elasticsearch import Elasticsearch
from streams.services.errors import OtherSettingsError, ServicesError
from streams.services.java import find_java
from streams.services.kafka import Kafka
from streams.services.lock import locked
from streams.services.process import process_of, servers
from streams.services.process import stop as stop_processes
from streams.services.service import Runtime, Service
from streams.services.start import CancelledStartError, await_ready, start, write_down

ALL: tuple[ServiceName, ...] = ("kafka", "elasticsearch")
_KINDS: dict[ServiceName, type[Service]] = {"kafka": Kafka, "elasticsearch": Elasticsearch}


def service_of(config: ServicesConfig, name: ServiceName) -> Service:
    """The service of that name."""
    return _KINDS[name](config)


def up(config: ServicesConfig, report: Report = quiet, *, names: tuple[ServiceName, ...] = ALL) -> Endpoints:
    """Start what is not running yet, wait until all serve, and say where. Quick when all run already.

    What this call started is stopped again when one of them fails, or on Ctrl-C.
    Raises a ServicesError for each thing that can be wrong. Blocks: from a coroutine, use asyncio.to_thread.
    """
    with locked(config, report):
        missing = [service for service in _services(config, names) if not _runs(service, report)]
        if missing:
            _require_room(missing)
            _start_all(missing, _runtime(config, report), report)
    return config.endpoints


def down(
    config: ServicesConfig, report: Report = quiet, *, names: tuple[ServiceName, ...] = ALL
) -> list[ServiceName]:
    """Stop what runs from this home, and nothing else; return what was stopped. Data and logs stay."""
    if not config.home.is_dir():
        return []
    with locked(config, report):
        return _stop_all(_services(config, names), report)


def erase(config: ServicesConfig, report: Report = quiet) -> None:
    """Stop what runs from this home and delete its data and logs. The programs stay in the cache."""
    down(config, report)
    for name in ALL:
        folder = config.home / name
        real = folder.resolve()
        if not (real / STAMP).is_file():
            continue  # not made by a start: somebody's own folder that happens to have this name
        shutil.rmtree(real)
        if folder.is_symlink():
            folder.unlink()
            with contextlib.suppress(OSError):
                real.parent.rmdir()
        report(Progress(name, "done", f"deleted {real}"))
    shutil.rmtree(config.home / "run", ignore_errors=True)


def restart(config: ServicesConfig, name: ServiceName, report: Report = quiet) -> None:
    """Stop one service if it runs, and start it again on its data. Raises like up."""
    down(config, report, names=(name,))
    up(config, report, names=(name,))


def _services(config: ServicesConfig, names: tuple[ServiceName, ...]) -> list[Service]:
    return [service_of(config, name) for name in names]


def _runtime(config: ServicesConfig, report: Report) -> Runtime:
    account = service_account()
    java = find_java(account)
    return Runtime(java, provide(config, account, report), account, versions(config))


def _runs(service: Service, report: Report) -> bool:
    """Whether service serves already; one that runs and does not answer yet is waited for.

    Raises OtherSettingsError when it runs with settings other than those asked for.
    """
    processes = service.processes()
    if not processes:
        return False
    record = service.record()
    if record is not None and record.fingerprint != service.fingerprint:
        raise OtherSettingsError(
            f"{service.name} already runs from this home with other settings",
            where=f"{service.config.home}: pid {record.pid}, ports {sorted(record.ports.values())}",
            remedy="stop it first (stancewatch services down), or choose another --home",
        )
    folder = Path(record.folder) if record else (service.config.home / service.name).resolve()
    await_ready(service, folder, threading.Event())
    if process_of(record) is None:
        # Its starter was killed before it could write this down, or somebody deleted the record.
        version = record.version if record else versions(service.config)[service.name]
        write_down(service, processes[-1].pid, version, folder)
    report(Progress(service.name, "done", f"{service.address()}, already up"))
    return True


def _require_room(services: list[Service]) -> None:
    """Whatever can be known to fail fails before anything is fetched or started."""
    require_space(services[0].config.home)
    for service in services:
        for setting, port in service.ports.items():
            require_port(port, f"--{setting.replace('_', '-')}")


def _start_all(services: list[Service], runtime: Runtime, report: Report) -> None:
    """Start the services side by side; all of them stand afterwards, or none of them."""
    cancel = threading.Event()
    try:
        with ThreadPoolExecutor(len(services)) as pool:
            starts = [pool.submit(start, service, runtime, report, cancel) for service in services]
            try:
                wait(starts, return_when=FIRST_EXCEPTION)
            finally:
                # After a fault or a Ctrl-C the others are not worth waiting for.
                cancel.set()
        _raise_first_fault(services, starts, report)
    except BaseException:
        _stop_all(services, report)
        raise


def _raise_first_fault(services: list[Service], starts: list[Future[None]], report: Report) -> None:
    faults = [(service, begun.exception()) for service, begun in zip(services, starts, strict=True)]
    real = [
        (service, fault) for service, fault in faults if fault and not isinstance(fault, CancelledStartError)
    ]
    for service, fault in real:
        report(
            Progress(service.name, "failed", fault.what if isinstance(fault, ServicesError) else repr(fault))
        )
    if real:
        raise real[0][1]


def _stop_all(services: list[Service], report: Report) -> list[ServiceName]:
    """Stop the services together, since each takes a second or two; return those that ran."""
    running = {service: found for service in services if (found := service.processes())}
    if running:
        grace = services[0].config.stop_grace
        each = {service: servers(found, service.marker) for service, found in running.items()}
        killed = stop_processes([process for found in each.values() for process in found], grace)
        for service, found in running.items():
            forced = any(process in killed for process in each[service])
            how = f"killed, it did not end within {grace:.0f} s" if forced else "stopped"
            report(Progress(service.name, "done", f"{how} (pid {found[0].pid})"))
    for service in services:
        service.record_path.unlink(missing_ok=True)
    return [service.name for service in running]
