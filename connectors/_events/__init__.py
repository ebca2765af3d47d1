"""Standard metrics over a table of events, as SQL of the source's own engine; opens nothing.

A metric is made of scans (one SQL statement each, giving small daily aggregates) and finished in
Python. Scans of several metrics that read the same rows are joined into one.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from connectors._asking import Asking
from connectors._events.options import EventsTable
from krtracker.connector import Ask, Bucket, Deadline, Explained, Finding, Interval, Window

if TYPE_CHECKING:
    from connectors._events.rows import Shape


class StandardMetrics:
    """The standard metrics of one source; light until the first one is asked."""

    def __init__(self, table: EventsTable | None) -> None:
        self._table = table
        self._shapes: dict[str, Shape] = {}

    def fused(self, asks: Sequence[Ask[Any]]) -> Sequence[Ask[Any]]:
        """The same asks; standard ones share their scans and answer on an open database."""
        if not any(ask.query.standard for ask in asks):
            return asks
        from connectors._events.answering import fused

        return fused(asks, self._table, self._shapes)

    def explain(self, asking: Asking, ask: Ask[Any], deadline: Deadline) -> Sequence[Explained]:
        """The statements of a standard metric, as this database would be sent them."""
        from connectors._events.explaining import Explaining

        (one,) = self.fused([ask])
        question = Explaining(one.query)
        asking.put(question, ask.window, deadline)
        return question.told

    def explore(
        self, asking: Asking, ask: Ask[Any], *, interval: Interval, deadline: Deadline
    ) -> Sequence[Bucket]:
        """A standard metric over hours, weeks, months or the whole window."""
        from connectors._events.exploring import Exploring

        question = Exploring(self._table, self._shapes, ask, interval=interval)
        asking.put(question, ask.window, deadline)
        return question.found

    def examine(self, asking: Asking, now: datetime, deadline: Deadline) -> Sequence[Finding]:
        """The events table looked over; nothing when the source names none."""
        if self._table is None:
            return ()
        from connectors._events.examining import Examining

        question = Examining(self._table, now)
        asking.put(question, Window(now.date(), now.date(), "UTC"), deadline)
        return question.found
