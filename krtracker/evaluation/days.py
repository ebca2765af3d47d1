"""Which days count: known, complete, settled, expected (R2, R3); ordinals, and no clock."""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from datetime import date
from typing import Any, NamedTuple

from krtracker.evaluation.question import Question
from krtracker.model import Series
from krtracker.periods import Grain, Span, add_months, merge_spans, month_last_day


class Periods(NamedTuple):
    """The periods of a grain, each known by its last day; `phase` is a week's last day modulo 7."""

    grain: Grain = Grain.DAY
    phase: int = 0

    def floor(self, day: int) -> int:
        """The newest period end that is not after `day`."""
        if self.grain is Grain.DAY:
            return day
        if self.grain is Grain.WEEK:
            return day - (day - self.phase) % 7
        civil = date.fromordinal(day)
        return day if civil == month_last_day(civil) else day - civil.day

    def back(self, end: int, count: int) -> int:
        """The period end that lies `count` periods before the period end `end`."""
        if self.grain is Grain.DAY:
            return end - count
        if self.grain is Grain.WEEK:
            return end - 7 * count
        first = date.fromordinal(end).replace(day=1)
        return add_months(first, 1 - count).toordinal() - 1

    def within(self, first: int, last: int) -> int:
        """How many period ends lie in [first, last]."""
        if last < first:
            return 0
        if self.grain is Grain.DAY:
            return last - first + 1
        if self.grain is Grain.WEEK:
            return (last - self.phase) // 7 - (first - 1 - self.phase) // 7
        return _months_ended(last) - _months_ended(first - 1)


DAILY = Periods()


def _months_ended(day: int) -> int:
    following = date.fromordinal(day + 1)
    return following.year * 12 + following.month


class Known(NamedTuple):
    """The usable points of a question as plain lists, oldest first; ordinals, values, weights."""

    days: list[int]
    values: list[float]
    weights: list[float] | None

    def between(self, first: int, last: int) -> tuple[int, int]:
        """The slice [i, j) of points dated first to last."""
        return bisect_left(self.days, first), bisect_right(self.days, last)


class Frame(NamedTuple):
    """The days a question turns on (R2, R3), as ordinals.

    `limit` is the newest day that may be used, `settled` the newest settled one, `expected` the
    newest one that should be known, `close` the last period end of the cycle, `day` the data day.
    """

    start: int
    end: int
    today: int
    periods: Periods
    limit: int
    settled: int
    expected: int
    close: int
    day: int | None

    @property
    def length(self) -> int:
        """N, the days of the cycle."""
        return self.end - self.start + 1


def plain(values: Sequence[Any]) -> list[Any]:
    """Python numbers in a list, also from NumPy and array columns."""
    listed = getattr(values, "tolist", None)
    return listed() if listed else list(values)


def known_points(question: Question, first: int, *, pooled: bool) -> Known:
    """The points dated `first` to the newest complete day of the cycle, zeros filled in (R3).

    With `pooled`, a day counts as known only where its weight is known too (R2).
    """
    limit = min(question.today.toordinal() - 1, question.key_result.span.last.toordinal())
    known = _cut(question.series, first, limit)
    if pooled and known.weights is not None and math.isnan(math.fsum(known.weights)):
        known = _both_sides(known, known.weights)
    if question.metric.missing_is_zero and len(known.days) < limit - first + 1:
        known = _with_zeros(known, question, first, limit=limit)
    return known


def _cut(series: Series, first: int, limit: int) -> Known:
    i, j = bisect_left(series.days, first), bisect_right(series.days, limit)
    weights = None if series.weights is None else plain(series.weights[i:j])
    return Known(plain(series.days[i:j]), plain(series.values[i:j]), weights)


def _both_sides(known: Known, weights: list[float]) -> Known:
    kept = [n for n, weight in enumerate(weights) if not math.isnan(weight)]
    return Known(
        [known.days[n] for n in kept], [known.values[n] for n in kept], [weights[n] for n in kept]
    )


def _with_zeros(known: Known, question: Question, first: int, *, limit: int) -> Known:
    periods = periods_of(question)
    absent = {day.toordinal() for day in question.withheld}.union(known.days)
    zeros = [
        day
        for span in merge_spans(question.covered)
        for day in range(max(first, span.first.toordinal()), min(limit, span.last.toordinal()) + 1)
        if day not in absent and periods.floor(day) == day
    ]
    merged = dict.fromkeys(zeros, (0.0, 0.0))
    weights = known.weights or [0.0] * len(known.days)
    merged.update(zip(known.days, zip(known.values, weights, strict=True), strict=True))
    days = sorted(merged)
    values = [merged[day][0] for day in days]
    return Known(days, values, None if known.weights is None else [merged[day][1] for day in days])


def periods_of(question: Question) -> Periods:
    """The metric's periods; the weekday weeks end on is read from the series, else Sunday."""
    days = question.series.days
    grain = question.metric.grain
    if grain is Grain.DAY:
        return DAILY
    return Periods(grain, int(days[-1]) % 7 if grain is Grain.WEEK and len(days) else 0)


def frame_of(question: Question, known: Known) -> Frame:
    """The turning days of a question by R2 and R3."""
    metric, span, periods = question.metric, question.key_result.span, periods_of(question)
    today, end = question.today.toordinal(), span.last.toordinal()
    return Frame(
        start=span.first.toordinal(),
        end=end,
        today=today,
        periods=periods,
        limit=min(today - 1, end),
        settled=periods.back(periods.floor(today - 1), metric.settles_in),
        expected=periods.back(periods.floor(today - 2 + question.ready), metric.late_by),
        close=periods.floor(end),
        day=known.days[-1] if known.days else None,
    )


def age_of(frame: Frame) -> int | None:
    """How many periods the data day lies behind the expected one (R3); None without a data day."""
    if frame.day is None:
        return None
    return frame.periods.within(frame.day + 1, min(frame.expected, frame.close))


def covers(question: Question, day: int) -> bool:
    """Whether a successful pull answered for a day, and the answer was not quarantined.

    A person's records never count as one (decisions.md 16).
    """
    if question.metric.manual:
        return False
    if question.withheld and date.fromordinal(day) in question.withheld:
        return False
    return any(span.first.toordinal() <= day <= span.last.toordinal() for span in question.covered)


def span_of(first: int, last: int) -> Span:
    """Ordinals as a span of civil days."""
    return Span(date.fromordinal(first), date.fromordinal(last))
