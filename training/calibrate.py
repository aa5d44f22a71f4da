"""``make calibrate``: how often a stance of a score is right, on text that was not taught, and what makes scores say so again.

To be asked after each ``make train``: ``core.stance.calibrated`` holds what this prints (Platt, Probabilistic outputs for support
vector machines, 1999), and the detector, the thresholds of ``core.pipeline.Settings`` and the evidence that a topic is plain count on it.
"""

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

import numpy as np
from sklearn.linear_model import LogisticRegression

from streams.core.learned import log_odds
from streams.core.pipeline import Settings
from streams.core.stance import BIAS, SHARPNESS
from streams.network import MODELS
from streams.reader import load_reader
from training.labelled import Labelled, labelled, read_rows

TEXTS = Path(__file__).parents[1] / "tests" / "data"
SETS = ("articles", "press", "reports", "notes", "sentences", "shifts", "digest", "near")
_FAINT = 0.05  # the score from which on readings are looked at: far below what is given out
_STEPS = (_FAINT, 0.35, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0)
_READ_AT = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Told:
    """A stance that was read: its score, and whether the labels have it."""

    score: float
    is_right: bool


def main() -> None:
    """Print the share of right stances by score, and the two numbers that would make the scores say it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--models", type=Path, default=MODELS, help="folder of the artefact")
    told = list(read(parser.parse_args().models, [row for name in SETS for row in rows(name)]))
    print(f"{len(told):,} stances of {', '.join(SETS)}")
    for low, high in pairwise(_STEPS):
        within = [each.is_right for each in told if low <= each.score < high]
        if within:
            print(f"  {low:.2f} to {high:.2f}: {np.mean(within):.2f} of {len(within):,} are right")
    sharpness, bias = fitted(told)
    print(f"core.stance: SHARPNESS, BIAS = {sharpness:.2f}, {bias:.2f} (now {SHARPNESS}, {BIAS})")


def rows(name: str) -> Iterator[Labelled]:
    """Give a set of labelled texts that nothing is taught of."""
    yield from (labelled(row, "natural") for row in read_rows(TEXTS / f"{name}.jsonl"))


def read(models: Path, texts: Sequence[Labelled]) -> Iterator[Told]:
    """Read texts, and give each stance with whether the labels have it, wherever it is about."""
    reader = load_reader(models=models, settings=replace(Settings(), observation=_FAINT))
    for row in texts:
        known = {(each["actor"], each["issue"], each["stance"]) for each in row.observations}
        for each in reader.read(row.article, _READ_AT).observations:
            yield Told(each.score, (each.actor.id, each.issue, each.stance) in known)


def fitted(told: Sequence[Told]) -> tuple[float, float]:
    """Give the sharpness and bias that fit best, of what was seen before today's made it a score."""
    margins = np.array([log_odds(each.score) for each in told])[:, None]
    fit = LogisticRegression(C=1e3).fit(margins, [each.is_right for each in told])
    slope = float(fit.coef_[0][0])
    return slope * SHARPNESS, slope * BIAS + float(fit.intercept_[0])


if __name__ == "__main__":
    main()
