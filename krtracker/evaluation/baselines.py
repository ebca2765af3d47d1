"""Where a goal starts (R5, decisions.md 17): measured, guessed, frozen; never moved in silence."""

from __future__ import annotations

import math
from datetime import date, timedelta
from typing import NamedTuple

from krtracker.evaluation.actuals import (
    mean_of,
    percentile,
    pooled_mean,
    pools,
    too_few,
)
from krtracker.evaluation.days import Frame, Known
from krtracker.evaluation.numbers import MONTH_DAYS, needed_of
from krtracker.evaluation.question import Question, actual_of, baseline_of
from krtracker.model import Actual, Baseline, Frozen, KeyResult, Kind, Metric
from krtracker.periods import ONE_DAY, Grain, Span, add_months, local_day, month_last_day

YEAR = timedelta(days=364)
"""52 whole weeks: weekdays align and leap years need no rule (R5)."""


LONGEST = {Grain.DAY: 1, Grain.WEEK: 7, Grain.MONTH: 31}
"""The days of the longest period of a grain."""


class Footing(NamedTuple):
    """The baseline in force: its value or why there is none, and whether it was measured."""

    value: float | None
    measured: bool = False
    problem: str = ""
    flags: tuple[str, ...] = ()
    freeze: tuple[Frozen, ...] = ()


def window_of(
    baseline: Baseline, key_result: KeyResult, metric: Metric, *, previous_cycle: Span | None
) -> Span | None:
    """The days a baseline is measured over; None for a fixed one or where no cycle came before."""
    span = key_result.span
    if baseline.kind == "mean":
        return baseline.span
    if baseline.kind == "previous":
        return Span(_before(span.first, baseline.days, metric.grain), span.first - ONE_DAY)
    if baseline.kind == "same_period_last_year":
        return Span(span.first - YEAR, span.last - YEAR)
    return previous_cycle if baseline.kind == "previous_cycle" else None


def _before(start: date, count: int, grain: Grain) -> date:
    if grain is Grain.MONTH:
        return add_months(start, -count)
    return start - ONE_DAY * (count * 7 if grain is Grain.WEEK else count)


def footing(question: Question, known: Known, frame: Frame) -> Footing:
    """The baseline in force at a question: fixed, frozen, measured now, or the guess `about`."""
    key_result, metric = question.key_result, question.metric
    baseline = baseline_of(key_result, actual_of(key_result, metric))
    if baseline is None:
        return Footing(None)
    if baseline.kind == "fixed":
        return Footing(baseline.value)
    window = window_of(baseline, key_result, metric, previous_cycle=question.previous_cycle)
    if window is None:
        return Footing(None, problem="there is no cycle before this one to take a baseline from")
    frozen = find_frozen(question, "baseline", window)
    if frozen is not None:
        return _held(question, frozen, measure(question, known, frame, window=window))
    return _fresh(question, baseline, window, frame=frame, known=known)


def find_frozen(question: Question, what: str, window: Span) -> Frozen | None:
    """What was frozen of this key result over the same window and from the same thing."""
    if not question.frozen:
        return None
    name = question.key_result.id
    found = [
        one
        for one in question.frozen
        if one.what == what and one.key_result == name and one.window == window
    ]
    if found:
        basis = basis_of(question.key_result, question.metric)
        found = [one for one in found if not one.basis or one.basis == basis]
    return min(found, key=_known_since) if found else None


def _known_since(frozen: Frozen) -> float:
    """What was recorded first stands; what has no instant yet is the newest."""
    return frozen.recorded_at.timestamp() if frozen.recorded_at else math.inf


def basis_of(key_result: KeyResult, metric: Metric) -> str:
    """What a frozen value was taken from; another metric or aggregation makes it void."""
    actual = actual_of(key_result, metric)
    return f"{metric.id}/{key_result.segment}/{actual.how}/{actual.size:g}"


