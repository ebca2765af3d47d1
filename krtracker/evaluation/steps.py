"""Step changes in a daily series (W4): residuals against each weekday's usual value; no verdict."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Sequence
from datetime import date
from operator import sub

from krtracker.evaluation.days import plain
from krtracker.evaluation.quantities import quantity
from krtracker.evaluation.question import Question
from krtracker.periods import Grain

LEARNT = 56
LEAST = 28
"""Days that the usual value is learnt from: at most, at least."""

FAR = 4.0
"""Robust standard deviations beyond which two days in a row are a step."""


def step_change(question: Question, newest: date) -> tuple[int, str] | None:
    """(1, words) after a step, (0, "") without; None with too little history to tell.

    Usual is the median of a weekday over the eight weeks before the two days; the spread is
    1.4826 times the median absolute residual, at least half their standard deviation.
    """
    if question.metric.grain is not Grain.DAY or question.metric.manual:
        return None
    days, values = _newest(question, newest)
    if len(days) < LEAST + 2 or days[-1] - days[-2] != 1:
        return None
    past, past_values = days[:-2], values[:-2]
    usual = _usual(past, past_values)
    if len(usual) < 7:
        return None
    last = [values[n] - usual[days[n] % 7] for n in (-2, -1)]
    # On two sides of the usual is no step however small the spread, which takes longer to work out.
    if last[0] * last[1] <= 0:
        return 0, ""
    # Eight weeks lie in hand, so what is usual repeats from the first day on where none is missing.
    each = [usual[day % 7] for day in (past[:7] if past[-1] - past[0] == len(past) - 1 else past)]
    expected = (each * (LEARNT // 7 + 1))[: len(past)]
    residuals = list(map(sub, past_values, expected))
    nearest, robust = min(map(abs, last)), robust_spread(residuals)
    # Within the one is within the larger of the two, and saves working out the other.
    spread = robust if nearest <= FAR * robust else max(robust, 0.5 * deviation(residuals))
    if nearest <= FAR * spread:
        return 0, ""
    now, used = (
        quantity(question.metric, values[-1]),
        quantity(question.metric, usual[days[-1] % 7]),
    )
    times = f"{abs(last[-1]) / spread:.0f} times its usual scatter" if spread else "never seen"
    return 1, f"{question.metric.id} stepped to {now} where {used} is usual ({times})"


def _newest(question: Question, newest: date) -> tuple[list[int], list[float]]:
    """The two newest days and the eight weeks before them."""
    series = question.series
    j = bisect_right(series.days, newest.toordinal())
    i = max(0, j - LEARNT - 2)
    return plain(series.days[i:j]), plain(series.values[i:j])


def _usual(days: Sequence[int], values: Sequence[float]) -> dict[int, float]:
    if days[-1] - days[0] == len(days) - 1:
        columns = [sorted(values[n::7]) for n in range(min(7, len(days)))]
        return {
            days[n] % 7: one[len(one) // 2]
            if len(one) % 2
            else (one[len(one) // 2 - 1] + one[len(one) // 2]) / 2
            for n, one in enumerate(columns)
        }
    by_weekday: dict[int, list[float]] = {}
    for day, value in zip(days, values, strict=True):
        by_weekday.setdefault(day % 7, []).append(value)
    return {weekday: median(some) for weekday, some in by_weekday.items()}


def median(values: Sequence[float]) -> float:
    """The middle value, or half of the two in the middle together; of one value or more."""
    ordered = sorted(values)
    half = len(ordered) // 2
    return ordered[half] if len(ordered) % 2 else (ordered[half - 1] + ordered[half]) / 2


def robust_spread(residuals: Sequence[float]) -> float:
    """1.4826 MAD, about zero."""
    return 1.4826 * median([abs(one) for one in residuals])


def deviation(residuals: Sequence[float]) -> float:
    """The standard deviation of all of them."""
    mean = sum(residuals) / len(residuals)
    return math.sqrt(sum([(one - mean) ** 2 for one in residuals]) / len(residuals))
