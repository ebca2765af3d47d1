"""R10 and R12: which status comes first, what is final, and scores; each test one rule."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from krtracker.evaluation import shown_score
from krtracker.model import Commitment, Cycle, Status, StatusRule
from krtracker.periods import Span
from tests.evaluation.given import (
    CYCLE,
    LAST,
    TOTAL,
    ask,
    day,
    flat,
    goal,
    level,
    metric,
    points,
    run,
    total,
)

ON, RISK, OFF = Status.ON_TRACK, Status.AT_RISK, Status.OFF_TRACK


@pytest.mark.parametrize(
    ("actual", "status", "grade"), [(200, Status.ACHIEVED, "met"), (199, Status.MISSED, "missed")]
)
def test_a_closed_cycle_on_settled_days_is_final(actual: float, status: Status, grade: str) -> None:
    said = level(100, actual, goal(100, 200))
    assert (said.status, said.vote, said.final, said.grade) == (status, status, True, grade)


def test_a_closed_cycle_waits_for_its_last_day_to_settle() -> None:
    waiting = level(100, 200, goal(100, 200), of=metric(settles_in=3))
    assert (waiting.status, waiting.final, waiting.grade) == (ON, False, "")
    assert {"awaiting_final_data", "target_reached"} <= set(waiting.flags)
    settled = ask(103, points(flat(200, 94, 103)), goal(100, 200), of=metric(settles_in=3))
    assert (settled.status, settled.data_day) == (Status.ACHIEVED, day(100))


def test_a_source_that_died_before_the_end_is_stale_and_not_missed() -> None:
    said = ask(110, points(flat(150, 1, 95)), goal(100, 200))
    assert (said.status, said.final) == (Status.STALE, False)


def test_a_source_that_answered_for_the_last_day_closes_the_cycle_without_it() -> None:
    covered = (Span(day(1), day(105)),)
    said = ask(110, points(flat(150, 1, 95)), goal(100, 200), covered=covered)
    assert (said.status, said.data_day) == (Status.MISSED, day(95))


def test_a_quarantined_last_day_does_not_close_the_cycle() -> None:
    covered = (Span(day(1), day(105)),)
    known = points(flat(150, 1, 99))
    said = ask(101, known, goal(100, 200), covered=covered, withheld=(day(100),))
    assert (said.status, said.final) == (OFF, False)


def test_a_hand_recorded_metric_is_not_closed_by_being_covered() -> None:
    of, covered = metric(source="manual", stale_after=35), (Span(day(1), day(105)),)
    said = ask(110, points(flat(150, 1, 95)), goal(100, 200), of=of, covered=covered)
    assert said.final is False
    assert "awaiting_final_data" in said.flags


def test_a_closed_answer_holds_against_later_restatements() -> None:
    first = level(100, 200, goal(100, 200))
    (final,) = first.freeze
    assert (final.what, final.values) == ("final", (200.0, 1.0, 1.0))
    later = level(100, 150, goal(100, 200), frozen=first.freeze)
    assert (later.status, later.actual, later.progress) == (Status.ACHIEVED, 200, 1)
    assert "restated_since_final" in later.flags
    assert later.freeze == ()


def test_a_total_is_achieved_before_the_end_on_settled_days() -> None:
    said = total(50, 1000, goal(None, 1000))
    assert (said.status, said.final, said.score, said.grade) == (
        Status.ACHIEVED,
        False,
        1.0,
        "met",
    )


def test_a_total_reached_only_by_provisional_days_is_on_track() -> None:
    known = points({**flat(0, 1, 50), 1: 900, 50: 100})
    said = ask(50, known, goal(None, 1000), of=metric(TOTAL, settles_in=2))
    assert (said.status, said.provisional) == (ON, True)
    assert "target_reached" in said.flags


def test_a_level_judged_at_the_end_is_never_achieved_early() -> None:
    said = level(99, 300, goal(100, 200))
    assert said.status is ON
    assert "target_reached" in said.flags


def touch(values: dict[int, float], n: int, **changes: object) -> Status:
    of = metric(LAST, **changes)
    return ask(n, points(values), goal(100, 200, touch_days=3), of=of).status


def test_a_level_to_be_touched_is_achieved_after_its_days_in_a_row() -> None:
    assert touch(run(1, [100, 200, 200]), 3) is ON
    assert touch(run(1, [100, 200, 200, 200]), 4) is Status.ACHIEVED
    assert touch(run(1, [100, 200, 150, 200, 200]), 5) is ON


def test_a_touch_counts_only_settled_days() -> None:
    assert touch(run(1, [100, 200, 200, 200]), 4, settles_in=1) is ON
    assert touch(run(1, [100, 200, 200, 200, 90]), 5, settles_in=1) is Status.ACHIEVED


def test_a_touch_before_the_start_does_not_count() -> None:
    assert touch(run(-1, [200, 200, 200, 200]), 2) is ON


def test_a_touched_goal_stays_achieved_at_the_end() -> None:
    known = {**flat(100, 1, 100), 10: 200.0, 11: 200.0, 12: 200.0}
    said = ask(100, points(known), goal(100, 200, touch_days=3), of=metric(LAST))
    assert (said.status, said.score, said.progress, said.grade) == (Status.ACHIEVED, 1.0, 0, "met")


# --- by chance (R10.8) ---------------------------------------------------------------------------


def chance(p: float, commitment: Commitment | None = None, **rule: Any) -> Status:
    cycle = replace(Cycle("q", "Q", CYCLE), status=replace(StatusRule(), **rule))
    kr = goal(100, 200, commitment=commitment)
    return level(50, 100, kr, cycle=cycle, probability=p).status


@pytest.mark.parametrize(
    ("p", "plain", "committed"),
    [
        (0.9, ON, ON),
        (0.8, ON, ON),
        (0.7, ON, RISK),
        (0.5, RISK, RISK),
        (0.3, RISK, OFF),
        (0.29, OFF, OFF),
    ],
)
def test_the_chance_decides_where_a_forecast_is_allowed(
    p: float, plain: Status, committed: Status
) -> None:
    assert chance(p) is plain
    assert chance(p, Commitment.ASPIRATIONAL) is plain
    assert chance(p, Commitment.COMMITTED) is committed


def test_a_cycle_judged_by_pace_ignores_the_chance() -> None:
    assert chance(0.99, by="pace") is OFF


def test_the_limits_of_the_cycle_are_used() -> None:
    assert chance(0.6, on_track=0.6) is ON
    rule = replace(StatusRule(by="pace"), pace_level=(1.3, 2.0))
    cycle = Cycle("q", "Q", CYCLE, status=rule)
    assert level(50, 100, goal(100, 200), cycle=cycle).status is RISK


def test_where_chance_and_pace_disagree_both_are_told() -> None:
    cycle = Cycle("q", "Q", CYCLE)
    said = level(50, 100, goal(100, 200), cycle=cycle, probability=0.72)
    assert (said.status, said.pace_status, said.probability) == (ON, OFF, 0.72)
    assert "the chance of reaching it is 72%" in said.reason
    assert "by pace alone it is off track" in said.reason


# --- scores (R12) ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("score", "shown"),
    [
        (0.0, 0.0),
        (0.04, 0.0),
        (0.05, 0.1),
        (0.25, 0.3),
        (0.349, 0.3),
        (0.35, 0.4),
        (0.649999999999999, 0.6 + 0.1),
        (0.94, 0.9),
        (0.96, 0.9),
        (0.9999, 0.9),
        (1.0, 1.0),
    ],
)
def test_a_score_is_shown_to_one_decimal_and_never_as_one_below_it(
    score: float, shown: float
) -> None:
    assert shown_score(score) == pytest.approx(shown)


@pytest.mark.parametrize(
    ("actual", "score", "grade"),
    [
        (165, 0.65, "delivered"),
        (164, 0.64, "progress"),
        (135, 0.35, "progress"),
        (134, 0.34, "failed"),
        (250, 1.0, "delivered"),
        (50, 0.0, "failed"),
    ],
)
def test_an_aspirational_goal_is_graded_on_the_shown_score(
    actual: float, score: float, grade: str
) -> None:
    said = level(100, actual, goal(100, 200, commitment=Commitment.ASPIRATIONAL))
    assert said.score == pytest.approx(score)
    assert said.grade == grade


def test_nearly_met_is_missed_for_a_committed_goal() -> None:
    said = level(100, 196, goal(100, 200, commitment=Commitment.COMMITTED))
    assert (said.score, said.grade, said.status) == (0.96, "missed", Status.MISSED)


def test_a_running_goal_has_a_score_and_no_grade() -> None:
    said = level(50, 130, goal(100, 200))
    assert (said.score, said.grade) == (0.3, "")


def test_an_override_keeps_the_computed_progress() -> None:
    kr = goal(100, 200, score_override=0.7, score_reason="the launch slipped by us")
    said = level(100, 130, replace(kr, commitment=Commitment.ASPIRATIONAL))
    assert (said.score, said.progress, said.grade) == (0.7, 0.3, "delivered")
    assert "score_overridden" in said.flags


def test_an_override_without_a_reason_does_not_count() -> None:
    said = level(100, 130, goal(100, 200, score_override=0.7))
    assert said.score == 0.3
    assert "override_without_reason" in said.flags
