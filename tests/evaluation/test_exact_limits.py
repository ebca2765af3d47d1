"""Exact limits of the rules: what lies on a line, the last day, one value, a value of zero."""

from __future__ import annotations

from datetime import date

import pytest

from krtracker.evaluation.actuals import View, reading_at
from krtracker.evaluation.cases import case_of
from krtracker.evaluation.formulas import zero_filled
from krtracker.evaluation.intervals import wilson
from krtracker.evaluation.numbers import same
from krtracker.evaluation.quantities import quantity
from krtracker.evaluation.rollups import weighted_mean
from krtracker.evaluation.steps import median
from krtracker.evaluation.targets import check_goal
from krtracker.model import (
    Actual,
    Baseline,
    KeyResultType,
    Kind,
    PacePoint,
    Status,
    Target,
)
from krtracker.periods import Span
from tests.evaluation.given import (
    LAST,
    MEAN7,
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
    question,
    run,
    total,
)
from tests.evaluation.test_keeping import days, keep

ON, AT, OFF = Status.ON_TRACK, Status.AT_RISK, Status.OFF_TRACK
NONE = Status.NO_DATA
NAN = float("nan")


# --- numbers -------------------------------------------------------------------------------------

PAIRS = [
    (0.0, 1e-9, True),
    (0.0, 1.01e-9, False),
    (1e6, 1e6 + 9e-4, True),
    (1e6, 1e6 + 1.1e-3, False),
    (1.0, 1.0 + 5e-10, True),
    (float("inf"), float("inf"), True),
    (float("inf"), 1e300, False),
]


@pytest.mark.parametrize(("x", "y", "equal"), PAIRS)
def test_numbers_are_equal_within_a_billionth(x: float, y: float, equal: bool) -> None:
    assert (same(x, y), same(y, x), same(-x, -y)) == (equal,) * 3


QUANTITIES = [
    (Kind.COUNT, "", 999.55, "999.55"),
    (Kind.COUNT, "", 1000.55, "1,000.5"),
    (Kind.DURATION, "s", -0.5, "-500 ms"),
    (Kind.DURATION, "", 90.0, "1 min 30 s"),
    (Kind.DURATION, "s", 59.94, "59.9 s"),
]


@pytest.mark.parametrize(("kind", "unit", "value", "text"), QUANTITIES)
def test_a_quantity_keeps_its_digits(kind: Kind, unit: str, value: float, text: str) -> None:
    assert quantity(metric(kind=kind, unit=unit), value) == text


def test_a_median_is_the_middle_or_half_of_two() -> None:
    some = ([7.0], [8.0, 1.0], [4.0, 1.0, 2.0], [8.0, 1.0, 2.0, 4.0])
    assert [median(one) for one in some] == [7.0, 4.5, 2.0, 3.0]


@pytest.mark.parametrize("cases", [1, 7, 10, 33, 1000])
def test_a_rate_of_none_or_all_ends_its_interval_there(cases: int) -> None:
    """The other end is z2 / (n + z2) away, z2 = 1.959964 squared."""
    square = 1.959963984540054**2
    none, every = wilson(0.0, cases), wilson(1.0, cases)
    assert none is not None
    assert every is not None
    assert (none[0], every[1]) == (0.0, 1.0)
    assert none[1] == pytest.approx(square / (cases + square))
    assert every[0] == pytest.approx(cases / (cases + square))


def test_weights_of_any_size_make_a_mean() -> None:
    assert weighted_mean([(1.0, 1e200), (3.0, 1e200)]) == 2.0
    assert weighted_mean([(1.0, 1e-200), (3.0, 3e-200)]) == pytest.approx(2.5)
    assert weighted_mean([(1.0, 0.0)]) is None


# --- days and values -----------------------------------------------------------------------------


def test_a_day_that_is_not_known_has_no_value_and_is_missing() -> None:
    case = case_of(question(10, points(flat(5, 1, 8)), goal(0, 9), of=metric(LAST)))
    found = reading_at(View(case.known, LAST, metric(LAST), case.frame, day(10).toordinal()))
    assert found.value is None
    assert (found.used, found.missing) == (0, 1)
    assert found.refusal == "only 0 of the 1 days in 2026-01-10 are known"


