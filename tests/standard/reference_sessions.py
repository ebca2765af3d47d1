"""Sessions the slow way: events of a user in order, cut where they are to be cut."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Any

from tests.standard.logs import DAY, Event, Log, Options, Row, counts, qualifying

LOOK = timedelta(hours=24)


@dataclass
class Session:
    start: datetime
    end: datetime
    events: int = 1

    @property
    def seconds(self) -> float:
        return (self.end - self.start) / timedelta(seconds=1)


def events_together(log: Log, rows: list[Event], options: Options) -> Iterable[list[Event]]:
    """Events that may share a session, oldest first: a user's, or those of one session id."""
    low, high = log.start(log.first) - LOOK, log.start(log.last + DAY) + LOOK
    groups: dict[Any, list[Event]] = defaultdict(list)
    for e in qualifying(log, rows, options):
        if not low <= e.at < high:
            continue
        if not options.get("session_column"):
            groups[e.user].append(e)
        elif e.session is not None:
            groups[e.user, e.session].append(e)
    return [sorted(some, key=lambda e: e.at) for some in groups.values()]


def is_cut(log: Log, previous: Event, e: Event, options: Options) -> bool:
    """Whether a new session begins with `e`."""
    if options.get("split_midnight") and log.day(e.at) != log.day(previous.at):
        return True
    gap = timedelta(minutes=options.get("gap_minutes", 30))
    return not options.get("session_column") and e.at - previous.at > gap


def sessions_of(log: Log, rows: list[Event], options: Options) -> dict[date, list[Session]]:
    """By the civil day of the first event."""
    made: list[Session] = []
    for some in events_together(log, rows, options):
        made.append(Session(some[0].at, some[0].at))
        for previous, e in pairwise(some):
            if is_cut(log, previous, e, options):
                made.append(Session(e.at, e.at))
            else:
                made[-1].end, made[-1].events = e.at, made[-1].events + 1
    found: dict[date, list[Session]] = defaultdict(list)
    for one in made:
        too_long = options.get("max_hours") and one.seconds > options["max_hours"] * 3600
        if not too_long and not (options.get("exclude_single") and one.events == 1):
            found[log.day(one.start)].append(one)
    return found


def session_count(log: Log, rows: list[Event], options: Options) -> Iterable[Row]:
    found = sessions_of(log, rows, options)
    yield from counts(log, lambda d: len(found[d]))


def percentile(values: Sequence[float], q: float) -> float:
    ordered = sorted(values)
    place = (len(ordered) - 1) * q
    low = math.floor(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (place - low) * (ordered[high] - ordered[low])


def session_duration(log: Log, rows: list[Event], options: Options) -> Iterable[Row]:
    found = sessions_of(log, rows, options)
    statistic = options.get("statistic", "mean")
    cap = options.get("cap_minutes", math.inf) * 60
    for d in log.days():
        seconds = [min(one.seconds, cap) for one in found[d]]
        if seconds:
            value = {
                "mean": lambda s: math.fsum(s) / len(s),
                "median": lambda s: percentile(s, 0.5),
                "p90": lambda s: percentile(s, 0.9),
            }[statistic](seconds)
            yield d, "", (value, float(len(seconds)))


def per_session(share: Callable[[Session], float]) -> Any:
    def of(log: Log, rows: list[Event], options: Options) -> Iterable[Row]:
        found = sessions_of(log, rows, options)
        for d in log.days():
            if found[d]:
                n = len(found[d])
                yield d, "", (math.fsum(share(one) for one in found[d]) / n, float(n))

    return of
