"""When there is no forecast, and why, in words (F.1)."""

from __future__ import annotations

from datetime import date

import pytest

from krtracker.evaluation import Question, forecast_of, needed_span
from krtracker.model import Actual, Better, Cycle, Forecast, KeyResultType, Kind, NoForecast
from krtracker.periods import Grain, Span
from tests.evaluation.forecast.given import asking, foretold, noisy, refused
from tests.evaluation.given import TOTAL, day, goal, metric, points

NOISY = noisy()


def without(*days: int) -> dict[int, float]:
    return {n: value for n, value in NOISY.items() if n not in days}


def test_twenty_eight_of_the_last_forty_two_days_are_enough() -> None:
    assert foretold(without(*range(20, 34)), goal(900, 1000)).days_used == 166


def test_twenty_seven_are_not() -> None:
    said = refused(without(*range(20, 35)), goal(900, 1000))
    assert said.code == "too_few_days"
    assert said.words == (
        "only 27 of the 42 days to 2026-02-09 are known, settled and not marked, 28 are needed"
    )


def test_marked_days_are_not_counted() -> None:
    marked = tuple(day(n) for n in range(20, 35))
    assert refused(NOISY, goal(900, 1000), holidays=marked).code == "too_few_days"


def test_a_young_series_has_no_forecast() -> None:
    young = {n: NOISY[n] for n in range(20, 41)}
    assert refused(young, goal(900, 1000)).code == "too_few_days"


def test_an_invalid_goal_has_no_forecast_and_says_why() -> None:
    said = refused(NOISY, goal(1000, 900, direction=Better.UP))
    assert said.code == "invalid"
    assert "lies behind the baseline" in said.words


def test_weekly_values_have_no_forecast() -> None:
    said = refused(NOISY, goal(900, 1000), of=metric(grain=Grain.WEEK))
    assert (said.code, said.words) == ("not_daily", "`visits` is known by the week, not by the day")


def test_a_goal_to_be_kept_has_no_forecast() -> None:
    assert refused(NOISY, goal(None, 900, type=KeyResultType.KEEP_ABOVE)).code == "not_a_target"


def test_a_baseline_that_is_not_known_leaves_nothing_to_aim_at() -> None:
    bare = {n: NOISY[n] for n in range(2, 41)}
    said = refused(bare, goal(None, 1000))
    assert said.code == "no_baseline"
    assert "2025-12-25 to 2025-12-31" in said.words


def test_without_a_settled_day_there_is_none() -> None:
    said = refused({40: 5.0}, goal(None, 1000), of=metric(TOTAL, settles_in=3))
    assert said.code == "no_settled_day"


def test_when_all_is_known_nothing_is_left_to_foretell() -> None:
    assert refused(noisy(100), goal(900, 1000)).code == "nothing_left"


def test_days_that_still_settle_at_the_end_are_foretold() -> None:
    made = foretold(noisy(100), goal(900, 1000), of=metric(settles_in=3))
    assert [one.day for one in made.fan] == [day(98), day(99), day(100)]


def test_before_the_cycle_begins_the_days_inside_are_told() -> None:
    early = {n: value for n, value in NOISY.items() if n <= -10}
    made = foretold(early, goal(900, 1000))
    assert (made.data_day, made.fan[0].day) == (day(-10), day(1))


def test_a_refusal_needs_no_seed() -> None:
    assert isinstance(forecast_of(asking({40: 5.0}, goal(900, 1000))), NoForecast)


@pytest.mark.parametrize("forecast", [False, True])
def test_a_forecast_needs_four_hundred_days_of_history(forecast: bool) -> None:
    cycle = Cycle("q", "Q", Span(date(2026, 1, 1), date(2026, 4, 10)))
    span = needed_span(goal(1, 2), metric(), cycle, previous_cycle=None, forecast=forecast)
    # Two days stale, one for yesterday, then 400.
    first = date(2024, 11, 24) if forecast else date(2025, 12, 22)
    assert span.first == first


def test_a_rate_whose_days_jump_to_its_ends_has_no_forecast() -> None:
    """Five of the newest 42 days are more than one in ten, four are not."""
    said = forecast_of(rated(whole=5))
    assert isinstance(said, NoForecast)
    assert said.code == "too_few_cases"
    assert said.words == (
        "5 of the 42 newest days of this rate are exactly 0 or 1: "
        "so few cases a day foretell nothing"
    )
    assert isinstance(forecast_of(rated(whole=4)), Forecast)


def rated(*, whole: int) -> Question:
    rates = {n: 0.2 if n % 2 else 0.3 for n in range(-139, 41)}
    rates |= {40 - 3 * n: float(n % 2) for n in range(whole)}
    of = metric(Actual("weighted_mean", 7), kind=Kind.RATIO)
    counted = dict.fromkeys(rates, 4.0)
    return asking(rates, goal(0.25, 0.4), of=of, series=points(rates, counted))
