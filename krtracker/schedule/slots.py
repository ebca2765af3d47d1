"""When a refresh is due: local clock times as instants; pure, and never reads the clock.

A slot is keyed by its local date and time (decisions.md 31): a time the clocks skip runs once at
the next existing instant, a time that comes twice runs once, at its first coming.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from itertools import islice
from typing import Any
from zoneinfo import ZoneInfo

from krtracker.model import Refresh

WIDEST_OVERLAP = timedelta(hours=3)
DAY_NAMES = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")


def next_runs(refresh: Refresh, zone: str, after: datetime, *, count: int) -> list[datetime]:
    """The next `count` instants (UTC) later than `after` at which this refresh is due."""
    return list(islice(slots(refresh, zone, after), count))


def slots(refresh: Refresh, zone: str, after: datetime) -> Iterator[datetime]:
    """The instants later than `after`, in order, for ever; `every ...` counts from the epoch."""
    if refresh.every_seconds is not None:
        step = refresh.every_seconds
        start = int(after.timestamp() // step + 1) * step
        while True:
            yield datetime.fromtimestamp(start, UTC)
            start += step
    latest = after
    for wall in _walls(refresh.cron or "", after.astimezone(ZoneInfo(zone)) - WIDEST_OVERLAP):
        instant = existing_instant(wall, zone)
        if instant > latest:
            yield instant
            latest = instant


def existing_instant(wall: datetime, zone: str) -> datetime:
    """The first instant (UTC) at which the clocks of a zone show this naive time or a later one."""
    place = ZoneInfo(zone)
    first = wall.replace(tzinfo=place, fold=0).astimezone(UTC)
    if first.astimezone(place).replace(tzinfo=None) == wall:
        return first
    low, high = wall.replace(tzinfo=place, fold=1).astimezone(UTC), first
    while high - low > timedelta(seconds=1):
        middle = low + timedelta(seconds=(high - low) // timedelta(seconds=2))
        if middle.astimezone(place).replace(tzinfo=None) > wall:
            high = middle
        else:
            low = middle
    return high


def _walls(cron: str, start: datetime) -> Iterator[datetime]:
    """Naive local times of a cron line from `start` on; the clocks' jumps do not exist in here."""
    wall = start.replace(tzinfo=UTC)
    triggers = _cron_triggers(cron)
    while True:
        found = [one.get_next_fire_time(None, wall) for one in triggers]
        due = [one for one in found if one is not None]
        if not due:
            return
        yield min(due).replace(tzinfo=None)
        wall = min(due) + timedelta(microseconds=1)


@lru_cache(maxsize=256)
def _cron_triggers(cron: str) -> tuple[Any, ...]:
    """One trigger, or two where cron's rule "this day of the month or that weekday" applies."""
    from apscheduler.triggers.cron import CronTrigger

    minute, hour, day, month, weekday = cron.split()
    named = named_weekdays(weekday)
    if day.startswith("*") or weekday.startswith("*"):
        lines = [(day, named)]
    else:
        lines = [(day, "*"), ("*", named)]
    return tuple(
        CronTrigger(minute=minute, hour=hour, day=d, month=month, day_of_week=w, timezone=UTC)
        for d, w in lines
    )


def named_weekdays(field: str) -> str:
    """Cron's weekday field with names: its 0 and 7 are Sunday, APScheduler's 0 is Monday."""
    if field == "*":
        return field
    chosen = {day for part in field.lower().split(",") for day in _weekdays(part)}
    return ",".join(DAY_NAMES[n] for n in sorted(chosen, key=lambda n: (n - 1) % 7))


def _weekdays(part: str) -> list[int]:
    span, _, step = part.partition("/")
    first, dash, last = span.partition("-")
    if span == "*":
        low, high = 0, 6
    else:
        low = _weekday(first)
        high = _weekday(last) if dash else (6 if step else low)
    if high < low or (last == "7" and low == 0):
        high += 7
    return [n % 7 for n in range(low, high + 1, int(step or 1))]


def _weekday(text: str) -> int:
    return DAY_NAMES.index(text) if text in DAY_NAMES else int(text) % 7


class SlotTrigger:
    """An APScheduler trigger over `slots`: one firing however many were missed, none twice."""

    def __init__(self, refresh: Refresh, zone: str) -> None:
        self._refresh, self._zone = refresh, zone
        self._fired: deque[datetime] = deque(maxlen=64)

    def get_next_fire_time(
        self, previous_fire_time: datetime | None, now: datetime
    ) -> datetime | None:
        after = now
        if previous_fire_time is not None:
            after = max(previous_fire_time, now)
            if self._refresh.cron:
                self._fired.append(previous_fire_time)
        upcoming = slots(self._refresh, self._zone, after)
        return next((slot for slot in upcoming if slot not in self._fired), None)
