"""The pieces of F.1, each with its sum by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest

from krtracker.evaluation.forecast.method import (
    drift_of,
    filled,
    gain_of,
    learn,
    level_of,
    noise_of,
    residuals,
    trimmed_mean,
    weekday_effects,
)
from krtracker.evaluation.forecast.scales import Scale

PLAIN = Scale("plain", 1.0)
ALL = np.ones(70, dtype=bool)


def test_a_fifth_is_trimmed_at_either_end() -> None:
    assert trimmed_mean(np.asarray([100.0, 2.0, 3.0, 4.0, -90.0])) == 3
    assert trimmed_mean(np.asarray([1.0, 2.0, 6.0])) == 3


def test_weekday_effects_are_shrunk_by_half_a_day() -> None:
    week = np.asarray([6.0, 0, 0, 0, 0, -3, -3])
    effects = weekday_effects(np.tile(week, 10), ALL)
    # 70 days less three at either end: the first three and the last three weekdays are seen nine
    # times, the fourth ten times; the effects of a series that repeats are the week itself.
    shrunk = week * 9 / 9.5
    shrunk[3] = week[3] * 10 / 10.5
    assert effects == pytest.approx(shrunk - shrunk.mean())
    assert effects.sum() == pytest.approx(0)


def test_a_weekday_that_is_never_known_has_no_effect_of_its_own() -> None:
    known = np.arange(70) % 7 != 5
    week = np.asarray([1.0, 1, 1, 1, 1, 50, 1])
    flat = np.where(known, np.tile(week, 10), 1.0)
    assert weekday_effects(flat, known) == pytest.approx(np.zeros(7))


def test_gaps_are_filled_by_straight_lines() -> None:
    d = np.asarray([np.nan, 2.0, np.nan, np.nan, 8.0, np.nan])
    assert filled(d, np.isfinite(d)).tolist() == [2, 2, 4, 6, 8, 8]


def test_residuals_are_what_a_day_has_beyond_the_week_around_it() -> None:
    d = np.zeros(9)
    d[4] = 7.0
    # The three days with a whole week around them; each week's mean is 1.
    assert residuals(d, np.ones(9, dtype=bool)) == pytest.approx(
        np.asarray([-1, 6, -1]) * math.sqrt(7 / 6)
    )


def test_gaps_leave_no_residual() -> None:
    known = np.ones(20, dtype=bool)
    known[8] = False
    assert len(residuals(np.arange(20.0), known)) == 13


def test_noise_is_deaf_to_one_outlier_but_not_to_many() -> None:
    steady = np.asarray([-1.0, 1.0] * 50)
    assert noise_of(steady) == pytest.approx(1.4826)
    one = steady.copy()
    one[0] = 1000.0
    # Half the standard deviation: sqrt(10009.99 - 10.01^2) / 2.
    assert noise_of(one) == pytest.approx(0.5 * math.sqrt((99 + 1e6) / 100 - 10.01**2))
    assert noise_of(np.zeros(50)) == 1e-4


def test_without_movement_the_drift_is_its_prior() -> None:
    # 10 weeks give 9 differences of zero: 12 * 0.03^2 / 21, times 1 + 7/70.
    assert drift_of(np.zeros(70), 0.1, 70) == pytest.approx(12 * 0.0009 / 21 * 1.1)


def test_the_drift_by_hand() -> None:
    d = np.repeat([0.0, 1.0, 0.0, 1.0], 7)
    # D = 1, -1, 1: s2 = 1; less 2 * 0.49 / 7; over 99/21; three weeks against twelve; 1 + 7/28.
    seen = (1 - 2 * 0.49 / 7) / (99 / 21)
    assert drift_of(d, 0.7, 28) == pytest.approx((12 * 0.0009 + 3 * seen) / 15 * 1.25)


def test_weeks_are_counted_back_from_the_origin() -> None:
    d = np.concatenate((np.full(3, 99.0), np.zeros(28)))
    assert drift_of(d, 0.1, 31) == drift_of(np.zeros(28), 0.1, 31)


def test_one_leap_between_weeks_is_clipped() -> None:
    steps = np.cumsum([0.0, 1, 1, 1, 1, 1000])
    calm = np.cumsum([0.0, 1, 1, 1, 1, 3 * 1.4826])
    assert drift_of(np.repeat(steps, 7), 0.1, 42) == pytest.approx(
        drift_of(np.repeat(calm, 7), 0.1, 42)
    )


@pytest.mark.parametrize(("ratio", "gain"), [(0.5, 0.5), (1e-6, 0.08), (100.0, 0.6)])
def test_the_gain_is_that_of_a_steady_filter(ratio: float, gain: float) -> None:
    # l = 1/2: (-1/2 + sqrt(1/4 + 2)) / 2 = 1/2.
    assert gain_of(ratio * 4, 2.0) == pytest.approx(gain)


def test_the_level_follows_by_its_gain_and_cuts_surprises() -> None:
    start = [10.0] * 7
    assert level_of(np.asarray([*start, 11.0]), 0.5, 1.0) == 10.5
    # A surprise of 90 counts as 3 sigma = 3.
    assert level_of(np.asarray([*start, 100.0]), 0.5, 1.0) == 11.5


def test_a_series_that_grows_without_noise_is_not_left_behind_by_its_level() -> None:
    """100 to 419, one more each day: three sigma of no noise would never get there."""
    learned = learn(np.log(np.arange(100.0, 420.0)), 0, PLAIN)
    assert learned.level == pytest.approx(math.log(419), abs=0.01)


def test_a_learned_series_knows_its_weekdays_by_name() -> None:
    week = np.asarray([0.0, 0, 0, 0, 0, 7, 0])
    for first in range(7):
        learned = learn(np.tile(np.roll(week, -first), 10), first, PLAIN)
        assert int(np.argmax(learned.weekday)) == 5
        # The level is that of a mean day: a seventh of the week.
        assert learned.level == pytest.approx(1.0, abs=0.06)


def test_the_newest_days_left_out_do_not_count_as_days() -> None:
    random = np.random.RandomState(3)
    values = 10 + random.standard_normal(70)
    marked = np.concatenate((values, np.full(5, np.nan)))
    with_marks, without = learn(marked, 0, PLAIN), learn(values, 0, PLAIN)
    assert with_marks.level == without.level
    assert with_marks.drift == without.drift
