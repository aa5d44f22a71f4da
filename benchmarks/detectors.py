"""Compare detectors of stance shifts on simulated dense and on real sparse series.

    python -m benchmarks.detectors [--timelines FILE] [--series N] [--seed S]

Writes detectors.json, detectors.md and detectors.svg under benchmarks/results/. Without the file of labelled
series only the simulation runs. About five minutes on one core.
"""

import argparse
import random
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from statistics import mean
from typing import Any, Final

import matplotlib
import orjson
from matplotlib.figure import Figure

from benchmarks.judging import Score, collapsed, judge, ours
from benchmarks.rivals import RIVALS, Alarms
from benchmarks.simulate import Simulated, World, simulate
from benchmarks.timelines import Timeline, timelines
from streams.core.detector import DEFAULT, Detector
from streams.core.model import Observation, Stance, Strength
from streams.core.shift import empty_series, fold

RESULTS: Final = Path(__file__).parent / "results"
TIMELINES: Final = Path(__file__).parents[2] / "shared" / "data" / "timelines_dev.jsonl"
WORLDS: Final = {
    "6 % wrong": World(),
    "17 % wrong": World(errors=0.17),
    "6 % wrong, statements only": World(informative=False),
    "17 % wrong, statements only": World(errors=0.17, informative=False),
}
Row = dict[str, Any]
Alarm = tuple[str, Stance]
_STRENGTHS: Final[tuple[Strength, ...]] = ("hint", "statement", "decision", "deed")
_ROUNDS: Final = 20


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


def of_fold(detector: Detector) -> Callable[[Timeline], list[Alarm]]:
    """The shifts that stand after a labelled series, as (day, new stance)."""

    def detect(timeline: Timeline) -> list[Alarm]:
        state = empty_series(timeline.series)
        for observation in timeline.observations:
            state = fold(state, [observation], observation.published_at, detector)
        return [(f"{s.event_time:%Y-%m-%d}", s.after.stance) for s in state.shifts if s.status != "retracted"]

    return detect


def of_rival(
    detect: Callable[[Sequence[tuple[Any, Observation]]], Alarms],
) -> Callable[[Timeline], list[Alarm]]:
    """The alarms of a textbook detector, dated by the observation that raised them."""

    def on(timeline: Timeline) -> list[Alarm]:
        arrivals = [(o.published_at, o) for o in timeline.observations]
        return [(f"{arrivals[index][0]:%Y-%m-%d}", stance) for index, stance in detect(arrivals)]

    return on


def score(series: Sequence[Timeline], detect: Callable[[Timeline], list[Alarm]]) -> Row:
    """Recall of the clear turns, precision, alarms in control series: matched within -14 to +60 days."""
    clear = found = wrong = control = 0
    for timeline in series:
        left = detect(timeline)
        for date, to, grade in timeline.turns:
            clear += grade == "clear"
            hit = next((a for a in left if a[1] == to and -14 <= _days(date, a[0]) <= 60), None)
            if hit:
                left.remove(hit)
                found += grade == "clear"
        wrong += len(left)
        control += 0 if timeline.turns else len(left)
    precision = found / (found + wrong) if found + wrong else 0.0
    return {
        "recall": round(found / max(1, clear), 3),
        "precision": round(precision, 3),
        "control_alarms": control,
    }


def _days(start: str, end: str) -> int:
    from datetime import date

    return (date.fromisoformat(end) - date.fromisoformat(start)).days


def sparse(series: Sequence[Timeline]) -> dict[str, Row]:
    """Every detector on the labelled series, and ours where something is taken from it."""
    rows = {name: score(series, of_rival(detect)) for name, detect in RIVALS.items()}
    rows["ours"] = score(series, of_fold(DEFAULT))
    same = tuple(
        replace(t, observations=tuple(replace(o, strength="statement") for o in t.observations))
        for t in series
    )
    rows["ours, all strengths the same"] = score(same, of_fold(DEFAULT))
    for name, blur in (("one strength in five one step off", blurred), ("one sign in twenty wrong", misread)):
        rounds = [score(blur(series, random.Random(i)), of_fold(DEFAULT)) for i in range(_ROUNDS)]
        rows[f"ours, {name} (mean of {_ROUNDS})"] = {
            key: round(mean(r[key] for r in rounds), 3) for key in ("recall", "precision", "control_alarms")
        }
    return rows


