"""Which days of a metric are to be asked now; it follows from the state, never from the tick.

Everything here is pure: coverage and a due span in, windows out (decisions.md 4).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from krtracker.model import Metric
from krtracker.periods import (
    ONE_DAY,
    Grain,
    Span,
    merge_spans,
    period_first_day,
    period_last_day,
    subtract_spans,
)
from krtracker.store import MetricState

LONGEST_WINDOW = 366
"""Days in one request; a longer history is asked in chunks of this, oldest first."""

DEFAULT_HISTORY = 400
"""Days of history where a metric does not say (decisions.md 4)."""

MARGIN = 4
"""Periods re-read beyond `settles_in`, so that a late restatement is not missed (R2)."""


def history_start(metric: Metric, today: date, needed: date | None) -> date:
    """The first day worth knowing: `history` back from today, or the earliest day a goal needs."""
    start = today - timedelta(days=DEFAULT_HISTORY)
    if metric.history is not None:
        start = _first_of_last(metric, today, metric.history + 1)
    return start if needed is None else min(start, needed)


def due_span(
    metric: Metric, today: date, *, first: date, ready: bool, week_start: int = 0
) -> Span | None:
    """The days that should be known: from `first` to the newest complete period less `late_by`.

    Today is never in it, nor is yesterday before the metric's `ready_at` (R3). None when no
    period is due yet.
    """
    complete = today - ONE_DAY * (1 if ready else 2)
    last = period_last_day(complete, metric.grain, week_start)
    if last > complete:
        last = period_first_day(complete, metric.grain, week_start) - ONE_DAY
    for _ in range(metric.late_by):
        last = period_first_day(last, metric.grain, week_start) - ONE_DAY
    span = Span(period_first_day(first, metric.grain, week_start), last)
    return span if span.days else None


def due_windows(
    metric: Metric, state: MetricState | None, due: Span, *, week_start: int = 0
) -> tuple[Span, ...]:
    """The windows to ask: missing days and those that may still be restated, oldest first.

    After a time of standstill the days that were not settled at its start are read again too, so
    that a week off is one combined window.
    """
    covered = state.coverage if state is not None else ()
    again = _restated_from(metric, covered, due, week_start=week_start)
    wanted = [*subtract_spans(due, covered), Span(max(due.first, again), due.last)]
    whole = merge_spans(_whole_periods(span, metric.grain, week_start) for span in wanted)
    return tuple(one for span in whole for one in chunks(span, metric.grain, week_start))


def chunks(span: Span, grain: Grain = Grain.DAY, week_start: int = 0) -> Iterator[Span]:
    """The span in pieces of whole periods and at most `LONGEST_WINDOW` days, oldest first."""
    first = span.first
    while first <= span.last:
        last = first + ONE_DAY * (LONGEST_WINDOW - 1)
        if last >= span.last:
            last = span.last
        elif period_last_day(last, grain, week_start) != last:
            last = period_first_day(last, grain, week_start) - ONE_DAY
        yield Span(first, last)
        first = last + ONE_DAY


def _whole_periods(span: Span, grain: Grain, week_start: int) -> Span:
    first = period_first_day(span.first, grain, week_start)
    return Span(first, period_last_day(span.last, grain, week_start))


def _restated_from(
    metric: Metric, covered: tuple[Span, ...], due: Span, *, week_start: int
) -> date:
    """The first day that has to be read again although it is covered."""
    periods = metric.settles_in + MARGIN
    usual = _first_of_last(metric, due.last, periods, week_start=week_start)
    known = [span.last for span in covered if span.last >= due.first]
    newest = min(max(known, default=due.last), due.last)
    before = _first_of_last(metric, due.last, 2, week_start=week_start)
    # One new period is the ordinary day; more than that is a standstill.
    return (
        usual
        if newest >= before
        else min(usual, _first_of_last(metric, newest, periods, week_start=week_start))
    )


def _first_of_last(metric: Metric, day: date, periods: int, *, week_start: int = 0) -> date:
    """The first day of the last `periods` periods up to the one that holds `day`."""
    if metric.grain is Grain.DAY:
        return day - ONE_DAY * (periods - 1)
    first = period_first_day(day, metric.grain, week_start)
    for _ in range(periods - 1):
        first = period_first_day(first - ONE_DAY, metric.grain, week_start)
    return first