@pytest.mark.parametrize(("kind", "newest"), [(Kind.RATIO, 9), (Kind.COUNT, 10)])
def test_a_ratio_is_known_where_both_sides_are(kind: Kind, newest: int) -> None:
    """The denominator of day 10 is not known; a count does not need it."""
    series = points(flat(0.5, 1, 10), flat(8, 1, 9) | {10: NAN})
    said = ask(10, series, goal(0.1, 0.9), of=metric(LAST, kind=kind))
    assert said.data_day == day(newest)


def test_a_series_with_every_covered_day_is_left_as_it_is() -> None:
    known = points({1: 2.0, 2: 3.0})
    assert zero_filled(known, (Span(day(1), day(2)),), withheld=(), last=day(2)) is known


@pytest.mark.parametrize(("covered", "final"), [((100, 100), True), ((99, 99), False)])
def test_a_last_day_answered_for_ends_a_goal(covered: tuple[int, int], final: bool) -> None:
    """No row for day 100, but a pull that asked for it."""
    span = Span(day(covered[0]), day(covered[1]))
    said = ask(101, points(flat(150, 80, 99)), goal(100, 200), of=metric(LAST), covered=(span,))
    assert said.final is final


def test_over_without_a_value_is_no_data_and_not_missed() -> None:
    """On the last day only one of seven is known."""
    said = ask(101, points(flat(150, 1, 80) | {100: 150.0}), goal(100, 200), of=metric(MEAN7))
    assert (said.status, said.final) == (NONE, False)


def test_not_a_step_of_the_way_is_missed() -> None:
    said = level(100, 100, goal(100, 200))
    assert (said.status, said.grade) == (Status.MISSED, "missed")
    assert (said.progress, said.score) == (0.0, 0.0)


def test_days_without_a_value_touch_nothing() -> None:
    """Days 3, 10, 17: one of seven, so no mean; then a week at 5."""
    sparse = {3: 20.0, 10: 20.0, 17: 20.0}
    said = ask(40, points(sparse | flat(5, 30, 40)), goal(0, 10, touch_days=1))
    assert said.status is not Status.ACHIEVED


@pytest.mark.parametrize(("known", "value"), [({-3: 8.0}, 8.0), ({}, None)])
def test_one_record_of_a_manual_metric_is_a_baseline(
    known: dict[int, float], value: float | None
) -> None:
    of = metric(LAST, source="manual")
    said = ask(5, points(known | {5: 9.0}), goal(Baseline("previous", days=7), 20), of=of)
    assert said.baseline == value


# --- paths and targets ---------------------------------------------------------------------------


def test_a_point_on_the_first_day_is_a_point_of_the_path() -> None:
    path = pace("points", points=(PacePoint(day(1), share=0.5),))
    assert [level(n, 100, goal(100, 200, pace=path)).expected for n in (1, 100)] == [0.5, 1.0]


def test_weekdays_of_tiny_numbers_weigh_what_those_of_large_ones_do() -> None:
    week = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0]

    def expected(scale: float) -> float | None:
        before = {n: scale * week[n % 7] for n in range(-55, 1)}
        kr = goal(None, 500, pace=pace("weekday"))
        return ask(10, points(before | flat(1, 1, 10)), kr, of=metric(TOTAL)).expected

    assert expected(1e-3) == pytest.approx(expected(1.0))
    assert expected(1.0) != pytest.approx(0.1)


def test_a_last_year_half_known_leaves_a_line() -> None:
    known = flat(1, -420, -364) | flat(1, -313, -264) | flat(1, 1, 10)
    kr = goal(Baseline("mean", span=Span(day(-420), day(-364))), 500, pace=pace("last-year"))
    said = ask(10, points(known), kr, of=metric(TOTAL))
    assert "path_linear" in said.flags


