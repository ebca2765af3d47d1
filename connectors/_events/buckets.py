"""Runs of time other than days, numbered as if they were days so that all else stays the same."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, case

from connectors._events.dialects import number, whole
from connectors._events.zones import HOUR, local_of
from krtracker.connector import Interval, Window
from krtracker.periods import Grain, Span, period_last_day


@dataclass(frozen=True)
class Buckets:
    """The buckets of a window; bucket k bears the number of the window's first day plus k."""

    interval: Interval
    window: Window
    week_start: int = 0

    @property
    def base(self) -> int:
        return self.window.first.toordinal()

    @property
    def shown(self) -> Span:
        """The numbers of all buckets, as the days they pretend to be."""
        last = self.base + len(self.labels) - 1
        return Span(self.window.first, date.fromordinal(last))

    @property
    def labels(self) -> list[str]:
        """What each bucket is called."""
        if self.interval == "hour":
            start = datetime.combine(self.window.first, datetime.min.time())
            hours = range(self.window.days * 24)
            return [f"{start + timedelta(hours=n):%Y-%m-%d %H:00}" for n in hours]
        return [str(span) for span in self.spans]

    @property
    def spans(self) -> list[Span]:
        """The days of each bucket; the first and the last are cut where the window is."""
        window, found = self.window.span, list[Span]()
        if self.interval == "range":
            return [window]
        grain, first = Grain(self.interval), window.first
        while first <= window.last:
            last = min(window.last, period_last_day(first, grain, self.week_start))
            found.append(Span(first, last))
            first = last + timedelta(days=1)
        return found

    def of(
        self, at: ColumnElement[int], day: ColumnElement[int], reach: tuple[int, int]
    ) -> ColumnElement[int]:
        """The number of the bucket an instant lies in."""
        if self.interval == "hour":
            hours = whole(local_of(at, self.window.zone, reach), HOUR)
            return hours - number(self.base * 23)
        spans, base = self.spans, self.base
        whens = [
            (day <= number(span.last.toordinal()), number(base + n)) for n, span in enumerate(spans)
        ]
        return case(*whens, else_=number(base + len(spans) - 1))
