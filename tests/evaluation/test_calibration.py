"""Scores of past odds, each with its sum by hand."""

from __future__ import annotations

import math
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from krtracker.evaluation import (
    Calibration,
    LedgerEntry,
    calibration_by_metric,
    calibration_of,
    entry_of,
)
from krtracker.model import FanDay, Forecast

END = FanDay(date(2026, 4, 10), 50.0, 80.0, 100.0, 120.0, 150.0, 0.9)


def entry(chance: float, met: bool, *, actual: float = 100, of: str = "visits") -> LedgerEntry:
    return LedgerEntry(of, f"q/{chance}", chance, met, 80, 120, actual)


def scored(*entries: LedgerEntry) -> Calibration:
    made = calibration_of(entries)
    assert made is not None
    return made


def forecast(direction: int, promise: str = "target") -> Forecast:
    day = date(2026, 2, 1)
    return Forecast("q/kr", day, 0.6, promise, 110, direction, 0.6, (END,), 100, "m", "d")


def test_nothing_foretold_has_no_calibration() -> None:
    assert calibration_of([]) is None
    assert calibration_by_metric([]) == {}


def test_the_brier_score_is_the_mean_square_of_the_miss() -> None:
    # (0.2^2 + 0.7^2) / 2
    assert scored(entry(0.8, True), entry(0.7, False)).brier == pytest.approx(0.265)


def test_the_log_loss_is_that_of_the_chance_given_to_what_happened() -> None:
    wanted = -(math.log(0.8) + math.log(0.3)) / 2
    assert scored(entry(0.8, True), entry(0.7, False)).log_loss == pytest.approx(wanted)


def test_chances_count_as_they_were_shown() -> None:
    sure = scored(entry(1.0, False), entry(0.0, True))
    assert sure.brier == pytest.approx(0.98**2)
    assert sure.log_loss == pytest.approx(-math.log(0.02))


def test_the_error_weighs_each_bin_by_its_entries() -> None:
    made = scored(entry(0.72, True), entry(0.74, True), entry(0.76, False), entry(0.1, False))
    # Bin 0.7: said 0.74, happened 2/3, three entries; bin 0.1: said 0.1, happened 0.
    assert made.error == pytest.approx((3 * (0.74 - 2 / 3) + 0.1) / 4)
    assert [(one.low, one.entries) for one in made.bins] == [(0.1, 1), (0.7, 3)]


@pytest.mark.parametrize(("chance", "low"), [(0.3, 0.3), (0.7, 0.7), (0.299, 0.2), (1.0, 0.9)])
def test_a_bin_begins_with_its_own_limit(chance: float, low: float) -> None:
    assert scored(entry(chance, True)).bins[0].low == low


def test_cover_counts_the_ends_of_the_interval() -> None:
    made = scored(*(entry(0.5, True, actual=one) for one in (80, 120, 79, 121)))
    assert made.coverage == 0.5


def test_many_odds_of_one_goal_are_one_lesson() -> None:
    one_goal = scored(*[entry(0.5, True)] * 100)
    assert (one_goal.entries, one_goal.key_results, one_goal.enough) == (100, 1, False)
    assert scored(*(entry(n / 100, True) for n in range(30))).enough


def test_every_metric_has_its_own() -> None:
    made = calibration_by_metric(
        [entry(0.9, True), entry(0.5, False, of="orders"), entry(0.4, False)]
    )
    assert [(metric, one.entries) for metric, one in made.items()] == [("orders", 1), ("visits", 2)]


@pytest.mark.parametrize(
    ("direction", "actual", "met"),
    [(1, 110, True), (1, 109, False), (-1, 110, True), (-1, 111, False), (1, 110 - 1e-8, True)],
)
def test_an_outcome_is_met_on_the_side_of_its_threshold(
    direction: int, actual: float, met: bool
) -> None:
    made = entry_of("visits", forecast(direction), actual, touched=not met)
    assert (made.met, made.low, made.high, made.actual) == (met, 80, 120, actual)


def test_a_touch_is_met_by_touching() -> None:
    assert entry_of("visits", forecast(1, "touch"), 5, touched=True).met
    assert not entry_of("visits", forecast(1, "touch"), 500, touched=False).met


@settings(max_examples=50, deadline=None)
@given(st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=1, max_size=30))
def test_scores_keep_their_bounds_and_know_no_order(some: list[tuple[float, bool]]) -> None:
    entries = [entry(chance, met) for chance, met in some]
    made = scored(*entries)
    assert 0 <= made.brier <= 0.98**2 + 1e-12
    assert made.log_loss <= -math.log(0.02) + 1e-12
    assert 0 <= made.error <= 0.98
    assert sum(one.entries for one in made.bins) == len(entries)
    again = scored(*reversed(entries))
    assert (made.brier, made.log_loss, made.error) == pytest.approx(
        (again.brier, again.log_loss, again.error)
    )
