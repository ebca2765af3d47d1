"""How much history a question needs, so that the store fetches no more; knows days, not values."""

from __future__ import annotations

from datetime import date

from krtracker.evaluation.baselines import LONGEST, YEAR, window_of
from krtracker.evaluation.paths import MEASURED_DAYS
from krtracker.evaluation.question import actual_of, baseline_of
from krtracker.model import Cycle, KeyResult, KeyResultType, Metric
from krtracker.periods import Span, add_months

WINDOWED = frozenset({"mean", "weighted_mean", "run_rate"})
LEARNT = 400
"""A forecast learns from at most so many days to its origin (F.1)."""


def needed_span(
    key_result: KeyResult,
    metric: Metric,
    cycle: Cycle,
    *,
    previous_cycle: Span | None,
    forecast: bool = False,
) -> Span:
    """The days of history a Question needs, to the last day of the key result.

    Holds the baseline's window, the trailing window at the first day, and a path's own past; with
    `forecast` also what a forecast asked on the first day may learn from.
    """
    first = first_needed(key_result, metric, previous_cycle)
    if forecast:
        first = min(first, first_learnt(metric, key_result.span.first))
    return Span(date.fromordinal(first), max(key_result.span.last, cycle.span.last))


def first_needed(key_result: KeyResult, metric: Metric, previous_cycle: Span | None) -> int:
    """The first day of `needed_span`, as an ordinal; a goal to be kept looks at its own days."""
    if key_result.type is not KeyResultType.BASELINE_TO_TARGET:
        return key_result.span.first.toordinal()
    actual = actual_of(key_result, metric)
    baseline = baseline_of(key_result, actual)
    start = key_result.span.first.toordinal()
    first = start if actual.is_total else _lookback(key_result, metric)
    window = baseline and window_of(baseline, key_result, metric, previous_cycle=previous_cycle)
    if window:
        first = min(first, window.first.toordinal())
    if key_result.pace.kind == "weekday" and key_result.pace.weekday_weights is None:
        first = min(first, start - MEASURED_DAYS)
    if key_result.pace.kind == "last-year":
        first = min(first, start - YEAR.days)
    return first


def first_learnt(metric: Metric, today: date) -> int:
    """The first day a forecast asked on `today` may learn from, its source late and stale."""
    slack = metric.settles_in + metric.late_by + metric.stale_after + 1
    return today.toordinal() - slack - LEARNT


def _lookback(key_result: KeyResult, metric: Metric) -> int:
    """Where a level's first value may reach back to, its source late and stale by what it may."""
    actual, start = actual_of(key_result, metric), key_result.span.first
    period = LONGEST[metric.grain]
    slack = metric.late_by + metric.stale_after + 1
    if actual.how in WINDOWED:
        return start.toordinal() - period * (slack + int(actual.size))
    if actual.how == "last_n":
        return start.toordinal() - period * (metric.late_by + 1) - period * int(actual.size) * slack
    newest = date.fromordinal(start.toordinal() - period * slack)
    if actual.how == "month_to_date":
        return newest.replace(day=1).toordinal()
    if actual.how == "last_full_month":
        return add_months(newest.replace(day=1), -1).toordinal()
    return newest.toordinal()
