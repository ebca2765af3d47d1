"""Stores what is pushed, the way of every writing command; reads no HTTP."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import closing
from datetime import date, datetime

from krtracker.daemon.requests import Event, Request, perform
from krtracker.model import Evaluation
from krtracker.periods import local_day
from krtracker.tracker import Tracker


class Intake:
    """Who pushes is answered once it is stored; what it means for key results follows `soon`."""

    def __init__(
        self, tracker: Tracker, soon: Callable[[], None], now: Callable[[], datetime]
    ) -> None:
        self._tracker, self._soon, self._now = tracker, soon, now

    def today(self, metric: str) -> date:
        """The day it is where the metric is measured. Raises what forbids pushing to it."""
        return local_day(self._now(), self._tracker.pushed_metric(metric).zone)

    def perform(self, request: Request) -> Sequence[Event]:
        """All events of a request; errors are raised."""
        with closing(perform(self._tracker, request, settle=self._settle)) as events:
            return list(events)

    def _settle(self) -> Sequence[Evaluation]:
        self._soon()
        return ()
