"""Local days and the spans, windows and cycles made of them; it does no I/O and reads no clock.

A day is the half-open local interval from its first instant to the next day's first instant: 23, 24
or 25 hours, or none at all where a zone skipped it (R2).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from functools import lru_cache
from zoneinfo import ZoneInfo

ONE_DAY = timedelta(days=1)


class Grain(StrEnum):
    """How long one observation is; a week or month is dated by its last day (decisions.md 16)."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A run of civil days, both ends included."""

    first: date
    last: date

    @property
    def days(self) -> int:
        return max(0, (self.last - self.first).days + 1)

    def __contains__(self, day: date) -> bool:
        return self.first <= day <= self.last

    def __iter__(self) -> Iterator[date]:
        return (self.first + timedelta(days=n) for n in range(self.days))

    def __str__(self) -> str:
        return f"{self.first}" if self.first == self.last else f"{self.first} to {self.last}"


@dataclass(frozen=True, slots=True)
class Window:
    """The civil days asked of a source, both ends included, in an IANA zone."""

    first: date
    last: date
    zone: str = "UTC"

    @property
    def span(self) -> Span:
        return Span(self.first, self.last)

    @property
    def days(self) -> int:
        return self.span.days

    @property
    def end(self) -> date:
        """The day after the last one: the open end of a half-open query."""
        return self.last + ONE_DAY

    @property
    def start_utc(self) -> datetime:
        return day_start(self.first, self.zone)

    @property
    def end_utc(self) -> datetime:
        return day_start(self.end, self.zone)

    def __contains__(self, day: date) -> bool:
        return self.first <= day <= self.last


def day_start(day: date, zone: str) -> datetime:
    """The first instant of a local day, in UTC; where midnight does not exist, the jump itself."""
    place = ZoneInfo(zone)
    midnight = datetime.combine(day, time())
    instant = midnight.replace(tzinfo=place).astimezone(UTC)
    if instant.astimezone(place).replace(tzinfo=None) == midnight:
        return instant
    low, high = instant - 2 * ONE_DAY, instant + 2 * ONE_DAY
    while high - low > timedelta(seconds=1):
        middle = low + timedelta(seconds=(high - low) // timedelta(seconds=2))
        if middle.astimezone(place).date() >= day:
            high = middle
        else:
            low = middle
    return high


@lru_cache(maxsize=1024)
def local_day(instant: datetime, zone: str) -> date:
    """The civil date an instant falls on in a zone."""
    return instant.astimezone(ZoneInfo(zone)).date()


def local_time(instant: datetime, zone: str) -> time:
    """The wall-clock time an instant shows in a zone."""
    return instant.astimezone(ZoneInfo(zone)).time()


def merge_spans(spans: Iterable[Span]) -> tuple[Span, ...]:
    """The same days as few spans as possible, in order; neighbours are joined."""
    merged: list[Span] = []
    for span in sorted(one for one in spans if one.days):
        if merged and span.first <= merged[-1].last + ONE_DAY:
            merged[-1] = Span(merged[-1].first, max(merged[-1].last, span.last))
        else:
            merged.append(span)
    return tuple(merged)


def subtract_spans(whole: Span, taken: Iterable[Span]) -> tuple[Span, ...]:
    """The days of `whole` that no taken span covers."""
    left, cursor = [], whole.first
    for span in merge_spans(taken):
        if span.last < cursor or span.first > whole.last:
            continue
        if span.first > cursor:
            left.append(Span(cursor, span.first - ONE_DAY))
        cursor = max(cursor, span.last + ONE_DAY)
    if cursor <= whole.last:
        left.append(Span(cursor, whole.last))
    return tuple(left)


def period_last_day(day: date, grain: Grain, week_start: int = 0) -> date:
    """The last day of the period that holds `day`; `week_start` 0 is Monday."""
    if grain is Grain.WEEK:
        return day + timedelta(days=(week_start - day.weekday() - 1) % 7)
    if grain is Grain.MONTH:
        return month_last_day(day)
    return day


def period_first_day(day: date, grain: Grain, week_start: int = 0) -> date:
    """The first day of the period that holds `day`; `week_start` 0 is Monday."""
    if grain is Grain.WEEK:
        return day - timedelta(days=(day.weekday() - week_start) % 7)
    if grain is Grain.MONTH:
        return day.replace(day=1)
    return day


def month_last_day(day: date) -> date:
    """The last day of the month that holds `day`."""
    return add_months(day.replace(day=1), 1) - ONE_DAY


def add_months(day: date, months: int) -> date:
    """The same day of the month `months` later, or that month's last day where it is shorter."""
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    following = date(year + (month == 11), (month + 1) % 12 + 1, 1)
    return min(date(year, month + 1, 1) + timedelta(days=day.day - 1), following - ONE_DAY)


PERIOD_NAME = re.compile(r"^(FY)?\s*(\d{4})(?:[\s-]+(Q[1-4]|H[12]|M(?:0?[1-9]|1[0-2])))?$", re.I)


def named_period(name: str, fiscal_year_start: int = 1, named_by: str = "end") -> Span:
    """The days of `FY2026 Q4`, `2026 H1`, `2026-M03` or `FY2026`.

    `fiscal_year_start` is the month (1 to 12) a fiscal year begins in; it is named by the calendar
    year it ends in, or starts in with `named_by="start"`. Raises ValueError for any other text.
    """
    found = PERIOD_NAME.match(name.strip())
    if found is None:
        raise ValueError(f"`{name}` is not a period such as `FY2026 Q4`, `2026 H1` or `2026`")
    fiscal, year, part = bool(found[1]), int(found[2]), (found[3] or "").upper()
    opening = fiscal_year_start if fiscal else 1
    if fiscal and opening > 1 and named_by == "end":
        year -= 1
    begin, months = date(year, opening, 1), 12
    if part:
        months = {"Q": 3, "H": 6, "M": 1}[part[0]]
        begin = add_months(begin, months * (int(part[1:]) - 1))
    return Span(begin, add_months(begin, months) - ONE_DAY)
