"""One start or stop at a time in a home."""

import fcntl
import time
from collections.abc import Iterator
from contextlib import contextmanager

from streams.services.config import Progress, Report, ServicesConfig
from streams.services.errors import AccountError


@contextmanager
def locked(config: ServicesConfig, report: Report) -> Iterator[None]:
    """Hold the home while the block runs: a second start or stop waits, and then finds the work done.

    Raises AccountError when the home cannot be written.
    """
    path = config.home / "run" / "lock"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        lock = path.open("w")
    except OSError as error:
        raise AccountError(
            f"cannot write the home folder: {error.strerror}",
            where=str(path),
            remedy="choose another with --home",
        ) from error
    with lock:
        if not _try_lock(lock.fileno()):
            report(
                Progress(
                    "services", "note", "another start or stop is under way in this home, waiting for it"
                )
            )
            while not _try_lock(lock.fileno()):
                time.sleep(0.1)
        yield


def _try_lock(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
