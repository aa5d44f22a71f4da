"""Judging detectors on labelled series of real events: few observations, months apart."""

import random
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from statistics import mean
from typing import Any, Final

from benchmarks.rivals import RIVALS, Rival
from benchmarks.timelines import Timeline
from streams.core.detector import DEFAULT, Detector
from streams.core.model import Observation, Stance, Strength
from streams.core.shift import empty_series, fold

Row = dict[str, Any]
Alarm = tuple[str, Stance]
_STRENGTHS: Final[tuple[Strength, ...]] = ("hint", "statement", "decision", "deed")
_OTHER: Final[dict[Stance, Stance]] = {"support": "oppose", "oppose": "support", "neutral": "neutral"}
_ROUNDS: Final = 20


def of_fold(detector: Detector) -> Callable[[Timeline], list[Alarm]]:
    """The shifts that stand after a labelled series, as (day, new stance)."""

    def detect(timeline: Timeline) -> list[Alarm]:
        state = empty_series(timeline.series)
        for observation in timeline.observations:
            state = fold(state, [observation], observation.published_at, detector)
        return [(f"{s.event_time:%Y-%m-%d}", s.after.stance) for s in state.shifts if s.status != "retracted"]

    return detect


def of_rival(detect: Rival) -> Callable[[Timeline], list[Alarm]]:
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
        for when, to, grade in timeline.turns:
            clear += grade == "clear"
            hit = next((a for a in left if a[1] == to and -14 <= _days(when, a[0]) <= 60), None)
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

    return [_with(t, blur) for t in series]


def misread(series: Sequence[Timeline], rng: random.Random) -> list[Timeline]:
    """The series as a reader sees them who takes one stance in twenty for its reverse."""

    def flip(observation: Observation) -> Observation:
        return (
            observation if rng.random() >= 0.05 else replace(observation, stance=_OTHER[observation.stance])
        )

    return [_with(t, flip) for t in series]


def _with(timeline: Timeline, change: Callable[[Observation], Observation]) -> Timeline:
    return replace(timeline, observations=tuple(change(o) for o in timeline.observations))


def sensitivity(series: Sequence[Timeline]) -> dict[str, Row]:
    """Ours with one parameter moved at a time: what would hang on the choice."""
    moves: dict[str, tuple[float, ...]] = {
        "turn": (0.5, 0.55, 0.65, 0.7),
        "switch_max": (0.15, 0.25, 0.3, 0.4),
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
        f"{name} = {value:g}": score(series, of_fold(replace(DEFAULT, **{name: value})))
        for name, values in moves.items()
        for value in values
    }
