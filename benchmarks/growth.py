"""What an article costs when there are many already: CPU of each role, memory, start-up, bytes on disk.

    python -m benchmarks.growth                              10,000, 100,000 and a million; about a quarter of an hour
    python -m benchmarks.growth --sizes 1000,10000           less, for trial

Articles come from the seeded generator (benchmarks/corpus.py) and go through all four roles on a Kafka and an
Elasticsearch of this command's own. At each size so many more articles are published and measured. Beyond 100,000 the
documents are copied (benchmarks/archive.py), and there are as many series as articles.
"""

import argparse
import asyncio
import json
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from math import inf
from pathlib import Path
from typing import Any

import matplotlib
import psutil
from elasticsearch import AsyncElasticsearch
from matplotlib.figure import Figure

from benchmarks.archive import copy_archive
from benchmarks.corpus import articles
from benchmarks.pipeline.contender import Meter
from benchmarks.pipeline.throughput import fill
from benchmarks.services import own_services
from streams.fleet import Fleet, Member
from streams.search import make_client
from streams.services.config import ServicesConfig, free_ports
from streams.services.inspect import status
from streams.settings import Settings, load_settings
from streams.setup import run_setup
from streams.topology import ARTICLES_INDEX, OBSERVATIONS_INDEX, ROLES, SERIES_INDEX, SHIFTS_INDEX

SEED = 3
PIECE = 5000
COPIED_BEYOND = 100_000
RESULTS = Path(__file__).parent / "results" / "growth"
INDICES = (ARTICLES_INDEX, OBSERVATIONS_INDEX, SHIFTS_INDEX, SERIES_INDEX)


@dataclass(frozen=True, slots=True)
class Size:
    """One size. cpu_ms: of an article, by role and server. start: seconds, and CPU seconds, until a role serves.
    memory_mb: of a role and its processes. bytes: on disk an article. documents: by index.
    """

    articles: int
    measured: int
    seconds: float
    load: float
    cpu_ms: dict[str, float]
    start: dict[str, tuple[float, float]]
    memory_mb: dict[str, float]
    bytes: dict[str, float]
    documents: dict[str, int]


class Grower:
    """All four roles, restarted at each size, and the two servers beside them."""

    def __init__(self, settings: Settings, folder: Path, servers: dict[str, tuple[int, Path]]) -> None:
        self._settings = settings
        self._fleet = Fleet(settings, folder)
        self._servers = servers
        self._meters: dict[str, Meter] = {}
        self._client = make_client(settings)
        self._published = 0
        self._copied = 0

    async def close(self) -> None:
        """Stop the workers."""
        await asyncio.to_thread(self._fleet.stop)
        await self._client.close()

    async def grow(self, size: int, measured: int) -> Size:
        """Come to ``size`` articles, restart the roles, and measure the next ones."""
        if not self._meters:
            await self._restart()
        await self._publish(max(0, min(size, COPIED_BEYOND) - self._published))
        await asyncio.to_thread(self._fleet.stop)
        if (more := size - self._published - self._copied) > 0:
            await copy_archive(self._client, self._settings, more)
            self._copied += more
        start = await self._restart()
        await self._publish(200)  # each role has served its first batch
        before, began = self._cpu(), time.perf_counter()
        await self._publish(measured)
        seconds = time.perf_counter() - began
        cost = {name: 1000 * (after - before[name]) / measured for name, after in self._cpu().items()}
        memory = {role: self._meters[role].peak_mb for role in ROLES}
        documents = await _documents(self._client, self._settings)
        held = {"kafka": self._published, "elasticsearch": self._published + self._copied}
        disk = {name: _size(folder) / held[name] for name, (_, folder) in self._servers.items()}
        return Size(size, measured, seconds, os.getloadavg()[0], cost, start, memory, disk, documents)

    async def _restart(self) -> dict[str, tuple[float, float]]:
        took = {}
        for role, port in zip(ROLES, free_ports(len(ROLES)), strict=True):
            began = time.perf_counter()
            member: Member = self._fleet.start(role, port=port)
            await asyncio.to_thread(self._fleet.wait_ready, [member], 600)
            if role in self._meters:
                self._meters[role].stop()
            self._meters[role] = Meter([member.process.pid])
            self._meters[role].start()
            took[role] = (time.perf_counter() - began, self._meters[role].cpu())
        return took

    async def _publish(self, count: int) -> None:
        """Publish in pieces and wait for each, so that the disk and not the memory holds the backlog."""
        for at in range(0, count, PIECE):
            some = min(PIECE, count - at)
            await fill(self._settings, list(articles(SEED, some, self._published)))
            self._published += some
            await self._fleet.served(seconds=inf)
            print(f"{self._published:>9} articles", file=sys.stderr)

    def _cpu(self) -> dict[str, float]:
        found = {role: self._meters[role].cpu() for role in ROLES}
        return found | {name: Meter([pid]).cpu() for name, (pid, _) in self._servers.items()}


