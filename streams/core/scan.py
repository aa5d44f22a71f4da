"""The pass over a series: from its witnesses in order of time to the stance it holds and the turns it took.

A pure left fold with bounded memory: the same step serves the witnesses that fall off the ring and those on
it, so nothing is lost with age. A turn is told when belief in another stance reaches ``turn``; when belief
goes back before the new stance was ever settled, the turn is undone instead of being answered by a second
one.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from streams.core.clusters import Cluster, Report, Voice
from streams.core.detector import STANCES, Belief, Detector, informative, shown, start, switched
from streams.core.model import Observation, ReportedShift, ShiftKind, Stance, stable_id
from streams.core.stand import Stand, Turn, Witness, grown, is_confirmed, is_settled, stand_on

_TURNS: Final = 16
_RUN: Final = 12
_ENOUGH: Final = 3
"""Independent reports after which a confirmed turn takes no more evidence: no reader waits for the fourth."""


@dataclass(frozen=True, slots=True)
class Track:
    """What a pass knows after some witnesses. run: those against the stand since it was last beyond doubt."""

    series: str
    belief: Belief
    at: datetime | None = None
    stand: Stand | None = None
    standing: float = 1.0
    run: tuple[Witness, ...] = ()
    turns: tuple[Turn, ...] = ()


def empty_track(series: str) -> Track:
    """The pass before the first witness."""
    return Track(series, start())


def scan(track: Track, clusters: Iterable[Cluster], detector: Detector) -> Track:
    """Take clusters, sorted by time, into a pass."""
    for cluster in clusters:
        track = _step(track, cluster, detector)
    return track


def _step(track: Track, cluster: Cluster, detector: Detector) -> Track:
    days = (cluster.at - track.at).total_seconds() / 86_400 if track.at else 0.0
    prior = switched(track.belief, days, detector) if track.at else track.belief
    track = replace(track, belief=prior, at=cluster.at)
    witness = _verdict(cluster, detector)
    if witness:
        track = replace(track, belief=shown(prior, witness.stance, witness.chance, detector))
        track = _heard(track, witness, prior, detector)
    for report in cluster.reports:
        track = _told(track, report, cluster, witness, detector)
    return track


def _verdict(cluster: Cluster, detector: Detector) -> Witness | None:
    """What a story says: the actor's own voice before its parts', then what most copies were read as."""
    own = [voice for voice in cluster.voices if not voice.part] or list(cluster.voices)
    if not own:
        return None
    heard = sorted(
        ((len(v.ids), _chance(v, detector), v) for v in own),
        key=lambda x: (-x[0], -x[1], x[2].best.observation_id),
    )
    if len(heard) > 1 and heard[0][2].stance != heard[1][2].stance and heard[0][:2] == heard[1][:2]:
        return None  # one text that says both, as strongly: it shows nothing
    _, chance, voice = heard[0]
    return Witness(voice.stance, cluster.at, chance, voice.part, voice.best, cluster.sources)


def _chance(voice: Voice, detector: Detector) -> float:
    best = voice.best
    return informative(
        detector,
        best.strength,
        best.modality,
        best.score,
        is_attributed=best.attribution is not None,
        is_part=bool(voice.part),
    )


def _heard(track: Track, witness: Witness, prior: Belief, detector: Detector) -> Track:
    held = track.stand
    if held is None:
        return _begin(track, witness)
    if witness.stance == held.stance:
        return _agree(track, witness, held, detector)
    if not track.run:
        track = replace(track, standing=prior[STANCES.index(held.stance)])
    track = replace(track, run=(*track.run, witness)[-_RUN:])
    stance = max(STANCES, key=lambda s: (_of(track.belief, s), s))
    if stance == held.stance or _of(track.belief, stance) < detector.turn:
        return track
    return _turn(track, held, stance, detector)


def _begin(track: Track, witness: Witness) -> Track:
    """The first stance of a series: nothing turned. A hint is not one."""
    stand = stand_on((witness,), _of(track.belief, witness.stance))
    return replace(track, stand=stand, run=(), standing=1.0)


def _agree(track: Track, witness: Witness, held: Stand, detector: Detector) -> Track:
    belief = _of(track.belief, held.stance)
    stand = grown(held, witness, belief)
    run = () if belief >= detector.settled else track.run
    return replace(track, stand=stand, run=run, turns=_extended(track.turns, witness, belief, detector))


def _extended(
    turns: tuple[Turn, ...], witness: Witness, belief: float, detector: Detector
) -> tuple[Turn, ...]:
    """Take a witness into the last turn while it still needs evidence."""
    if not turns or turns[-1].is_undone or turns[-1].after.stance != witness.stance:
        return turns
    last = turns[-1]
    if is_confirmed(last.after, detector) and last.after.n >= _ENOUGH:
        return turns
    is_seen = isinstance(witness.best, Observation)
    kind: ShiftKind = "observed" if is_seen else last.kind
    return (*turns[:-1], replace(last, after=grown(last.after, witness, belief), kind=kind))


def _turn(track: Track, held: Stand, stance: Stance, detector: Detector) -> Track:
    """Belief is with another stance: find where that began; a turn if the old one was established."""
    anchored = _anchored(track.run, stance, detector)
    if not any(not w.part for w in anchored) and _is_disputed(held, anchored, detector):
        return track
    belief = _of(track.belief, stance)
    stand = stand_on(anchored, belief)
    last = track.turns[-1] if track.turns else None
    rest = replace(track, stand=stand, run=(), standing=1.0)
    if (
        last
        and not last.is_undone
        and not is_settled(last.after, detector)
        and last.after.stance == held.stance
    ):
        return _undo(rest, last, stand, detector)
    if not is_settled(held, detector):
        return rest
    return _add_turn(rest, held, stand, "observed", track.standing)


def _undo(track: Track, last: Turn, stand: Stand, detector: Detector) -> Track:
    """A turn that never settled is overtaken: take it back; the stance before stands or turns elsewhere."""
    track = replace(track, turns=(*track.turns[:-1], replace(last, is_undone=True)))
    if last.before.stance != stand.stance:
        return _add_turn(track, last.before, stand, "observed", last.standing)
    back = last.before
    for witness in stand.witnesses:
        back = grown(back, witness, stand.peak)
    return replace(track, stand=back)


def _add_turn(track: Track, before: Stand, after: Stand, kind: ShiftKind, standing: float) -> Track:
    month = after.since.strftime("%Y-%m")
    same = sum(
        t.after.stance == after.stance and t.after.since.strftime("%Y-%m") == month for t in track.turns
    )
    shift_id = stable_id("shift", track.series, after.stance, month, str(same))
    silence = max(0.0, (after.since - before.last).total_seconds() / 86_400)
    turn = Turn(shift_id, before, after, kind, silence, standing)
    return replace(track, stand=after, run=(), standing=1.0, turns=(*track.turns, turn)[-_TURNS:])


def _told(track: Track, told: Report, cluster: Cluster, seen: Witness | None, detector: Detector) -> Track:
    """A text itself says that the actor turned: believed at once, merged with the turn already seen."""
    report = told.best
    witness = Witness(report.after, cluster.at, detector.decision, "", report, cluster.sources)
    held, last = _held_before(track, witness, seen), track.turns[-1] if track.turns else None
    if last and _is_same_turn(last, witness, detector):
        return _merged(track, last, witness, seen)
    if held is None or report.after in (report.before, held.stance):
        return track
    own = (seen,) if seen and seen.stance == report.after else ()
    belief = _raised(track.belief, report.after, detector.turn)
    stand = replace(stand_on((witness, *own), _of(belief, report.after)), n=1)
    return _add_turn(replace(track, belief=belief), held, stand, "reported", 1.0)


def _held_before(track: Track, witness: Witness, seen: Witness | None) -> Stand | None:
    """The stand that a report turns from; in a series' first story, the one that it tells of."""
    held, report = track.stand, witness.best
    is_first = held is None or (held.n == 1 and seen is not None and held.witnesses[0] == seen)
    if not is_first:
        return held
    if not isinstance(report, ReportedShift) or report.before is None:
        return None
    return stand_on((replace(witness, stance=report.before),), report.score)


