"""Textbook detectors, each over the signs of a series as they come: +1 support, -1 oppose; neutral is
skipped.

Each takes (time, observation) in order and gives (index, new stance) where it would have raised an alarm.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Final

from streams.core.model import Observation, Stance

Arrivals = Sequence[tuple[datetime, Observation]]
Alarms = list[tuple[int, Stance]]
Rival = Callable[[Arrivals], Alarms]


def signs(arrivals: Arrivals) -> Iterable[tuple[int, int]]:
    """Each observation's place and sign."""
    for index, (_, observation) in enumerate(arrivals):
        if observation.stance != "neutral":
            yield index, 1 if observation.stance == "support" else -1


def stance_of(sign: int) -> Stance:
    """The stance of a sign."""
    return "support" if sign > 0 else "oppose"


def in_a_row(k: int) -> Rival:
    """An alarm after k contrary observations in a row; one is the last-value comparison."""

    def detect(arrivals: Arrivals) -> Alarms:
        held, run, alarms = 0, 0, Alarms()
        for index, sign in signs(arrivals):
            held = held or sign
            run = run + 1 if sign != held else 0
            if run >= k:
                held, run = sign, 0
                alarms.append((index, stance_of(sign)))
        return alarms

    return detect


def cusum(threshold: float, drift: float = 0.0) -> Rival:
    """Page's cumulative sum (1954) of contrary signs against the stance held, each a unit of evidence."""

    def detect(arrivals: Arrivals) -> Alarms:
        held, total, alarms = 0, 0.0, Alarms()
        for index, sign in signs(arrivals):
            held = held or sign
            total = max(0.0, total - sign * held - drift)
            if total > threshold:
                held, total = sign, 0.0
                alarms.append((index, stance_of(sign)))
        return alarms

    return detect


def page_hinkley(threshold: float = 4.0, delta: float = 0.1) -> Rival:
    """Page-Hinkley on the running mean of the signs, both ways, as in river; restarts at an alarm."""

    def detect(arrivals: Arrivals) -> Alarms:
        held, mean, n, up, down, alarms = 0, 0.0, 0, 0.0, 0.0, Alarms()
        for index, sign in signs(arrivals):
            held = held or sign
            n += 1
            mean += (sign - mean) / n
            up = max(0.0, up + sign - mean - delta)
            down = max(0.0, down - sign + mean - delta)
            if (up if held < 0 else down) > threshold:
                held, mean, n, up, down = -held, 0.0, 0, 0.0, 0.0
                alarms.append((index, stance_of(held)))
        return alarms

    return detect


def hidden_markov(error: float = 0.1, switch: float = 0.01, least: float = 0.9) -> Rival:
    """A two-state hidden Markov filter with one error rate and one switching chance for all observations."""

    def detect(arrivals: Arrivals) -> Alarms:
        held, belief, alarms = 0, 0.5, Alarms()
        for index, sign in signs(arrivals):
            belief = belief * (1 - switch) + (1 - belief) * switch
            yes, no = (1 - error, error) if sign > 0 else (error, 1 - error)
            belief = belief * yes / (belief * yes + (1 - belief) * no)
            now = 1 if belief >= least else -1 if belief <= 1 - least else 0
            if now and held and now != held:
                alarms.append((index, stance_of(now)))
            held = now or held
        return alarms

    return detect


def bayes_online(hazard: float = 0.01, least: float = 0.5, recent: int = 12) -> Rival:
    """Bayesian online change-point detection (Adams and MacKay 2007) with a beta-Bernoulli model of the sign.

    An alarm where the expected share of support in the current run crosses to the other side with the
    chance of a run shorter than `recent` at least `least`.
    """

    def detect(arrivals: Arrivals) -> Alarms:
        held, runs, alarms = 0, {(0, 0): 1.0}, Alarms()
        for index, sign in signs(arrivals):
            runs = _bocpd_step(runs, sign, hazard)
            mean = sum(p * (0.2 + up) / (0.4 + up + down) for (up, down), p in runs.items())
            short = sum(p for (up, down), p in runs.items() if up + down < recent)
            now = 1 if mean > 0.5 else -1
            if not held:
                held = now
            elif now != held and short >= least:
                held = now
                alarms.append((index, stance_of(now)))
        return alarms

    return detect


def _bocpd_step(runs: dict[tuple[int, int], float], sign: int, hazard: float) -> dict[tuple[int, int], float]:
    """One observation on the distribution over runs, each a pair of counts; prior beta(.2, .2)."""
    grown: dict[tuple[int, int], float] = {}
    fresh = 0.0
    for (up, down), p in runs.items():
        share = (0.2 + (up if sign > 0 else down)) / (0.4 + up + down)
        key = (up + 1, down) if sign > 0 else (up, down + 1)
        grown[key] = grown.get(key, 0.0) + p * share * (1 - hazard)
        fresh += p * hazard * 0.5
    key = (1, 0) if sign > 0 else (0, 1)
    grown[key] = grown.get(key, 0.0) + fresh
    likeliest = sorted(grown.items(), key=lambda item: -item[1])[:60]
    total = sum(p for _, p in likeliest)
    return {key: p / total for key, p in likeliest}


RIVALS: Final[dict[str, Rival]] = {
    "last value": in_a_row(1),
    "2 in a row": in_a_row(2),
    "3 in a row": in_a_row(3),
    "CUSUM(2.5)": cusum(2.5),
    "Page-Hinkley": page_hinkley(),
    "hidden Markov, one error rate": hidden_markov(),
    "Bayes online (Adams, MacKay)": bayes_online(),
}
