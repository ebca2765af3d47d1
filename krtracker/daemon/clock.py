"""What the clock did since the last look: a jump, a new day somewhere; never sets or sleeps."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from datetime import datetime

from krtracker.periods import local_day

MOVED = 30.0
"""Seconds between wall and monotonic clock from which on it is a jump, not a correction."""


class Clock:
    """Compares the wall clock with the monotonic one, look by look."""

    def __init__(
        self, now: Callable[[], datetime], monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._now, self._monotonic = now, monotonic
        self._ahead = self._difference()
        self._days: frozenset[str] = frozenset()

    def jump(self) -> float:
        """Seconds the clock went forward (or back, below 0) since the last look; 0 for none.

        A machine that slept comes back with a jump forward: the monotonic clock slept too.
        """
        ahead = self._difference()
        moved, self._ahead = ahead - self._ahead, ahead
        return moved if abs(moved) > MOVED else 0.0

    def new_day(self, zones: Iterable[str]) -> bool:
        """Whether a local day has begun in one of these zones since the last look."""
        now = self._now()
        days = frozenset(f"{zone} {local_day(now, zone)}" for zone in zones)
        before, self._days = self._days, days
        return bool(before) and days != before

    def _difference(self) -> float:
        return self._now().timestamp() - self._monotonic()
