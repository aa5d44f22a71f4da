"""Show a start or stop to a person: live rows on a terminal, plain lines anywhere else."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from threading import Lock

from rich.console import Console
from rich.markup import escape
from rich.progress import Progress as Bars
from rich.progress import SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn
from rich.table import Table

from streams.services.config import Progress, Report
from streams.services.errors import ServicesError
from streams.services.inspect import ServiceStatus

_STYLE = {"working": "cyan", "done": "green", "failed": "red", "note": "yellow"}
_STATE_STYLE = {"up": "green", "starting": "yellow", "down": "red"}


@contextmanager
def showing(console: Console) -> Iterator[Report]:
    """A report that shows itself on console while the block runs."""
    if not console.is_terminal:
        yield lambda progress: console.print(
            f"{progress.about}: {progress.text}", soft_wrap=True, markup=False
        )
        return
    columns = (SpinnerColumn(finished_text=" "), TextColumn("{task.description}"), TimeElapsedColumn())
    with Bars(*columns, console=console) as bars:
        yield _Rows(bars).show


class _Rows:
    """One row for each thing reported about. Called from the threads of all starts."""

    def __init__(self, bars: Bars) -> None:
        self._bars = bars
        self._rows: dict[str, TaskID] = {}
        self._lock = Lock()

    def show(self, progress: Progress) -> None:
        style = _STYLE[progress.state]
        line = f"{progress.about:<14} [{style}]{escape(progress.text)}[/{style}]"
        with self._lock:
            if progress.state == "note":
                self._bars.console.print(line)
                return
            row = self._rows.get(progress.about)
            if row is None:
                row = self._rows[progress.about] = self._bars.add_task(line, total=1)
            over = progress.state != "working"
            self._bars.update(row, description=line, completed=int(over))
            if over:
                self._bars.stop_task(row)


def show_error(console: Console, error: ServicesError) -> None:
    """What is wrong, where, and what to do about it."""
    parts = [("error", error.what), ("where", error.where), ("do", error.remedy)]
    for label, text in parts:
        if text:
            indented = text.replace("\n", "\n         ")
            console.print(
                f"[bold]{label + ':':<8}[/bold] {escape(indented)}", soft_wrap=True, highlight=False
            )


def show_status(console: Console, statuses: list[ServiceStatus]) -> None:
    """A table on a terminal, a line for each service elsewhere."""
    if not console.is_terminal:
        for status in statuses:
            console.print(" ".join(_cells(status)), soft_wrap=True, markup=False, highlight=False)
        return
    table = Table("service", "state", "address", "details", box=None)
    for status in statuses:
        name, state, address, details = _cells(status)
        style = _STATE_STYLE[state]
        table.add_row(name, f"[{style}]{state}[/{style}]", address, escape(details))
    console.print(table)


def _cells(status: ServiceStatus) -> tuple[str, str, str, str]:
    return status.name, status.state, status.address, _details(status)


def _details(status: ServiceStatus) -> str:
    if status.pid is None:
        return (
            f"(its record of pid {status.stale_pid} is stale: it ended by itself)" if status.stale_pid else ""
        )
    since = f"since {datetime.fromtimestamp(status.started):%Y-%m-%d %H:%M:%S}" if status.started else ""
    memory = f"{status.rss_mb} MB" if status.rss_mb is not None else ""
    parts = (
        f"pid {status.pid}",
        f"version {status.version}" if status.version else "",
        memory,
        since,
        status.folder,
    )
    return ", ".join(part for part in parts if part)
