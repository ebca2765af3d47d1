"""R13 and R16 by worked examples: weighted, the weakest, coverage, caps, milestones, composites."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from krtracker.evaluation.derived import (
    Moment,
    evaluate_composite,
    evaluate_milestones,
    evaluate_objective,
)
from krtracker.evaluation.rollups import Child, roll_up
from krtracker.model import (
    KeyResult,
    KeyResultType,
    Milestone,
    Objective,
    Status,
    StatusRule,
    Vote,
)
from tests.evaluation.given import BY_PACE, day, goal

ON, AT, OFF = Status.ON_TRACK, Status.AT_RISK, Status.OFF_TRACK
WON, LOST, STALE, NONE = Status.ACHIEVED, Status.MISSED, Status.STALE, Status.NO_DATA
NEW, BROKEN = Status.NOT_STARTED, Status.INVALID
F = Fraction


def child(
    status: Status, progress: float | None = None, expected: float | None = 0.5, weight: float = 1
) -> Child:
    final = status is LOST
    return Child(f"kr-{status.value}", weight, status, progress, expected, day(50), final)


class Row(NamedTuple):
    what: str
    children: list[Child]
    status: Status
    progress: Fraction | None
    expected: Fraction | None = F(1, 2)
    coverage: Fraction = F(1)


WEIGHTED = [
    Row("one child", [child(ON, 0.5)], ON, F(1, 2)),
    Row("a plain mean", [child(ON, 0.6), child(ON, 0.5)], ON, F(11, 20)),
    Row("weights", [child(ON, 0.6, weight=3), child(ON, 0.4)], ON, F(11, 20)),
    Row("the mean is behind", [child(ON, 0.5), child(AT, 0.3)], AT, F(2, 5)),
    Row("the mean is far behind", [child(AT, 0.2), child(AT, 0.1)], OFF, F(3, 20)),
    Row("an off-track child holds the parent at at risk", [child(ON, 0.9), child(OFF, 0.2)], AT,
        F(11, 20)),
    Row("an off-track child lifts nothing", [child(OFF, 0.1), child(OFF, 0.2)], OFF, F(3, 20)),
    Row("over-achievement of one makes up for nothing", [child(ON, 2.0), child(AT, 0.3)], ON,
        F(13, 20)),
    Row("below the start counts as nothing", [child(ON, 0.9), child(AT, -0.5)], ON, F(9, 20)),
    Row("an achieved child counts whole", [child(WON, 0.9), child(ON, 0.5)], ON, F(3, 4)),
    Row("all achieved", [child(WON, 1.0), child(WON, 1.2)], WON, F(1)),
    Row("a child without data is left out, never 0", [child(ON, 0.5), child(ON, 0.5), child(NONE)],
        ON, F(1, 2), F(1, 2), F(2, 3)),
    Row("too little coverage, one stale", [child(ON, 0.5), child(STALE, 0.5)], STALE, None, None,
        F(1, 2)),
    Row("too little coverage, none stale", [child(ON, 0.5), child(NONE)], NONE, None, None,
        F(1, 2)),
    Row("an invalid child is not judged", [child(ON, 0.5), child(BROKEN)], NONE, None, None,
        F(1, 2)),
    Row("coverage is of weight", [child(ON, 0.5, weight=5), child(STALE, 0.5)], ON, F(1, 2),
        F(1, 2), F(5, 6)),
    Row("nothing has begun", [child(NEW), child(NEW)], NEW, None, None, F(0)),
    Row("nothing has data", [child(NONE), child(STALE)], STALE, None, None, F(0)),
    Row("a weight of 0 has no say", [child(ON, 0.5), child(OFF, 0.1, weight=0)], ON, F(1, 2)),
    Row("all weights 0", [child(ON, 0.5, weight=0)], NONE, None, None, F(0)),
    Row("no children", [], NONE, None, None, F(0)),
    Row("a held child is left out of e", [child(ON, 0.2, None), child(ON, 0.6, 0.5)], AT, F(2, 5)),
    Row("held children only", [child(ON, 0.2, None)], ON, F(1, 5), None),
    Row("one missed while another runs", [child(LOST, 0.8, 1.0), child(ON, 0.9)], AT, F(17, 20),
        F(3, 4)),
    Row("over, one missed", [child(LOST, 0.8, 1.0), child(LOST, 0.6, 1.0)], LOST, F(7, 10), F(1)),
]  # fmt: skip


@pytest.mark.parametrize("row", WEIGHTED, ids=lambda row: row.what)
def test_a_weighted_parent(row: Row) -> None:
    made = roll_up(row.children, how="weighted", rule=BY_PACE)
    assert made.status is row.status
    assert made.progress == (None if row.progress is None else pytest.approx(float(row.progress)))
    assert made.expected == (None if row.expected is None else pytest.approx(float(row.expected)))
    assert made.coverage == pytest.approx(float(row.coverage))


WEAKEST = [
    Row("the worst status counts", [child(ON, 0.2, 0.1), child(OFF, 0.5, 0.9)], OFF, F(1, 2),
        F(9, 10)),
    Row("of two the same the lesser progress", [child(ON, 0.7), child(ON, 0.5)], ON, F(1, 2)),
    Row("any child not live: stale", [child(ON, 0.5), child(STALE, 0.5)], STALE, None, None,
        F(1, 2)),
    Row("any child not live: no data", [child(ON, 0.9), child(ON, 0.9), child(NONE)], NONE, None,
        None, F(2, 3)),
    Row("an achieved child is not the weakest", [child(WON, 1.0), child(AT, 0.4)], AT, F(2, 5)),
    Row("all achieved", [child(WON, 1.0), child(WON, 1.0)], WON, F(1)),
]  # fmt: skip


@pytest.mark.parametrize("row", WEAKEST, ids=lambda row: row.what)
def test_a_parent_is_as_its_weakest_child(row: Row) -> None:
    made = roll_up(row.children, how="min", rule=BY_PACE)
    assert made.status is row.status
    assert made.progress == (None if row.progress is None else pytest.approx(float(row.progress)))
    assert made.expected == (None if row.expected is None else pytest.approx(float(row.expected)))
    assert made.coverage == pytest.approx(float(row.coverage))


def test_a_parent_moves_only_after_two_data_days() -> None:
    votes = (Vote(day(48), ON, ON), Vote(day(49), ON, ON))
    behind = [child(AT, 0.3)]
    one = roll_up(behind, how="weighted", rule=BY_PACE, votes=votes)
    assert (one.status, one.vote) == (ON, AT)
    two = roll_up(behind, how="weighted", rule=BY_PACE, votes=(*votes, Vote(day(50), AT, ON)))
    assert two.status is AT


def test_an_objective_says_its_coverage_and_its_newest_day() -> None:
    children = [child(ON, 0.6, 0.5, weight=3), child(STALE, 0.4)]
    said = evaluate_objective(Objective("q/o", "q", "An aim"), Moment(day(51), BY_PACE), children)
    assert (said.status, said.data_day, said.coverage) == (ON, day(50), 0.75)
    assert said.reason == (
        "On track: 60% of the way where 50% was expected, weighted over 1 child "
        "(75% of the weight)."
    )
    assert said.flags == ("partly_covered",)


shares = st.floats(-2, 3, allow_nan=False)
weights = st.floats(1e-3, 1e3)
living = st.builds(
    Child,
    name=st.just("kr"),
    weight=weights,
    status=st.sampled_from([ON, AT, OFF]),
    progress=shares,
    expected=st.floats(0, 1),
)


@settings(max_examples=100, deadline=None)
@given(st.lists(living, min_size=1, max_size=6))
def test_a_weighted_parent_lies_between_its_weakest_and_its_strongest(some: list[Child]) -> None:
    made = roll_up(some, how="weighted", rule=BY_PACE)
    assert made.progress is not None
    assert min(one.share for one in some) <= made.progress <= max(one.share for one in some)


@settings(max_examples=60, deadline=None)
@given(st.lists(living, min_size=1, max_size=6), st.floats(1e-6, 1e6))
def test_the_scale_of_weights_is_no_matter(some: list[Child], k: float) -> None:
    scaled = [
        Child(one.name, one.weight * k, one.status, one.progress, one.expected) for one in some
    ]
    here = roll_up(some, how="weighted", rule=BY_PACE)
    there = roll_up(scaled, how="weighted", rule=BY_PACE)
    assert here.progress == pytest.approx(there.progress, abs=1e-12)
    assert here.expected == pytest.approx(there.expected, abs=1e-12)
    assert here.coverage == pytest.approx(there.coverage)


@settings(max_examples=60, deadline=None)
@given(st.permutations([child(ON, 0.9), child(OFF, 0.1), child(AT, 0.4, 0.6, 2)]))
def test_the_order_of_children_is_no_matter(some: list[Child]) -> None:
    made = roll_up(some, how="weighted", rule=BY_PACE)
    assert made.progress == pytest.approx(1.8 / 4)
    assert made.status is AT


# --- milestones and composites ---------------------------------------------------------------


def steps(*found: tuple[int, int | None, float]) -> KeyResult:
    """Milestones by day due, day done and weight."""
    made = tuple(
        Milestone(f"m{n}", day(due), None if done is None else day(done), weight)
        for n, (due, done, weight) in enumerate(found)
    )
    return goal(None, None, type=KeyResultType.MILESTONES, milestones=made)


MILESTONES = [
    ("nothing due, nothing done", steps((60, None, 1), (90, None, 1)), 50, F(0), F(0), ON),
    ("half due and done", steps((40, 39, 1), (90, None, 1)), 50, F(1, 2), F(1, 2), ON),
    ("half due, none done", steps((40, None, 1), (90, None, 1)), 50, F(0), F(1, 2), OFF),
    ("done ahead of time", steps((60, 10, 1), (90, None, 1)), 50, F(1, 2), F(0), ON),
    ("done by weight", steps((40, 39, 3), (45, None, 1)), 50, F(3, 4), F(1), OFF),
    ("one of four late", steps(*[(40, 39, 1)] * 2, (45, None, 1), (90, None, 1)), 50, F(1, 2),
     F(3, 4), OFF),
    ("a little late", steps((40, 39, 8), (45, None, 1), (90, None, 6)), 50, F(8, 15), F(9, 15), AT),
    ("due on the day itself", steps((50, None, 1), (90, None, 3)), 50, F(0), F(1, 4), AT),
    ("done tomorrow is not done", steps((40, 51, 1), (90, None, 1)), 50, F(0), F(1, 2), OFF),
    ("all done is achieved at once", steps((40, 39, 1), (90, 50, 1)), 50, F(1), F(1, 2), WON),
    ("over and done", steps((40, 39, 1), (90, 100, 1)), 105, F(1), F(1), WON),
    ("over and done too late", steps((40, 39, 1), (90, 101, 1)), 105, F(1, 2), F(1), LOST),
]  # fmt: skip


@pytest.mark.parametrize("row", MILESTONES, ids=lambda row: row[0])
def test_milestones_are_done_weight_against_due_weight(
    row: tuple[str, KeyResult, int, Fraction, Fraction, Status],
) -> None:
    _, kr, n, progress, expected, status = row
    said = evaluate_milestones(kr, Moment(day(n + 1), BY_PACE))
    assert said.progress == pytest.approx(float(progress))
    assert said.expected == pytest.approx(float(expected))
    assert said.status is status


def test_a_score_given_by_a_person_is_a_new_answer_also_when_nothing_else_moved() -> None:
    """Answers are stored when their digest is another: an override after the close must be."""
    moment, before = Moment(day(91), BY_PACE), steps((40, 39, 1), (90, None, 1))
    after = replace(before, score_override=0.7, score_reason="shipped a day later")
    first, second = evaluate_milestones(before, moment), evaluate_milestones(after, moment)
    assert (first.progress, first.status) == (second.progress, second.status)
    assert first.score != second.score
    assert first.inputs_digest != second.inputs_digest


def test_a_late_milestone_is_named() -> None:
    said = evaluate_milestones(steps((40, None, 1), (90, None, 1)), Moment(day(51), BY_PACE))
    assert said.reason.endswith("0 of 2 milestones done, 1 due; late: m0.")


def test_milestones_without_weight_are_invalid_and_before_the_start_not_started() -> None:
    assert evaluate_milestones(steps((40, None, 0)), Moment(day(51), BY_PACE)).status is BROKEN
    assert evaluate_milestones(steps((40, None, 1)), Moment(day(1), BY_PACE)).status is NEW


def test_a_composite_is_the_weighted_mean_of_its_parts() -> None:
    kr = goal(None, None, type=KeyResultType.COMPOSITE)
    said = evaluate_composite(
        kr, Moment(day(51), BY_PACE), [child(ON, 0.9), child(ON, 0.4, weight=3)]
    )
    assert said.progress == pytest.approx(2.1 / 4)
    assert (said.status, said.coverage) == (ON, 1.0)
    assert said.metric is None


def test_limits_are_those_of_the_cycle() -> None:
    strict = StatusRule(by="pace", pace_level=(1.0, 1.05))
    assert roll_up([child(ON, 0.45)], how="weighted", rule=BY_PACE).status is ON
    assert roll_up([child(ON, 0.45)], how="weighted", rule=strict).status is OFF
