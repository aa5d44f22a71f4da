import os
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from streams.services import process as processes
from streams.services.process import Launch, Record

STUBBORN = "import signal,time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up', flush=True); time.sleep(60)"
MILD = "import time; print('up', flush=True); time.sleep(60)"
PARENT = f"import subprocess,sys; subprocess.run([sys.executable, '-c', {MILD!r}, 'the-mark'])"


@pytest.fixture
def started(tmp_path: Path) -> Iterator[list[psutil.Process]]:
    every: list[psutil.Process] = []
    yield every
    for process in every:
        if process.is_running():
            process.kill()


def start(code: str, tmp_path: Path, started: list[psutil.Process], *arguments: str) -> psutil.Process:
    output = tmp_path / f"{len(started)}.out"
    launch = Launch([sys.executable, "-c", code, *arguments], tmp_path, dict(os.environ))
    child = psutil.Process(processes.spawn(launch, output, None).pid)
    started.append(child)
    while "up" not in output.read_text():
        time.sleep(0.01)
    return child


def record_of(process: psutil.Process) -> Record:
    return Record(process.pid, process.create_time(), "print", "1.0", "/nowhere", {"kafka_port": 1})


def test_a_record_comes_back_as_it_was_written(tmp_path: Path) -> None:
    record = record_of(psutil.Process())
    processes.write_record(tmp_path / "run" / "kafka.json", record)
    assert processes.read_record(tmp_path / "run" / "kafka.json") == record


@pytest.mark.parametrize("text", ["", "{", "[]", '{"pid": 1}', "null"])
def test_a_broken_record_counts_as_none(tmp_path: Path, text: str) -> None:
    (tmp_path / "kafka.json").write_text(text)
    assert processes.read_record(tmp_path / "kafka.json") is None


def test_a_later_process_with_the_same_pid_is_not_the_recorded_one() -> None:
    here = record_of(psutil.Process())
    assert processes.process_of(here) == psutil.Process()
    assert processes.process_of(replace(here, started=here.started - 60)) is None


def test_stopping_asks_first_and_leaves_others_alone(tmp_path: Path, started: list[psutil.Process]) -> None:
    ours, other = start(MILD, tmp_path, started), start(MILD, tmp_path, started)
    assert processes.stop([ours], grace=10) == []
    assert processes.alive(ours.pid) is None
    assert processes.alive(other.pid) is not None


def test_what_does_not_listen_is_killed(tmp_path: Path, started: list[psutil.Process]) -> None:
    deaf = start(STUBBORN, tmp_path, started)
    assert processes.stop([deaf], grace=0.2) == [deaf]
    assert processes.alive(deaf.pid) is None


def test_a_paused_process_hears_the_request(tmp_path: Path, started: list[psutil.Process]) -> None:
    paused = start(MILD, tmp_path, started)
    paused.suspend()
    assert processes.stop([paused], grace=10) == []


def test_a_process_is_found_by_an_argument_that_is_exactly_the_mark(
    tmp_path: Path, started: list[psutil.Process]
) -> None:
    mark = f"-Dmark={tmp_path.name}"
    start(MILD, tmp_path, started, f"{mark}-and-more")
    assert processes.marked(mark) is None
    marked = start(MILD, tmp_path, started, mark)
    assert processes.marked(mark) == marked


def test_a_launcher_is_killed_and_its_server_is_returned(
    tmp_path: Path, started: list[psutil.Process]
) -> None:
    launcher = start(PARENT, tmp_path, started)
    (server,) = launcher.children()
    started.append(server)
    assert processes.servers([launcher], "the-mark") == [server]
    assert processes.alive(launcher.pid) is None
    assert processes.servers([server], "the-mark") == [server]


def test_the_last_lines_are_of_the_log_written_last_and_without_stack_frames(tmp_path: Path) -> None:
    old, new, absent = tmp_path / "old.log", tmp_path / "new.log", tmp_path / "absent.log"
    old.write_text("old\n")
    os.utime(old, (1, 1))
    new.write_text("first\nException: why\n\tat some.Frame(File.java)\n\t... 12 more\nlast\n")
    assert processes.last_lines([old, new, absent], count=3).splitlines()[1:] == [
        "first",
        "Exception: why",
        "last",
    ]
    assert processes.last_lines([absent]) == "(nothing was logged)"
