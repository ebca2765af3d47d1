"""R2 and R3: which day a key result is judged at, and when it is stale, settled or without data."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import pytest

from krtracker.evaluation import evaluate
from krtracker.model import Actual, Series, Status
from krtracker.periods import Grain, Span
from tests.evaluation.given import (
    CYCLE,
    LAST,
    MEAN7,
    TOTAL,
    ask,
    day,
    flat,
    goal,
    metric,
    points,
    question,
    run,
)

GOAL = goal(0, 100)


def test_today_is_never_used() -> None:
    said = ask(10, points(flat(50, 1, 11)), GOAL)
    assert said.data_day == day(10)


def test_a_late_source_is_judged_at_its_own_day_and_not_called_behind() -> None:
    """Two days late: day 50 counts, and e is that of day 50."""
    said = ask(52, points(flat(50, 1, 50)), GOAL)
    assert (said.data_day, said.expected, said.age) == (day(50), 0.5, 2)
    assert said.status is Status.ON_TRACK


@pytest.mark.parametrize(
    "row",
    [
        (50, 0, True, 2, 0, Status.ON_TRACK),
        (48, 0, True, 2, 2, Status.ON_TRACK),
        (47, 0, True, 2, 3, Status.STALE),
        (47, 0, False, 2, 2, Status.ON_TRACK),  # before ready_at one day less is expected
        (47, 1, True, 2, 2, Status.ON_TRACK),
        (43, 5, True, 2, 2, Status.ON_TRACK),
        (42, 5, True, 2, 3, Status.STALE),
        (50, 5, True, 2, 0, Status.ON_TRACK),  # earlier than it must be
        (47, 0, True, 3, 3, Status.ON_TRACK),
        (15, 0, True, 35, 35, Status.ON_TRACK),
    ],
)
def test_the_age_counts_from_the_day_that_should_be_known(
    row: tuple[int, int, bool, int, int, Status],
) -> None:
    known_to, late_by, ready, stale_after, age, status = row
    of = metric(late_by=late_by, stale_after=stale_after)
    said = ask(50, points(flat(60, -9, known_to)), GOAL, of=of, ready=ready)
    assert (said.age, said.status) == (age, status)


def test_a_stale_key_result_keeps_its_last_numbers() -> None:
    said = ask(60, points(flat(50, 1, 50)), GOAL)
    assert (said.status, said.vote) == (Status.STALE, Status.ON_TRACK)
    assert (said.actual, said.progress, said.data_day) == (50, 0.5, day(50))
    assert "2026-02-19, 10 days older than expected (limit 2)" in said.reason


@pytest.mark.parametrize(("settles_in", "provisional"), [(0, False), (1, True), (3, True)])
def test_a_day_that_may_still_be_restated_is_provisional(
    settles_in: int, provisional: bool
) -> None:
    said = ask(50, points(flat(50, 1, 50)), GOAL, of=metric(settles_in=settles_in))
    assert said.provisional is provisional


def test_nothing_known_is_no_data() -> None:
    said = ask(50, Series((), ()), GOAL)
    assert (said.status, said.data_day, said.age, said.actual) == (Status.NO_DATA, None, None, None)


def test_a_total_without_a_day_of_the_cycle_is_no_data() -> None:
    said = ask(5, points(flat(9, -9, 0)), goal(None, 100), of=metric(TOTAL))
    assert said.status is Status.NO_DATA


def test_before_the_first_day_is_complete_nothing_has_started() -> None:
    said = ask(0, points(flat(9, -9, 0)), GOAL)
    assert (said.status, said.expected) == (Status.NOT_STARTED, 0)
    assert said.reason.startswith("Not started: the first day, 2026-01-01, is not complete")


def test_a_late_source_starts_when_its_first_day_is_due() -> None:
    of, series = metric(TOTAL, late_by=7), points({})
    assert ask(7, series, goal(None, 9), of=of).status is Status.NOT_STARTED
    assert ask(8, series, goal(None, 9), of=of).status is Status.NO_DATA


def test_a_quiet_day_is_zero_only_when_a_pull_covered_it() -> None:
    of = metric(TOTAL, missing_is_zero=True)
    known = points({1: 5, 3: 5})
    covered = (Span(day(1), day(2)), Span(day(3), day(4)))
    said = ask(5, known, goal(None, 100), of=of, covered=covered)
    assert (said.data_day, said.actual, said.days_used, said.days_missing) == (day(4), 10, 4, 0)
    bare = ask(5, known, goal(None, 100), of=of)
    assert (bare.data_day, bare.days_used, bare.days_missing) == (day(3), 2, 1)


def test_a_quiet_day_is_unknown_without_the_metric_saying_so() -> None:
    covered = (Span(day(-9), day(10)),)
    said = ask(10, points({1: 5, 3: 5}), goal(None, 100), of=metric(TOTAL), covered=covered)
    assert (said.data_day, said.days_missing) == (day(3), 1)


def test_a_quarantined_day_is_never_read_as_zero() -> None:
    of = metric(LAST, missing_is_zero=True)
    covered = (Span(day(1), day(4)),)
    said = ask(4, points({1: 5, 3: 6}), goal(0, 10), of=of, covered=covered, withheld=(day(4),))
    assert (said.data_day, said.actual) == (day(3), 6)


def test_a_dead_pipeline_never_looks_like_a_day_without_sign_ups() -> None:
    of = metric(TOTAL, missing_is_zero=True)
    covered = (Span(day(1), day(10)),)
    said = ask(20, points(flat(5, 1, 10)), goal(None, 100), of=of, covered=covered)
    assert (said.status, said.data_day) == (Status.STALE, day(10))


def test_zeros_are_filled_into_means_with_weights_too() -> None:
    of = metric(Actual("weighted_mean", 7), missing_is_zero=True)
    covered = (Span(day(1), day(7)),)
    said = ask(7, points({1: 0.5}, {1: 10}), goal(0, 1), of=of, covered=covered)
    assert (said.actual, said.pooled_weight, said.days_used) == (0.5, 10, 7)


def test_a_retracted_day_moves_the_data_day_back() -> None:
    known = flat(50, 1, 20)
    before = ask(20, points(known), GOAL)
    known.pop(20)
    after = ask(20, points(known), GOAL)
    assert (before.data_day, after.data_day) == (day(20), day(19))


def test_days_before_the_history_needed_and_after_the_end_change_nothing() -> None:
    few, many = points(flat(50, -9, 50)), points({**flat(7, -400, -10), **flat(50, -9, 200)})
    kr = replace(GOAL, baseline=GOAL.baseline)
    assert ask(50, few, kr) == ask(50, many, kr)


def test_a_weekly_metric_ages_by_weeks() -> None:
    """Weeks end on Sundays; on Friday 2026-02-20 the week to 02-15 (day 46) is expected."""
    of = metric(LAST, grain=Grain.WEEK, stale_after=1)
    fresh = ask(50, points({32: 1, 39: 2, 46: 3}), goal(0, 9), of=of)
    late = ask(50, points({32: 1, 39: 2}), goal(0, 9), of=of)
    stale = ask(50, points({32: 1}), goal(0, 9), of=of)
    assert [one.age for one in (fresh, late, stale)] == [0, 1, 2]
    assert stale.status is Status.STALE


def test_a_monthly_metric_waits_for_the_month_to_end() -> None:
    of = metric(LAST, grain=Grain.MONTH, stale_after=0)
    assert ask(58, points({31: 5}), goal(0, 9), of=of).age == 0
    assert ask(59, points({31: 5}), goal(0, 9), of=of).age == 1
    assert ask(59, points({31: 5}), goal(0, 9), of=of).status is Status.STALE


def test_numpy_and_array_columns_are_as_good_as_lists() -> None:
    plain = points(flat(50, -9, 50), flat(2, -9, 50))
    arrays: list[Any] = [np.array(one) for one in (plain.days, plain.values, plain.weights)]
    columns = Series(*arrays)
    of = metric(Actual("weighted_mean", 7))
    said = ask(50, columns, GOAL, of=of)
    assert said == ask(50, plain, GOAL, of=of)
    assert type(said.actual) is float


def test_an_answer_depends_on_nothing_but_its_question() -> None:
    asked = question(50, points(run(-9, [50.0] * 60)), GOAL)
    assert evaluate(asked) == evaluate(asked)
    assert evaluate(asked).today == date(2026, 2, 20)
    assert CYCLE.days == 100
    assert MEAN7.size == 7
