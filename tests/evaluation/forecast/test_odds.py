"""What paths say of a goal: which chance counts, which side meets it, how touches are counted."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from krtracker.evaluation import forecast_of
from krtracker.evaluation.cases import case_of
from krtracker.evaluation.forecast.judge import fan_of, meets, odds_of
from krtracker.evaluation.forecast.scales import Array
from krtracker.model import Actual, Commitment, Forecast, KeyResult, Kind, Series
from tests.evaluation.forecast.given import asking, foretold, noisy
from tests.evaluation.given import LAST, TOTAL, amended, day, flat, goal, metric, points, question

few = settings(max_examples=25, deadline=None)
NOISY = noisy()


def odds(ahead: list[list[float]], key_result: KeyResult, known: float = 100) -> tuple[float, ...]:
    """The chance and the touches of paths over the last days of the cycle."""
    days = len(ahead[0])
    series = points(flat(known, 101 - days - 10, 100 - days))
    case = case_of(question(100 - days, series, key_result, of=metric(LAST)))
    assert case.aim is not None
    inside = [day(n).toordinal() for n in range(101 - days, 101)]
    found = odds_of(case, case.aim, np.asarray(ahead).T, inside=inside)
    return found.probability, *found.touched.tolist()


FOUR: list[list[float]] = [[200.0, 100], [100, 200], [200, 201], [100, 100]]


def test_the_chance_is_the_share_of_paths_that_end_at_the_target() -> None:
    assert odds(FOUR, goal(100, 200)) == (0.5, 0.5, 0.75)


def test_a_falling_goal_is_met_below_its_target() -> None:
    assert odds([[90, 50], [90, 40], [90, 51], [90, 60]], goal(100, 50))[0] == 0.5


def test_an_aspirational_goal_goes_by_the_chance_of_scoring_seven_tenths() -> None:
    stretching = goal(100, 200, commitment=Commitment.ASPIRATIONAL)
    assert odds([[0, 170], [0, 169], [0, 200], [0, 171]], stretching)[0] == 0.75


def test_a_touch_goal_goes_by_the_chance_of_touching() -> None:
    assert odds(FOUR, goal(100, 200, touch_days=1)) == (0.75, 0.5, 0.75)
    assert odds(FOUR, goal(100, 200, touch_days=2)) == (0.25, 0.0, 0.25)


def test_a_run_of_days_may_begin_before_the_origin() -> None:
    # Two settled days at the target; a third one in a row makes three.
    series = points({**flat(100, 60, 96), 97: 200.0, 98: 200.0})
    case = case_of(question(98, series, goal(100, 200, touch_days=3), of=metric(LAST)))
    assert case.aim is not None
    inside = [day(99).toordinal(), day(100).toordinal()]
    assert odds_of(case, case.aim, np.asarray(FOUR).T, inside=inside).probability == 0.5


def test_a_target_met_but_for_rounding_is_met() -> None:
    assert meets(np.asarray([0.1 + 0.2, 0.3 - 1e-6]), 0.3, 1).tolist() == [True, False]
    assert meets(np.asarray([0.1 + 0.2, 0.3 + 1e-6]), 0.3, -1).tolist() == [True, False]


def test_a_target_changed_later_is_the_one_that_counts() -> None:
    raised = goal(100, 200, amendments=(amended(100, 200, 201),))
    assert odds(FOUR, raised)[0] == 0.25


def test_the_fan_is_linear_between_paths() -> None:
    ahead: Array = np.arange(1001.0)[::-1].reshape(1, -1)
    fan = fan_of(ahead, np.asarray([0.25]), [day(100).toordinal()])
    assert fan == ((day(100), 25.0, 100.0, 500.0, 900.0, 975.0, 0.25),)


# --- through the front door -----------------------------------------------------------------------


def test_a_forecast_tells_the_days_to_come() -> None:
    made = foretold(NOISY, goal(900, 1000))
    assert [one.day for one in made.fan] == [day(n) for n in range(41, 101)]
    assert made.data_day == day(40)
    assert (made.promise, made.threshold, made.direction) == ("target", 1000, 1)
    assert made.probability == made.at_end
    for one in made.fan:
        assert one.low95 < one.low80 < one.middle < one.high80 < one.high95


def test_the_fan_opens_with_time() -> None:
    fan = foretold(NOISY, goal(900, 1000)).fan
    assert fan[6].high80 - fan[6].low80 < fan[-1].high80 - fan[-1].low80


def test_the_middle_is_where_the_series_stands() -> None:
    # Five days of 1000 and two of 800 a week: a mean of 943.
    assert foretold(NOISY, goal(900, 1000)).fan[10].middle == pytest.approx(943, rel=0.04)


def test_a_total_counts_what_is_already_in() -> None:
    known = sum(NOISY[n] for n in range(1, 41))
    made = foretold(NOISY, goal(None, 90_000), of=metric(TOTAL))
    assert made.final.middle == pytest.approx(known + 60 * 943, rel=0.04)
    assert made.final.low95 > known


def test_the_chance_of_touching_only_grows() -> None:
    touched = [one.touched for one in foretold(NOISY, goal(900, 1000)).fan]
    assert touched == sorted(touched)
    assert touched[-1] >= foretold(NOISY, goal(900, 1000)).at_end


def test_chances_have_three_decimals() -> None:
    made = foretold(NOISY, goal(900, 1000))
    chances = [made.probability, made.at_end, *(one.touched for one in made.fan)]
    assert chances == [round(one, 3) for one in chances]


@few
@given(targets=st.lists(st.integers(-8000, 20_000), min_size=2, max_size=5))
def test_a_farther_target_is_never_likelier(targets: list[int]) -> None:
    rising = sorted(900 + abs(one) / 10 for one in targets)
    chances = [foretold(NOISY, goal(899, one)).probability for one in rising]
    assert chances == sorted(chances, reverse=True)


def test_the_same_question_has_the_same_answer() -> None:
    assert repr(foretold(NOISY, goal(900, 1000))) == repr(foretold(noisy(), goal(900, 1000)))


def test_another_day_value_or_name_draws_anew() -> None:
    made = foretold(NOISY, goal(900, 1000))
    restated = foretold({**NOISY, 20: NOISY[20] + 1}, goal(900, 1000))
    renamed = foretold(NOISY, goal(900, 1000, id="q/other"))
    later = foretold(noisy(41), goal(900, 1000))
    assert len({one.final for one in (made, restated, renamed, later)}) == 4


def test_another_target_is_judged_on_the_same_paths() -> None:
    near, far = foretold(NOISY, goal(900, 950)), foretold(NOISY, goal(900, 1100))
    assert [one[1:6] for one in near.fan] == [one[1:6] for one in far.fan]
    assert near.inputs_digest != far.inputs_digest


@few
@given(times=st.sampled_from([0.001, 0.5, 3.0, 1000.0]))
def test_the_unit_does_not_matter(times: float) -> None:
    scaled = {n: value * times for n, value in NOISY.items()}
    made, other = foretold(NOISY, goal(900, 960)), foretold(scaled, goal(900 * times, 960 * times))
    # Other bytes draw other paths; the odds stay within what 1,000 of them can tell.
    assert other.probability == pytest.approx(made.probability, abs=0.08)
    assert other.final.middle == pytest.approx(made.final.middle * times, rel=0.02)


def test_the_order_and_kind_of_columns_do_not_matter() -> None:
    asked = asking(NOISY, goal(900, 1000))
    days: Any = np.asarray(asked.series.days)
    values: Any = np.asarray(asked.series.values)
    columns = Series(days, values)
    assert forecast_of(asking(NOISY, goal(900, 1000), series=columns)) == forecast_of(asked)


def test_a_stored_forecast_is_given_back_while_nothing_changed() -> None:
    made = foretold(NOISY, goal(900, 1000))
    assert forecast_of(asking(NOISY, goal(900, 1000)), made) is made
    late = asking(NOISY, goal(900, 1000), today=day(42))
    assert forecast_of(late, made) is made
    moved = forecast_of(asking({**NOISY, 40: 1.0}, goal(900, 1000)), made)
    assert isinstance(moved, Forecast)
    assert moved.inputs_digest != made.inputs_digest


def test_only_settled_days_teach() -> None:
    settling = metric(settles_in=3)
    made = foretold(NOISY, goal(900, 1000), of=settling)
    short = foretold({**NOISY, 38: 1.0, 39: 1.0, 40: 1.0}, goal(900, 1000), of=settling)
    assert made == short
    assert made.data_day == day(37)
    assert made.fan[0].day == day(38)


def test_no_more_than_four_hundred_days_teach() -> None:
    long = {n: 1000.0 + n % 7 for n in range(-700, 41)}
    made = foretold(long, goal(900, 1000))
    older = foretold({**long, -361: 5.0}, goal(900, 1000))
    oldest_learnt = foretold({**long, -359: 5.0}, goal(900, 1000))
    assert made.days_used == 400
    assert made == older
    assert made != oldest_learnt


def test_a_marked_day_teaches_nothing() -> None:
    launch = {**NOISY, 33: 50_000.0, 34: 50_000.0}
    marked = (day(33), day(34))
    plain = foretold(NOISY, goal(900, 1000), holidays=marked)
    made = foretold(launch, goal(900, 1000), holidays=marked)
    assert made.days_used == plain.days_used == 178
    assert made.fan[20].middle == pytest.approx(plain.fan[20].middle, rel=0.03)


def test_a_closed_weekday_adds_nothing_to_a_total() -> None:
    closed = {n: 100.0 for n in NOISY if day(n).weekday() != 5}
    made = foretold(closed, goal(None, 9000), of=metric(TOTAL))
    # 100 days of the cycle, 14 of them Saturdays.
    saturdays = sum((day(1) + timedelta(days=n)).weekday() == 5 for n in range(100))
    assert made.final.middle == pytest.approx(100 * (100 - saturdays), rel=0.05)
    assert all(one.day.weekday() != 5 for one in made.fan)


def test_a_share_stays_a_share() -> None:
    random = np.random.RandomState(1)
    shares = {n: float(np.clip(0.95 + 0.03 * random.standard_normal(), 0, 1)) for n in NOISY}
    rate = metric(kind=Kind.RATIO, actual=LAST)
    made = foretold(shares, goal(0.9, 0.97), of=rate)
    assert all(one.low95 > 0 and one.high95 < 1 for one in made.fan)


def test_a_rate_is_forecast_with_the_weights_of_its_weekdays() -> None:
    rates = {n: 0.5 if day(n).weekday() < 5 else 0.1 for n in range(-139, 41)}
    counted = {n: 90.0 if day(n).weekday() < 5 else 10.0 for n in rates}
    asked = asking(
        rates,
        goal(0.3, 0.4),
        of=metric(Actual("weighted_mean", 7), kind=Kind.RATIO),
        series=points(rates, counted),
    )
    made = forecast_of(asked)
    assert isinstance(made, Forecast)
    # (5 * 90 * 0.5 + 2 * 10 * 0.1) / (5 * 90 + 2 * 10)
    assert made.fan[6].middle == pytest.approx(227 / 470, abs=0.02)


def test_a_series_of_nothing_foretells_nothing() -> None:
    made = foretold(dict.fromkeys(NOISY, 0.0), goal(0, 10))
    assert made.probability < 0.02
    assert made.final.middle == pytest.approx(0, abs=0.2)
