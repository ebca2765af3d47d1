"""Metrics worked out from other metrics day by day: null-safe, pooled where weights allow."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import date
from typing import NamedTuple

from krtracker.model import Series
from krtracker.periods import Span, merge_spans

Cell = tuple[float, float | None]
"""A day's value and, for a rate, its denominator."""


class Column(NamedTuple):
    """One operand: a value a day, the same everywhere for a number."""

    days: dict[int, Cell]
    constant: float | None = None


NOTHING = Series((), ())


def formula_series(steps: Sequence[str], of: Mapping[str, Series]) -> Series:
    """The series of a formula, its `steps` in the order of working (`a / b` is a, b, /).

    A day that any of its metrics lacks has no value. x / 0 has none either; 0 / 0 is value 0 with
    weight 0: known, and adding nothing (decisions.md 15). A quotient of plain metrics carries its
    denominator as weight, so that windows pool it; numbers put before or behind leave it that.
    """
    stack: list[Column] = []
    for step in steps:
        if step in OPERATIONS:
            right, left = stack.pop(), stack.pop()
            stack.append(_joined(step, left, right))
        elif step[0].isalpha():
            stack.append(_column(of.get(step, NOTHING)))
        else:
            stack.append(Column({}, float(step)))
    return _series(stack[-1].days)


def _column(series: Series) -> Column:
    weights = series.weights if series.weights is not None else [None] * len(series)
    cells = zip(series.days, series.values, weights, strict=True)
    return Column({day: (value, weight) for day, value, weight in cells})


def _joined(step: str, left: Column, right: Column) -> Column:
    work = OPERATIONS[step]
    if left.constant is not None and right.constant is not None:
        made = work((left.constant, None), (right.constant, None), True)
        return Column({}, math.nan if made is None else made[0])
    plain = left.constant is not None or right.constant is not None
    days = left.days if right.constant is not None else right.days
    if not plain:
        days = {day: cell for day, cell in left.days.items() if day in right.days}
    found = {}
    for day in days:
        one = (left.constant, None) if left.constant is not None else left.days[day]
        two = (right.constant, None) if right.constant is not None else right.days[day]
        made = work(one, two, plain)
        if made is not None and math.isfinite(made[0]):
            found[day] = made
    return Column(found)


def _weight(one: Cell, two: Cell, plain: bool) -> float | None:
    """A number leaves the other's weight; two metrics lose theirs."""
    return (one[1] if one[1] is not None else two[1]) if plain else None


def _add(one: Cell, two: Cell, plain: bool) -> Cell | None:
    return one[0] + two[0], _weight(one, two, plain)


def _subtract(one: Cell, two: Cell, plain: bool) -> Cell | None:
    return one[0] - two[0], _weight(one, two, plain)


def _multiply(one: Cell, two: Cell, plain: bool) -> Cell | None:
    return one[0] * two[0], _weight(one, two, plain)


def _divide(one: Cell, two: Cell, plain: bool) -> Cell | None:
    """A quotient of two plain metrics is a rate over the lower one."""
    rate = not plain and one[1] is None and two[1] is None
    if two[0] == 0:
        return (0.0, 0.0) if rate and one[0] == 0 else None
    if plain and two[1] is not None:
        # A number over a rate is another rate, of which the weight says nothing.
        return one[0] / two[0], None
    return one[0] / two[0], two[0] if rate else _weight(one, two, plain)


OPERATIONS = {"+": _add, "-": _subtract, "*": _multiply, "/": _divide}


def _series(cells: Mapping[int, Cell]) -> Series:
    """Weights only where every day has one and none is negative."""
    days = sorted(cells)
    values = [cells[day][0] for day in days]
    weights = [cells[day][1] for day in days]
    known = [one for one in weights if one is not None and one >= 0]
    return Series(days, values, known if len(known) == len(days) and days else None)


def zero_filled(
    series: Series, covered: Sequence[Span], *, withheld: Sequence[date], last: date
) -> Series:
    """The series with a zero on each covered day it lacks (R3), to `last`; quarantined days not."""
    absent = {day.toordinal() for day in withheld}.union(series.days)
    zeros = [
        day
        for span in merge_spans(covered)
        for day in range(span.first.toordinal(), min(span.last, last).toordinal() + 1)
        if day not in absent
    ]
    if not zeros:
        return series
    weights = series.weights if series.weights is not None else [0.0] * len(series)
    cells = dict.fromkeys(zeros, (0.0, 0.0))
    cells.update(zip(series.days, zip(series.values, weights, strict=True), strict=True))
    days = sorted(cells)
    values = [cells[day][0] for day in days]
    return Series(days, values, None if series.weights is None else [cells[d][1] for d in days])
