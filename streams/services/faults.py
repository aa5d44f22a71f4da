"""Do to a service what a bad day does: for tests of what the pipeline makes of it."""

import psutil

from streams.services.config import ServiceName, ServicesConfig
from streams.services.errors import NotRunningError
from streams.services.supervise import service_of


def kill(config: ServicesConfig, name: ServiceName) -> None:
    """End one service at once, as ``kill -9`` does, and wait until it is gone. Raises NotRunningError."""
    processes = _running(config, name)
    for process in processes:
        process.kill()
    psutil.wait_procs(processes, timeout=10)


def pause(config: ServicesConfig, name: ServiceName) -> None:
    """Freeze one service: it keeps its connections and answers nothing. Raises NotRunningError."""
    for process in _running(config, name):
        process.suspend()


def resume(config: ServicesConfig, name: ServiceName) -> None:
    """Let a paused service go on. Raises NotRunningError."""
    for process in _running(config, name):
        process.resume()


def _running(config: ServicesConfig, name: ServiceName) -> list[psutil.Process]:
    processes = service_of(config, name).processes()
    if not processes:
        raise NotRunningError(
            f"{name} does not run from this home",
            where=str(config.home),
            remedy="start it: stancewatch services up",
        )
    return processes
