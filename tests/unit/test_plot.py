from pathlib import Path

import pytest

from streams.core.shift import empty_series, fold
from streams.plot import plot_series
from tests.unit.readings import SERIES, day, past, seen


@pytest.mark.parametrize("suffix", ["svg", "png"])
def test_a_series_is_drawn_the_same_each_time(tmp_path: Path, suffix: str) -> None:
    readings = [*past("oppose"), seen("n", "support", 90, "deed"), seen("x", "neutral", 95, "hint")]
    state = fold(empty_series(SERIES), readings, day(100))
    first, second = tmp_path / f"a.{suffix}", tmp_path / f"b.{suffix}"
    plot_series(state, first)
    plot_series(state, second, readings)
    assert first.read_bytes() == second.read_bytes()
    assert first.stat().st_size > 5_000


def test_an_empty_series_can_be_drawn(tmp_path: Path) -> None:
    plot_series(empty_series(SERIES), tmp_path / "none.svg")
    assert (tmp_path / "none.svg").stat().st_size > 1_000
