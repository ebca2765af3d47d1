"""A standard metric as asked, and how its scans become points: what all metrics share; no SQL."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from connectors._events.options import EventsTable, StandardOptions
from connectors._events.rows import Filter
from connectors._events.scans import Scan, ordinal
from krtracker.connector import Point
from krtracker.periods import Span

Live = Callable[[Sequence[Span]], frozenset[int]]
"""The days of some spans on which the events table has any row."""


@dataclass(frozen=True)
class Question:
    """A standard metric asked over some days; `table` gives what the options leave open."""

    asked: StandardOptions
    span: Span
    table: EventsTable
    numbers: Span | None = None
    """The buckets asked for, where they are not the days of `span`."""

    @property
    def shown(self) -> Span:
        """The days, or what stands for them, that points are dated by."""
        return self.numbers or self.span

    @property
    def chosen(self) -> Filter:
        return Filter.of(self.asked)

    @property
    def week_start(self) -> int:
        return 6 if self.asked.week_start == "sunday" else 0


@dataclass(frozen=True)
class Finish:
    """The scans a metric needs and what makes points of what they read, in the same order."""

    scans: tuple[Scan, ...]
    points: Callable[..., Iterator[Point]]


def counts(
    question: Question, found: Mapping[tuple[date, str], float], live: Live
) -> Iterator[Point]:
    """A point a count; zeros only for live days, and never for segments."""
    for (day, segment), value in sorted(found.items()):
        if value:
            yield Point(day, float(value), None, segment)
    if question.asked.by is None:
        missing = [day for day in question.shown if not found.get((day, ""))]
        alive = live([Span(missing[0], missing[-1])]) if missing else frozenset()
        yield from (Point(day, 0.0) for day in missing if ordinal(day) in alive)


def dated(
    question: Question, found: Mapping[tuple[int, str], float]
) -> dict[tuple[date, str], float]:
    inside = question.shown
    days = {(date.fromordinal(day), segment): value for (day, segment), value in found.items()}
    return {key: value for key, value in days.items() if key[0] in inside}
