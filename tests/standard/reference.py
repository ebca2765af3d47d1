"""The standard metrics computed the slow, obvious way: the meaning that every engine must match.

Nothing here is clever: plain loops over a list of events, civil dates by `zoneinfo`. It never
shares code with `connectors/`.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

DAY = timedelta(days=1)
LOOK = timedelta(hours=24)
UNIT_DAYS = {"day": 1, "week": 7, "month": 30}
Answer = dict[tuple[date, str], tuple[float, float | None]]


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
    """An events table and the question's window, both ends included, in an IANA zone.

    `stored` says how instants stand in the table: `aware`, `naive` (in `time_zone`), `epoch_s`,
    `epoch_ms` or `text`; it changes no number.
    """

    events: Sequence[Event]
    first: date
    last: date
    zone: str = "UTC"
    placeholders: tuple[str, ...] = ()
    users: Sequence[tuple[str, datetime]] = ()
    stored: str = "aware"
    time_zone: str = "UTC"

    def day(self, at: datetime) -> date:
        return at.astimezone(ZoneInfo(self.zone)).date()

    def start(self, day: date) -> datetime:
        from krtracker.periods import day_start

        return day_start(day, self.zone)

    def days(self) -> list[date]:
        return [self.first + n * DAY for n in range((self.last - self.first).days + 1)]

    def live_days(self) -> set[date]:
        return {self.day(e.at) for e in self.events}


def names(value: Any) -> tuple[str, ...]:
    if value is None:
        return ()
    return (value,) if isinstance(value, str) else tuple(value)


def matches(event: Event, where: Mapping[str, Any]) -> bool:
    for column, wanted in where.items():
        value = event.name if column == "name" else event.columns.get(column)
        if value is None or value not in [str(one) for one in names(wanted)]:
            return False
    return True


def compute(log: Log, standard: str, **options: Any) -> Answer:
    """Every point of one standard metric: (day, segment) -> (value, weight)."""
    rows = [e for e in log.events if matches(e, options.get("where", {}))]
    by = options.get("by")
    if by is None:
        return {(d, s): v for d, s, v in METRICS[standard](log, rows, options)}
    found: Answer = {}
    labels = {e.columns.get(by) for e in rows}
    for label in labels:
        inside = [e for e in rows if e.columns.get(by) == label]
        for d, _, v in METRICS[standard](log, inside, options):
            if v[0] != 0 or v[1] is not None:
                found[(d, "(none)" if label is None else label)] = v
    return found


Row = tuple[date, str, tuple[float, float | None]]


def known(log: Log, rows: Iterable[Event]) -> list[Event]:
    return [e for e in rows if e.user is not None and e.user != "" and e.user not in log.placeholders]


def qualifying(log: Log, rows: Iterable[Event], options: Mapping[str, Any]) -> list[Event]:
    wanted, left_out = names(options.get("events")), names(options.get("exclude"))
    return [
        e
        for e in known(log, rows)
        if (not wanted or e.name in wanted) and e.name not in left_out
    ]


def named(log: Log, rows: Iterable[Event], wanted: Any, options: Mapping[str, Any]) -> list[Event]:
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


def bucket(day: date, interval: str) -> tuple[date, date]:
    if interval == "week":
        first = day - timedelta(days=day.weekday())
        return first, first + 6 * DAY
    if interval == "month":
        first = day.replace(day=1)
        return first, (first + 31 * DAY).replace(day=1) - DAY
    return day, day


LENGTH = {"dau": 1, "wau": 7, "mau": 30}
INTERVAL = {"dau": "day", "wau": "week", "mau": "month"}


def distinct_on(
    log: Log, users: Mapping[date, set[str]], d: date, which: str, days: int | None = None
) -> int:
    length = days or LENGTH[which]
    return len(union(users, d - (length - 1) * DAY, d))


def active(which: str) -> Callable[[Log, list[Event], Mapping[str, Any]], Iterable[Row]]:
    def of(log: Log, rows: list[Event], options: Mapping[str, Any]) -> Iterable[Row]:
        users = active_days(log, qualifying(log, rows, options))
        if options.get("window") == "calendar":
            live = log.live_days()
            for d in log.days():
                first, last = bucket(d, INTERVAL[which])
                n = len(union(users, first, last))
                if d == last and (n or d in live):
                    yield d, "", (float(n), None)
            return
        yield from counts(log, lambda d: distinct_on(log, users, d, which, options.get("days")))

    return of


def stickiness(log: Log, rows: list[Event], options: Mapping[str, Any]) -> Iterable[Row]:
    users = active_days(log, qualifying(log, rows, options))
    top, bottom = options.get("numerator", "dau"), options.get("denominator", "mau")
    days = options.get("days")
    for d in log.days():
        below = distinct_on(log, users, d, bottom, days)
        if below:
            yield d, "", (distinct_on(log, users, d, top) / below, float(below))


@dataclass
class Session:
    start: datetime
    end: datetime
    events: int = 1

    @property
    def seconds(self) -> float:
        return (self.end - self.start) / timedelta(seconds=1)


def sessions_of(log: Log, rows: list[Event], options: Mapping[str, Any]) -> dict[date, list[Session]]:
    low, high = log.start(log.first) - LOOK, log.start(log.last + DAY) + LOOK
    inside = [e for e in qualifying(log, rows, options) if low <= e.at < high]
    gap = timedelta(minutes=options.get("gap_minutes", 30))
    groups: dict[Any, list[Event]] = defaultdict(list)
    for e in inside:
        if options.get("session_column"):
            if e.session is not None:
                groups[e.user, e.session].append(e)
        else:
            groups[e.user].append(e)
    made: list[Session] = []
    for some in groups.values():
        ordered = sorted(some, key=lambda e: e.at)
        previous: Event | None = None
        for e in ordered:
            new = previous is None
            if previous is not None and not options.get("session_column"):
                new = e.at - previous.at > gap
            if previous is not None and options.get("split_midnight"):
                new = new or log.day(e.at) != log.day(previous.at)
            if new:
                made.append(Session(e.at, e.at))
            else:
                made[-1].end, made[-1].events = e.at, made[-1].events + 1
            previous = e
    found: dict[date, list[Session]] = defaultdict(list)
    for one in made:
        if options.get("max_hours") and one.seconds > options["max_hours"] * 3600:
            continue
        if options.get("exclude_single") and one.events == 1:
            continue
        found[log.day(one.start)].append(one)
    return found


def session_count(log: Log, rows: list[Event], options: Mapping[str, Any]) -> Iterable[Row]:
    found = sessions_of(log, rows, options)
    yield from counts(log, lambda d: len(found[d]))


def percentile(values: Sequence[float], q: float) -> float:
    ordered = sorted(values)
    place = (len(ordered) - 1) * q
    low = math.floor(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (place - low) * (ordered[high] - ordered[low])


def session_duration(log: Log, rows: list[Event], options: Mapping[str, Any]) -> Iterable[Row]:
    found = sessions_of(log, rows, options)
    statistic = options.get("statistic", "mean")
    for d in log.days():
        seconds = [one.seconds for one in found[d]]
        if seconds:
            value = {
                "mean": lambda s: math.fsum(s) / len(s),
                "median": lambda s: percentile(s, 0.5),
                "p90": lambda s: percentile(s, 0.9),
            }[statistic](seconds)
            yield d, "", (value, float(len(seconds)))


def per_session(share: Callable[[Session], float]) -> Any:
    def of(log: Log, rows: list[Event], options: Mapping[str, Any]) -> Iterable[Row]:
        found = sessions_of(log, rows, options)
        for d in log.days():
            if found[d]:
                n = len(found[d])
                yield d, "", (math.fsum(share(one) for one in found[d]) / n, float(n))

    return of


def cohort_entries(log: Log, rows: list[Event], options: Mapping[str, Any]) -> list[tuple[str, datetime]]:
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


def returned(log: Log, start: datetime, at: datetime, options: Mapping[str, Any]) -> bool:
    unit = UNIT_DAYS[options.get("unit", "day")]
    first = options.get("day", 7)
    mode = options.get("mode", "on")
    if mode == "bracket":
        a, b = options["brackets"]
    else:
        a, b = first, (first if mode == "on" else 10**6)
    if options.get("window") == "rolling_24h":
        passed = (at - start) / timedelta(days=unit)
        return a <= passed < b + 1
    days = (log.day(at) - log.day(start)).days
    return a * unit <= days < (b + 1) * unit


def retention(log: Log, rows: list[Event], options: Mapping[str, Any]) -> Iterable[Row]:
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


def sign_ups(log: Log, rows: list[Event], options: Mapping[str, Any]) -> Iterable[Row]:
    events = named(log, rows, options.get("events") or "sign_up", {})
    how = options.get("count", "first_ever")
    per_day: dict[date, float] = defaultdict(float)
    if how == "events":
        for e in events:
            per_day[log.day(e.at)] += 1
    elif how == "users":
        for d, users in active_days(log, events).items():
            per_day[d] = len(users)
    else:
        per_day = firsts(log, events)
    yield from counts(log, lambda d: per_day[d])


def firsts(log: Log, events: list[Event]) -> dict[date, float]:
    first: dict[str, datetime] = {}
    for e in events:
        first[str(e.user)] = min(e.at, first.get(str(e.user), e.at))
    per_day: dict[date, float] = defaultdict(float)
    for at in first.values():
        per_day[log.day(at)] += 1
    return per_day


def new_users(log: Log, rows: list[Event], options: Mapping[str, Any]) -> Iterable[Row]:
    per_day = firsts(log, qualifying(log, rows, options))
    yield from counts(log, lambda d: per_day[d])


def activation(log: Log, rows: list[Event], options: Mapping[str, Any]) -> Iterable[Row]:
    starts = named(log, rows, options["start_event"], options)
    goals = named(log, rows, options["goal_event"], options)
    if options.get("same_bucket"):
        above, below = active_days(log, goals), active_days(log, starts)
        for d in log.days():
            if below.get(d):
                yield d, "", (len(above.get(d, ())) / len(below[d]), float(len(below[d])))
        return
    reach = timedelta(days=options.get("window_days", 7))
    for d in log.days():
        opened: dict[str, datetime] = {}
        for e in starts:
            if log.day(e.at) == d:
                opened[str(e.user)] = min(e.at, opened.get(str(e.user), e.at))
        if opened:
            done = {
                str(g.user)
                for g in goals
                if str(g.user) in opened and opened[str(g.user)] <= g.at < opened[str(g.user)] + reach
            }
            yield d, "", (len(done) / len(opened), float(len(opened)))


def growth(log: Log, rows: list[Event], options: Mapping[str, Any]) -> Iterable[Row]:
    users = active_days(log, qualifying(log, rows, options))
    interval, absent = options.get("interval", "day"), options.get("churn_after", 1)
    live = log.live_days()
    ever = sorted(users)
    for d in log.days():
        first, last = bucket(d, interval)
        if d != last:
            continue
        now = union(users, first, last)
        before = union(users, ever[0], first - DAY) if ever else set()
        recent: set[str] = set()
        edge = first
        for _ in range(absent):
            edge = bucket(edge - DAY, interval)[0]
        recent = union(users, edge, first - DAY)
        oldest = union(users, edge, bucket(edge, interval)[1])
        since = union(users, bucket(edge, interval)[1] + DAY, last)
        if not (now or before) and not any(first <= x <= last for x in live):
            continue
        found = {
            "new": now - before,
            "retained": now & recent,
            "resurrected": (now & before) - recent,
            "churned": oldest - since,
        }
        if any(found.values()) or any(first <= x <= last for x in live):
            for segment, some in found.items():
                yield d, segment, (float(len(some)), None)


def event_count(log: Log, rows: list[Event], options: Mapping[str, Any]) -> Iterable[Row]:
    wanted, left_out = names(options.get("events")), names(options.get("exclude"))
    per_day: dict[date, int] = defaultdict(int)
    for e in rows:
        if (not wanted or e.name in wanted) and e.name not in left_out:
            per_day[log.day(e.at)] += 1
    yield from counts(log, lambda d: per_day[d])


METRICS: dict[str, Callable[[Log, list[Event], Mapping[str, Any]], Iterable[Row]]] = {
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
