"""Simulated dense series: many outlets, wire bursts, late arrivals, misread signs, and known turns."""

import random
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Final

from streams.core.model import Actor, Evidence, Observation, Stance, Strength, stable_id

_START: Final = datetime(2024, 1, 1, tzinfo=UTC)
_NOWHERE: Final = "XXX"  # ISO 3166 leaves the codes from XAA to XZZ to their users
_OTHER: Final[dict[Stance, Stance]] = {"support": "oppose", "oppose": "support"}
_MIX: Final[dict[Strength, float]] = {"deed": 0.1, "decision": 0.2, "statement": 0.55, "hint": 0.15}
_ODDS: Final[dict[Strength, float]] = {"deed": 0.5, "decision": 0.7, "statement": 1.0, "hint": 1.75}
"""How much likelier than the mean a wrong sign is; with _MIX the mean is 1.00."""


@dataclass(frozen=True, slots=True)
class World:
    """Parameters of a simulation.

    errors: share of stories with a wrong sign. bursts: share of stories that are reprinted, by two to seven
    other outlets within half a day. lateness: hours, the most that an article arrives after its
    publication. gap: mean hours between stories. life: mean stories between turns. informative: whether
    weak stories err more often; otherwise all are statements. is_read_anew: signs are misread copy by copy,
    not story by story.
    """

    errors: float = 0.06
    bursts: float = 0.25
    lateness: float = 12.0
    gap: float = 6.0
    life: int = 50
    informative: bool = True
    is_read_anew: bool = False
    outlets: int = 20


@dataclass(frozen=True, slots=True)
class Simulated:
    """A series as (arrival, observation) in order of arrival, and its true turns as (when, to what)."""

    series: str
    arrivals: tuple[tuple[datetime, Observation], ...]
    turns: tuple[tuple[datetime, Stance], ...]


def simulate(world: World, number: int, length: int, seed: int) -> list[Simulated]:
    """Give so many series of about so many observations each."""
    return [
        _series(world, f"S{i:03d}|sanctions|{_NOWHERE}", length, random.Random(f"{seed}/{i}"))
        for i in range(number)
    ]


def _series(world: World, series: str, length: int, rng: random.Random) -> Simulated:
    now, stance = _START, rng.choice(tuple(_OTHER))
    left = _life(world, rng)
    items: list[Observation] = []
    turns: list[tuple[datetime, Stance]] = []
    while len(items) < length:
        now += timedelta(hours=rng.expovariate(1 / world.gap))
        if left == 0:
            stance, left = _OTHER[stance], _life(world, rng)
            turns.append((now, stance))
        left -= 1
        items += _story(world, series, stance, now, rng)
    late = [(o.published_at + timedelta(hours=rng.uniform(0, world.lateness)), o) for o in items]
    return Simulated(series, tuple(sorted(late, key=lambda x: (x[0], x[1].observation_id))), tuple(turns))


def _life(world: World, rng: random.Random) -> int:
    return 15 + int(rng.expovariate(1 / (world.life - 15)))


def _story(world: World, series: str, stance: Stance, now: datetime, rng: random.Random) -> list[Observation]:
    strength: Strength = "statement"
    if world.informative:
        strength = rng.choices(list(_MIX), list(_MIX.values()))[0]
    chance = world.errors * (_ODDS[strength] if world.informative else 1.0)
    read = _read(stance, chance, rng)
    mark = stable_id(series, now.isoformat(), str(rng.random()))
    outlets = rng.sample(range(world.outlets), 8)
    first = Observation(
        observation_id=mark,
        article_id=mark,
        actor=Actor(series.split("|", maxsplit=1)[0], "Simland"),
        issue="sanctions",
        context=_NOWHERE,
        stance=read,
        score=rng.uniform(0.6, 1.0),
        strength=strength,
        modality="asserted",
        is_historical=False,
        attribution=None,
        evidence=Evidence("simulated", 0, 9),
        source=f"outlet {outlets[0]}",
        published_at=now,
        fingerprint=mark,
    )
    if rng.random() >= world.bursts:
        return [first]
    copies = rng.randint(2, 7)
    printed = [_copy(first, outlets[n], rng) for n in range(1, copies + 1)]
    if world.is_read_anew:
        printed = [replace(copy, stance=_read(stance, chance, rng)) for copy in printed]
    return [first, *printed]


def _read(stance: Stance, chance: float, rng: random.Random) -> Stance:
    return _OTHER[stance] if rng.random() < chance else stance


def _copy(first: Observation, outlet: int, rng: random.Random) -> Observation:
    mark = stable_id(first.observation_id, str(outlet))
    at = first.published_at + timedelta(hours=rng.uniform(0, 12))
    return replace(first, observation_id=mark, article_id=mark, source=f"outlet {outlet}", published_at=at)