def blurred(series: Sequence[Timeline], rng: random.Random) -> list[Timeline]:
    """The series as a reader sees them who misjudges one strength in five by one step."""

    def blur(observation: Observation) -> Observation:
        if rng.random() >= 0.2:
            return observation
        place = _STRENGTHS.index(observation.strength) + rng.choice((-1, 1))
        return replace(observation, strength=_STRENGTHS[min(3, max(0, place))])

    return [replace(t, observations=tuple(blur(o) for o in t.observations)) for t in series]


def misread(series: Sequence[Timeline], rng: random.Random) -> list[Timeline]:
    """The series as a reader sees them who takes one stance in twenty for its reverse."""
    other: dict[Stance, Stance] = {"support": "oppose", "oppose": "support", "neutral": "neutral"}

    def flip(observation: Observation) -> Observation:
        return observation if rng.random() >= 0.05 else replace(observation, stance=other[observation.stance])

    return [replace(t, observations=tuple(flip(o) for o in t.observations)) for t in series]


def sensitivity(series: Sequence[Timeline]) -> dict[str, Row]:
    """Ours with one parameter moved at a time: what would hang on the choice."""
    moves: dict[str, tuple[float, ...]] = {
        "turn": (0.5, 0.55, 0.65, 0.7),
        "switch_max": (0.12, 0.15, 0.25, 0.3),
        "switch_days": (15, 60, 120),
        "deed": (0.85, 0.9, 1.0),
        "decision": (0.7, 0.9),
        "statement": (0.5, 0.8),
        "wrong_sign": (0.02, 0.08, 0.12),
        "commit": (0.6, 0.95),
        "settled": (0.75, 0.9),
        "word_days": (30, 120),
    }
    return {
        f"{name} = {value:g}": score(series, of_fold(replace(DEFAULT, **{name: value})))  # type: ignore[arg-type]
        for name, values in moves.items()
        for value in values
    }


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
    """Both jobs side by side: up and to the left is good in the first, up and to the right in the second."""
    with matplotlib.rc_context({"svg.hashsalt": "detectors", "font.size": 8}):
        figure = Figure(figsize=(11, 4.6), layout="constrained")
        left, right = figure.subplots(1, 2)
        for (name, rows), mark in zip(result["dense"].items(), "oxs^", strict=False):
            points = {k: r for k, r in rows.items() if k == "ours" or k.endswith("collapsed")}
            colours = ["#b5452c" if k == "ours" else "#777777" for k in points]
            left.scatter(
                [max(0.05, r["false_per_1000"]) for r in points.values()],
                [r["detection"] for r in points.values()],
                c=colours,
                marker=mark,
                s=36,
                label=name,
            )
        left.set(
            xscale="log",
            xlabel="false alarms in 1,000 observations (copies collapsed)",
            ylabel="turns detected",
            title="Dense, simulated; red: ours",
        )
        left.legend(frameon=False, fontsize=7)
        for name, row in result.get("sparse", {}).items():
            right.scatter(
                row["recall"], row["precision"], c="#b5452c" if name.startswith("ours") else "#777777", s=36
            )
            right.annotate(
                name, (row["recall"], row["precision"]), xytext=(4, 4), textcoords="offset points", fontsize=7
            )
        right.set(
            xlabel="recall of clear turns",
            ylabel="precision",
            title="Sparse, real",
            xlim=(0, 1.3),
            ylim=(0, 1.1),
        )
        figure.savefig(path, metadata={"Date": None})


def main(arguments: Sequence[str] | None = None) -> int:
    """Run all, print the tables, write the results."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--timelines", type=Path, default=TIMELINES, help="labelled series")
    parser.add_argument(
        "--series", type=int, default=25, help="simulated series a world, 400 observations each"
    )
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
