"""Worked examples of R4: what each aggregation makes of a series, and when it refuses."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from krtracker.model import Actual, Kind, Status
from krtracker.periods import Grain, Span
from tests.evaluation.given import CYCLE, MEAN7, TOTAL, ask, day, goal, metric, points, run

SPAN = Span(date(2026, 1, 1), date(2026, 6, 30))
TEN = run(1, [10, 20, 30, 40, 50, 60, 70, 80, 90, 100])
WEEKS = {4: 10.0, 11: 20.0, 18: 30.0, 25: 40.0, 32: 60.0}
"""Weeks that end on Sundays: 2026-01-04, -11, -18, -25, 2026-02-01."""

# how, size, known days, asked after day, actual, used, missing
Example = tuple[str, float, dict[int, float], int, float, int, int]
EXAMPLES: list[Example] = [
    ("last", 0, TEN, 10, 100, 1, 0),
    ("mean", 7, TEN, 10, 70, 7, 0),
    ("mean", 7, {n: v for n, v in TEN.items() if n != 8}, 10, 410 / 6, 6, 1),
    ("mean", 5, {n: v for n, v in TEN.items() if n != 8}, 10, 320 / 4, 4, 1),
    ("mean", 1, TEN, 10, 100, 1, 0),
    ("mean", 28, run(-17, [2.0] * 28), 10, 2, 28, 0),
    ("mean", 28, run(-12, [2.0] * 23), 10, 2, 23, 5),
    ("run_rate", 28, run(-17, [16.0] * 28), 10, 487, 28, 0),
    ("run_rate", 28, run(-17, [1.0] * 14 + [3.0] * 14), 10, 60.875, 28, 0),
    ("cycle_sum", 0, TEN, 10, 550, 10, 0),
    ("cycle_sum", 0, {n: v for n, v in TEN.items() if n not in {2, 3}}, 10, 500, 8, 2),
    ("cycle_sum", 0, {-1: 7, 0: 9, **TEN}, 10, 550, 10, 0),
    ("cycle_sum", 0, run(1, [0.1] * 10), 10, 1.0, 10, 0),  # math.fsum: exactly 1
    ("month_to_date", 0, TEN, 10, 550, 10, 0),
    ("month_to_date", 0, run(1, [1.0] * 40), 40, 9, 9, 0),  # day 40 is 2026-02-09
    ("last_full_month", 0, run(-30, [2.0] * 45), 14, 62, 31, 0),  # December 2025
    ("last_full_month", 0, run(1, [1.0] * 31 + [5.0] * 28), 59, 140, 28, 0),  # to 2026-02-28
    ("last_full_month", 0, run(1, [1.0] * 58), 58, 31, 31, 0),  # February is not yet full
    ("cycle_max", 0, {0: 500, **TEN}, 10, 100, 10, 0),
    ("cycle_min", 0, {0: -5, **TEN}, 10, 10, 10, 0),
    ("cycle_percentile", 50, TEN, 10, 55, 10, 0),
    ("cycle_percentile", 95, TEN, 10, 95.5, 10, 0),  # 9 * 0.95 = 8.55: 90 + 0.55 * 10
    ("cycle_percentile", 0, TEN, 10, 10, 10, 0),
    ("cycle_percentile", 100, TEN, 10, 100, 10, 0),
    ("cycle_percentile", 90, run(1, [7.0]), 1, 7, 1, 0),
    ("last_n", 3, TEN, 10, 90, 3, 0),
    ("last_n", 3, {2: 10, 5: 20, 9: 60}, 9, 30, 3, 0),
    ("last_n", 3, {5: 20, 9: 60}, 9, 40, 2, 1),
]


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda row: f"{row[0]}-{row[1]}-{row[4]}")
def test_an_aggregation_gives_the_number_computed_by_hand(example: Example) -> None:
    how, size, known, n, actual, used, missing = example
    said = ask(n, points(known), goal(0, 1000), of=metric(Actual(how, size)))
    assert said.actual == pytest.approx(actual, rel=1e-12)
    assert (said.days_used, said.days_missing) == (used, missing)
    assert ("missing_days" in said.flags) == (missing > 0)


def ratio(known: dict[int, float], weights: dict[int, float], how: Actual, **changes: Any) -> Any:
    of = metric(how, kind=Kind.RATIO, **changes)
    return ask(max(known), points(known, weights), goal(0.1, 0.9), of=of)


def test_a_ratio_is_pooled_and_not_averaged() -> None:
    """1 of 2 and 10 of 100 are 11 of 102, not 30 %."""
    known, weights = {**run(1, [0.0] * 5), 6: 0.5, 7: 0.1}, {**run(1, [0.0] * 5), 6: 2, 7: 100}
    said = ratio(known, weights, Actual("weighted_mean", 7))
    assert said.actual == pytest.approx(11 / 102)
    assert said.pooled_weight == 102


def test_a_session_duration_is_weighted_by_its_sessions() -> None:
    known, weights = run(1, [60, 120, 60, 120, 60, 120, 300]), run(1, [1, 1, 1, 1, 1, 1, 4])
    of = metric(Actual("weighted_mean", 7), kind=Kind.DURATION, unit="s")
    said = ask(7, points(known, weights), goal(60, 600), of=of)
    assert said.actual == pytest.approx((540 + 1200) / 10)


def test_a_ratio_with_nothing_below_the_line_is_no_data() -> None:
    said = ratio(run(1, [0.0] * 7), run(1, [0.0] * 7), Actual("weighted_mean", 7))
    assert (said.status, said.actual) == (Status.NO_DATA, None)
    assert "nothing was counted" in said.reason


def test_the_last_day_of_a_ratio_without_events_is_no_data() -> None:
    said = ratio({1: 0.5, 2: 0.0}, {1: 4, 2: 0}, Actual("last"))
    assert said.status is Status.NO_DATA


def test_the_last_surveys_of_a_ratio_are_pooled_too() -> None:
    said = ratio({1: 0.5, 5: 0.1}, {1: 2, 5: 100}, Actual("last_n", 3))
    assert said.actual == pytest.approx(11 / 102)


def test_a_weighted_mean_judges_the_newest_day_known_on_both_sides() -> None:
    nan = float("nan")
    weights = {**run(1, [1.0] * 8), 8: nan}
    said = ratio(run(1, [0.5] * 7 + [0.9]), weights, Actual("weighted_mean", 7))
    assert (said.data_day, said.actual) == (day(7), 0.5)


def test_a_weighted_mean_of_a_series_without_weights_is_refused() -> None:
    of = metric(Actual("weighted_mean", 7), kind=Kind.DURATION)
    said = ask(7, points(run(1, [5.0] * 7)), goal(1, 10), of=of)
    assert said.status is Status.NO_DATA
    assert "weights" in said.reason


@pytest.mark.parametrize(("size", "known"), [(7, 5), (28, 22), (10, 7), (5, 3)])
def test_a_mean_with_less_than_four_days_in_five_is_refused(size: int, known: int) -> None:
    said = ask(known, points(run(1, [1.0] * known)), goal(0, 9), of=metric(Actual("mean", size)))
    assert said.status is Status.NO_DATA
    assert f"only {known} of the {size} days" in said.reason


@pytest.mark.parametrize(("size", "known"), [(7, 6), (28, 23), (10, 8), (5, 4)])
def test_a_mean_with_four_days_in_five_is_taken(size: int, known: int) -> None:
    said = ask(known, points(run(1, [1.0] * known)), goal(0, 9), of=metric(Actual("mean", size)))
    assert said.actual == 1


def test_a_month_that_begins_before_the_history_is_not_a_bad_month() -> None:
    of = metric(Actual("last_full_month"))
    said = ask(12, points(run(-5, [10.0] * 18)), goal(0, 999), of=of)
    assert said.status is Status.NO_DATA
    assert "6 of the 31 days in 2025-12-01 to 2025-12-31" in said.reason


def test_a_week_grain_counts_weeks() -> None:
    """Five weeks to 2026-02-01 are averaged; with three of the five known it is refused."""
    of = metric(Actual("mean", 5), grain=Grain.WEEK)
    said = ask(32, points(WEEKS), goal(0, 99), of=of)
    assert (said.actual, said.days_used, said.window) == (32, 5, Span(day(-2), day(32)))
    short = {n: v for n, v in WEEKS.items() if n not in {18, 25}}
    assert ask(32, points(short), goal(0, 99), of=of).status is Status.NO_DATA


def test_a_week_grain_total_misses_weeks_and_not_days() -> None:
    said = ask(36, points(WEEKS), goal(None, 999), of=metric(TOTAL, grain=Grain.WEEK))
    assert (said.actual, said.days_used, said.days_missing) == (160, 5, 0)


def test_a_month_grain_mean_spans_calendar_months() -> None:
    """October to December 2025 and January 2026, dated by their last days."""
    known = {-61: 10.0, -31: 20.0, 0: 30.0, 31: 60.0}
    of = metric(Actual("mean", 4), grain=Grain.MONTH)
    said = ask(40, points(known), goal(1, 99), of=of)
    assert (said.actual, said.window) == (30, Span(date(2025, 10, 1), date(2026, 1, 31)))


def test_a_leap_day_is_a_day_like_any_other() -> None:
    span = Span(date(2028, 2, 1), date(2028, 3, 31))
    first = (span.first - CYCLE.first).days + 1
    known = points(run(first, [1.0] * 31))
    said = ask(first + 30, known, goal(None, 60, span=span), of=metric(TOTAL))
    assert (said.data_day, said.actual) == (date(2028, 3, 2), 31)
    assert said.expected == pytest.approx(31 / 60)


def test_the_days_of_a_clock_change_are_just_days() -> None:
    """2026-03-29 has 23 hours in Berlin and counts like its neighbours."""
    of = metric(MEAN7, zone="Europe/Berlin")
    said = ask(89, points(run(80, [70.0] * 10)), goal(0, 140), of=of)
    assert (said.data_day, said.actual, said.expected) == (date(2026, 3, 30), 70, 0.89)


def test_a_year_of_53_weeks_is_still_counted_in_days() -> None:
    span = Span(date(2026, 1, 1), date(2026, 12, 31))
    said = ask(360, points(run(1, [1.0] * 360)), goal(None, 365, span=span), of=metric(TOTAL))
    assert said.expected == pytest.approx(360 / 365)
