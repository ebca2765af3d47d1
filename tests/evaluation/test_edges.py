"""The edges of R2 to R10: first and last days, exact limits, weeks and months, nothing known."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from krtracker.evaluation import needed_span
from krtracker.evaluation.days import Periods
from krtracker.evaluation.paths import between
from krtracker.evaluation.targets import check_goal, direction_of
from krtracker.evaluation.votes import standing
from krtracker.model import (
    Actual,
    Baseline,
    Better,
    Cycle,
    KeyResultType,
    Kind,
    PacePoint,
    Status,
    Target,
    Vote,
)
from krtracker.periods import Grain, Span
from tests.evaluation.given import (
    CYCLE,
    LAST,
    TOTAL,
    amended,
    ask,
    day,
    flat,
    goal,
    level,
    metric,
    pace,
    points,
    total,
)

WEEK_BEFORE = Baseline("previous", days=7)
ON, AT, OFF = Status.ON_TRACK, Status.AT_RISK, Status.OFF_TRACK


# --- days ----------------------------------------------------------------------------------------

MONTHS = [
    (date(2026, 1, 1), date(2026, 3, 31), 3),
    (date(2026, 1, 31), date(2026, 1, 31), 1),
    (date(2026, 1, 31), date(2026, 2, 28), 2),
    (date(2026, 2, 1), date(2026, 2, 27), 0),
    (date(2023, 12, 1), date(2024, 2, 29), 3),
]


@pytest.mark.parametrize(("first", "last", "count"), MONTHS)
def test_month_ends_are_counted(first: date, last: date, count: int) -> None:
    assert Periods(Grain.MONTH).within(first.toordinal(), last.toordinal()) == count


def test_weeks_end_on_the_weekday_the_series_ends_on() -> None:
    """Weeks to Wednesday: on Thursday, day 50, the week to day 49 is the newest whole one."""
    series = points(dict.fromkeys(range(-14, 50, 7), 5.0))
    said = ask(50, series, goal(0, 10), of=metric(LAST, grain=Grain.WEEK))
    assert (said.data_day, said.age) == (day(49), 0)
    assert ask(55, series, goal(0, 10), of=metric(LAST, grain=Grain.WEEK)).age == 0
    assert ask(56, series, goal(0, 10), of=metric(LAST, grain=Grain.WEEK)).age == 1


def test_a_single_covered_day_without_a_row_is_zero() -> None:
    known = flat(5, 1, 10)
    del known[4]
    of = metric(TOTAL, missing_is_zero=True)
    said = ask(10, points(known), goal(None, 100), of=of, covered=(Span(day(1), day(10)),))
    assert (said.actual, said.days_used, said.days_missing) == (45.0, 10, 0)


def test_a_total_known_only_before_its_start_has_no_data() -> None:
    kr = goal(None, 100, pace=pace("weekday"))
    said = ask(3, points(flat(5, -10, 0)), kr, of=metric(TOTAL))
    assert (said.status, said.actual, said.expected) == (Status.NO_DATA, None, 0.0)
    assert said.reason == "No data: no day is known in 2026-01-01."


def test_nothing_known_is_nothing_counted() -> None:
    said = ask(10, points({}), goal(1, 9))
    assert (said.status, said.days_used, said.days_missing) == (Status.NO_DATA, 0, 0)
    assert (said.window, said.level, said.score, said.flags) == (None, "", None, ())


def test_the_newest_value_is_a_window_of_its_one_day() -> None:
    said = ask(5, points({5: 0.5}, {5: 8}), goal(0.1, 0.9), of=metric(LAST, kind=Kind.RATIO))
    assert said.window == Span(day(5), day(5))
    assert (said.days_used, said.days_missing, said.pooled_weight) == (1, 0, 8.0)


NEEDED = [
    (LAST, Grain.DAY, date(2025, 12, 29)),
    (LAST, Grain.MONTH, date(2025, 9, 30)),
    (LAST, Grain.WEEK, date(2025, 12, 11)),
    (Actual("month_to_date"), Grain.DAY, date(2025, 12, 1)),
    (Actual("last_full_month"), Grain.DAY, date(2025, 11, 1)),
    (Actual("last_n", 4), Grain.DAY, date(2025, 12, 19)),
    (Actual("last_n", 2), Grain.WEEK, date(2025, 11, 13)),
    (Actual("mean", 28), Grain.DAY, date(2025, 12, 1)),
]


@pytest.mark.parametrize(("actual", "grain", "first"), NEEDED)
def test_a_level_needs_its_window_behind_the_oldest_day_it_may_stand_on(
    actual: Actual, grain: Grain, first: date
) -> None:
    """Two periods stale and one for yesterday: December 29, or 3 weeks, or 93 days back."""
    of = metric(actual, grain=grain)
    cycle = Cycle("q", "Q", CYCLE)
    assert needed_span(goal(1, 2), of, cycle, previous_cycle=None) == Span(first, CYCLE.last)


# --- flags ---------------------------------------------------------------------------------------


def test_an_ordinary_running_goal_has_no_flags() -> None:
    assert level(50, 150, goal(100, 200)).flags == ()


def test_a_goal_from_zero_to_zero_is_degenerate() -> None:
    assert level(50, 0, goal(0, 0)).flags == ("degenerate_target", "target_reached")
    assert level(50, 0.5, goal(0, 1)).flags == ()


@pytest.mark.parametrize(("n", "flags"), [(49, ()), (50, ("amended",)), (51, ("amended",))])
def test_an_amendment_is_flagged_from_its_day_on(n: int, flags: tuple[str, ...]) -> None:
    kr = goal(100, 300, amendments=(amended(50, 200, 300),))
    assert level(n, 150, kr).flags == flags


@pytest.mark.parametrize(("n", "waits"), [(99, False), (100, True), (102, True), (103, False)])
def test_the_final_data_is_awaited_from_the_last_day_until_it_is_settled(
    n: int, waits: bool
) -> None:
    series = points(flat(150, 80, min(n, 100)))
    said = ask(n, series, goal(100, 200), of=metric(LAST, settles_in=3))
    assert ("awaiting_final_data" in said.flags, said.final) == (waits, n == 103)


def test_nothing_is_awaited_of_a_goal_without_data() -> None:
    assert ask(101, points({}), goal(100, 200), of=metric(LAST, settles_in=3)).flags == ()


# --- baselines -----------------------------------------------------------------------------------


@pytest.mark.parametrize(("n", "late"), [(4, False), (5, True)])
def test_a_baseline_is_backfilled_when_it_comes_later_than_staleness_allows(
    n: int, late: bool
) -> None:
    """Settled on day 3 (two days after day 0 and one), two days more may pass: day 5."""
    known = points(flat(10, -6, n))
    said = ask(n, known, goal(WEEK_BEFORE, 20), of=metric(settles_in=2, stale_after=2))
    assert [one.what for one in said.freeze] == ["baseline"]
    assert ("baseline_backfilled" in said.flags) is late


@pytest.mark.parametrize(("n", "late"), [(14, False), (15, True)])
def test_a_weekly_baseline_counts_its_waits_in_weeks(n: int, late: bool) -> None:
    """Settled on day 8 (a week after day 0 and one), a week more may pass: day 15."""
    known = points(dict.fromkeys(range(-21, n + 1, 7), 10.0))
    of = metric(LAST, grain=Grain.WEEK, settles_in=1, stale_after=1)
    said = ask(n, known, goal(Baseline("previous", days=4), 20), of=of)
    assert [one.what for one in said.freeze] == ["baseline"]
    assert ("baseline_backfilled" in said.flags) is late


@pytest.mark.parametrize(("measured", "differs"), [(110, False), (111, True), (89, True)])
def test_a_guess_off_by_more_than_a_tenth_is_flagged(measured: float, differs: bool) -> None:
    guess = Baseline("mean", span=Span(day(-6), day(0)), about=100.0)
    said = ask(1, points(flat(measured, -6, 1)), goal(guess, 200))
    assert ("baseline_differs_from_about" in said.flags) is differs


@pytest.mark.parametrize(("first", "flags"), [(-6, ()), (-5, ("baseline_days_missing",))])
def test_days_missing_from_a_baseline_are_flagged(first: int, flags: tuple[str, ...]) -> None:
    said = ask(1, points(flat(10, first, 1)), goal(WEEK_BEFORE, 20), of=metric(LAST))
    assert said.flags == flags


GUESSED = Baseline("mean", span=Span(day(-6), day(20)), about=120.0)


@pytest.mark.parametrize(
    ("baseline", "known"), [(GUESSED, flat(120, 1, 5)), (WEEK_BEFORE, flat(120, -6, 5))]
)
def test_a_guess_or_a_provisional_baseline_beyond_the_target_is_refused_too(
    baseline: Baseline, known: dict[int, float]
) -> None:
    kr = goal(baseline, 100, direction=Better.UP)
    said = ask(5, points(known), kr, of=metric(LAST, settles_in=9))
    assert (said.status, said.baseline) == (Status.INVALID, 120.0)
    assert said.reason.startswith("Invalid (already_reached): the measured baseline 120 is")


def test_whole_months_are_counted_over_the_end_of_a_year() -> None:
    """December 2024 and January 2025: 62 days of 2, by two months."""
    window = Baseline("mean", span=Span(date(2024, 12, 1), date(2025, 1, 31)))
    known = points(flat(2, -395, -334) | flat(2, -40, 5))
    said = ask(5, known, goal(window, 100), of=metric(Actual("last_full_month")))
    assert said.baseline == 62.0


# --- targets -------------------------------------------------------------------------------------


def refused(kr: Any, of: Any = None) -> str | None:
    found = check_goal(kr, of or metric())
    return found and found[0]


def test_a_change_against_the_stated_direction_is_refused_before_anything_is_measured() -> None:
    words = "the target -5 lies behind the baseline of a goal that should rise"
    kr = goal(WEEK_BEFORE, Target("change", -5.0), direction=Better.UP)
    assert check_goal(kr, metric()) == ("target_behind_baseline", words)
    down = goal(WEEK_BEFORE, Target("change", 5.0), direction=Better.DOWN)
    assert refused(down) == "target_behind_baseline"


@pytest.mark.parametrize("change", [0.0, 0.5])
def test_a_small_change_or_none_is_no_change_against_it(change: float) -> None:
    kr = goal(WEEK_BEFORE, Target("change", change), direction=Better.UP)
    assert refused(kr) is None


def test_bounds_may_be_one_and_the_same() -> None:
    kr = goal(None, Target("range", 10.0, high=10.0), type=KeyResultType.KEEP_BETWEEN)
    assert refused(kr) is None
    crossed = goal(None, Target("range", 10.0, high=9.0), type=KeyResultType.KEEP_BETWEEN)
    assert refused(crossed) == "no_bounds"


def test_a_total_stated_to_start_from_zero_says_nothing_of_its_direction() -> None:
    falls = metric(TOTAL, better=Better.DOWN)
    assert direction_of(goal(0, 100), falls) == -1
    assert direction_of(goal(50, 100), falls) == 1
    assert direction_of(goal(0, 100), metric(LAST, better=Better.DOWN)) == 1


# --- paths ---------------------------------------------------------------------------------------


def test_between_corners_are_straight_lines_and_level_ends() -> None:
    corners = ((10, 1.0), (20, 2.0), (40, 8.0))
    found = [between(corners, one) for one in (5, 10, 15, 20, 30, 40, 45)]
    assert found == [1.0, 1.0, 1.5, 2.0, 5.0, 8.0, 8.0]


def test_points_on_the_way_to_where_one_is_already_are_a_line() -> None:
    path = pace("points", points=(PacePoint(day(20), quantity=110),))
    assert level(50, 100, goal(100, 100, pace=path)).expected == 0.5


def weekday(n: int, *holidays: int) -> float | None:
    """Mondays to Saturdays weigh 1, Sundays (day 4, 11, ...) nothing."""
    path = pace("weekday", weekday_weights=(1.0,) * 6 + (0.0,))
    marked = tuple(day(one) for one in holidays)
    return total(n, 5, goal(None, 100, pace=path), holidays=marked).expected


@pytest.mark.parametrize("marked", [1, 100])
def test_a_holiday_on_the_first_or_the_last_day_counts(marked: int) -> None:
    """100 days with 14 Sundays are 86, a holiday leaves 85."""
    assert weekday(50) == pytest.approx(43 / 86)
    assert weekday(50, marked) == pytest.approx((42 if marked == 1 else 43) / 85)


@pytest.mark.parametrize("marked", [0, 101])
def test_a_holiday_outside_the_cycle_does_not(marked: int) -> None:
    assert weekday(50, marked) == pytest.approx(43 / 86)


def test_a_weekday_never_seen_leaves_a_line() -> None:
    """Six days of seven are 48 of 56, enough of them but no Sunday."""
    open_days = {n: 7.0 for n in range(-55, 11) if (n - 4) % 7}
    said = ask(10, points(open_days), goal(None, 500, pace=pace("weekday")), of=metric(TOTAL))
    assert (said.expected, "path_linear" in said.flags) == (0.1, True)


def test_a_last_year_of_nothing_leaves_a_line() -> None:
    known = flat(0, -363, -264) | flat(1, 1, 10)
    said = ask(10, points(known), goal(None, 500, pace=pace("last-year")), of=metric(TOTAL))
    assert (said.expected, "path_linear" in said.flags) == (0.1, True)


# --- votes ---------------------------------------------------------------------------------------


def test_a_vote_that_says_nothing_is_passed_over() -> None:
    """On track, no data, then at risk twice: the second moves it, and is spent."""
    said = [ON, Status.NO_DATA, AT, AT]
    votes = [Vote(day(n), one, one if one in (ON, Status.NO_DATA) else ON, None, one)
             for n, one in enumerate(said, start=1)]  # fmt: skip
    assert standing(votes[:3]) == (ON, AT)
    assert standing(votes) == (ON, AT)
    unpublished = [Vote(one.data_day, one.vote, Status.STALE, None, one.vote) for one in votes]
    assert standing(unpublished) == (AT, None)