def _is_same_turn(turn: Turn, witness: Witness, detector: Detector) -> bool:
    age = witness.at - turn.after.since
    return (
        not turn.is_undone
        and turn.after.stance == witness.stance
        and age <= timedelta(days=detector.merge_days)
    )


def _merged(track: Track, last: Turn, witness: Witness, seen: Witness | None) -> Track:
    known = {w.best.observation_id for w in last.after.witnesses}
    if witness.best.observation_id in known:
        return track
    is_counted = seen is not None and seen.stance == witness.stance
    after = grown(last.after, witness, last.after.peak)
    after = replace(after, n=last.after.n) if is_counted else after
    return replace(track, turns=(*track.turns[:-1], replace(last, after=after)))


def _raised(belief: Belief, stance: Stance, least: float) -> Belief:
    """Belief in a stance lifted to at least so much, the others in proportion."""
    now = _of(belief, stance)
    if now >= least:
        return belief
    parts = [
        least if s == stance else p * (1 - least) / (1 - now) for p, s in zip(belief, STANCES, strict=True)
    ]
    return (parts[0], parts[1], parts[2])


def _is_disputed(held: Stand, run: tuple[Witness, ...], detector: Detector) -> bool:
    """Whether others spoke for the stance held while these parts spoke against it: a quarrel."""
    return held.last >= run[0].at - timedelta(days=detector.quarrel_days)


def _anchored(run: tuple[Witness, ...], stance: Stance, detector: Detector) -> tuple[Witness, ...]:
    """The witnesses of a run that tell of this turn: a remark that nothing followed is none of them."""
    found: list[Witness] = []
    for witness in reversed([w for w in run if w.stance == stance]):
        is_word = witness.chance < detector.decision * 0.85
        limit = timedelta(days=detector.word_days if is_word else detector.pending_days)
        if found and found[0].at - witness.at > limit:
            break
        found.insert(0, witness)
    return tuple(found)


def _of(belief: Belief, stance: Stance) -> float:
    return belief[STANCES.index(stance)]
