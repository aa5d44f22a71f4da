"""The fold, told as what an analyst sees."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from streams.core.model import Actor, Observation, ReportedShift, Shift
from streams.core.shift import SeriesState, empty_series, fold
from streams.lexicon import watched_issues
from tests.unit.readings import GERMANY, MINISTRY, PRESIDENT, SERIES, day, past, seen, told

NOW = day(400)
Readings = Sequence[Observation | ReportedShift]


def folded(readings: Readings) -> SeriesState:
    return fold(empty_series(SERIES), readings, NOW)


def one(state: SeriesState) -> Shift:
    assert len(state.shifts) == 1, [shift.sentence for shift in state.shifts]
    return state.shifts[0]


def test_an_empty_series_knows_nothing() -> None:
    state = empty_series(SERIES)
    assert (state.series, state.shifts, state.current) == (SERIES, (), None)
    assert state.stale_at is None


def test_the_first_stance_is_no_shift() -> None:
    state = folded([seen("a", "oppose", 0, "deed")])
    assert not state.shifts
    assert state.current is not None
    assert (state.current.stance, state.current.n, state.current.since) == ("oppose", 1, day(0))


def test_a_first_remark_that_was_misread_makes_no_shift() -> None:
    assert not folded([seen("a", "support", 0), *past("oppose", 5, since=1)]).shifts


def test_a_deed_settles_what_remarks_leave_open() -> None:
    before = past("oppose")
    shift = one(folded([*before, seen("sends", "support", 90, "deed")]))
    assert (shift.status, shift.kind, shift.revision) == ("confirmed", "observed", 1)
    assert (shift.before.stance, shift.after.stance, shift.event_time) == ("oppose", "support", day(90))
    assert not folded([*before, seen("says", "support", 90)]).shifts


def test_a_remark_against_a_standing_deed_is_noise() -> None:
    deeds = [seen(f"d{i}", "support", 10 * i, "deed") for i in range(3)]
    remarks = [seen("r1", "oppose", 33), *[seen("d9", "support", 60, "deed")], seen("r2", "oppose", 63)]
    state = folded([*deeds, *remarks])
    assert not state.shifts
    assert state.current is not None
    assert state.current.stance == "support"


def test_several_independent_remarks_confirm_a_shift() -> None:
    new = [seen(f"n{i}", "support", 50 + i) for i in range(4)]
    shift = one(folded([*past("oppose"), *new]))
    assert shift.status == "confirmed"
    assert shift.event_time == day(50)
    assert shift.clusters == 3, "no evidence is taken beyond what convinces"
    assert shift.sources == ("Outlet n0", "Outlet n1", "Outlet n2")


def test_one_outlet_alone_does_not_confirm() -> None:
    new = [seen(f"n{i}", "support", 50 + i, source="Outlet X") for i in range(4)]
    assert one(folded([*past("oppose"), *new])).status == "candidate"


def test_wire_copies_are_one_witness() -> None:
    copies = [seen(f"c{i}", "support", 50 + i / 24, fingerprint="wire") for i in range(40)]
    state = folded([*past("oppose"), *copies])
    assert not state.shifts
    assert len(state.ring) == 5
    assert len(state.ring[-1].sources) == 8, "bounded, however many papers print it"


def test_the_same_text_months_later_is_news_again() -> None:
    again = [seen("a", "oppose", 0, fingerprint="x"), seen("b", "oppose", 60, fingerprint="x")]
    assert len(folded(again).ring) == 2


def test_a_copy_misread_is_outvoted_by_the_other_copies() -> None:
    copies = [seen(f"c{i}", "support" if i == 2 else "oppose", 50, fingerprint="wire") for i in range(5)]
    state = folded([*past("oppose"), *copies])
    assert state.current is not None
    assert state.current.n == 5


def test_history_conditions_and_hearsay_do_not_move_a_series() -> None:
    weak = [
        seen("h", "support", 50, "deed", is_historical=True),
        seen("c", "support", 51, "deed", modality="conditional"),
        seen("d", "support", 52, "deed", modality="denied"),
        seen("s", "support", 53, "deed", attribution="RUS"),
        seen("low", "support", 54, "deed", score=0.4),
    ]
    assert not folded([*past("oppose"), *weak]).shifts


@pytest.mark.parametrize(
    ("part", "strength", "turns"),
    [
        ("MLI.MILITARY", "deed", 0),
        ("MLI.MILITARY", "decision", 1),
        ("MLI.GOVERNMENT", "deed", 1),
        (None, "deed", 1),
    ],
)
def test_what_an_army_does_at_home_moves_no_series_and_what_its_state_does_moves_it(
    part: str | None, strength: str, turns: int
) -> None:
    about = {"actor": Actor("MLI", "Mali", part), "issue": "troop_deployment", "context": "MLI"}
    readings = [seen(f"p{i}", "support", i, "decision", **about) for i in range(4)]
    readings += [seen(f"w{i}", "oppose", 40 + i, strength, **about) for i in range(3)]
    state = fold(empty_series("MLI|troop_deployment|MLI"), readings, day(100), watched=watched_issues())
    assert len(state.shifts) == turns


def test_a_quarrel_is_visible_and_no_shift() -> None:
    voices = [
        seen("m1", "support", 41, "decision", actor=MINISTRY),
        seen("p1", "oppose", 42, actor=PRESIDENT),
        seen("m2", "support", 43, "decision", actor=MINISTRY),
        seen("m3", "support", 44, "deed", actor=MINISTRY),
    ]
    state = folded([*past("oppose", every=10), *voices])
    assert not state.shifts
    assert state.quarrel is not None
    assert {side.stance for side in state.quarrel.sides} == {"support", "oppose"}
    assert "Defence Ministry" in {side.part for side in state.quarrel.sides}


def test_sub_actors_alone_never_confirm() -> None:
    parts = [seen(f"m{i}", "support", 80 + i, "deed", actor=MINISTRY) for i in range(6)]
    state = folded([*past("oppose"), *parts])
    assert {shift.status for shift in state.shifts} == {"candidate"}
    sure = folded([*past("oppose"), *parts, seen("g", "support", 87, "deed")])
    assert one(sure).status == "confirmed"
    assert one(sure).actor.name == "Germany"


def test_a_sub_actor_is_its_own_master_in_its_own_series() -> None:
    ministry = replace(MINISTRY, id="DEU_MOD")
    series = "DEU_MOD|troop_deployment|UKR"
    readings = [*past("oppose"), seen("n", "support", 90, "deed")]
    state = fold(empty_series(series), [replace(r, actor=ministry) for r in readings], NOW)
    assert one(state).status == "confirmed"


def test_late_evidence_retracts_under_the_same_id() -> None:
    old = past("oppose")
    told_first = folded(
        [*old, seen("n0", "support", 50), seen("n1", "support", 50.5), seen("n2", "support", 51)]
    )
    shift = one(told_first)
    late = [seen(f"late{i}", "oppose", 50.1 + i / 10, "deed") for i in range(4)]
    after = fold(told_first, late, day(401))
    gone = next(s for s in after.shifts if s.shift_id == shift.shift_id)
    assert (gone.status, gone.revision, gone.detected_at) == ("retracted", shift.revision + 1, day(401))


def test_a_candidate_that_is_contradicted_is_taken_back_not_answered() -> None:
    before = fold(empty_series(SERIES), [*past("oppose"), told("r", "support", 50)], NOW)
    assert one(before).status == "candidate"
    after = fold(before, past("oppose", 3, since=51, every=1), NOW)
    assert one(after).status == "retracted"
    assert after.current is not None
    assert (after.current.stance, after.current.since) == ("oppose", day(0))


def test_late_evidence_that_moves_the_beginning_revises() -> None:
    state = folded([*past("oppose"), seen("n1", "support", 95, "deed")])
    first = one(state)
    later = one(fold(state, [seen("n0", "support", 94, "deed")], day(401)))
    assert later.shift_id == first.shift_id
    assert (later.event_time, later.revision, later.clusters) == (day(94), 2, 2)
    assert later.detected_at == day(401)


def test_a_text_that_tells_of_a_turn_is_a_candidate_at_once() -> None:
    shift = one(folded([*past("oppose"), told("r", "support", 50, "oppose")]))
    assert (shift.kind, shift.status, shift.clusters) == ("reported", "candidate", 1)
    assert shift.sentence.startswith("Germany was reported to move from opposing to supporting")


def test_reported_and_observed_are_one_shift() -> None:
    report = told("r", "support", 50, "oppose")
    deed = seen("n", "support", 52, "deed")
    first = folded([*past("oppose"), report])
    both = one(fold(first, [deed], day(401)))
    assert both.shift_id == one(first).shift_id
    assert (both.kind, both.status, both.revision, both.clusters) == ("observed", "confirmed", 2, 2)
    other_way = one(fold(folded([*past("oppose"), seen("n", "support", 49.5, "deed")]), [report], day(401)))
    assert (other_way.kind, other_way.clusters) == ("observed", 2)
    assert any(quote.quote.startswith("turn told by") for quote in other_way.evidence_after)


def test_an_article_that_shows_and_tells_is_one_witness() -> None:
    both: list[Observation | ReportedShift] = [
        seen("n", "support", 50, "decision", fingerprint="t"),
        told("r", "support", 50, "oppose", fingerprint="t"),
    ]
    assert one(folded([*past("oppose"), *both])).clusters == 1


def test_a_report_tells_the_earlier_stance_of_an_unknown_series() -> None:
    shift = one(folded([told("r", "support", 5, "oppose")]))
    assert (shift.before.stance, shift.before.since) == ("oppose", day(5))
    assert not folded([told("r", "support", 5)]).shifts
    assert not folded([*past("support"), told("r", "support", 50, "oppose")]).shifts


@pytest.mark.parametrize("count", [1, 2])
def test_wavering_is_not_a_turn_until_it_lasts(count: int) -> None:
    assert not folded([*past("oppose"), *[seen(f"n{i}", "neutral", 40 + i) for i in range(count)]]).shifts


def test_lasting_neutrality_is_a_turn() -> None:
    neutral = [seen(f"n{i}", "neutral", 40 + 5 * i, "decision") for i in range(6)]
    assert one(folded([*past("oppose"), *neutral])).after.stance == "neutral"


def test_a_stance_goes_stale() -> None:
    assert folded(past("oppose")).stale_at == day(30 + 365)


def test_a_shift_tells_the_whole_story() -> None:
    new = [
        seen("n0", "support", 60, "decision"),
        seen("n1", "support", 61, "deed"),
        seen("n2", "support", 62),
    ]
    shift = one(folded([*past("oppose", 6, every=5), *new]))
    assert (shift.series, shift.actor, shift.issue, shift.context) == (
        SERIES,
        GERMANY,
        "troop_deployment",
        "UKR",
    )
    assert (shift.before.n, shift.before.since) == (6, day(0))
    assert len(shift.evidence_before) == 3
    assert [quote.article_id for quote in shift.evidence_after] == [f"article n{i}" for i in range(3)]
    product = 1.0
    for part in shift.parts.values():
        assert 0 <= part <= 1
        product *= part
    assert shift.confidence == pytest.approx(product, abs=1e-3)
    assert shift.sentence == (
        "Germany moved from opposing to supporting troop deployment in Ukraine: 3 independent reports since "
        "2 March 2025 (Outlet n0, Outlet n1, Outlet n2), against 6 independent reports of the earlier stance "
        "from 1 January 2025 to 26 January 2025."
    )
