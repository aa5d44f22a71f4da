"""Processes that outlive their starter: a record of who they are, so that only they are ever stopped."""

import contextlib
import json
import subprocess
from dataclasses import asdict, dataclass, field
from pathlib import Path

import psutil

from streams.services.account import Account

# The clock may be set between a start and a look at it, which moves the start time that the system reports.
_CLOCK_SLACK = 2.0
# A Popen that is forgotten while its process runs complains; kept, it is reaped at the next start.
_children: list[subprocess.Popen[bytes]] = []


@dataclass(frozen=True, slots=True)
class Launch:
    """A command, the folder to run it in and its whole environment."""

    argv: list[str]
    cwd: Path
    env: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Record:
    """A started process. fingerprint stands for its settings; folder holds its data and logs."""

    pid: int
    started: float
    fingerprint: str
    version: str
    folder: str
    ports: dict[str, int]


def write_record(path: Path, record: Record) -> None:
    """Write the record in one step, so that nobody reads half of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_suffix(".new")
    temporary.write_text(json.dumps(asdict(record)))
    temporary.replace(path)


def read_record(path: Path) -> Record | None:
    """The record, or None when there is none that can be read."""
    try:
        return Record(**json.loads(path.read_text()))
    except (FileNotFoundError, ValueError, TypeError):
        return None


def process_of(record: Record | None) -> psutil.Process | None:
    """The recorded process if it still runs. A later process that got the same pid is not it."""
    if record is None:
        return None
    process = alive(record.pid)
    with contextlib.suppress(psutil.NoSuchProcess):
        if process and abs(process.create_time() - record.started) < _CLOCK_SLACK:
            return process
    return None


def marked(marker: str) -> psutil.Process | None:
    """The running Java whose arguments hold the marker: ours even when its record was lost."""
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error):
            if marker in process.cmdline() and process.status() != psutil.STATUS_ZOMBIE:
                return process
    return None


def alive(pid: int) -> psutil.Process | None:
    """The process, unless it is gone or only waits to be reaped."""
    try:
        process = psutil.Process(pid)
        return None if process.status() == psutil.STATUS_ZOMBIE else process
    except psutil.NoSuchProcess:
        return None


def spawn(launch: Launch, output: Path, account: Account | None) -> subprocess.Popen[bytes]:
    """Start the command in a session of its own, so that a Ctrl-C meant for us does not reach it."""
    identity = {} if account is None else {"user": account.uid, "group": account.gid, "extra_groups": []}
    with output.open("wb") as out:
        child = subprocess.Popen(  # type: ignore[call-overload]  # noqa: S603 - commands built here
            launch.argv,
            cwd=launch.cwd,
            env=launch.env,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            **identity,
        )
    _children[:] = [known for known in _children if known.poll() is None]
    _children.append(child)
    return child  # type: ignore[no-any-return]


def servers(processes: list[psutil.Process], marker: str) -> list[psutil.Process]:
    """The processes, with what is not marked, a launcher, replaced by its children and killed.

    A launcher that was asked to end could still start a server after nobody looks for one any more.
    """
    found: dict[int, psutil.Process] = {}
    for process in processes:
        with contextlib.suppress(psutil.NoSuchProcess):
            if marker in process.cmdline():
                found[process.pid] = process
                continue
            process.suspend()  # from here on it has no further children
            found |= {child.pid: child for child in process.children(recursive=True)}
            process.kill()
            process.wait(10)
    return list(found.values())


def stop(processes: list[psutil.Process], grace: float) -> list[psutil.Process]:
    """Ask the processes to end, kill those that have not after grace seconds; return the killed ones."""
    for process in processes:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.terminate()
            process.resume()  # one that a test has paused could not hear the request
    _, stubborn = psutil.wait_procs(processes, timeout=grace)
    for process in stubborn:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()
    psutil.wait_procs(stubborn, timeout=10)
    return stubborn


def last_lines(files: list[Path], count: int = 15) -> str:
    """The end of the log that was written to last, less stack frames, which hide the reason."""
    written = [file for file in files if file.is_file() and file.stat().st_size]
    if not written:
        return "(nothing was logged)"
    newest = max(written, key=lambda file: file.stat().st_mtime)
    with newest.open("rb") as log:
        log.seek(max(0, newest.stat().st_size - 16_384))
        lines = log.read().decode("utf-8", "replace").splitlines()
    telling = [line[:300] for line in lines if not line.lstrip().startswith(("at ", "... "))]
    return "\n".join([f"{newest}:", *telling[-count:]])


def run(launch: Launch, account: Account | None, *, said: str = "") -> subprocess.CompletedProcess[str]:
    """Run a short command to its end, with said as its input, and keep what it answered."""
    identity = {} if account is None else {"user": account.uid, "group": account.gid, "extra_groups": []}
    done: subprocess.CompletedProcess[str] = subprocess.run(  # type: ignore[call-overload]  # noqa: S603 - as above
        launch.argv,
        cwd=launch.cwd,
        env=launch.env,
        input=said,
        capture_output=True,
        text=True,
        check=False,
        **identity,
    )
    return done
