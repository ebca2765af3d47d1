"""The standard metrics computed the slow, obvious way: the meaning that every engine must match.

Nothing here is clever: plain loops over a list of events, civil dates by `zoneinfo`. It never
shares code with `connectors/`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from functools import partial
from typing import Any

from tests.standard.logs import (
    DAY,
    Answer,
    Event,
    Log,
    Options,
    Row,
    active_days,
    bucket,
    column,
    counts,
    matches,
    names,
    qualifying,
    union,
)
from tests.standard.reference_cohorts import activation, new_users, retention, sign_ups
from tests.standard.reference_sessions import per_session, session_count, session_duration

__all__ = ["Answer", "Event", "Log", "compute"]

Bucket = Callable[[date], tuple[date, date]]
LENGTH = {"dau": 1, "wau": 7, "mau": 30}
INTERVAL = {"dau": "day", "wau": "week", "mau": "month"}


def compute(log: Log, standard: str, **options: Any) -> Answer:
    """Every point of one standard metric: (day, segment) -> (value, weight)."""
    rows = [e for e in log.events if matches(e, options.get("where", {}))]
    by = options.get("by")
    if by is None:
        return {(d, s): v for d, s, v in METRICS[standard](log, rows, options)}
    found: Answer = {}
    for label in {column(e, by) for e in rows}:
        inside = [e for e in rows if column(e, by) == label]
        for d, _, v in METRICS[standard](log, inside, options):
            if v[0] != 0 or v[1] is not None:
                found[(d, "(none)" if label is None else label)] = v
    return found


def distinct_on(
    log: Log, users: Mapping[date, set[str]], d: date, which: str, days: int | None = None
) -> int:
    length = days or LENGTH[which]
    return len(union(users, d - (length - 1) * DAY, d))


def active(which: str) -> Callable[[Log, list[Event], Options], Iterable[Row]]:
    def of(log: Log, rows: list[Event], options: Options) -> Iterable[Row]:
        users = active_days(log, qualifying(log, rows, options))
        if options.get("window") == "calendar":
            live = log.live_days()
            for d in log.days():
                first, last = bucket(d, INTERVAL[which], options.get("week_start", "monday"))
                n = len(union(users, first, last))
                if d == last and (n or d in live):
                    yield d, "", (float(n), None)
            return
        yield from counts(log, lambda d: distinct_on(log, users, d, which, options.get("days")))

    return of


def stickiness(log: Log, rows: list[Event], options: Options) -> Iterable[Row]:
    users = active_days(log, qualifying(log, rows, options))
    top, bottom = options.get("numerator", "dau"), options.get("denominator", "mau")
    days = options.get("days")
    for d in log.days():
        below = distinct_on(log, users, d, bottom, days)
        if below:
            yield d, "", (distinct_on(log, users, d, top) / below, float(below))


def growth(log: Log, rows: list[Event], options: Options) -> Iterable[Row]:
    users = active_days(log, qualifying(log, rows, options))
    whole = partial(
        bucket,
        interval=options.get("interval", "day"),
        week_start=options.get("week_start", "monday"),
    )
    live = log.live_days()
    for d in log.days():
        first, last = whole(d)
        if d != last:
            continue
        found = accounts(users, d, whole, options.get("churn_after", 1))
        if any(found.values()) or any(first <= x <= last for x in live):
            for segment, some in found.items():
                yield d, segment, (float(len(some)), None)


def accounts(
    users: Mapping[date, set[str]], d: date, whole: Bucket, absent: int
) -> dict[str, set[str]]:
    """Who is new, retained, resurrected and churned in the bucket that holds `d`."""
    first, last = whole(d)
    now, before = union(users, first, last), union(users, date.min, first - DAY)
    edge = first
    for _ in range(absent):
        edge = whole(edge - DAY)[0]
    recent = union(users, edge, first - DAY)
    edge_last = whole(edge)[1]
    return {
        "new": now - before,
        "retained": now & recent,
        "resurrected": (now & before) - recent,
        "churned": union(users, edge, edge_last) - union(users, edge_last + DAY, last),
    }


def event_count(log: Log, rows: list[Event], options: Options) -> Iterable[Row]:
    wanted, left_out = names(options.get("events")), names(options.get("exclude"))
    per_day: dict[date, int] = defaultdict(int)
    for e in rows:
        if (not wanted or e.name in wanted) and e.name not in left_out:
            per_day[log.day(e.at)] += 1
    yield from counts(log, lambda d: per_day[d])


METRICS: dict[str, Callable[[Log, list[Event], Options], Iterable[Row]]] = {
    "dau": active("dau"),
    "wau": active("wau"),
    "mau": active("mau"),
    "stickiness": stickiness,
    "sessions": session_count,
    "session_duration": session_duration,
    "bounce_rate": per_session(lambda s: float(s.events == 1)),
    "events_per_session": per_session(lambda s: float(s.events)),
    "retention": retention,
    "sign_ups": sign_ups,
    "new_users": new_users,
    "activation": activation,
    "conversion": activation,
    "growth": growth,
    "event_count": event_count,
}