@pytest.mark.parametrize(("start", "end"), [(100, 0), (0, 100), (-5, 100), (100, -5)])
def test_compound_growth_needs_both_ends_above_zero(start: float, end: float) -> None:
    found = check_goal(goal(start, end, pace=pace("geometric")), metric())
    assert found is not None
    assert found[0] == "geometric_needs_positive"


def test_a_refusal_says_the_aggregate_as_it_was_written() -> None:
    of = metric(Actual("mean", 7, "7d mean"), kind=Kind.RATIO)
    found = check_goal(goal(0.1, 0.5), of)
    assert found is not None
    assert found[1].startswith("`7d mean` would average or add daily ratios")
    bare = check_goal(goal(0.1, 0.5), metric(Actual("mean", 7), kind=Kind.RATIO))
    assert bare is not None
    assert bare[1].startswith("`mean` would average")


@pytest.mark.parametrize(("new", "eased"), [(199.5, True), (200.0, False), (200.5, False)])
def test_the_least_easing_is_an_easing(new: float, eased: bool) -> None:
    kr = goal(100, 200, amendments=(amended(50, 200, new),))
    assert ("eased" in level(60, 150, kr).flags) is eased


def test_a_level_in_percent_is_a_share_of_the_baseline() -> None:
    """10 % and 30 % above 50 are 55 and 65."""
    kr = goal(50, 60, commit=Target("percent", 10.0), stretch=Target("percent", 30.0))
    assert [level(50, at, kr).level for at in (54.9, 55, 60, 64.9, 65)] == [
        "",
        "commit",
        "target",
        "target",
        "stretch",
    ]


def test_a_commit_level_alone_stands_in_the_sentence() -> None:
    kr = goal(100, 200, commit=Target("reach", 150.0))
    assert "the commit level 150 is met" in level(50, 160, kr).reason
    assert "the commit level 150 is not met" in level(50, 140, kr).reason


def test_a_touch_names_its_target_be_it_zero() -> None:
    known = points({**flat(5, 1, 49), **flat(0, 50, 52), 53: 5.0})
    said = ask(53, known, goal(10, 0, touch_days=3), of=metric(LAST))
    assert said.reason.startswith("Achieved: the target 0 was met on 3 settled days in a row; ")


# --- goals to be kept ----------------------------------------------------------------------------


def test_an_amended_bound_is_told_as_it_is_on_the_day() -> None:
    kr = keep(amendments=(amended(40, 10, 20),))
    before, after = (ask(n, days(n), kr, of=metric(LAST)) for n in (39, 40))
    assert "at or above 10 (" in before.reason
    assert "at or above 20 (" in after.reason


@pytest.mark.parametrize(("settles", "provisional"), [(0, False), (1, True)])
def test_the_newest_day_is_provisional_until_it_is_settled(settles: int, provisional: bool) -> None:
    said = ask(50, days(50), keep(), of=metric(LAST, settles_in=settles))
    assert said.provisional is provisional


def test_a_last_value_of_zero_is_frozen_as_zero() -> None:
    kr = keep(type=KeyResultType.KEEP_BELOW)
    (kept,) = ask(100, points(flat(0, 1, 100)), kr, of=metric(LAST)).freeze
    assert kept.values == (0.0, 1.0, 1.0, 0.0)


def test_a_leap_day_is_a_day_of_its_month() -> None:
    """February 2024 has 29 days of 2; the month is last full from March 1 on."""
    span = Span(date(2024, 2, 1), date(2024, 4, 30))
    kr, n = goal(10, 100, span=span), (date(2024, 3, 1) - day(0)).days
    known = flat(2, n - 60, n)
    said = ask(n, points(known), kr, of=metric(Actual("last_full_month")))
    assert said.actual == 58.0


def test_run_rates_and_totals_of_the_same_days_differ_by_the_mean_month() -> None:
    series = points(run(1, [16.0] * 28))
    assert ask(28, series, goal(1, 999), of=metric(Actual("run_rate", 28))).actual == 487.0
    assert total(28, 448, goal(None, 999)).actual == 448.0
