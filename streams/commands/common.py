"""What the commands share: consoles, progress, input, settings, exit codes."""

import contextlib
import os
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import BinaryIO

import typer
from rich.console import Console
from rich.progress import (
    BarColumn,
    DownloadColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)  # fmt: skip

from streams.settings import Settings, SettingsError, load_settings

EXIT_INPUT = 2  # some input could not be used
EXIT_MISMATCH = 3  # what is there differs from what is needed
EXIT_SERVICE = 5  # a service does not answer
EXIT_USAGE = 64  # settings or arguments are unusable

Advance = Callable[[int], None]


def out(stderr: bool = False) -> Console:
    """A console that colours only a terminal."""
    return Console(stderr=stderr, highlight=False, soft_wrap=True)


def counted(number: int, what: str) -> str:
    """A number of things, such as ``1 shift`` and ``3 shifts``."""
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


def fail(message: str, code: int) -> typer.Exit:
    """Print what went wrong; the caller raises what comes back."""
    out(stderr=True).print(f"error: {message}", style="red", markup=False, soft_wrap=True)
    return typer.Exit(code)


def settings_or_exit(*, env_file: str | None = None, **overrides: object) -> Settings:
    """The settings, or exit code 64 with every bad key listed. Arguments as of ``load_settings``."""
    try:
        return load_settings(env_file=env_file, **overrides)
    except SettingsError as error:
        raise fail(str(error), EXIT_USAGE) from error


def exit_by(bad: int) -> None:
    """Exit with 2 if some records of the input were bad."""
    if bad:
        raise typer.Exit(EXIT_INPUT)


@contextlib.contextmanager
def lines_of(file: Path) -> Iterator[tuple[Iterable[bytes], int | None]]:
    """The lines of a file or of standard input (``-``), and the size in bytes where it is known."""
    if str(file) == "-":
        yield sys.stdin.buffer, None
        return
    try:
        stream: BinaryIO = file.open("rb")
    except OSError as error:
        raise fail(f"cannot read {file}: {error.strerror}", EXIT_INPUT) from error
    with stream:
        yield stream, os.fstat(stream.fileno()).st_size


@contextlib.contextmanager
def progress_bar(
    what: str, total: int | None, *, in_bytes: bool = True, per_second: str = "articles"
) -> Iterator[Advance]:
    """A bar on stderr with rate and time left; hidden where stderr is no terminal. Call it for each item."""
    size: ProgressColumn = DownloadColumn() if in_bytes else MofNCompleteColumn()
    columns = (
        TextColumn("{task.description}"), BarColumn(), size, TextColumn("{task.fields[rate]}"), TimeElapsedColumn(),
        TextColumn("eta"), TimeRemainingColumn(),
    )  # fmt: skip
    console = out(stderr=True)
    with Progress(*columns, console=console, disable=not console.is_terminal, transient=True) as bar:
        task = bar.add_task(what, total=total, rate="")
        done = 0

        def advance(amount: int) -> None:
            nonlocal done
            done += 1
            elapsed = bar.tasks[0].elapsed or 0
            rate = f"{done / elapsed:,.0f} {per_second}/s" if elapsed else ""
            bar.update(task, advance=amount, rate=rate)

        yield advance
