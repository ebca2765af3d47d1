"""An events table as a list, and the words the slow reference is told in; knows no SQL."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from krtracker.periods import day_start

DAY = timedelta(days=1)
Numbers = tuple[float, float | None]
Row = tuple[date, str, Numbers]
Answer = dict[tuple[date, str], Numbers]
Options = Mapping[str, Any]


@dataclass(frozen=True)
class Event:
    """One row of an events table: an aware instant, who, what, and the other columns."""

    user: str | None
    at: datetime
    name: str = "view"
    session: str | None = None
    columns: Mapping[str, str | None] = field(default_factory=dict)


@dataclass(frozen=True)
class Log:
    """An events table and the question's window, both ends included, in an IANA zone."""

    events: Sequence[Event]
    first: date
    last: date
    zone: str = "UTC"
    placeholders: tuple[str, ...] = ()
    users: Sequence[tuple[str, datetime]] = ()

    def day(self, at: datetime) -> date:
        return at.astimezone(ZoneInfo(self.zone)).date()

    def start(self, day: date) -> datetime:
        return day_start(day, self.zone)

    def days(self) -> list[date]:
        return [self.first + n * DAY for n in range((self.last - self.first).days + 1)]

    def live_days(self) -> set[date]:
        return {self.day(e.at) for e in self.events}


def names(value: Any) -> tuple[str, ...]:
    if value is None:
        return ()
    return (value,) if isinstance(value, str) else tuple(value)


def column(event: Event, name: str) -> str | None:
    return event.name if name == "name" else event.columns.get(name)


def matches(event: Event, where: Mapping[str, Any]) -> bool:
    for name, wanted in where.items():
        value = column(event, name)
        if value is None or value not in [str(one) for one in names(wanted)]:
            return False
    return True


def known(log: Log, rows: Iterable[Event]) -> list[Event]:
    return [
        e for e in rows if e.user is not None and e.user != "" and e.user not in log.placeholders
    ]


def qualifying(log: Log, rows: Iterable[Event], options: Options) -> list[Event]:
    wanted, left_out = names(options.get("events")), names(options.get("exclude"))
    return [
        e for e in known(log, rows) if (not wanted or e.name in wanted) and e.name not in left_out
    ]


def named(log: Log, rows: Iterable[Event], wanted: Any, options: Options) -> list[Event]:
    if not names(wanted):
        return qualifying(log, rows, options)
    return [e for e in known(log, rows) if e.name in names(wanted)]


def counts(log: Log, value: Callable[[date], float]) -> Iterable[Row]:
    """A count a day; zero is said only where the table has any row that day."""
    live = log.live_days()
    for d in log.days():
        n = value(d)
        if n or d in live:
            yield d, "", (float(n), None)


def active_days(log: Log, rows: Iterable[Event]) -> dict[date, set[str]]:
    users: dict[date, set[str]] = defaultdict(set)
    for e in rows:
        users[log.day(e.at)].add(str(e.user))
    return users


def union(users: Mapping[date, set[str]], first: date, last: date) -> set[str]:
    return {u for d, some in users.items() if first <= d <= last for u in some}


def bucket(day: date, interval: str, week_start: str = "monday") -> tuple[date, date]:
    """The first and last day of the calendar day, week or month that holds `day`."""
    if interval == "week":
        passed = day.weekday() if week_start == "monday" else day.isoweekday() % 7
        first = day - timedelta(days=passed)
        return first, first + 6 * DAY
    if interval == "month":
        first = day.replace(day=1)
        return first, (first + 31 * DAY).replace(day=1) - DAY
    return day, day
