"""The standard metrics: which scans each needs and how their sums become points; writes no SQL.

Rules that hold for all: a day is a civil date of the window's zone. A count says zero only for a
day on which the events table has any row; a mean or ratio of nothing is left out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from connectors._events.active import ActiveScan, Activity
from connectors._events.cohorts import CohortScan, Reach, Return, Start
from connectors._events.firsts import FirstScan
from connectors._events.options import UNITS, EventsTable, StandardOptions
from connectors._events.rows import Filter, listed
from connectors._events.scans import Scan, earlier, ordinal
from connectors._events.sessions import Rule, SessionScan, SessionSums, Variant
from connectors._events.tallies import AccountScan, Tally, TallyScan
from connectors._events.zones import SECOND
from krtracker.connector import Point
from krtracker.periods import ONE_DAY, Grain, Span, period_first_day, period_last_day

LENGTH = {"dau": 1, "wau": 7, "mau": 30}
BUCKET = {"dau": Grain.DAY, "wau": Grain.WEEK, "mau": Grain.MONTH}
LONGEST = {Grain.DAY: 1, Grain.WEEK: 7, Grain.MONTH: 31}
Live = Callable[[Sequence[Span]], frozenset[int]]
"""The days of some spans on which the events table has any row."""


@dataclass(frozen=True)
class Question:
    """A standard metric asked over some days; `table` gives what the options leave open."""

    asked: StandardOptions
    span: Span
    table: EventsTable
    numbers: Span | None = None
    """The buckets asked for, where they are not the days of `span`."""

    @property
    def shown(self) -> Span:
        """The days, or what stands for them, that points are dated by."""
        return self.numbers or self.span

    @property
    def chosen(self) -> Filter:
        return Filter.of(self.asked)

    @property
    def week_start(self) -> int:
        return 6 if self.asked.week_start == "sunday" else 0


@dataclass(frozen=True)
class Finish:
    """The scans a metric needs and what makes points of what they read, in the same order."""

    scans: tuple[Scan, ...]
    points: Callable[..., Iterator[Point]]


def finish(question: Question) -> Finish:
    """How a standard metric is computed."""
    made: Finish = METRICS[question.asked.standard or ""](question)
    return made


def _counts(question: Question, found: Mapping[tuple[date, str], float], live: Live) -> Iterator[Point]:
    """A point a count; zeros only for live days, and never for segments."""
    for (day, segment), value in sorted(found.items()):
        if value:
            yield Point(day, float(value), None, segment)
    if question.asked.by is None:
        missing = [day for day in question.shown if not found.get((day, ""))]
        alive = live([Span(missing[0], missing[-1])]) if missing else frozenset()
        yield from (Point(day, 0.0) for day in missing if ordinal(day) in alive)


def _dated(question: Question, found: Mapping[tuple[int, str], float]) -> dict[tuple[date, str], float]:
    inside = question.shown
    days = {(date.fromordinal(day), segment): value for (day, segment), value in found.items()}
    return {key: value for key, value in days.items() if key[0] in inside}


def _active(question: Question) -> Finish:
    asked = question.asked
    name = asked.standard or ""
    if asked.window == "calendar":
        return _calendar(question, BUCKET[name])
    length = asked.days or LENGTH[name]
    scan = ActiveScan(question.chosen, earlier(question.span, length - 1), length)

    def points(activity: Activity, *, live: Live) -> Iterator[Point]:
        found = {
            (day, segment): float(activity.distinct(segment, day - ONE_DAY * (length - 1), day))
            for segment in activity.segments
            for day in question.shown
        }
        return _counts(question, found, live)

    return Finish((scan,), points)


def _buckets(question: Question, grain: Grain) -> list[Span]:
    """The whole weeks or months that end inside the window."""
    start = question.week_start
    last = [day for day in question.span if period_last_day(day, grain, start) == day]
    return [Span(period_first_day(day, grain, start), day) for day in last]


def _calendar(question: Question, grain: Grain) -> Finish:
    buckets = _buckets(question, grain)
    if not buckets:
        return Finish((), lambda **_: iter(()))
    span = Span(buckets[0].first, question.span.last)

    def points(activity: Activity, *, live: Live) -> Iterator[Point]:
        for bucket in buckets:
            for segment in activity.segments:
                users = activity.distinct(segment, bucket.first, bucket.last)
                if users:
                    yield Point(bucket.last, float(users), None, segment)
        if question.asked.by is None:
            empty = [one for one in buckets if not activity.distinct("", one.first, one.last)]
            alive = live([Span(one.last, one.last) for one in empty])
            yield from (Point(one.last, 0.0) for one in empty if ordinal(one.last) in alive)

    return Finish((ActiveScan(question.chosen, span, LONGEST[grain]),), points)


def _stickiness(question: Question) -> Finish:
    asked = question.asked
    top, bottom = LENGTH[asked.numerator], asked.days or LENGTH[asked.denominator]
    reach = max(top, bottom)
    scan = ActiveScan(question.chosen, earlier(question.span, reach - 1), reach)

    def points(activity: Activity, **_: Any) -> Iterator[Point]:
        for segment in activity.segments:
            for day in question.span:
                below = activity.distinct(segment, day - ONE_DAY * (bottom - 1), day)
                above = activity.distinct(segment, day - ONE_DAY * (top - 1), day)
                if below:
                    yield Point(day, above / below, float(below), segment)

    return Finish((scan,), points)


def _growth(question: Question) -> Finish:
    asked, grain = question.asked, Grain(question.asked.interval)
    buckets = _buckets(question, grain)
    if not buckets:
        return Finish((), lambda **_: iter(()))
    before = [_before(question, one, grain) for one in buckets]
    reach = LONGEST[grain] * (asked.churn_after + 1)
    active = ActiveScan(question.chosen, Span(before[0][0].first, question.span.last), reach)
    first = FirstScan(question.chosen, Span(buckets[0].first, buckets[-1].last))

    def points(
        activity: Activity, news: Mapping[tuple[int, str], float], *, live: Live
    ) -> Iterator[Point]:
        days = _dated(Question(asked, first.span, question.table), news)
        empty = []
        for bucket, (oldest, recent) in zip(buckets, before, strict=True):
            users = activity.distinct("", bucket.first, bucket.last)
            new = sum(days.get((day, ""), 0) for day in bucket)
            retained = activity.from_to("", recent, bucket)
            churned = activity.not_until("", oldest, bucket.last)
            if users or churned:
                yield from _accounts(bucket.last, new, retained, users - new - retained, churned)
            else:
                empty.append(bucket)
        alive = live(empty)
        for bucket in empty:
            if any(ordinal(day) in alive for day in bucket):
                yield from _accounts(bucket.last, 0, 0, 0, 0)

    return Finish((active, first), points)


def _before(question: Question, bucket: Span, grain: Grain) -> tuple[Span, Span]:
    """The bucket users churn out of, and all buckets in which they still count as kept."""
    first = bucket.first
    for _ in range(question.asked.churn_after):
        first = period_first_day(first - ONE_DAY, grain, question.week_start)
    oldest = Span(first, period_last_day(first, grain, question.week_start))
    return oldest, Span(first, bucket.first - ONE_DAY)


def _accounts(day: date, *users: float) -> Iterator[Point]:
    names = ("new", "retained", "resurrected", "churned")
    return (Point(day, float(n), None, name) for name, n in zip(names, users, strict=True))


def _sessions(question: Question) -> Finish:
    asked, told = question.asked, question.table
    column = told.session if asked.session_column is None else asked.session_column or None
    rule = Rule(round(asked.gap_minutes * 60 * SECOND), column, asked.split_midnight)
    percentile = None if asked.statistic == "mean" else asked.statistic
    variant = Variant(asked.max_hours, asked.exclude_single, asked.cap_minutes, percentile)
    scan = SessionScan(question.chosen, rule, question.span, (variant,))
    value = SESSION_VALUES[asked.standard or ""]
    seconds = UNITS["session_duration"][asked.unit or "s"]

    def points(
        found: Mapping[tuple[Variant, tuple[int, str]], SessionSums], *, live: Live
    ) -> Iterator[Point]:
        mine = {key: sums for (which, key), sums in found.items() if which == variant}
        if asked.standard == "sessions":
            many = {key: float(sums.sessions) for key, sums in mine.items()}
            yield from _counts(question, _dated(question, many), live)
            return
        for (day, segment), sums in sorted(mine.items()):
            told = value(sums) / seconds
            yield Point(date.fromordinal(day), told, float(sums.sessions), segment)

    return Finish((scan,), points)


def _duration(sums: SessionSums) -> float:
    return sums.seconds / sums.sessions if sums.percentile is None else sums.percentile


SESSION_VALUES: Mapping[str, Callable[[SessionSums], float]] = {
    "sessions": lambda sums: float(sums.sessions),
    "session_duration": _duration,
    "bounce_rate": lambda sums: sums.single / sums.sessions,
    "events_per_session": lambda sums: sums.events / sums.sessions,
}


def _rates(question: Question, scan: CohortScan) -> Finish:
    (reach,) = scan.reaches

    def points(found: Mapping[Any, tuple[int, int]], **_: Any) -> Iterator[Point]:
        for (which, (day, segment)), (size, back) in sorted(found.items(), key=lambda one: one[0][1]):
            if which == reach and size and date.fromordinal(day) in question.shown:
                yield Point(date.fromordinal(day), back / size, float(size), segment)

    return Finish((scan,), points)


def _retention(question: Question) -> Finish:
    asked, unit = question.asked, int(UNITS["retention"][question.asked.unit or "day"])
    low, last = asked.brackets or (asked.day, asked.day)
    high = None if asked.mode == "on_or_after" else (last + 1) * unit
    start = Start(question.chosen.named(asked.start_event), asked.cohort)
    back = Return(question.chosen.named(asked.return_event), asked.window == "rolling_24h")
    reaches = (Reach(low * unit, high),)
    return _rates(question, CohortScan(start, back, question.span, reaches))


def _activation(question: Question) -> Finish:
    asked, chosen = question.asked, question.chosen
    starts, goals = chosen.named(asked.start_event), chosen.named(asked.goal_event)
    if not asked.same_bucket:
        start, back = Start(starts, "recurring"), Return(goals, rolling=True)
        reaches = (Reach(0, asked.window_days),)
        return _rates(question, CohortScan(start, back, question.span, reaches))
    above, below = Tally("users", goals), Tally("users", starts)

    def points(found: Mapping[Any, float], **_: Any) -> Iterator[Point]:
        for (tally, key), users in sorted(found.items(), key=lambda one: one[0][1]):
            day = date.fromordinal(key[0])
            if tally == below and users and day in question.shown:
                yield Point(day, found.get((above, key), 0.0) / users, users, key[1])

    return Finish((TallyScan(chosen.anything, question.span, (above, below)),), points)


def _tallied(question: Question, tally: Tally) -> Finish:
    def points(found: Mapping[Any, float], *, live: Live) -> Iterator[Point]:
        mine = {key: value for (which, key), value in found.items() if which == tally}
        return _counts(question, _dated(question, mine), live)

    return Finish((TallyScan(tally.chosen.anything, question.span, (tally,)),), points)


def _event_count(question: Question) -> Finish:
    return _tallied(question, Tally("events", question.chosen, known=False))


def _counted(question: Question, scan: FirstScan | AccountScan) -> Finish:
    def points(found: Mapping[Any, float], *, live: Live) -> Iterator[Point]:
        return _counts(question, _dated(question, found), live)

    return Finish((scan,), points)


def _sign_ups(question: Question) -> Finish:
    asked, span = question.asked, question.span
    if question.table.users_table and not asked.events and asked.count is None:
        return _counted(question, AccountScan(span, None, question.chosen))
    chosen = question.chosen.named(listed(asked.events) or ("sign_up",))
    if asked.count == "events":
        return _tallied(question, Tally("events", chosen))
    if asked.count == "users":
        return _tallied(question, Tally("users", chosen))
    return _counted(question, FirstScan(chosen, span))


def _new_users(question: Question) -> Finish:
    asked, span = question.asked, question.span
    filtered = asked.events or asked.exclude or asked.where or asked.by
    if asked.first_seen_column or (question.table.users_table and not filtered):
        return _counted(question, AccountScan(span, asked.first_seen_column, question.chosen))
    return _counted(question, FirstScan(question.chosen, span))


METRICS: Mapping[str, Callable[[Question], Finish]] = {
    **dict.fromkeys(("dau", "wau", "mau"), _active),
    "stickiness": _stickiness,
    **dict.fromkeys(SESSION_VALUES, _sessions),
    "retention": _retention,
    "sign_ups": _sign_ups,
    "new_users": _new_users,
    **dict.fromkeys(("activation", "conversion"), _activation),
    "growth": _growth,
    "event_count": _event_count,
}
