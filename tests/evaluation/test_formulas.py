"""Formula metrics by worked examples: null-safe by day, pooled where weights allow."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from krtracker.evaluation.formulas import formula_series, zero_filled
from krtracker.model import Actual, Kind, Series, Status
from krtracker.periods import Span
from tests.evaluation.given import ask, day, flat, goal, metric, points

Cells = dict[int, tuple[float, float | None]]


def worked(steps: str, **of: Series) -> Cells:
    """The days of a formula by number, with value and weight."""
    made = formula_series(steps.split(), of)
    weights = made.weights if made.weights is not None else [None] * len(made)
    first = day(1).toordinal()
    return {
        d - first + 1: (value, weight)
        for d, value, weight in zip(made.days, made.values, weights, strict=True)
    }


A, B = points({1: 6, 2: 8, 3: 1}), points({1: 3, 2: 2, 4: 5})
RATE = points({1: 0.5, 2: 0.25}, {1: 10, 2: 20})
ROWS: list[tuple[str, Cells]] = [
    ("a b /", {1: (2.0, 3.0), 2: (4.0, 2.0)}),
    ("a b +", {1: (9.0, None), 2: (10.0, None)}),
    ("a b -", {1: (3.0, None), 2: (6.0, None)}),
    ("a b *", {1: (18.0, None), 2: (16.0, None)}),
    ("100 a * b /", {1: (200.0, 3.0), 2: (400.0, 2.0)}),
    ("a b / 100 *", {1: (200.0, 3.0), 2: (400.0, 2.0)}),
    ("1 rate -", {1: (0.5, 10.0), 2: (0.75, 20.0)}),
    ("1 rate /", {1: (2.0, None), 2: (4.0, None)}),
    ("a rate *", {1: (3.0, None), 2: (2.0, None)}),
    ("a rate /", {1: (12.0, None), 2: (32.0, None)}),
    ("a 2 /", {1: (3.0, None), 2: (4.0, None), 3: (0.5, None)}),
    ("a b + b /", {1: (3.0, 3.0), 2: (5.0, 2.0)}),
    ("a nothing /", {}),
    ("a 1 2 - *", {1: (-6.0, None), 2: (-8.0, None), 3: (-1.0, None)}),
]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0])
def test_a_formula_is_worked_out_by_day(row: tuple[str, Cells]) -> None:
    assert worked(row[0], a=A, b=B, rate=RATE) == row[1]


def test_nothing_is_divided_by_zero() -> None:
    """4 / 0 is no value; 0 / 0 is known and adds nothing."""
    assert worked("a b /", a=points({1: 4, 2: 0, 3: 6}), b=points({1: 0, 2: 0, 3: 2})) == {
        2: (0.0, 0.0),
        3: (3.0, 2.0),
    }


def test_a_negative_denominator_pools_nothing() -> None:
    assert worked("a b /", a=A, b=points({1: -3, 2: 2})) == {1: (-2.0, None), 2: (4.0, None)}


def test_what_overflows_is_no_value() -> None:
    assert worked("a b *", a=points({1: 1e200}), b=points({1: 1e200})) == {}


def test_a_rate_by_formula_is_pooled_over_its_window() -> None:
    """7 days: 6 with 10 of 100, one with 90 of 100; pooled 150 of 700, not a mean of ratios."""
    top, bottom = points(flat(10, 44, 49) | {50: 90}), points(flat(100, 44, 50))
    series = formula_series(["a", "b", "/"], {"a": top, "b": bottom})
    of = metric(Actual("weighted_mean", 7, "7d weighted mean"), kind=Kind.RATIO)
    said = ask(50, series, goal(0.1, 0.3), of=of)
    assert said.actual == pytest.approx(150 / 700, abs=1e-15)
    assert said.pooled_weight == 700
    assert said.status is Status.ON_TRACK


def test_a_covered_day_without_a_row_is_zero_where_that_is_said() -> None:
    whole = zero_filled(points({2: 5}), [Span(day(1), day(4))], withheld=[day(3)], last=day(9))
    first = day(1).toordinal()
    cells = dict(zip(whole.days, whole.values, strict=True))
    assert cells == {first: 0.0, first + 1: 5.0, first + 3: 0.0}


@settings(max_examples=60, deadline=None)
@given(
    st.dictionaries(st.integers(1, 30), st.integers(0, 50), max_size=20),
    st.dictionaries(st.integers(1, 30), st.integers(0, 50), max_size=20),
)
def test_pooling_a_rate_is_dividing_the_sums(top: dict[int, int], bottom: dict[int, int]) -> None:
    made = worked("a b /", a=points(top), b=points(bottom))
    shared = [n for n in top if bottom.get(n)]
    counted = sum(value * (weight or 0) for value, weight in made.values())
    assert counted == pytest.approx(sum(top[n] for n in shared))
    assert all(n in top and n in bottom for n in made)