def measure(
    question: Question, known: Known, frame: Frame, *, window: Span
) -> tuple[float | None, str, int]:
    """The metric's own aggregation over a window: value, why there is none, periods missing.

    A total is scaled by N / days of the window; the others need four of five periods (R5).
    """
    actual, metric = actual_of(question.key_result, question.metric), question.metric
    first, last = window.first.toordinal(), window.last.toordinal()
    i, j = known.between(first, last)
    due, used = frame.periods.within(first, last), j - i
    sparse = metric.manual or actual.how == "last_n"
    if used < (1 if sparse else max(1, needed_of(due))):
        return None, too_few(first, last, used=used, due=due), due - used
    if actual.is_total:
        value: float | None = math.fsum(known.values[i:j]) * frame.length / window.days
    else:
        value = _level(known, actual, metric, part=(i, j), window=window)
    problem = "" if value is not None else f"nothing was counted in {window}"
    return value, problem, 0 if sparse else due - used


def _level(
    known: Known, actual: Actual, metric: Metric, *, part: tuple[int, int], window: Span
) -> float | None:
    i, j = part
    if actual.how == "last_n":
        i = max(i, j - int(actual.size))
    if pools(actual, metric, known) or (actual.how == "last" and known.weights is not None):
        return pooled_mean(known, i, j)[0]
    values = known.values[i:j]
    if actual.how in {"cycle_max", "cycle_min", "cycle_percentile"}:
        share = {"cycle_max": 100.0, "cycle_min": 0.0}.get(actual.how, actual.size)
        return percentile(values, share)
    if actual.how in {"month_to_date", "last_full_month"} and _whole_months(window):
        return math.fsum(values) / _months(window)
    if actual.how in {"run_rate", "month_to_date", "last_full_month"}:
        return mean_of(values) * MONTH_DAYS
    # Daily ratios without weights cannot be averaged: the newest one stands for all.
    return values[-1] if metric.kind is Kind.RATIO else mean_of(values)


def _whole_months(window: Span) -> bool:
    return window.first.day == 1 and window.last == month_last_day(window.last)


def _months(window: Span) -> int:
    first, last = window.first, window.last
    return (last.year - first.year) * 12 + last.month - first.month + 1


def _held(
    question: Question, frozen: Frozen, measure_now: tuple[float | None, str, int]
) -> Footing:
    value, (measured, _, gaps) = frozen.values[0], measure_now
    flags = _settled_flags(question, value, gaps)
    if frozen.recorded_at is not None:
        frozen_on = local_day(frozen.recorded_at, question.metric.zone)
    else:
        frozen_on = question.today
    if _came_late(question, frozen.window, frozen_on):
        flags += ("baseline_backfilled",)
    if measured is not None and abs(measured - value) > 0.01 * abs(value):
        flags += ("baseline_drift",)
    return Footing(value, measured=True, flags=flags)


def _fresh(
    question: Question, baseline: Baseline, window: Span, *, frame: Frame, known: Known
) -> Footing:
    value, problem, gaps = measure(question, known, frame, window=window)
    close = frame.periods.floor(window.last.toordinal())
    settled = close <= min(frame.settled, frame.expected) and (frame.day or 0) >= close
    if baseline.about is not None and (value is None or not settled):
        return Footing(baseline.about, measured=True, flags=("baseline_about",))
    if value is None:
        return Footing(None, problem=problem)
    if not settled:
        return Footing(value, measured=True, flags=("baseline_provisional",))
    flags = _settled_flags(question, value, gaps)
    if _came_late(question, window, question.today):
        flags += ("baseline_backfilled",)
    basis = basis_of(question.key_result, question.metric)
    frozen = Frozen(question.key_result.id, "baseline", (value,), window, basis=basis)
    return Footing(value, measured=True, flags=flags, freeze=(frozen,))


def _settled_flags(question: Question, value: float, gaps: int) -> tuple[str, ...]:
    baseline = question.key_result.baseline
    about = None if baseline is None else baseline.about
    flags: tuple[str, ...] = ("baseline_days_missing",) if gaps else ()
    if about is not None and abs(value - about) > 0.1 * abs(about):
        flags += ("baseline_differs_from_about",)
    return flags


def _came_late(question: Question, window: Span, frozen_on: date) -> bool:
    """Whether the baseline became known well after the first day it could (decisions.md 8)."""
    metric = question.metric
    period = LONGEST[metric.grain]
    wait = max(metric.settles_in, metric.late_by)
    first = max(question.key_result.span.first, window.last + ONE_DAY * (1 + wait * period))
    return frozen_on > first + ONE_DAY * metric.stale_after * period