async def _documents(client: AsyncElasticsearch, settings: Settings) -> dict[str, int]:
    await client.indices.refresh(index=settings.index("*"))
    return {name: int((await client.count(index=settings.index(f"{name}*")))["count"]) for name in INDICES}


def _size(folder: Path) -> int:
    """Bytes that the files below a folder take on disk; one that goes away meanwhile counts nothing."""
    total = 0
    for path in folder.rglob("*"):
        try:
            total += path.stat().st_blocks * 512
        except FileNotFoundError:
            continue
    return total


async def measure(
    config: ServicesConfig, sizes: Sequence[int], measured: int, write: Callable[[list[Size]], None]
) -> None:
    """Every size in turn; what is known so far is written after each, since the next may take hours."""
    servers: dict[str, tuple[int, Path]] = {
        each.name: (each.pid or 0, Path(each.folder) / "data")
        for each in await asyncio.to_thread(status, config)
    }
    ends = config.endpoints
    settings = load_settings(env_file="", kafka=ends.kafka, elasticsearch=ends.elasticsearch, prefix="growth")
    async for _ in run_setup(settings, dry_run=False):
        pass
    grower = Grower(settings, config.home / "logs", servers)
    try:
        done: list[Size] = []
        for size in sizes:
            done.append(await grower.grow(size, measured))
            write(done)
    finally:
        await grower.close()


def markdown(command: str, sizes: Sequence[Size]) -> Iterator[str]:
    """The table."""
    yield "# Cost of an article as the archive grows\n"
    loads = [size.load for size in sizes]
    yield f"`{command}` on {psutil.cpu_count()} cores, load {min(loads):.1f} to {max(loads):.1f}.\n"
    names = [f"{size.articles:,}" for size in sizes]
    yield "| | " + " | ".join(f"after {name}" for name in names) + " |"
    yield "|---" * (len(sizes) + 1) + "|"
    yield from _rows("CPU ms an article", "cpu_ms", sizes, "{:.3f}")
    yield from _rows("MB", "memory_mb", sizes, "{:.0f}")
    for role in ROLES:
        yield (
            f"| {role}: start, s (CPU s) | "
            + " | ".join("{:.1f} ({:.1f})".format(*s.start[role]) for s in sizes)
            + " |"
        )
    yield from _rows("bytes on disk an article", "bytes", sizes, "{:.0f}")
    yield from _rows("documents", "documents", sizes, "{}")


def _rows(what: str, name: str, sizes: Sequence[Size], form: str) -> Iterator[str]:
    for key in getattr(sizes[0], name):
        cells: list[Any] = [getattr(size, name)[key] for size in sizes]
        yield f"| {key}: {what} | " + " | ".join(form.format(cell) for cell in cells) + " |"


def draw(sizes: Sequence[Size], path: Path) -> None:
    """What should be flat, over the number of articles: CPU and bytes an article, memory, start-up."""
    with matplotlib.rc_context({"svg.hashsalt": "growth", "font.size": 9}):
        figure = Figure(figsize=(12, 3), layout="constrained")
        at = [size.articles for size in sizes]
        lines: tuple[tuple[str, Callable[[Size], dict[str, float]]], ...] = (
            ("CPU ms an article", lambda size: size.cpu_ms),
            ("memory, MB", lambda size: size.memory_mb),
            ("start-up, seconds", lambda size: {role: took for role, (took, _) in size.start.items()}),
            ("bytes on disk an article", lambda size: size.bytes),
        )
        for axes, (title, figures) in zip(figure.subplots(1, len(lines)), lines, strict=True):
            for name in figures(sizes[0]):
                axes.plot(at, [figures(size)[name] for size in sizes], "o-", label=name)
            axes.set_title(title, loc="left")
            axes.set_xscale("log")
            axes.set_ylim(bottom=0)
            axes.legend(frameon=False, fontsize=7)
            axes.spines[["top", "right"]].set_visible(False)
        figure.savefig(path, metadata={"Date": None})


def main() -> None:
    """Measure and write."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.growth",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--sizes", type=lambda text: sorted(map(int, text.split(","))), default=[10_000, 100_000, 1_000_000]
    )
    parser.add_argument("--measured", type=int, default=2000, help="articles that are measured at each size")
    parser.add_argument("--out", type=Path, default=RESULTS, help="path of the results without its suffix")
    given = parser.parse_args()
    command = (
        f"python -m benchmarks.growth --sizes {','.join(map(str, given.sizes))} --measured {given.measured}"
    )

    def write(sizes: list[Size]) -> None:
        given.out.parent.mkdir(parents=True, exist_ok=True)
        rows = json.dumps([asdict(size) for size in sizes], indent=1)
        given.out.with_suffix(".json").write_text(rows + "\n")
        given.out.with_suffix(".md").write_text("\n".join(markdown(command, sizes)) + "\n")
        draw(sizes, given.out.with_suffix(".svg"))

    signal.signal(signal.SIGTERM, signal.default_int_handler)  # its servers must end with it
    with own_services("growth") as (config, _):
        asyncio.run(measure(config, given.sizes, given.measured, write))
    print(given.out.with_suffix(".md").read_text())


if __name__ == "__main__":
    main()
