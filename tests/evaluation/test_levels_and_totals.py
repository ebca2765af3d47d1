"""Worked examples of p, e, c and the pace status (R7, R8 linear, R9), all computed by hand."""

from __future__ import annotations

import math
from fractions import Fraction

import pytest

from krtracker.model import Better, Status
from tests.evaluation.given import goal, level, total

ON, RISK, OFF = Status.ON_TRACK, Status.AT_RISK, Status.OFF_TRACK
INF = "inf"

# The cycle has 100 days, so e = n/100.
LevelRow = tuple[float, float, float, int, str, str, str, Status]
LEVELS: list[LevelRow] = [
    # baseline, target, actual, day, p, e, c, status
    (100, 200, 150, 50, "1/2", "1/2", "1", ON),
    (100, 200, 140, 50, "2/5", "1/2", "6/5", RISK),
    (100, 200, 100, 50, "0", "1/2", "2", OFF),
    (100, 200, 145, 50, "9/20", "1/2", "11/10", ON),  # the limit itself is on track
    (100, 200, 144, 50, "11/25", "1/2", "28/25", RISK),
    (100, 200, 125, 50, "1/4", "1/2", "3/2", RISK),  # the limit itself is at risk
    (100, 200, 124, 50, "6/25", "1/2", "38/25", OFF),
    (200, 100, 150, 50, "1/2", "1/2", "1", ON),  # falling
    (200, 100, 160, 50, "2/5", "1/2", "6/5", RISK),
    (200, 100, 210, 50, "-1/10", "1/2", "11/5", OFF),
    (-100, 100, 0, 50, "1/2", "1/2", "1", ON),  # through zero
    (-100, 100, -60, 40, "1/5", "2/5", "4/3", RISK),
    (-50, -150, -100, 50, "1/2", "1/2", "1", ON),  # falling below zero
    (-150, -50, -100, 25, "1/2", "1/4", "2/3", ON),  # rising below zero
    (0, 10, 5, 80, "1/2", "4/5", "5/2", OFF),  # from zero
    (0, -10, -9, 80, "9/10", "4/5", "1/2", ON),
    (100, 200, 250, 50, "3/2", "1/2", "0", ON),  # over-achieved, not early "achieved"
    (100, 200, 200, 10, "1", "1/10", "0", ON),
    (100, 200, 75, 10, "-1/4", "1/10", "25/18", RISK),  # below where it started
    (100, 200, 0, 10, "-1", "1/10", "20/9", OFF),
    (100, 200, 100, 1, "0", "1/100", "100/99", ON),  # lenient on the first day
    (100, 200, 100, 9, "0", "9/100", "100/91", ON),
    (100, 200, 100, 10, "0", "1/10", "10/9", RISK),
    (100, 200, 100, 33, "0", "33/100", "100/67", RISK),
    (100, 200, 100, 34, "0", "17/50", "50/33", OFF),
    (100, 200, 189, 90, "89/100", "9/10", "11/10", ON),  # strict late
    (100, 200, 188, 90, "22/25", "9/10", "6/5", RISK),
    (100, 200, 198, 99, "49/50", "99/100", "2", OFF),
    (0.1, 0.4, 0.1 + 0.2, 50, "2/3", "1/2", "2/3", ON),
    (1e12, 2e12, 1.5e12, 50, "1/2", "1/2", "1", ON),
    (1e-6, 2e-6, 1.5e-6, 50, "1/2", "1/2", "1", ON),
]

TotalRow = tuple[float, float, int, str, str, str, Status]
TOTALS: list[TotalRow] = [
    # target, sum so far, day, p, e, c, status
    (1000, 500, 50, "1/2", "1/2", "1", ON),
    (1000, 490, 50, "49/100", "1/2", "51/50", ON),  # the limit itself
    (1000, 489, 50, "489/1000", "1/2", "511/500", RISK),
    (1000, 745, 75, "149/200", "3/4", "51/50", ON),  # R17's own example
    (1000, 400, 50, "2/5", "1/2", "6/5", RISK),  # the limit itself
    (1000, 399, 50, "399/1000", "1/2", "601/500", OFF),
    (1000, 0, 1, "0", "1/100", "100/99", ON),
    (1000, 0, 2, "0", "1/50", "50/49", RISK),
    (1000, 0, 17, "0", "17/100", "100/83", OFF),
    (1000, 900, 99, "9/10", "99/100", "10", OFF),
    (1000, -100, 10, "-1/10", "1/10", "11/9", OFF),
    (-500, -300, 50, "3/5", "1/2", "4/5", ON),  # a sum that should run below zero
]


def number(text: str) -> float:
    return math.inf if text == INF else float(Fraction(text))


@pytest.mark.parametrize("row", LEVELS, ids=lambda row: "-".join(map(str, row[:-1])))
def test_a_level_stands_where_the_hand_says(row: LevelRow) -> None:
    start, target, actual, n, p, e, c, status = row
    said = level(n, actual, goal(start, target))
    assert said.status is status
    assert said.origin == start
    numbers = (said.actual, said.progress, said.expected, said.catch_up)
    assert numbers == pytest.approx((actual, number(p), number(e), number(c)), rel=1e-9)
    way = start + (target - start) * number(e)
    assert said.expected_value == pytest.approx(way, rel=1e-9)


@pytest.mark.parametrize("row", TOTALS, ids=lambda row: "-".join(map(str, row[:-1])))
def test_a_total_stands_where_the_hand_says(row: TotalRow) -> None:
    target, amount, n, p, e, c, status = row
    direction = Better.DOWN if target < 0 else None
    said = total(n, amount, goal(None, target, direction=direction))
    assert said.status is status
    assert said.origin == 0
    assert said.baseline is None
    numbers = (said.actual, said.progress, said.expected, said.catch_up)
    assert numbers == pytest.approx((amount, number(p), number(e), number(c)), rel=1e-9)


@pytest.mark.parametrize(
    ("actual", "direction", "p"),
    [(100, None, 1), (101, None, 1), (99, None, 0), (99, Better.DOWN, 1), (101, Better.DOWN, 0)],
)
def test_a_target_equal_to_its_baseline_is_met_or_not(
    actual: float, direction: Better | None, p: float
) -> None:
    said = level(50, actual, goal(100, 100, direction=direction))
    assert said.progress == p
    assert "degenerate_target" in said.flags


def test_a_level_short_of_its_target_on_the_last_day_has_no_time_left() -> None:
    said = level(100, 199, goal(100, 200))
    assert said.progress == pytest.approx(0.99)
    assert (said.expected, said.catch_up) == (1.0, math.inf)


def test_a_level_that_was_planned_to_be_there_meets_it_within_float_noise() -> None:
    said = level(50, 0.1 + 0.2, goal(0.1, 0.3))
    assert (said.catch_up, said.score) == (0.0, 1.0)
    assert "target_reached" in said.flags
