"""Turns: adding one, taking one back, and believing a text that tells of one itself."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from streams.core.clusters import Cluster, Report
from streams.core.detector import Belief, Detector, start
from streams.core.model import STANCES, ReportedShift, ShiftKind, Stance, stable_id
from streams.core.stand import Stand, Turn, Witness, grown, is_closed, stand_on, witness_of

_TURNS: Final = 12


@dataclass(frozen=True, slots=True)
class Track:
    """What a pass knows after some witnesses; at is the last one's time.

    run: the witnesses against the stand since it was last beyond doubt; standing: belief in it just before
    them. agreed, erred: fading counts of witnesses that bore the stand out, and of contrary ones that came to
    nothing.
    """

    series: str
    belief: Belief
    at: datetime | None = None
    stand: Stand | None = None
    standing: float = 1.0
    run: tuple[Witness, ...] = ()
    turns: tuple[Turn, ...] = ()
    agreed: float = 0.0
    erred: float = 0.0


def empty_track(series: str) -> Track:
    """The pass before the first witness."""
    return Track(series, start())


def undo(track: Track, last: Turn, stand: Stand) -> Track:
    """A turn that never settled is overtaken: take it back; the stance before stands or turns elsewhere."""
    track = replace(track, turns=(*track.turns[:-1], replace(last, is_undone=True)))
    if last.before.stance != stand.stance:
        return add_turn(track, last.before, stand, "observed", last.standing)
    back = last.before
    for witness in stand.witnesses:
        back = grown(back, witness, stand.peak)
    return replace(track, stand=back)


def anchored(run: tuple[Witness, ...], stance: Stance, detector: Detector) -> tuple[Witness, ...]:
    """The witnesses of a run that tell of this turn: a remark that nothing followed is none of them."""
    found: list[Witness] = []
    for witness in reversed([w for w in run if w.stance == stance]):
        is_word = not witness.is_weighty
        limit = timedelta(days=detector.word_days if is_word else detector.pending_days)
        if found and found[0].at - witness.at > limit:
            break
        found.insert(0, witness)
    return tuple(found)


def add_turn(track: Track, before: Stand, after: Stand, kind: ShiftKind, standing: float) -> Track:
    """Tell a turn. Its id names series, stance and month, so that late evidence seldom moves it."""
    month = after.since.strftime("%Y-%m")
    same = sum(
        t.after.stance == after.stance and t.after.since.strftime("%Y-%m") == month for t in track.turns
    )
    shift_id = stable_id("shift", track.series, after.stance, month, str(same))
    silence = max(0.0, (after.since - before.last).total_seconds() / 86_400)
    turn = Turn(shift_id, before, after, kind, silence, standing)
    return replace(track, stand=after, run=(), standing=1.0, turns=(*track.turns, turn)[-_TURNS:])


def take_report(
    track: Track, told: Report, cluster: Cluster, seen: Witness | None, detector: Detector
) -> Track:
    """A text itself says that the actor turned: believed at once, merged with the turn already seen."""
    report = told.best
    witness = witness_of(report, cluster.at, detector.decision, "", cluster.sources)
    held, last = _held_before(track, report, witness, seen), track.turns[-1] if track.turns else None
    if last and _is_same_turn(last, witness, detector):
        return _merged(track, last, witness, seen, detector)
    if held is None or report.after in (report.before, held.stance):
        return track
    belief = raised(track.belief, report.after, detector.turn)
    begun = anchored(track.run, report.after, detector)
    stand = stand_on((*begun, witness), belief_in(belief, report.after))
    stand = replace(stand, n=stand.n - (seen in begun))
    kind: ShiftKind = "observed" if any(other != seen for other in begun) else "reported"
    return add_turn(replace(track, belief=belief), held, stand, kind, track.standing)


def _held_before(track: Track, report: ReportedShift, witness: Witness, seen: Witness | None) -> Stand | None:
    """The stand that a report turns from; in a series' first story, the one that it tells of."""
    held = track.stand
    is_first = held is None or (held.n == 1 and seen is not None and held.witnesses[0] == seen)
    if not is_first:
        return held
    if report.before is None:
        return None
    return stand_on((replace(witness, stance=report.before),), report.score)


def _is_same_turn(turn: Turn, witness: Witness, detector: Detector) -> bool:
    age = witness.at - turn.after.since
    return (
        not turn.is_undone
        and turn.after.stance == witness.stance
        and age <= timedelta(days=detector.merge_days)
    )


def _merged(track: Track, last: Turn, witness: Witness, seen: Witness | None, detector: Detector) -> Track:
    if is_closed(last, detector):
        return track
    is_counted = seen is not None and seen.stance == witness.stance
    after = grown(last.after, witness, last.after.peak)
    after = replace(after, n=last.after.n) if is_counted else after
    return replace(track, turns=(*track.turns[:-1], replace(last, after=after)))


def raised(belief: Belief, stance: Stance, least: float) -> Belief:
    """Belief in a stance lifted to at least so much, the others in proportion."""
    now = belief_in(belief, stance)
    if now >= least:
        return belief
    parts = [
        least if s == stance else p * (1 - least) / (1 - now) for p, s in zip(belief, STANCES, strict=True)
    ]
    return (parts[0], parts[1], parts[2])


def belief_in(belief: Belief, stance: Stance) -> float:
    """The belief in one stance."""
    return belief[STANCES.index(stance)]
