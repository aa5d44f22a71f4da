"""Compare detectors of stance shifts on simulated dense and on real sparse series.

    python -m benchmarks.detectors [--timelines FILE] [--series N] [--seed S]

Writes detectors.json, detectors.md and detectors.svg under benchmarks/results/. Without the file of labelled
series only the simulation runs. About five minutes on one core.
"""

import argparse
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import matplotlib
import orjson
from matplotlib.figure import Figure

from benchmarks.judging import Score, collapsed, judge, ours
from benchmarks.rivals import RIVALS
from benchmarks.simulate import Simulated, World, simulate
from benchmarks.sparse import sensitivity, sparse
from benchmarks.timelines import timelines
from streams.core.detector import DEFAULT

RESULTS: Final = Path(__file__).parent / "results"
TIMELINES: Final = Path(__file__).parents[2] / "shared" / "data" / "timelines_dev.jsonl"
WORLDS: Final = {
    "6 % wrong": World(),
    "17 % wrong": World(errors=0.17),
    "6 % wrong, statements only": World(informative=False),
    "17 % wrong, statements only": World(errors=0.17, informative=False),
    "17 % wrong, copy by copy": World(errors=0.17, is_read_anew=True),
}
Row = dict[str, Any]


def dense(number: int, seed: int) -> dict[str, dict[str, Row]]:
    """Every detector in every simulated world."""
    table: dict[str, dict[str, Row]] = {}
    for name, world in WORLDS.items():
        data = simulate(world, number, 400, seed)
        rows: dict[str, Row] = {}
        for rival, detect in RIVALS.items():
            raw, thin = Score(), Score()
            for series in data:
                judge(detect(series.arrivals), series, raw)
                few = replace(series, arrivals=tuple(collapsed(series.arrivals)))
                judge(detect(few.arrivals), few, thin)
            thin.observations = raw.observations  # a false alarm costs the same, whoever took the copies out
            rows[rival] = raw.summary()
            rows[f"{rival}, copies collapsed"] = thin.summary()
        rows |= _ours(data)
        table[name] = rows
    return table


def _ours(data: Sequence[Simulated]) -> dict[str, Row]:
    first, sure = Score(), Score()
    for series in data:
        told, confirmed = ours(series.arrivals, series.series, DEFAULT)
        judge(told, series, first)
        judge(confirmed, series, sure)
    return {"ours": first.summary(), "ours, confirmed only": sure.summary()}


def table(rows: dict[str, Row], first: str) -> str:
    """A Markdown table of rows that share their columns."""
    columns = list(next(iter(rows.values())))
    lines = [
        f"| {first} | {' | '.join(c.replace('_', ' ') for c in columns)} |",
        "|---" * (len(columns) + 1) + "|",
    ]
    lines += [f"| {name} | {' | '.join(str(row[c]) for c in columns)} |" for name, row in rows.items()]
    return "\n".join(lines) + "\n"


def picture(result: dict[str, Any], path: Path) -> None:
    """Both jobs: up and left is good in the dense worlds, up and right on the real series."""
    with matplotlib.rc_context({"svg.hashsalt": "detectors", "font.size": 9}):
        figure = Figure(figsize=(13, 4.4), layout="constrained")
        panels = figure.subplots(1, 3)
        for axes, name in zip(panels, ("6 % wrong", "17 % wrong"), strict=False):
            _draw(axes, result["dense"][name], "false_per_1000", "detection")
            axes.set(xscale="symlog", xlim=(-0.2, 400), ylim=(-0.03, 1.05), title=f"Dense: {name}")
            axes.set(xlabel="false alarms in 1,000", ylabel="turns detected")
        _draw(panels[2], result.get("sparse", {}), "recall", "precision")
        panels[2].set(xlabel="recall", ylabel="precision", title="Real series", xlim=(-0.03, 1.05))
        panels[2].set(ylim=(-0.03, 1.05))
        handles, labels = panels[0].get_legend_handles_labels()
        figure.legend(handles, labels, loc="outside right center", frameon=False, title="hollow: raw copies")
        figure.savefig(path, metadata={"Date": None})


def _draw(axes: Any, rows: dict[str, Row], x: str, y: str) -> None:
    for mark, name in zip("ov^<>sDP", (*RIVALS, "ours"), strict=True):
        colour = "#b5452c" if name == "ours" else "#555555"
        if row := rows.get(name):
            face = colour if name == "ours" else "none"
            axes.scatter(row[x], row[y], marker=mark, s=60, facecolors=face, edgecolors=colour)
        if row := rows.get(f"{name}, copies collapsed"):
            axes.scatter(row[x], row[y], marker=mark, s=60, c=colour, alpha=0.6)
        axes.scatter([], [], marker=mark, s=60, c=colour, label=name)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run all, print the tables, write the results."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--timelines", type=Path, default=TIMELINES, help="labelled series")
    parser.add_argument("--series", type=int, default=25, help="simulated series a world, of 400 each")
    parser.add_argument("--seed", type=int, default=11)
    options = parser.parse_args(arguments)
    result: dict[str, Any] = {"detector": DEFAULT.version, "seed": options.seed}
    result["dense"] = dense(options.series, options.seed)
    parts = [f"# Detectors ({DEFAULT.version})\n"]
    parts += [f"\n## Dense: {name}\n\n" + table(rows, "detector") for name, rows in result["dense"].items()]
    if options.timelines.is_file():
        labelled = list(timelines(options.timelines))
        result["sparse"] = sparse(labelled)
        result["sensitivity"] = sensitivity(labelled)
        parts.append("\n## Sparse: labelled series\n\n" + table(result["sparse"], "detector"))
        parts.append(
            "\n## One parameter moved, labelled series\n\n" + table(result["sensitivity"], "parameter")
        )
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / "detectors.json").write_bytes(orjson.dumps(result, option=orjson.OPT_INDENT_2))
    (RESULTS / "detectors.md").write_text("".join(parts), encoding="utf-8")
    picture(result, RESULTS / "detectors.svg")
    sys.stdout.write("".join(parts))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
