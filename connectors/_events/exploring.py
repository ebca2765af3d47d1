"""A standard metric over hours, weeks, months or the whole window at once; answers no daily pull.

Counts and rates are computed over each bucket anew (a user counts once in a week); trailing windows
give the value of a bucket's last day, stickiness the mean of its daily ratios.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from math import fsum
from typing import Any

from connectors._events.answering import Database, Fusion
from connectors._events.buckets import Buckets
from connectors._events.metrics import finish
from connectors._events.options import EventsTable, StandardOptions
from connectors._events.questions import Question
from connectors._events.rows import Shape
from krtracker.connector import Answer, Ask, Bucket, Interval, Point, SourceRejectedError, Window
from krtracker.periods import Span

TRAILING = frozenset({"wau", "mau", "stickiness"})


class Exploring:
    """A question over buckets; `found` holds them afterwards."""

    def __init__(
        self,
        table: EventsTable | None,
        shapes: dict[str, Shape],
        ask: Ask[Any],
        *,
        interval: Interval,
    ) -> None:
        if table is None:
            raise SourceRejectedError("the source names no events: write [sources.ID.events]")
        self._table, self._shapes = table, shapes
        self._asked: StandardOptions = ask.query
        start = 6 if self._asked.week_start == "sunday" else 0
        self._buckets = Buckets(interval, ask.window, start)
        self.found: list[Bucket] = []

    def answer(self, database: Database) -> Answer:
        name, interval = self._asked.standard, self._buckets.interval
        if interval == "hour" and (name in TRAILING or name == "growth"):
            raise SourceRejectedError(f"{name} looks at whole days: ask it by day or longer")
        if interval == "day":
            self.found = _by_day(self._daily(database, self._asked))
        elif name == "growth":
            self._growth(database)
        elif name in TRAILING:
            self._trailing(database)
        else:
            self._bucketed(database)
        return Answer(())

    @property
    def _window(self) -> Window:
        return self._buckets.window

    def _daily(self, database: Database, asked: StandardOptions) -> Sequence[Point]:
        fusion = Fusion(self._table, self._shapes)
        return fusion.add(asked, self._window).answer(database).points

    def _growth(self, database: Database) -> None:
        if self._buckets.interval == "range":
            raise SourceRejectedError("growth is told by day, week or month: name one of them")
        changed = {"interval": self._buckets.interval}
        self.found = _by_day(self._daily(database, self._asked.model_copy(update=changed)))

    def _trailing(self, database: Database) -> None:
        spans = self._buckets.spans
        places: Mapping[str, list[list[Point]]] = defaultdict(lambda: [[] for _ in spans])
        for point in self._daily(database, self._asked):
            place = next(n for n, span in enumerate(spans) if point.day in span)
            places[point.segment][place].append(point)
        mean = self._asked.standard == "stickiness"
        for segment, held in sorted(places.items()):
            for span, points in zip(spans, held, strict=True):
                if points:
                    last = points[-1]
                    value = fsum(p.value for p in points) / len(points) if mean else last.value
                    self.found.append(Bucket(str(span), value, None, segment))

    def _bucketed(self, database: Database) -> None:
        labels, shown = self._buckets.labels, self._buckets.shown
        question = Question(self._asked, self._window.span, self._table, shown)
        fusion = Fusion(self._table, self._shapes)
        ground = fusion.ground(database, self._window.zone)
        if ground is None:
            return
        bucketed, made = replace(ground, buckets=self._buckets), finish(question)
        read = [one.read(database.rows(one.statement(bucketed))) for one in made.scans]
        for point in sorted(made.points(*read, live=_no_zeros), key=lambda p: (p.segment, p.day)):
            label = labels[(point.day - shown.first).days]
            self.found.append(Bucket(label, point.value, point.weight, point.segment))


def _no_zeros(_spans: Sequence[Span]) -> frozenset[int]:
    return frozenset()


def _by_day(points: Sequence[Point]) -> list[Bucket]:
    return [Bucket(str(one.day), one.value, one.weight, one.segment) for one in points]
