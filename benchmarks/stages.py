"""Where the time of an article goes inside a reading process: CPU of each stage, in milliseconds an article.

    python -m benchmarks.stages                                        our full-length articles
    python -m benchmarks.stages ../shared/data/current-events.jsonl    the stream: short, most about something else

From the bytes of the record to the bytes that are sent. Looking costs a little itself; the last line says how much.
"""

import argparse
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks.threads import one_thread

one_thread()

from streams import network as edge
from streams import pool
from streams.core import grammar, pipeline, validate, whereabouts
from streams.core.errors import Rejected
from streams.core.network import Network
from streams.pool import CHUNK, read_chunk

OTHER = "the rest: joining, topics, turns"
_NOW = datetime(2026, 12, 1, tzinfo=UTC)


class Stages:
    """CPU seconds of each stage, what another stage does within it not counted."""

    def __init__(self) -> None:
        self.seconds: defaultdict[str, float] = defaultdict(float)
        self._open = [OTHER]
        self._since = 0.0

    def watch(self, owner: Any, name: str, stage: str) -> None:
        """Count all that ``owner.name`` does for a stage."""
        plain: Callable[..., Any] = getattr(owner, name)

        def watched(*args: Any, **kwargs: Any) -> Any:
            self._turn()
            self._open.append(stage)
            try:
                return plain(*args, **kwargs)
            finally:
                self._turn()
                self._open.pop()

        setattr(owner, name, watched)

    def run(self, act: Callable[[], object]) -> float:
        """Do something that is watched; gives its CPU seconds."""
        self.seconds.clear()
        began = self._since = time.process_time()
        act()
        self._turn()
        return time.process_time() - began

    def _turn(self) -> None:
        now = time.process_time()
        self.seconds[self._open[-1]] += now - self._since
        self._since = now


def main() -> None:
    """Read once plainly and once watched, and print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("articles", type=Path, nargs="?", default=Path("tests/data/articles.jsonl"))
    given = parser.parse_args()
    lines = [line for line in given.articles.read_bytes().splitlines() if line]
    records = [(line, _NOW) for line in lines]
    read(records[: 2 * CHUNK])  # loads the reader
    began = time.process_time()
    read(records)
    plain = time.process_time() - began
    stages = stages_of_reading()
    watched = stages.run(lambda: read(records))
    print(f"| {len(lines)} articles of {sum(map(len, lines)) / len(lines):.0f} bytes | ms an article | |")
    print("|---|---|---|")
    for stage, seconds in sorted(stages.seconds.items(), key=lambda each: -each[1]):
        print(f"| {stage} | {1000 * seconds / len(lines):.2f} | {seconds / watched:.0%} |")
    print(
        f"| in all, watched (plain: {1000 * plain / len(lines):.2f}) | {1000 * watched / len(lines):.2f} | |"
    )


def read(records: Sequence[tuple[bytes | None, datetime]]) -> None:
    """Read as a process of the pool does. Raises ValueError where a record is rejected: it would be timed, and not read."""
    for start in range(0, len(records), CHUNK):
        for result in read_chunk(records[start : start + CHUNK]):
            if isinstance(result, Rejected):
                raise ValueError(f"a record was rejected: {result}")


def stages_of_reading() -> Stages:
    """Watch the functions that the stages consist of."""
    stages = Stages()
    stages.watch(validate.RawArticles, "read", "record: parse, check, clean")
    stages.watch(pipeline, "prepare", "language, issues and actors by the lexicon")
    stages.watch(pipeline, "pieces", "network: word pieces and marks")
    stages.watch(Network, "look", "network: heads")
    stages.watch(edge.OnnxEncoder, "__call__", "network: encoder")
    stages.watch(pipeline, "telling", "skim: which windows to look at")
    stages.watch(whereabouts.Whereabouts, "of", "countries of stances")
    stages.watch(pool, "_encode", "event: encode")
    stages.watch(grammar, "parse", "grammar: parser")
    return stages


if __name__ == "__main__":
    main()
