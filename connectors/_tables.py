"""What connectors over tables have in common: queries as written, standard metrics over events."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Any

from connectors._asking import Asking, Session, Watchdog
from connectors._events import StandardMetrics
from connectors._events.definitions import DEFINITIONS
from connectors._events.options import EventsTable
from connectors._query import written
from krtracker.connector import (
    Answer,
    Ask,
    Bucket,
    ConnectorError,
    Deadline,
    Explained,
    Finding,
    Interval,
)


class OnTables:
    """The talk of such a connector; its query table has `query` beside `standard`."""

    standards = DEFINITIONS

    def __init__(self, events: EventsTable | None, opening: Callable[[Watchdog], Session]) -> None:
        self._standard = StandardMetrics(events)
        self._asking = Asking(opening)

    def fetch(
        self, asks: Sequence[Ask[Any]], deadline: Deadline
    ) -> Iterator[Answer | ConnectorError]:
        return self._asking.fetch(self._standard.fused(asks), deadline)

    def explain(self, ask: Ask[Any], deadline: Deadline) -> Sequence[Explained]:
        if ask.query.standard is not None:
            return self._standard.explain(self._asking, ask, deadline)
        return written(ask.query.query, ask.window)

    def explore(self, ask: Ask[Any], interval: Interval, deadline: Deadline) -> Sequence[Bucket]:
        return self._standard.explore(self._asking, ask, interval=interval, deadline=deadline)

    def examine(self, now: datetime, deadline: Deadline) -> Sequence[Finding]:
        return self._standard.examine(self._asking, now, deadline)

    def close(self) -> None:
        self._asking.close()
