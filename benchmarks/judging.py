"""Judging alarms against known turns: false alarms, detection, delay."""

from dataclasses import dataclass, field
from datetime import datetime
from statistics import median

from benchmarks.rivals import Alarms, Arrivals
from benchmarks.simulate import Simulated
from streams.core.detector import Detector
from streams.core.model import Stance
from streams.core.shift import empty_series, fold


@dataclass(slots=True)
class Score:
    """Sums over series. delays, stories: what was seen since the turn up to and with the alarm."""

    observations: int = 0
    turns: int = 0
    found: int = 0
    false: int = 0
    delays: list[int] = field(default_factory=list)
    stories: list[int] = field(default_factory=list)

    def summary(self) -> dict[str, float]:
        """The figures that the table shows."""
        return {
            "false_per_1000": round(1000 * self.false / max(1, self.observations), 2),
            "detection": round(self.found / max(1, self.turns), 3),
            "delay_observations": median(self.delays) if self.delays else float("nan"),
            "delay_stories": median(self.stories) if self.stories else float("nan"),
        }


def ours(arrivals: Arrivals, series: str, detector: Detector) -> tuple[Alarms, Alarms]:
    """The fold over arrivals one by one: each shift when first told, and those when first told confirmed."""
    state = empty_series(series)
    told: dict[str, bool] = {}
    alarms, sure = Alarms(), Alarms()
    for index, (at, observation) in enumerate(arrivals):
        state = fold(state, [observation], at, detector)
        for shift in state.shifts:
            if shift.shift_id not in told and shift.status != "retracted":
                told[shift.shift_id] = False
                alarms.append((index, shift.after.stance))
            if shift.status == "confirmed" and not told[shift.shift_id]:
                told[shift.shift_id] = True
                sure.append((index, shift.after.stance))
    return alarms, sure


def judge(alarms: Alarms, truth: Simulated, score: Score) -> None:
    """Add a series: the first alarm to the right stance between two turns is right; every other is false."""
    arrivals = truth.arrivals
    score.observations += len(arrivals)
    left = list(alarms)
    ends = [at for at, _ in truth.turns[1:]] + [arrivals[-1][0]]
    for (at, stance), end in zip(truth.turns, ends, strict=True):
        fresh = [o for _, o in arrivals if at <= o.published_at < end]
        if len({o.fingerprint for o in fresh}) < 12:
            left = [(i, s) for i, s in left if not at <= arrivals[i][1].published_at < end or s != stance]
            continue  # too near the end of the series to ask for it
        score.turns += 1
        hit = _first(left, arrivals, stance, at, end)
        if hit is None:
            continue
        left.remove(hit)
        score.found += 1
        seen = [o for _, o in arrivals[: hit[0] + 1] if o.published_at >= at]
        score.delays.append(len(seen))
        score.stories.append(len({o.fingerprint for o in seen}))
    score.false += len(left)


def _first(
    alarms: Alarms, arrivals: Arrivals, stance: Stance, at: datetime, end: datetime
) -> tuple[int, Stance] | None:
    for index, told in alarms:
        when = arrivals[index][0]
        if told == stance and at <= when < end:
            return index, told
    return None


def collapsed(arrivals: Arrivals) -> Arrivals:
    """The first of each story only, as a detector sees it whose copies were taken out beforehand."""
    seen: set[str] = set()
    kept = []
    for at, observation in arrivals:
        if observation.fingerprint not in seen:
            seen.add(observation.fingerprint)
            kept.append((at, observation))
    return kept
