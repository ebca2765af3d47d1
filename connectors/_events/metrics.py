"""The standard metrics: which scans each needs and how their sums become points; writes no SQL.

Rules that hold for all: a day is a civil date of the window's zone. A count says zero only for a
day on which the events table has any row; a mean or ratio of nothing is left out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from typing import Any

from connectors._events.activity import active, growth, stickiness
from connectors._events.cohorts import CohortScan, Reach, Return, Start
from connectors._events.firsts import FirstScan
from connectors._events.options import UNITS
from connectors._events.questions import Finish, Live, Question, counts, dated
from connectors._events.rows import listed
from connectors._events.sessions import Rule, SessionScan, SessionSums, Variant
from connectors._events.tallies import AccountScan, Tally, TallyScan
from connectors._events.zones import SECOND
from krtracker.connector import Point


def finish(question: Question) -> Finish:
    """How a standard metric is computed."""
    made: Finish = METRICS[question.asked.standard or ""](question)
    return made


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
            yield from counts(question, dated(question, many), live)
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
        for (which, (day, segment)), (size, back) in sorted(
            found.items(), key=lambda one: one[0][1]
        ):
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
        return counts(question, dated(question, mine), live)

    return Finish((TallyScan(tally.chosen.anything, question.span, (tally,)),), points)


def _event_count(question: Question) -> Finish:
    return _tallied(question, Tally("events", question.chosen, known=False))


def _counted(question: Question, scan: FirstScan | AccountScan) -> Finish:
    def points(found: Mapping[Any, float], *, live: Live) -> Iterator[Point]:
        return counts(question, dated(question, found), live)

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
    **dict.fromkeys(("dau", "wau", "mau"), active),
    "stickiness": stickiness,
    **dict.fromkeys(SESSION_VALUES, _sessions),
    "retention": _retention,
    "sign_ups": _sign_ups,
    "new_users": _new_users,
    **dict.fromkeys(("activation", "conversion"), _activation),
    "growth": growth,
    "event_count": _event_count,
}
