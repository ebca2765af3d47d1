"""Whole calendar weeks and months that end inside a window of days."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from krtracker.connector import Window

ONE_DAY = timedelta(days=1)


def whole_periods(window: Window, unit: str) -> list[tuple[date, date]]:
    """First and last day of each week (from Monday) or month whose last day is in the window."""
    return [one for one in _periods(window, unit) if one[1] in window]


def _periods(window: Window, unit: str) -> Iterator[tuple[date, date]]:
    first = _first_day(window.first, unit)
    while first <= window.last:
        following = _first_day(first + timedelta(days=7 if unit == "week" else 31), unit)
        yield first, following - ONE_DAY
        first = following


def _first_day(day: date, unit: str) -> date:
    return day - timedelta(days=day.weekday()) if unit == "week" else day.replace(day=1)
