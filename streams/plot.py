"""A picture of a series: its observations by stance and strength, the stance held, and its shifts."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import matplotlib
from matplotlib.figure import Figure

from streams.core.clusters import Cluster
from streams.core.model import Observation, Shift, Stance, Strength
from streams.core.shift import SeriesState
from streams.core.story import place, subject
from streams.lexicon import watched_issues

_LEVEL: Final[dict[Stance, int]] = {"support": 1, "neutral": 0, "oppose": -1}
_COLOUR: Final[dict[Stance, str]] = {"support": "#2a7f62", "neutral": "#8a8a8a", "oppose": "#b5452c"}
_SIZE: Final[dict[Strength, int]] = {"deed": 110, "decision": 60, "statement": 28, "hint": 12}
_ROWS: Final = 3
"""Heights that labels take in turn, so that shifts near one another stay legible."""
_STATUS: Final = {"confirmed": "-", "candidate": "--", "retracted": ":"}


def plot_series(state: SeriesState, path: Path, observations: Sequence[Observation] = ()) -> None:
    """Draw a series into a file; its suffix (.svg or .png) says the format.

    observations: all of them where the caller has them; else those that the state still holds, which are one
    for each story of its ring.
    """
    shown = sorted(observations or _kept(state.ring), key=lambda o: (o.published_at, o.observation_id))
    with matplotlib.rc_context({"svg.hashsalt": state.series, "font.size": 9}):
        figure = Figure(figsize=(10, 3.6), layout="constrained")
        axes = figure.subplots()
        _draw_held(axes, state, shown)
        _draw_observations(axes, shown)
        for number, shift in enumerate(state.shifts):
            _draw_shift(axes, shift, 1.15 + 0.28 * (number % _ROWS))
        _dress(axes, state)
        figure.savefig(path, dpi=140, metadata={"Date": None} if path.suffix == ".svg" else None)


def _kept(ring: Sequence[Cluster]) -> list[Observation]:
    return [voice.best for cluster in ring for voice in cluster.voices]


def _draw_observations(axes: Any, observations: Sequence[Observation]) -> None:
    for strength, size in _SIZE.items():
        some = [o for o in observations if o.strength == strength]
        axes.scatter(
            [o.published_at for o in some],
            [_LEVEL[o.stance] for o in some],
            s=size,
            c=[_COLOUR[o.stance] for o in some],
            alpha=0.75,
            linewidths=0.6,
            edgecolors="white",
            zorder=3,
        )
        axes.scatter([], [], s=size, c="#555555", label=strength)


def _draw_held(axes: Any, state: SeriesState, observations: Sequence[Observation]) -> None:
    """The stance held over time, as the shifts that stand tell it."""
    standing = [shift for shift in state.shifts if shift.status != "retracted"]
    if state.current is None or not observations:
        return
    first: Stance = standing[0].before.stance if standing else state.current.stance
    starts = [observations[0].published_at, *(shift.event_time for shift in standing)]
    stances: list[Stance] = [first, *(shift.after.stance for shift in standing)]
    ends: list[datetime] = [*starts[1:], max(observations[-1].published_at, starts[-1])]
    levels = [_LEVEL[stance] for stance in stances]
    axes.hlines(levels, starts, ends, colors=[_COLOUR[s] for s in stances], linewidth=7, alpha=0.22, zorder=1)


def _draw_shift(axes: Any, shift: Shift, height: float) -> None:
    colour = "#999999" if shift.status == "retracted" else _COLOUR[shift.after.stance]
    axes.axvline(shift.event_time, color=colour, linestyle=_STATUS[shift.status], linewidth=1.3, zorder=2)
    label = f"{shift.status} {shift.event_time:%Y-%m-%d}\nconfidence {shift.confidence:.2f}"
    axes.annotate(
        label,
        (shift.event_time, height),
        xytext=(3, 0),
        textcoords="offset points",
        fontsize=7,
        color=colour,
        va="bottom",
    )


def _dress(axes: Any, state: SeriesState) -> None:
    actor, issue, context = state.series.split("|", 2)
    name = state.shifts[-1].actor.name if state.shifts else place(actor)
    axes.set_title(f"{name}: {subject(issue, context, watched_issues())}", loc="left", pad=12)
    axes.set_yticks(list(_LEVEL.values()), list(_LEVEL))
    axes.set_ylim(-1.3, 1.15 + 0.28 * _ROWS)
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
    axes.tick_params(axis="y", length=0)
    axes.legend(loc="center left", bbox_to_anchor=(1.0, 0.5), frameon=False, fontsize=8, labelspacing=1.0)
