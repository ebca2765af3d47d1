"""Cohorts the slow way: who started when, and who came back, converted, or was new."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any

from tests.standard.logs import (
    Event,
    Log,
    Options,
    Row,
    active_days,
    column,
    counts,
    named,
    qualifying,
)

UNIT_DAYS = {"day": 1, "week": 7, "month": 30}


def cohort_entries(log: Log, rows: list[Event], options: Options) -> list[tuple[str, datetime]]:
    starts = sorted(named(log, rows, options.get("start_event"), options), key=lambda e: e.at)
    how = options.get("cohort", "first_ever")
    seen: set[Any] = set()
    entries = []
    for e in starts:
        d = log.day(e.at)
        if how == "first_in_range" and not log.first <= d <= log.last:
            continue
        key = (e.user, d) if how == "recurring" else e.user
        if key not in seen:
            seen.add(key)
            entries.append((str(e.user), e.at))
    return [(u, at) for u, at in entries if log.first <= log.day(at) <= log.last]


def returned(log: Log, start: datetime, at: datetime, options: Options) -> bool:
    unit = UNIT_DAYS[options.get("unit", "day")]
    first = options.get("day", 7)
    mode = options.get("mode", "on")
    a, b = options["brackets"] if mode == "bracket" else (first, first)
    if mode == "on_or_after":
        b = 10**6
    if options.get("window") == "rolling_24h":
        passed = (at - start) / timedelta(days=unit)
        return bool(a <= passed < b + 1)
    days = (log.day(at) - log.day(start)).days
    return bool(a * unit <= days < (b + 1) * unit)


def retention(log: Log, rows: list[Event], options: Options) -> Iterable[Row]:
    back: dict[str, list[datetime]] = defaultdict(list)
    for e in named(log, rows, options.get("return_event"), options):
        back[str(e.user)].append(e.at)
    size: dict[date, int] = defaultdict(int)
    kept: dict[date, int] = defaultdict(int)
    for user, start in cohort_entries(log, rows, options):
        size[log.day(start)] += 1
        kept[log.day(start)] += any(returned(log, start, at, options) for at in back[user])
    for d in log.days():
        if size[d]:
            yield d, "", (kept[d] / size[d], float(size[d]))


def created(log: Log, options: Options) -> dict[date, float] | None:
    """Rows of the users table a day; it knows nothing of events and of their columns."""
    if not log.users or {"events", "exclude", "where", "by", "count"} & options.keys():
        return None
    per_day: dict[date, float] = defaultdict(float)
    for user, at in log.users:
        per_day[log.day(at)] += user not in log.placeholders
    return per_day


def first_seen(log: Log, events: list[Event], name: str) -> dict[date, float]:
    """Users by the day that a column of their events tells."""
    told = {(str(e.user), column(e, name)) for e in events}
    days = {(user, log.day(datetime.fromisoformat(text))) for user, text in told if text}
    per_day: dict[date, float] = defaultdict(float)
    for _, d in days:
        per_day[d] += 1
    return per_day


def firsts(log: Log, events: list[Event]) -> dict[date, float]:
    first: dict[str, datetime] = {}
    for e in events:
        first[str(e.user)] = min(e.at, first.get(str(e.user), e.at))
    per_day: dict[date, float] = defaultdict(float)
    for at in first.values():
        per_day[log.day(at)] += 1
    return per_day


def new_users(log: Log, rows: list[Event], options: Options) -> Iterable[Row]:
    events, told = qualifying(log, rows, options), options.get("first_seen_column")
    per_day = first_seen(log, events, told) if told else created(log, options)
    if per_day is None:
        per_day = firsts(log, events)
    yield from counts(log, lambda d: per_day.get(d, 0))


def sign_ups(log: Log, rows: list[Event], options: Options) -> Iterable[Row]:
    per_day = created(log, options)
    if per_day is None:
        events = named(log, rows, options.get("events") or "sign_up", {})
        per_day = signed_up(log, events, options.get("count", "first_ever"))
    yield from counts(log, lambda d: per_day.get(d, 0))


def signed_up(log: Log, events: list[Event], how: str) -> dict[date, float]:
    if how == "first_ever":
        return firsts(log, events)
    if how == "users":
        return {d: len(users) for d, users in active_days(log, events).items()}
    per_day: dict[date, float] = defaultdict(float)
    for e in events:
        per_day[log.day(e.at)] += 1
    return per_day


def same_bucket(log: Log, starts: list[Event], goals: list[Event]) -> Iterable[Row]:
    above, below = active_days(log, goals), active_days(log, starts)
    for d in log.days():
        if below.get(d):
            yield d, "", (len(above.get(d, ())) / len(below[d]), float(len(below[d])))


def activation(log: Log, rows: list[Event], options: Options) -> Iterable[Row]:
    starts = named(log, rows, options["start_event"], options)
    goals = named(log, rows, options["goal_event"], options)
    if options.get("same_bucket"):
        yield from same_bucket(log, starts, goals)
        return
    reach = timedelta(days=options.get("window_days", 7))
    for d in log.days():
        opened: dict[str, datetime] = {}
        for e in starts:
            if log.day(e.at) == d:
                opened[str(e.user)] = min(e.at, opened.get(str(e.user), e.at))
        if opened:
            done = {
                user
                for user, start in opened.items()
                if any(str(g.user) == user and start <= g.at < start + reach for g in goals)
            }
            yield d, "", (len(done) / len(opened), float(len(opened)))
