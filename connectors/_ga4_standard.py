"""The columns of GA4 that answer each standard metric; asks nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from connectors._ga4_options import StandardOptions
from connectors._ga4_question import (
    Column,
    Filter,
    Question,
    Reading,
    Sheet,
    events_filter,
    read_filter,
)

Builder = Callable[[StandardOptions], Question]


def standard_question(wanted: StandardOptions) -> Question:
    """The columns that answer a standard metric, whose options were checked."""
    return BUILT[wanted.standard or ""](wanted)


def _sheet(wanted: StandardOptions, events: Filter = ()) -> Sheet:
    segments = (wanted.by,) if wanted.by else ()
    return Sheet(segments, tuple(sorted({*read_filter(wanted.where), *events})))


def _plainly(
    reading: Reading, *metrics: str, note: str = ""
) -> Callable[[StandardOptions], Question]:
    def built(wanted: StandardOptions) -> Question:
        sheet = _sheet(wanted)
        return Question(reading, tuple(Column(sheet, one) for one in metrics), note=note)

    return built


def _daily_users(wanted: StandardOptions) -> Question:
    events = events_filter(wanted.events, wanted.exclude)
    metric = "totalUsers" if events else "active1DayUsers"
    return Question(Reading.COUNT, (Column(_sheet(wanted, events), metric),))


STICKY = {
    ("dau", "mau"): ("dauPerMau", "active28DayUsers"),
    ("dau", "wau"): ("dauPerWau", "active7DayUsers"),
    ("wau", "mau"): ("wauPerMau", "active28DayUsers"),
}


def _stickiness(wanted: StandardOptions) -> Question:
    metrics = STICKY[wanted.numerator or "dau", wanted.denominator or "mau"]
    return replace(_plainly(Reading.MEAN, *metrics)(wanted), never_zero=True)


def _sign_ups(wanted: StandardOptions) -> Question:
    metric = "eventCount" if wanted.count == "events" else "totalUsers"
    events = events_filter(wanted.events or "sign_up")
    return Question(Reading.COUNT, (Column(_sheet(wanted, events), metric),))


def _conversion(wanted: StandardOptions) -> Question:
    goal = _sheet(wanted, events_filter(wanted.goal_event))
    start = _sheet(wanted, events_filter(wanted.start_event))
    columns = (Column(goal, "totalUsers"), Column(start, "totalUsers"))
    return Question(Reading.RATIO, columns)


def _event_count(wanted: StandardOptions) -> Question:
    events = events_filter(wanted.events, wanted.exclude)
    return Question(Reading.COUNT, (Column(_sheet(wanted, events), "eventCount"),))


def _retention(wanted: StandardOptions) -> Question:
    sheet = Sheet((), read_filter(wanted.where), cohorts=True)
    columns = (Column(sheet, "cohortActiveUsers"), Column(sheet, "cohortTotalUsers"))
    return Question(Reading.RETENTION, columns, nth_day=wanted.day or 7)


BUILT: Mapping[str, Builder] = {
    "dau": _daily_users,
    "wau": _plainly(Reading.COUNT, "active7DayUsers"),
    "mau": _plainly(Reading.COUNT, "active28DayUsers", note="trailing 28 days (GA4), not 30"),
    "stickiness": _stickiness,
    "sessions": _plainly(Reading.COUNT, "sessions"),
    "session_duration": _plainly(Reading.MEAN, "averageSessionDuration", "sessions"),
    "retention": _retention,
    "sign_ups": _sign_ups,
    "new_users": _plainly(Reading.COUNT, "newUsers"),
    "conversion": _conversion,
    "bounce_rate": _plainly(Reading.MEAN, "bounceRate", "sessions"),
    "events_per_session": _plainly(Reading.RATIO, "eventCount", "sessions"),
    "event_count": _event_count,
}
