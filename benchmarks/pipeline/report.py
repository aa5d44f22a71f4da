"""The runs as JSON, as tables and as a picture."""

import json
import platform
import statistics
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from importlib.metadata import version
from operator import attrgetter
from pathlib import Path
from typing import TypeVar

import matplotlib
import psutil
from matplotlib.figure import Figure

from benchmarks.pipeline.latency import Waited
from benchmarks.pipeline.throughput import Drained

T = TypeVar("T")
COLOURS = {
    "stancewatch": "#2a7f62",
    "aiokafka loop": "#8a8a8a",
    "Quix Streams": "#b5452c",
    "Bytewax": "#c9a227",
}


@dataclass(slots=True)
class Results:
    """All that one call measured."""

    command: str
    drained: list[Drained] = field(default_factory=list)
    waited: list[Waited] = field(default_factory=list)

    def write(self, stem: Path) -> None:
        """Write ``stem``.json, .md and .svg."""
        stem.parent.mkdir(parents=True, exist_ok=True)
        about = {
            "command": self.command,
            "at": datetime.now(UTC).isoformat(timespec="seconds"),
            "cores": psutil.cpu_count(),
            "python": platform.python_version(),
            "libraries": {name: version(name) for name in ("faust-streaming", "aiokafka", "spacy")},
        }
        rows = {
            "drained": [asdict(run) for run in self.drained],
            "waited": [asdict(run) for run in self.waited],
        }
        stem.with_suffix(".json").write_text(json.dumps(about | rows, indent=1) + "\n")
        stem.with_suffix(".md").write_text("\n".join(self._markdown()) + "\n")
        self._draw(stem.with_suffix(".svg"))

    def _markdown(self) -> Iterable[str]:
        loads = [run.load for run in self.drained] or [0.0]
        yield "# The classify role beside its peers\n"
        yield (
            f"`{self.command}` on {psutil.cpu_count()} cores, load {min(loads):.1f} to {max(loads):.1f}. Medians of the runs,"
            " which were interleaved. Every contender's outputs were compared: the same articles give the same events,"
            " observations and dead letters, once each. *CPU* is that of all its processes, and the measure to go by"
            " where others use the machine; *others* is the share of the machine that neither contender nor broker used.\n"
        )
        for with_reading in (False, True):
            runs = [
                r for r in self.drained if r.with_reading is with_reading and r.workers == 1 and not r.bound
            ]
            if runs:
                yield f"## {'With reading' if with_reading else 'Transport alone'}\n"
                yield from _throughput_table(runs)
        scaled = [r for r in self.drained if r.bound]
        if scaled:
            yield "## One and two workers, each bound to a core of its own, with reading\n"
            yield from _scaling_table(scaled)
        if self.waited:
            yield "## From produced to searchable, with reading, seconds\n"
            yield "Through the contender, then our index role; an index is refreshed once a second.\n"
            yield from _latency_table(self.waited)

    def _draw(self, path: Path) -> None:
        names = list(dict.fromkeys(run.contender for run in self.drained))
        with matplotlib.rc_context({"svg.hashsalt": "pipeline", "font.size": 9}):
            figure = Figure(figsize=(11, 3.4), layout="constrained")
            axes = figure.subplots(1, 3)
            for place, with_reading in enumerate((False, True)):
                runs = [
                    r
                    for r in self.drained
                    if r.with_reading is with_reading and r.workers == 1 and not r.bound
                ]
                cost = [median([r for r in runs if r.contender == n], _cpu_ms) for n in names]
                axes[place].barh(names, cost, color=[COLOURS[n] for n in names])
                axes[place].invert_yaxis()
                axes[place].set_title(
                    f"CPU ms an article, {'with reading' if with_reading else 'transport alone'}", loc="left"
                )
            rates = sorted({run.rate for run in self.waited})
            for name in names:
                mine = [[w for w in self.waited if (w.contender, w.rate) == (name, rate)] for rate in rates]
                if all(mine) and rates:
                    axes[2].plot(
                        rates,
                        [median(w, lambda x: x.p95) for w in mine],
                        "o-",
                        color=COLOURS[name],
                        label=name,
                    )
            axes[2].set_title("p95 seconds to searchable, by articles/s", loc="left")
            axes[2].set_ylim(bottom=0)
            if rates:
                axes[2].legend(frameon=False)
            for each in axes:
                each.spines[["top", "right"]].set_visible(False)
            figure.savefig(path, metadata={"Date": None})


