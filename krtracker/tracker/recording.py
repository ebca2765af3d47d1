"""Values that a person gives: recorded, taken back, or imported; never asks a source."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, datetime
from itertools import groupby
from operator import attrgetter

from krtracker.collect import Memory, judge, needs_history
from krtracker.connector import UnexpectedAnswerError, Window
from krtracker.errors import UsageError
from krtracker.model import Metric, Outcome, Point, Pull, Run, Workspace
from krtracker.periods import Span, local_day, period_first_day, period_last_day
from krtracker.store import Store
from krtracker.tracker.collected import ImportRow
from krtracker.tracker.planning import chosen_metrics
from krtracker.tracker.pulling import LOOK_BACK, series_of

BY_HAND = "manual"


class Recorder:
    """Turns what a person gives into runs; refuses what the metric cannot be."""

    def __init__(self, workspace: Workspace, store: Store, now: Callable[[], datetime]) -> None:
        self._workspace, self._store, self._now = workspace, store, now

    def record(
        self,
        metric: str,
        points: Sequence[Point],
        *,
        note: str = "",
        recorded_at: datetime | None = None,
    ) -> Run:
        """One run with these values of a manual metric. Raises UsageError."""
        asked = self._manual(metric)
        if not points:
            raise UsageError(f"no value for `{metric}`: krtracker record {metric} VALUE")
        self._check_instant(recorded_at)
        pull = self._pull(asked, points, Outcome.RECORDED, note=note)
        _check_domain(asked, pull.points)
        return self._commit(pull, recorded_at)

    def retract(self, metric: str, day: date, segment: str = "") -> Run:
        """One run that takes a recorded day back. Raises UsageError when the day is not known."""
        asked = self._manual(metric)
        key = (metric, segment)
        if not len(self._store.reader().series({key: Span(day, day)})[key]):
            raise UsageError(f"`{metric}` has no value for {day}: nothing to take back")
        pull = self._bare(asked, Span(day, day), Outcome.RECORDED)
        return self._commit(replace(pull, retracted=[(day, segment)]), None)

    def import_rows(self, metric: str, rows: Sequence[ImportRow]) -> tuple[Run, ...]:
        """One run for each distinct instant of knowledge, oldest first; those without one last.

        All rows are checked before the first is stored. Raises UsageError.
        """
        asked = chosen_metrics(self._workspace, [metric])[0]
        if not rows:
            raise UsageError("the file holds no rows: it needs `day,value[,weight][,recorded_at]`")
        for row in rows:
            self._check_instant(row.recorded_at)
        batches = [
            (instant, self._imported(asked, list(group)))
            for instant, group in groupby(sorted(rows, key=_instant_of), attrgetter("recorded_at"))
        ]
        return tuple(self._commit(pull, instant) for instant, pull in batches)

    def _imported(self, metric: Metric, rows: list[ImportRow]) -> Pull:
        points = [
            Point(row.day, row.value, row.weight, row.segment)
            for row in rows
            if row.value is not None
        ]
        gone = [(row.day, row.segment) for row in rows if row.value is None]
        pull = self._pull(metric, points, Outcome.IMPORTED, retracted=gone)
        _check_domain(metric, pull.points)
        return pull

    def _pull(
        self,
        metric: Metric,
        points: Sequence[Point],
        outcome: Outcome,
        *,
        note: str = "",
        retracted: Sequence[tuple[date, str]] = (),
    ) -> Pull:
        days = [*(point.day for point in points), *(day for day, _ in retracted)]
        span = self._past(metric, Span(min(days), max(days)))
        window = Window(span.first, span.last, metric.zone)
        try:
            judged = judge(
                metric,
                points,
                window,
                memory=self._memory(metric, span),
                week_start=self._workspace.week_start,
            )
        except UnexpectedAnswerError as error:
            raise UsageError(f"`{metric.id}` cannot be that: {error}") from None
        return replace(
            self._bare(metric, span, outcome),
            points=judged.points,
            quarantined=judged.quarantined,
            rows=len(points),
            retracted=retracted,
            note=note,
        )

    def _bare(self, metric: Metric, span: Span, outcome: Outcome) -> Pull:
        return Pull(
            metric=metric.id,
            source=BY_HAND,
            window=span,
            started_at=self._now(),
            outcome=outcome,
            query_digest=metric.query_digest,
            requests=0,
        )

    def _commit(self, pull: Pull, recorded_at: datetime | None) -> Run:
        return self._store.commit([pull], now=self._now(), recorded_at=recorded_at)[0]

    def _manual(self, name: str) -> Metric:
        metric = chosen_metrics(self._workspace, [name])[0]
        if not metric.manual:
            raise UsageError(
                f"`{name}` is asked of `{metric.source}`, its next answer would replace the value: "
                f'only metrics with source = "manual" are recorded, history comes in with '
                f"`krtracker import {name} FILE`"
            )
        return metric

    def _past(self, metric: Metric, span: Span) -> Span:
        """The whole periods the days lie in. Raises UsageError for a day that is still to come."""
        today = local_day(self._now(), metric.zone)
        if span.last > today:
            raise UsageError(f"{span.last} is still to come: today is {today} ({metric.zone})")
        start = self._workspace.week_start
        first = period_first_day(span.first, metric.grain, start)
        return Span(first, period_last_day(span.last, metric.grain, start))

    def _memory(self, metric: Metric, span: Span) -> Memory:
        memory = Memory()
        if needs_history(metric):
            before = Span(span.first - LOOK_BACK, span.last)
            wanted = dict.fromkeys(series_of(self._workspace, metric), before)
            found = self._store.reader().series(wanted)
            memory.learn({segment: series for (_, segment), series in found.items()})
        return memory

    def _check_instant(self, instant: datetime | None) -> None:
        if instant is None:
            return
        if instant.tzinfo is None:
            raise UsageError(f"recorded_at {instant} has no time zone: write 2026-01-31T09:00Z")
        if instant > self._now():
            raise UsageError(f"recorded_at {instant} is still to come")


def _instant_of(row: ImportRow) -> tuple[bool, float]:
    """Oldest knowledge first, rows that are known only now last."""
    if row.recorded_at is None:
        return True, 0.0
    return False, row.recorded_at.timestamp()


def _check_domain(metric: Metric, points: Sequence[Point]) -> None:
    if metric.domain is None:
        return
    low, high = metric.domain
    for point in points:
        if point.weight != 0 and not low <= point.value <= high:
            raise UsageError(
                f"{point.value:,.12g} for {point.day} is outside {low:g} to {high:g}, "
                f"which `{metric.id}` may be"
            )
