"""The pass over a series: from its witnesses in order of time to the stance it holds and the turns it took.

A pure left fold with bounded memory: the same step serves the witnesses that fall off the ring and those on
it, so nothing is lost with age. A turn is told when belief in another stance reaches ``turn``; when belief
goes back before the new stance was ever settled, the turn is undone instead of being answered by a second
one.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from typing import Final

from streams.core.clusters import Cluster, Voice
from streams.core.detector import Belief, Detector, informative, shown, switched
from streams.core.model import STANCES, Stance
from streams.core.stand import Stand, Turn, Witness, grown, is_closed, is_settled, stand_on, witness_of
from streams.core.turns import Track, add_turn, anchored, belief_in, raised, take_report, undo

_RUN: Final = 12
"""Contrary witnesses kept while belief is open."""
_MEMORY: Final = 0.98
"""What is left, a witness later, of what was learned about a series' noise: about the last fifty count."""
_MOST_NOISE: Final = 0.3


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
        noise = _wrong_sign(track, detector)
        track = replace(track, belief=shown(prior, witness.stance, witness.chance, noise, detector))
        track = _heard(track, witness, prior, detector)
    for report in cluster.reports:
        track = take_report(track, report, cluster, witness, detector)
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
    return witness_of(voice.best, cluster.at, chance, voice.part, cluster.sources)


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
    stance = max(STANCES, key=lambda s: (belief_in(track.belief, s), s))
    if stance == held.stance or belief_in(track.belief, stance) < detector.turn:
        return track
    return _turn(track, held, stance, detector)


def _begin(track: Track, witness: Witness) -> Track:
    """The first stance of a series: nothing turned."""
    stand = stand_on((witness,), belief_in(track.belief, witness.stance))
    return replace(track, stand=stand, run=(), standing=1.0)


def _agree(track: Track, witness: Witness, held: Stand, detector: Detector) -> Track:
    belief = belief_in(track.belief, held.stance)
    stand = grown(held, witness, belief)
    is_quiet = belief >= detector.settled
    return replace(
        track,
        stand=stand,
        run=() if is_quiet else track.run,
        turns=_extended(track.turns, witness, belief, detector),
        agreed=track.agreed * _MEMORY + 1.0,
        erred=track.erred * _MEMORY + (len(track.run) if is_quiet else 0),
    )


def _wrong_sign(track: Track, detector: Detector) -> float:
    """Rate of wrong signs to reckon with: the reader's, or more where a series often contradicts itself."""
    n = detector.noise_weight
    learned = (detector.wrong_sign * n + track.erred) / (n + track.agreed + track.erred)
    return min(_MOST_NOISE, max(detector.wrong_sign, learned))


def _extended(
    turns: tuple[Turn, ...], witness: Witness, belief: float, detector: Detector
) -> tuple[Turn, ...]:
    """Take a witness into the last turn while it still needs evidence."""
    if not turns or is_closed(turns[-1], detector) or turns[-1].after.stance != witness.stance:
        return turns
    last = turns[-1]
    return (*turns[:-1], replace(last, after=grown(last.after, witness, belief), kind="observed"))


def _turn(track: Track, held: Stand, stance: Stance, detector: Detector) -> Track:
    """Belief is with another stance: find where that began; a turn if the old one was established."""
    begun = anchored(track.run, stance, detector)
    if not begun or _is_quarrel(held, begun, detector):
        return track
    belief = belief_in(track.belief, stance)
    stand = stand_on(begun, belief)
    last = track.turns[-1] if track.turns else None
    committed = raised(track.belief, stance, detector.commit)
    rest = replace(track, stand=stand, belief=committed, run=(), standing=1.0)
    if (
        last
        and not last.is_undone
        and not is_settled(last.after, detector)
        and last.after.stance == held.stance
    ):
        return undo(rest, last, stand)
    if not is_settled(held, detector):
        return rest
    return add_turn(rest, held, stand, "observed", track.standing)


def _is_quarrel(held: Stand, run: tuple[Witness, ...], detector: Detector) -> bool:
    """Whether only sub-actors speak against a stance that others spoke for a moment ago."""
    is_parts_only = all(witness.part for witness in run)
    return is_parts_only and held.last >= run[0].at - timedelta(days=detector.quarrel_days)