def median(runs: Sequence[T], figure: Callable[[T], float]) -> float:
    """The median of a figure over runs; 0 where there are none."""
    return statistics.median([figure(run) for run in runs]) if runs else 0.0


def _speed(run: Drained) -> float:
    return run.articles / run.seconds


def _cpu_ms(run: Drained) -> float:
    return 1000 * run.cpu / run.articles


def _share(run: Drained, cpu: float) -> float:
    """Of all that the machine could have done in a run."""
    return cpu / run.seconds / (psutil.cpu_count() or 1)


def _others(run: Drained) -> float:
    return _share(run, run.others_cpu)


def _servers(run: Drained) -> float:
    return _share(run, run.broker_cpu + run.others_cpu)


def _full(run: Drained) -> float:
    return _servers(run) + _share(run, run.cpu)


def _grouped(runs: Sequence[Drained]) -> dict[str, list[Drained]]:
    return {
        name: [r for r in runs if r.contender == name] for name in dict.fromkeys(r.contender for r in runs)
    }


def _throughput_table(runs: Sequence[Drained]) -> Iterable[str]:
    groups = _grouped(runs)
    base = groups.get("aiokafka loop", [])
    yield "| | runs | articles/s (least to most) | of the raw loop | CPU ms an article (least to most) | of the raw loop | broker CPU ms | peak MB | others |"
    yield "|---|---|---|---|---|---|---|---|---|"
    for name, mine in groups.items():
        speeds, costs = sorted(map(_speed, mine)), sorted(map(_cpu_ms, mine))
        of_speed = f"{median(mine, _speed) / median(base, _speed):.2f}" if base else "-"
        of_cost = f"{median(base, _cpu_ms) / median(mine, _cpu_ms):.2f}" if base else "-"
        broker = median(mine, lambda r: 1000 * r.broker_cpu / r.articles)
        yield (
            f"| {name} | {len(mine)} | {median(mine, _speed):.0f} ({speeds[0]:.0f} to {speeds[-1]:.0f}) | {of_speed} |"
            f" {median(mine, _cpu_ms):.3f} ({costs[0]:.3f} to {costs[-1]:.3f}) | {of_cost} | {broker:.3f} |"
            f" {max(r.peak_mb for r in mine):.0f} | {median(mine, _others):.0%} |"
        )
    yield ""


def _scaling_table(runs: Sequence[Drained]) -> Iterable[str]:
    yield (
        "*Full* is the share of the machine that was busy while two worked, and *servers* what broker, publisher and all"
        " others took of it: what they take no worker can have, however well it scales.\n"
    )
    yield (
        "| | one, articles/s | two, articles/s | times | one, CPU ms | two, CPU ms | times, by CPU | two: full | two: servers |"
    )
    yield "|---|---|---|---|---|---|---|---|---|"
    for name, mine in _grouped(runs).items():
        one, two = ([r for r in mine if r.workers == count] for count in (1, 2))
        if one and two:
            yield (
                f"| {name} | {median(one, _speed):.0f} | {median(two, _speed):.0f} |"
                f" {median(two, _speed) / median(one, _speed):.2f} | {median(one, _cpu_ms):.3f} |"
                f" {median(two, _cpu_ms):.3f} | {2 * median(one, _cpu_ms) / median(two, _cpu_ms):.2f} |"
                f" {median(two, _full):.0%} | {median(two, _servers):.0%} |"
            )
    yield ""


def _latency_table(waited: Sequence[Waited]) -> Iterable[str]:
    yield "| | articles/s | p50 | p95 | p99 |"
    yield "|---|---|---|---|---|"
    for rate in sorted({w.rate for w in waited}):
        for name in dict.fromkeys(w.contender for w in waited):
            mine = [w for w in waited if (w.contender, w.rate) == (name, rate)]
            if mine:
                p50, p95, p99 = (median(mine, attrgetter(q)) for q in ("p50", "p95", "p99"))
                yield f"| {name} | {rate} | {p50:.2f} | {p95:.2f} | {p99:.2f} |"
    yield ""
