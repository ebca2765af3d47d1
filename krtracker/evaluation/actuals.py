"""The one number a series comes to at a day (R4); sums and order statistics, nothing imputed."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from datetime import date
from typing import NamedTuple

from krtracker.evaluation.days import Frame, Known, span_of
from krtracker.evaluation.numbers import MONTH_DAYS, needed_of
from krtracker.model import Actual, Kind, Metric
from krtracker.periods import add_months

SUMS = frozenset({"cycle_sum", "run_rate", "month_to_date", "last_full_month"})
"""Aggregations that add days up: refused for ratios and for `additive = false`."""


class Reading(NamedTuple):
    """An aggregate: its value or the words of its refusal, and the days it was taken from.

    `first` to `last` is the window; `used` periods in it are known, `missing` are not; `weight`
    is the pooled denominator.
    """

    value: float | None
    first: int
    last: int
    used: int
    missing: int
    weight: float | None = None
    refusal: str = ""


def pools(actual: Actual, metric: Metric, known: Known) -> bool:
    """Whether values are pooled by their weights: weighted means, and ratios that carry weights."""
    if known.weights is None:
        return False
    return actual.how == "weighted_mean" or metric.kind is Kind.RATIO


class View(NamedTuple):
    """A series looked at from one day: what an aggregation ending there needs."""

    known: Known
    actual: Actual
    metric: Metric
    frame: Frame
    day: int


def reading_at(view: View) -> Reading:
    """The actual ending at the view's day (R4); `value` is None when the rule refuses."""
    return READERS[view.actual.how](view)


def mean_of(values: Sequence[float]) -> float:
    """The mean of at least one value, its sum exact."""
    return math.fsum(values) / len(values)


def pooled_mean(known: Known, i: int, j: int) -> tuple[float | None, float]:
    """sum(v * w) / sum(w) over [i, j) and the denominator; None where nothing was counted (R4)."""
    weights = (known.weights or [])[i:j]
    bottom = math.fsum(weights)
    if bottom == 0:
        return None, 0.0
    return math.fsum(map(float.__mul__, known.values[i:j], weights)) / bottom, bottom


def percentile(values: Sequence[float], share: float) -> float:
    """Type 7: linear between order statistics; `share` is 0 to 100 (R4)."""
    ordered = sorted(values)
    place = (len(ordered) - 1) * share / 100
    low = min(int(place), len(ordered) - 1)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (place - low) * (ordered[high] - ordered[low])


def too_few(first: int, last: int, *, used: int, due: int) -> str:
    """The words of a refusal for want of known days."""
    return f"only {used} of the {due} days in {span_of(first, last)} are known"


def _last(view: View) -> Reading:
    known, day = view.known, view.day
    i, j = known.between(day, day)
    if i == j:
        return Reading(None, day, day, 0, 1, refusal=too_few(day, day, used=0, due=1))
    if pools(view.actual, view.metric, known):
        value, bottom = pooled_mean(known, i, j)
        refusal = "" if bottom else f"nothing was counted on {date.fromordinal(day)}"
        return Reading(value, day, day, 1, 0, bottom, refusal)
    return Reading(known.values[i], day, day, 1, 0)


def _mean(view: View) -> Reading:
    known, due = view.known, int(view.actual.size)
    first = view.frame.periods.back(view.day, due) + 1
    i, j = known.between(first, view.day)
    reading = Reading(None, first, view.day, j - i, due - (j - i))
    if reading.used < needed_of(due):
        words = too_few(first, view.day, used=reading.used, due=due)
        return reading._replace(refusal=f"{words}, {needed_of(due)} are needed")
    if view.actual.how != "weighted_mean":
        return reading._replace(value=mean_of(known.values[i:j]))
    if known.weights is None:
        return reading._replace(refusal="a weighted mean needs weights, the series has none")
    value, bottom = pooled_mean(known, i, j)
    refusal = "" if bottom else f"nothing was counted in {span_of(first, view.day)}"
    return reading._replace(value=value, weight=bottom, refusal=refusal)


def _run_rate(view: View) -> Reading:
    reading = _mean(view)
    return reading if reading.value is None else reading._replace(value=reading.value * MONTH_DAYS)


def _over(view: View, first: int, last: int, *, value: Callable[[list[float]], float]) -> Reading:
    i, j = view.known.between(first, last)
    due, used = view.frame.periods.within(first, last), j - i
    if used <= 0:
        refusal = f"no day is known in {span_of(first, max(first, last))}"
        return Reading(None, first, last, 0, due, refusal=refusal)
    return Reading(value(view.known.values[i:j]), first, last, used, due - used)


def _cycle_sum(view: View) -> Reading:
    return _over(view, view.frame.start, view.day, value=math.fsum)


def _month_to_date(view: View) -> Reading:
    first = view.day - date.fromordinal(view.day).day + 1
    return _over(view, first, view.day, value=math.fsum)


def _last_full_month(view: View) -> Reading:
    following = date.fromordinal(view.day + 1).replace(day=1)
    first, last = add_months(following, -1).toordinal(), following.toordinal() - 1
    reading = _over(view, first, last, value=math.fsum)
    due = reading.used + reading.missing
    # A month whose beginning lies before the history would look like a bad month.
    if reading.value is None or reading.used >= needed_of(due):
        return reading
    return reading._replace(value=None, refusal=too_few(first, last, used=reading.used, due=due))


def _cycle_max(view: View) -> Reading:
    return _over(view, view.frame.start, view.day, value=max)


def _cycle_min(view: View) -> Reading:
    return _over(view, view.frame.start, view.day, value=min)


def _percentile(view: View) -> Reading:
    share = view.actual.size
    return _over(view, view.frame.start, view.day, value=lambda some: percentile(some, share))


def _last_n(view: View) -> Reading:
    known, size = view.known, int(view.actual.size)
    j = known.between(view.day, view.day)[1]
    i = max(0, j - size)
    if i == j:
        return Reading(None, view.day, view.day, 0, size, refusal="no point is known")
    reading = Reading(None, known.days[i], view.day, j - i, size - (j - i))
    if not pools(view.actual, view.metric, known):
        return reading._replace(value=mean_of(known.values[i:j]))
    value, bottom = pooled_mean(known, i, j)
    words = "" if bottom else "nothing was counted"
    return reading._replace(value=value, weight=bottom, refusal=words)


READERS: dict[str, Callable[[View], Reading]] = {
    "last": _last,
    "mean": _mean,
    "weighted_mean": _mean,
    "run_rate": _run_rate,
    "cycle_sum": _cycle_sum,
    "month_to_date": _month_to_date,
    "last_full_month": _last_full_month,
    "cycle_max": _cycle_max,
    "cycle_min": _cycle_min,
    "cycle_percentile": _percentile,
    "last_n": _last_n,
}
