"""What must hold for any readings in any order."""

from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from random import Random

import orjson
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter

from streams.core.model import Observation, ReportedShift, Shift, Stance
from streams.core.shift import RING, SeriesState, empty_series, fold
from tests.unit.readings import GERMANY, MINISTRY, PRESIDENT, SERIES, START, day, seen, told

NOW = day(1000)
ADAPTER = TypeAdapter(SeriesState)
Reading = Observation | ReportedShift
STANCES: tuple[Stance, ...] = ("support", "oppose", "support", "oppose", "neutral")


@st.composite
def reading(draw: st.DrawFn, number: int) -> Reading:
    at = draw(st.integers(0, 200)) * 0.75
    stance = draw(st.sampled_from(STANCES))
    shared = {
        "fingerprint": draw(
            st.sampled_from([f"own {number}", f"own {number}", "wire a", "wire b", "ab" * 128])
        ),
        "source": draw(st.sampled_from(["A", "B", "C", ""])),
        "score": draw(st.sampled_from([0.4, 0.6, 0.8, 1.0])),
        "actor": draw(st.sampled_from([GERMANY, GERMANY, GERMANY, MINISTRY, PRESIDENT])),
    }
    if draw(st.integers(0, 9)) == 0:
        before = draw(st.sampled_from([None, *STANCES]))
        return told(f"t{number}", stance, at, before, **shared)
    strength = draw(st.sampled_from(["deed", "decision", "statement", "hint"]))
    modality = draw(st.sampled_from(["asserted", "asserted", "conditional", "denied"]))
    attribution = draw(st.sampled_from([None, None, "RUS"]))
    return seen(f"o{number}", stance, at, strength, modality=modality, attribution=attribution, **shared)


@st.composite
def series(draw: st.DrawFn, most: int = 45) -> list[Reading]:
    return [draw(reading(number)) for number in range(draw(st.integers(1, most)))]


def believed(state: SeriesState) -> tuple[object, ...]:
    """All of a state but what was told: revisions, detection times, retractions depend on the way."""
    shifts = [replace(s, revision=0, detected_at=START) for s in state.shifts if s.status != "retracted"]
    return (state.ring, state.base, state.current, state.stale_at, state.quarrel, shifts)


def in_batches(readings: list[Reading], cuts: list[int]) -> list[SeriesState]:
    states = [empty_series(SERIES)]
    for start, end in pairwise(sorted({0, len(readings), *(c % (len(readings) + 1) for c in cuts)})):
        states.append(fold(states[-1], readings[start:end], NOW + timedelta(hours=start)))
    return states


@settings(max_examples=150, deadline=None)
@given(series(), st.randoms(use_true_random=False), st.lists(st.integers(0, 60), max_size=8))
def test_order_repeats_batches_and_late_arrivals_change_nothing(
    readings: list[Reading], rng: Random, cuts: list[int]
) -> None:
    once = fold(empty_series(SERIES), readings, NOW)
    mixed = [*readings, *readings[::3]]
    rng.shuffle(mixed)
    assert believed(in_batches(mixed, cuts)[-1]) == believed(once)


@settings(max_examples=100, deadline=None)
@given(series(), st.lists(st.integers(0, 60), max_size=4))
def test_a_repeated_reading_returns_the_same_state(readings: list[Reading], cuts: list[int]) -> None:
    state = in_batches(readings, cuts)[-1]
    assert fold(state, readings, NOW + timedelta(days=9)) is state
    assert fold(state, readings[::-2], NOW + timedelta(days=9)) == state


@settings(max_examples=100, deadline=None)
@given(series(), st.lists(st.integers(0, 60), max_size=12))
def test_revisions_only_grow_and_say_something_new(readings: list[Reading], cuts: list[int]) -> None:
    for old, new in pairwise(in_batches(readings, cuts)):
        now = {shift.shift_id: shift for shift in new.shifts}
        for shift in old.shifts:
            assert shift.shift_id in now or len(new.shifts) == 12
            _check(shift, now.get(shift.shift_id, shift))


def _check(old: Shift, new: Shift) -> None:
    if old.revision == new.revision:
        assert old == new
    else:
        assert new.revision == old.revision + 1
        assert replace(new, revision=0, detected_at=START) != replace(old, revision=0, detected_at=START)
        assert new.detected_at >= old.detected_at


@settings(max_examples=60, deadline=None)
@given(series(), st.integers(0, 45))
def test_a_state_survives_json(readings: list[Reading], cut: int) -> None:
    half = fold(empty_series(SERIES), readings[:cut], NOW)
    back = ADAPTER.validate_python(orjson.loads(orjson.dumps(half)))
    assert back == half
    assert fold(back, readings[cut:], NOW) == fold(half, readings[cut:], NOW)


def _long(count: int) -> list[Reading]:
    return [
        seen(f"o{i}", "support" if (i // 40) % 2 else "oppose", i * 3.1, "decision" if i % 3 else "deed")
        for i in range(count)
    ]


def test_a_series_of_any_age_costs_the_same() -> None:
    readings = _long(1500)
    step = empty_series(SERIES)
    sizes = []
    for start in range(0, len(readings), 100):
        step = fold(step, readings[start : start + 100], NOW)
        sizes.append(len(orjson.dumps(step)))
    assert len(step.ring) == RING
    assert len(step.shifts) == 12
    assert sizes[-1] < sizes[5] * 1.1
    assert believed(step) == believed(fold(empty_series(SERIES), readings, NOW))


def test_what_fell_off_the_ring_keeps_its_effect() -> None:
    readings = _long(200)
    state = empty_series(SERIES)
    for item in readings:
        state = fold(state, [item], item.published_at)
    assert [shift.after.stance for shift in state.shifts] == ["support", "oppose", "support", "oppose"]
    assert all(shift.status == "confirmed" for shift in state.shifts)
    assert fold(state, readings[:100], NOW) is state, "older than the ring: too late to count"


def test_a_late_reading_finds_its_place_in_the_ring() -> None:
    readings = _long(60)
    late = [*readings[:50], *readings[51:], readings[50]]
    state = empty_series(SERIES)
    for item in late:
        state = fold(state, [item], NOW)
    assert believed(state) == believed(fold(empty_series(SERIES), readings, NOW))
