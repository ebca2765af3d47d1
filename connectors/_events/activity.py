"""Active users, stickiness and growth out of who was active when; writes no SQL."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from connectors._events.active import ActiveScan, Activity
from connectors._events.firsts import FirstScan
from connectors._events.questions import Finish, Live, Question, counts
from connectors._events.scans import earlier, ordinal
from krtracker.connector import Point
from krtracker.periods import ONE_DAY, Grain, Span, period_first_day, period_last_day

LENGTH = {"dau": 1, "wau": 7, "mau": 30}
BUCKET = {"dau": Grain.DAY, "wau": Grain.WEEK, "mau": Grain.MONTH}
LONGEST = {Grain.DAY: 1, Grain.WEEK: 7, Grain.MONTH: 31}


def active(question: Question) -> Finish:
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
        return counts(question, found, live)

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


def stickiness(question: Question) -> Finish:
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


def growth(question: Question) -> Finish:
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
        empty = []
        for bucket, (oldest, recent) in zip(buckets, before, strict=True):
            users = activity.distinct("", bucket.first, bucket.last)
            new = sum(news.get((ordinal(day), ""), 0) for day in bucket)
            kept = activity.from_to("", recent, bucket)
            churned = activity.not_until("", oldest, bucket.last)
            if users or churned:
                yield from _accounts(bucket.last, new, kept, users - new - kept, churned)
            else:
                empty.append(bucket)
        yield from _still(empty, live(empty))

    return Finish((active, first), points)


def _before(question: Question, bucket: Span, grain: Grain) -> tuple[Span, Span]:
    """The bucket users churn out of, and all buckets in which they still count as kept."""
    first = bucket.first
    for _ in range(question.asked.churn_after):
        first = period_first_day(first - ONE_DAY, grain, question.week_start)
    oldest = Span(first, period_last_day(first, grain, question.week_start))
    return oldest, Span(first, bucket.first - ONE_DAY)


def _still(buckets: Sequence[Span], alive: frozenset[int]) -> Iterator[Point]:
    """Zeros for buckets without a user in which the table has any row."""
    for bucket in buckets:
        if any(ordinal(day) in alive for day in bucket):
            yield from _accounts(bucket.last, 0, 0, 0, 0)


def _accounts(day: date, *users: float) -> Iterator[Point]:
    names = ("new", "retained", "resurrected", "churned")
    return (Point(day, float(n), None, name) for name, n in zip(names, users, strict=True))
