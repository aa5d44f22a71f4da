"""Parsing and extracting in a process apart: whatever a document does to a parser, it costs a few seconds and no more."""

import asyncio
import contextlib
import multiprocessing
import resource
from collections.abc import Callable, Iterator
from concurrent.futures import TimeoutError as TookTooLong
from concurrent.futures.process import BrokenProcessPool
from typing import ParamSpec, TypeVar

from pebble import ProcessExpired, ProcessFuture, ProcessPool

from streams.feeds.errors import FetchFailed

P = ParamSpec("P")
T = TypeVar("T")
TASKS_A_PROCESS = 1000
MEMORY = 2 * 1024**3


class Workshop:
    """Runs functions of ``parse`` and ``fulltext`` elsewhere."""

    def __init__(self, processes: int = 1, timeout: float = 20.0) -> None:
        self._processes = processes
        self._timeout = timeout
        self._pool = self._made()

    def _made(self) -> ProcessPool:
        return ProcessPool(
            max_workers=self._processes,
            max_tasks=TASKS_A_PROCESS,
            initializer=_bound,
            context=multiprocessing.get_context("spawn"),
        )

    def _schedule(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> "ProcessFuture[T]":
        try:
            return self._pool.schedule(work, args=args, kwargs=kwargs, timeout=self._timeout)
        except RuntimeError:  # a process that died at its very start has ended the whole pool
            self.close()
            self._pool = self._made()
            return self._pool.schedule(work, args=args, kwargs=kwargs, timeout=self._timeout)

    async def run(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """The function's result. Raises FetchFailed: its own, ``parse_timeout`` or ``parse_crashed``."""
        with self._explained():
            return await asyncio.wrap_future(self._schedule(work, *args, **kwargs))

    def run_and_wait(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Like ``run``, for code that has no event loop to give way to."""
        with self._explained():
            return self._schedule(work, *args, **kwargs).result()

    @contextlib.contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except (TookTooLong, TimeoutError) as error:
            raise FetchFailed("parse_timeout", f"reading it took longer than {self._timeout:g} s") from error
        except ProcessExpired as error:
            raise FetchFailed("parse_crashed", f"reading it ended a process with {error.exitcode}") from error
        except BrokenProcessPool as error:
            raise FetchFailed("parse_crashed", f"the process that reads has died: {error}") from error
        except (MemoryError, RecursionError) as error:
            raise FetchFailed("parse_crashed", f"reading it needs too much: {error!r}") from error

    def close(self) -> None:
        """End the processes, whatever they are doing."""
        self._pool.stop()  # type: ignore[no-untyped-call]  # the library's own gap
        self._pool.join()


def _bound() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
