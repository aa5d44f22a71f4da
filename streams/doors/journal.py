"""How far a run of ``publish`` came, so that the next one of the same input goes on there."""

import hashlib
import json
import time
from collections.abc import Callable
from pathlib import Path

from streams.logs import printable

WRITE_EVERY = 1.0


class Journal:
    """One small file for an input. What it says of a file holds while that file has the same size and time."""

    def __init__(self, folder: Path, *identity: str, clock: Callable[[], float] = time.monotonic) -> None:
        name = hashlib.sha256("\x1f".join(identity).encode("utf-8", "surrogatepass")).hexdigest()[:24]
        self._path = folder / f"{name}.json"
        self._clock = clock
        self._written_at = clock()
        self._known: dict[str, list[int]] = self._read()

    @property
    def is_fresh(self) -> bool:
        """Whether no earlier run has stopped on the way."""
        return not self._known

    def records(self, path: Path) -> int:
        """How many records of a file stand in Kafka already."""
        size, changed, count = self._known.get(str(path), [-1, -1, 0])
        return count if [size, changed] == _mark(path) else 0

    def note(self, path: Path, count: int) -> None:
        """Remember that the first ``count`` records of a file stand in Kafka. Written once a second."""
        self._known[str(path)] = [*_mark(path), count]
        if self._clock() - self._written_at >= WRITE_EVERY:
            self.write()

    def can_write(self) -> bool:
        """Whether it can be kept at all."""
        try:
            self.write()
        except OSError:
            return False
        return True

    def write(self) -> None:
        """Write what is remembered. Raises OSError."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        beside = self._path.with_suffix(".new")
        beside.write_text(json.dumps(self._known), "utf-8")
        beside.replace(self._path)
        self._written_at = self._clock()

    def forget(self) -> None:
        """The run is complete: the next one begins anew."""
        self._known = {}
        self._path.unlink(missing_ok=True)

    def _read(self) -> dict[str, list[int]]:
        try:
            found = json.loads(self._path.read_text("utf-8"))
            return {
                str(path): [int(size), int(changed), int(count)]
                for path, (size, changed, count) in found.items()
            }
        except FileNotFoundError:
            return {}
        except (OSError, ValueError, TypeError, AttributeError):
            return {}  # what cannot be read costs repeats, which change nothing

    def __str__(self) -> str:
        """Where it lies."""
        return printable(str(self._path))


def _mark(path: Path) -> list[int]:
    found = path.stat()
    return [found.st_size, found.st_mtime_ns]
