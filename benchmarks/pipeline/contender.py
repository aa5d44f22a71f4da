"""A contender as processes of its own: started, measured from outside, ended."""

import contextlib
import os
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self

import psutil

from benchmarks.pipeline.job import Task
from streams.services.config import free_ports

PEERS = Path(__file__).parents[2] / ".venv-peers" / "bin" / "python"
MODULES = {
    "stancewatch": "stancewatch",
    "aiokafka loop": "raw_loop",
    "Quix Streams": "quix",
    "Bytewax": "wax",
}
GROUPS = {"stancewatch": "stancewatch-classify", "aiokafka loop": "raw-loop"}  # those that can share the work
OF_PEERS = frozenset({"Quix Streams", "Bytewax"})


@dataclass(slots=True)
class Meter:
    """CPU and memory of processes with all their descendants, looked at again and again by a thread."""

    roots: list[int]
    peak_mb: float = 0.0
    _stop: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin to watch memory."""
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Stop watching."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join()

    def cpu(self) -> float:
        """Seconds of CPU that the living processes have used so far."""
        return sum(sum(each.cpu_times()[:2]) for each in self._tree() if _lives(each))

    def _tree(self) -> list[psutil.Process]:
        found = []
        for pid in self.roots:
            with contextlib.suppress(psutil.NoSuchProcess):
                root = psutil.Process(pid)
                found += [root, *root.children(recursive=True)]
        return found

    def _watch(self) -> None:
        while not self._stop.wait(0.25):
            total = 0
            for process in self._tree():
                with contextlib.suppress(psutil.NoSuchProcess):
                    total += process.memory_info().rss
            self.peak_mb = max(self.peak_mb, total / 1e6)


def _lives(process: psutil.Process) -> bool:
    return process.is_running() and process.status() != psutil.STATUS_ZOMBIE


class Contender:
    """Some workers of one kind on one task. cores: one for each worker to be bound to; None leaves that to the system."""

    def __init__(self, name: str, task: Task, workers: int = 1, cores: list[int] | None = None) -> None:
        self.name = name
        self._task = task
        self._workers = workers
        self._cores = cores
        self._processes: list[subprocess.Popen[bytes]] = []
        self.meter = Meter([])

    def __enter__(self) -> Self:
        python = str(PEERS) if self.name in OF_PEERS else sys.executable
        self._log = Path(self._task.folder) / f"{self._task.prefix}.log"
        for place, port in enumerate(free_ports(self._workers)):
            with self._log.open("ab") as log:
                process = subprocess.Popen(
                    [python, "-m", f"benchmarks.pipeline.{MODULES[self.name]}", self._task.dump(), str(port)],
                    stdout=log, stderr=log, start_new_session=True,
                )  # fmt: skip
            if self._cores is not None:
                os.sched_setaffinity(process.pid, {self._cores[place]})
            self._processes.append(process)
        self.meter.roots[:] = [process.pid for process in self._processes]
        self.meter.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.meter.stop()
        for process in self._processes:
            process.terminate()
        deadline = time.monotonic() + 10
        for process in self._processes:
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(max(0.1, deadline - time.monotonic()))
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, 9)
            process.wait()

    def check(self) -> None:
        """Raise RuntimeError with the end of its log if a worker has ended by itself."""
        for process in self._processes:
            if process.poll() is not None:
                end = self._log.read_text("utf-8", "replace")[-3000:]
                raise RuntimeError(f"{self.name} ended with {process.returncode}:\n{end}")


def peers_are_installed() -> bool:
    """Whether the environment of the peers is there."""
    return PEERS.exists()
