"""R8 and R15: expected progress on every path, and how an amendment bends it; by hand."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import pytest

from krtracker.model import Baseline, KeyResult, Pace, PacePoint, Status
from krtracker.periods import Span
from tests.evaluation.given import (
    CYCLE,
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

GEOMETRIC, S_CURVE = pace("geometric"), pace("s-curve")
STEP = pace("step", step=day(40))
POINTS = pace("points", points=(PacePoint(day(20), quantity=110), PacePoint(day(60), share=0.5)))

# path, day, e by hand, for a level from 100 to 200 over 100 days
EXPECTED = [
    (pace("linear"), 1, "1/100"),
    (pace("linear"), 25, "1/4"),
    (pace("linear"), 100, "1"),
    (S_CURVE, 50, "1/2"),
    (S_CURVE, 25, "5/32"),  # 3/16 - 2/64
    (S_CURVE, 10, "7/250"),  # 3/100 - 2/1000
    (S_CURVE, 100, "1"),
    (STEP, 39, "0"),
    (STEP, 40, "1"),
    (STEP, 100, "1"),
    (POINTS, 10, "1/20"),
    (POINTS, 20, "1/10"),  # 110 is a tenth of the way
    (POINTS, 40, "3/10"),
    (POINTS, 60, "1/2"),
    (POINTS, 80, "3/4"),
    (POINTS, 100, "1"),
]


@pytest.mark.parametrize("row", EXPECTED, ids=lambda row: f"{row[0].kind}-{row[1]}")
def test_the_expected_share_is_the_one_computed_by_hand(row: tuple[Pace, int, str]) -> None:
    path, n, by_hand = row
    said = level(n, 100, goal(100, 200, pace=path))
    e = float(Fraction(by_hand))
    assert said.expected == pytest.approx(e, abs=1e-12)
    assert said.expected_value == pytest.approx(100 + 100 * e)


@pytest.mark.parametrize(
    ("start", "target", "n", "value"),
    [
        (100, 400, 50, 200),  # half way to a fourfold goal one expects a doubling
        (100, 800, 100 / 3, None),
        (400, 100, 50, 200),
        (100, 200, 100, 200),
        (1, 10_000, 25, 10),
        (1, 10_000, 75, 1000),
    ],
)
def test_compound_growth_expects_equal_factors_in_equal_times(
    start: float, target: float, n: float, value: float | None
) -> None:
    whole = round(n)
    said = level(whole, start, goal(start, target, pace=GEOMETRIC))
    by_hand = start * (target / start) ** (whole / 100) if value is None else value
    assert said.expected_value == pytest.approx(by_hand)


def weekly(n: int, **changes: object) -> float:
    """e of a total on a weekday path; the cycle begins on a Thursday."""
    kr = goal(None, 1000, pace=pace("weekday", weekday_weights=(1, 1, 1, 1, 1, 0.5, 0.25)))
    said = ask(n, points(flat(0, 1, n)), kr, of=metric(TOTAL), **changes)
    assert said.expected is not None
    return said.expected


# 100 days from a Thursday: 14 weeks of 5.75 and Thursday, Friday: 80.5 + 2 = 82.5
@pytest.mark.parametrize(
    ("n", "weight"), [(1, 1), (2, 2), (3, 2.5), (4, 2.75), (5, 3.75), (7, 5.75), (100, 82.5)]
)
def test_a_weekday_path_expects_little_on_weekends(n: int, weight: float) -> None:
    assert weekly(n) == pytest.approx(weight / 82.5)


def test_a_holiday_weighs_as_much_as_a_sunday() -> None:
    """2026-01-01, a Thursday, weighs 0.25 instead of 1; 2026-01-04 is a Sunday anyway."""
    holidays = (date(2026, 1, 1), date(2026, 1, 4), date(2025, 12, 25))
    assert weekly(1, holidays=holidays) == pytest.approx(0.25 / 81.75)
    assert weekly(100, holidays=holidays) == 1


def eight_weeks() -> dict[int, float]:
    """56 days to day 0 with 10 from Monday to Friday and 5 at weekends."""
    return {n: 5.0 if day(n).weekday() >= 5 else 10.0 for n in range(-55, 1)}


def test_weekday_weights_are_measured_over_eight_weeks_and_frozen() -> None:
    """The mean of means is 60/7, so weights are 7/6 and 7/12; the cycle weighs 14*7 + 14/6."""
    kr = goal(None, 1000, pace=pace("weekday"))
    known = points({**eight_weeks(), **flat(3, 1, 5)})
    said = ask(5, known, kr, of=metric(TOTAL))
    (frozen,) = said.freeze
    assert frozen.what == "weekday"
    assert frozen.values == pytest.approx([7 / 6] * 5 + [7 / 12] * 2)
    assert frozen.window == Span(day(-55), day(0))
    first_five = 3 * 7 / 6 + 2 * 7 / 12  # Thursday, Friday, Saturday, Sunday, Monday
    assert said.expected == pytest.approx(first_five / (14 * 7 + 14 / 6))
    restated = points({**flat(1, -55, 0), **flat(3, 1, 5)})
    held = ask(5, restated, kr, of=metric(TOTAL), frozen=said.freeze)
    assert (held.expected, held.freeze) == (said.expected, ())


def test_a_history_too_short_for_weekdays_falls_back_to_a_line_and_says_so() -> None:
    kr = goal(None, 1000, pace=pace("weekday"))
    said = ask(50, points(flat(3, -30, 50)), kr, of=metric(TOTAL))
    assert said.expected == 0.5
    assert "path_linear" in said.flags


def test_last_year_is_followed_day_by_day() -> None:
    """A year (364 days) ago half of the total came in the last ten days."""
    year = {**flat(1, -363, -274), **flat(9, -273, -264)}
    kr = goal(None, 1000, pace=pace("last-year"))
    said = ask(90, points({**year, **flat(1, 1, 90)}), kr, of=metric(TOTAL))
    assert said.expected == pytest.approx(0.5)
    whole = ask(100, points({**year, **flat(1, 1, 100)}), kr, of=metric(TOTAL))
    assert whole.expected == 1


def test_without_a_last_year_the_path_is_a_line_and_says_so() -> None:
    kr = goal(None, 1000, pace=pace("last-year"))
    said = ask(50, points(flat(1, 1, 50)), kr, of=metric(TOTAL))
    assert said.expected == 0.5
    assert "path_linear" in said.flags


@pytest.mark.parametrize(("actual", "status"), [(100, Status.ON_TRACK), (99, Status.OFF_TRACK)])
def test_a_held_goal_has_no_pace_and_is_on_track_unless_below_its_start(
    actual: float, status: Status
) -> None:
    said = level(90, actual, goal(100, 200, pace=pace("hold")))
    assert said.status is status
    assert (said.expected, said.expected_value, said.catch_up) == (None, None, None)
    assert said.pace_status is None


def test_before_the_start_nothing_is_expected() -> None:
    for path in (pace("linear"), GEOMETRIC, S_CURVE, STEP, POINTS):
        assert level(0, 100, goal(100, 200, pace=path)).expected == 0


# --- amendments (R15) --------------------------------------------------------------------------


def bent(n: int, *changes: tuple[int, float, float], path: Pace | None = None) -> tuple[float, ...]:
    """Target, V and e on day n of 100 to 200, amended as (day, old, new)."""
    versions = tuple(amended(*change) for change in changes)
    said = level(n, 100, goal(100, 200, pace=path or pace("linear"), amendments=versions))
    assert said.target is not None
    assert said.expected is not None
    assert said.expected_value is not None
    return said.target, said.expected_value, said.expected


# V(40) = 140 on the first path; then straight to 180 (or 260) on day 100.
@pytest.mark.parametrize(
    ("n", "target", "value"),
    [(40, 200, 140), (41, 180, 140 + 40 / 60), (70, 180, 160), (100, 180, 180)],
)
def test_from_its_day_on_the_path_bends_to_the_new_target(
    n: int, target: float, value: float
) -> None:
    said = bent(n, (41, 200, 180))
    assert said == pytest.approx((target, value, (value - 100) / (target - 100)))


def test_past_days_keep_their_old_answer() -> None:
    plain = level(40, 130, goal(100, 200))
    later = level(40, 130, goal(100, 180, amendments=(amended(41, 200, 180),)))
    assert (plain.target, plain.progress, plain.expected) == (200, 0.3, 0.4)
    assert (later.target, later.progress, later.expected) == (200, 0.3, 0.4)


def test_two_amendments_bend_one_after_the_other() -> None:
    """V(40) = 140, to 180: V(70) = 160, then to 220: V(85) = 190."""
    changes = ((41, 200, 180), (71, 180, 220))
    assert bent(70, *changes) == pytest.approx((180, 160, 0.75))
    assert bent(85, *changes) == pytest.approx((220, 190, 0.75))
    assert bent(100, *changes) == pytest.approx((220, 220, 1))


def test_the_order_of_amendments_in_the_file_does_not_matter() -> None:
    assert bent(85, (71, 180, 220), (41, 200, 180)) == bent(85, (41, 200, 180), (71, 180, 220))


def test_an_amendment_from_the_first_day_is_a_new_line() -> None:
    assert bent(50, (1, 200, 300)) == pytest.approx((300, 200, 0.5))


def test_an_s_curve_keeps_its_shape_after_the_bend() -> None:
    """e0(50) = 1/2, e0(75) = 27/32: V = 150 + (250 - 150) * (11/32) / (1/2)."""
    said = bent(75, (51, 200, 250), path=S_CURVE)
    value = 150 + 100 * (11 / 32) / (1 / 2)
    assert said == pytest.approx((250, value, (value - 100) / 150))


def test_points_from_the_amendment_on_are_kept_as_values() -> None:
    """110 on day 20, 150 on day 60: amended on day 41 at V(40) = 130, V(60) stays 150."""
    assert bent(60, (41, 200, 250), path=POINTS)[1] == pytest.approx(150)
    assert bent(50, (41, 200, 250), path=POINTS)[1] == pytest.approx(140)
    assert bent(80, (41, 200, 250), path=POINTS)[1] == pytest.approx(200)
    assert bent(100, (41, 200, 250), path=POINTS)[1] == pytest.approx(250)


def test_a_step_already_taken_leads_at_once_to_the_new_target() -> None:
    assert bent(60, (51, 200, 250), path=STEP) == pytest.approx((250, 250, 1))
    assert bent(45, (41, 200, 250), path=STEP) == pytest.approx((250, 250, 1))


def test_a_total_bends_too() -> None:
    kr = goal(None, 1200, amendments=(amended(51, 1000, 1200),))
    said = total(75, 700, kr)
    assert (said.target, said.expected_value) == pytest.approx((1200, 850))


@pytest.mark.parametrize(("new", "flags"), [(180, ("amended", "eased")), (220, ("amended",))])
def test_easing_is_named_as_easing(new: float, flags: tuple[str, ...]) -> None:
    said = level(60, 150, goal(100, new, amendments=(amended(41, 200, new),)))
    assert tuple(flag for flag in said.flags if flag in {"amended", "eased"}) == flags


def test_at_the_end_an_eased_goal_shows_the_score_under_its_first_target() -> None:
    kr = goal(100, 150, amendments=(amended(41, 200, 150),))
    said = level(100, 150, kr)
    assert (said.status, said.score) == (Status.ACHIEVED, 1.0)
    assert said.reason.endswith("eased from 200, under which the score is 0.5.")


def test_an_amended_percentage_starts_from_the_measured_baseline() -> None:
    kr: KeyResult = goal(Baseline("previous", days=7), 180, amendments=(amended(51, 200, 180),))
    said = ask(75, points(flat(100, -6, 75)), kr)
    assert (said.baseline, said.target) == (100, 180)
    assert said.expected_value == pytest.approx(165)
    assert kr.span == CYCLE
