"""Standard metrics over a table of events, as SQL of the source's own engine; opens nothing.

A metric is made of scans (one SQL statement each, giving small daily aggregates) and finished in
Python. Scans of several metrics that read the same rows are joined into one.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from connectors._events.options import EventsTable
from krtracker.connector import Ask

if TYPE_CHECKING:
    from connectors._events.answering import Shape


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
