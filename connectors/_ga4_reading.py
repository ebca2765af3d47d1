"""From columns to the points of one metric, with the notes its reader needs; asks nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from connectors._ga4_plan import ONE_DAY, Days
from connectors._ga4_question import ALIVE, Column, Question, Reading, Sheet
from connectors._ga4_tables import Read, Tables
from krtracker.connector import (
    Answer,
    Point,
    SourceRejectedError,
    UnexpectedAnswerError,
    Window,
)

LIVELY = ("sessions", "activeUsers", "active1DayUsers", "totalUsers", "screenPageViews")
"""Metrics that are above 0 only where the property recorded something that day."""

Values = Mapping[tuple[date, str], float]


def unsure_days(question: Question, window: Window, tables: Tables) -> bool:
    """Whether some day is 0 or absent and it is not known if anything was recorded then."""
    if not counts(question, window, tables):
        return False
    values = _values(question.columns[0], window, tables)
    empty = {day for day in _each_day(window) if not values.get((day, ""))}
    for read in tables.of(ALIVE, _days(window)):
        first, last = read.report.days
        empty = {day for day in empty if not first <= day <= last}
    return bool(empty - _lively(window, tables))


def counts(question: Question, window: Window, tables: Tables) -> bool:
    """Whether a day without a row may be a 0: of counts that are not told apart by segment."""
    if question.sheet.segments or question.reading not in (Reading.COUNT, Reading.PLAIN):
        return False
    reads = tables.of(question.columns[0], _days(window))
    return question.reading is Reading.COUNT or any(one.counting for one in reads)


def answer(question: Question, window: Window, tables: Tables, *, property_: str) -> Answer:
    """The points of a metric over its window. Raises one of the contract's failures."""
    reads = [one for column in question.columns for one in tables.of(column, _days(window))]
    for one in reads:
        if one.failure is not None:
            raise one.failure
    zones = dict.fromkeys(one.zone for one in reads if one.zone)
    notes = dict.fromkeys(note for one in reads for note in one.notes)
    notes.update(dict.fromkeys(note for zone in zones for note in _zone_notes(zone, window)))
    if question.note:
        notes[question.note] = None
    points = sorted(READERS[question.reading](question, window, tables))
    return Answer(
        points=points,
        notes=tuple(notes),
        rows=_rows(reads),
        parameters=_parameters(question, window, property_),
    )


def _rows(reads: Sequence[Read]) -> int:
    return sum({one.report: one.rows for one in reads}.values())


def _parameters(question: Question, window: Window, property_: str) -> dict[str, str]:
    told = {
        "property": property_,
        "start_date": window.first.isoformat(),
        "end_date": window.last.isoformat(),
        "metrics": ", ".join(one.metric for one in question.columns),
    }
    if question.reading is Reading.RETENTION:
        told["nth_day"] = str(question.nth_day)
    return told


def _zone_notes(zone: str, window: Window) -> Iterator[str]:
    """Days counted in another zone than the metric's are other days: refused, not shifted."""
    if zone == window.zone:
        return
    try:
        other = ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        yield "the property's time zone is unknown here, so its days could not be compared"
        return
    mine = ZoneInfo(window.zone)
    for day in _each_day(window):
        if _midnight(day, mine) != _midnight(day, other):
            raise SourceRejectedError(
                f"the property counts its days in {zone}, the metric in {window.zone}: write "
                f'timezone = "{zone}" into the source (or change it in the property)'
            )
    yield f"the property's time zone is {zone}; its days are those of {window.zone}"


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone).astimezone(UTC)


def _days(window: Window) -> Days:
    return window.first, window.last


def _each_day(window: Window) -> Iterator[date]:
    return (window.first + timedelta(days=n) for n in range(window.days))


def _values(column: Column, window: Window, tables: Tables) -> Values:
    """A column's values inside the window, by day and segment."""
    found = {}
    for read in tables.of(column, _days(window)):
        for (day, segment), value in read.values.items():
            if day in window:
                found[day, str(segment)] = value
    return found


def _lively(window: Window, tables: Tables) -> set[date]:
    """The days of the window on which the property recorded anything."""
    alive = set()
    for name in (ALIVE.metric, *LIVELY):
        for (day, _), value in _values(Column(Sheet(), name), window, tables).items():
            if value > 0:
                alive.add(day)
    return alive


def _count_points(question: Question, window: Window, tables: Tables) -> Iterator[Point]:
    values = _values(question.columns[0], window, tables)
    zeros = counts(question, window, tables)
    for (day, segment), value in values.items():
        if value or not zeros:
            yield Point(day, value, None, segment)
    if zeros:
        for day in _lively(window, tables):
            if not values.get((day, "")):
                yield Point(day, 0.0, None, "")


def _mean_points(question: Question, window: Window, tables: Tables) -> Iterator[Point]:
    weights = _values(question.columns[1], window, tables)
    for (day, segment), value in _values(question.columns[0], window, tables).items():
        weight = weights.get((day, segment), 0.0)
        if weight < 0:
            raise UnexpectedAnswerError(f"the weight of {day} is negative ({weight:g})")
        if weight and (value or not question.never_zero):
            yield Point(day, value, weight, segment)


def _ratio_points(question: Question, window: Window, tables: Tables) -> Iterator[Point]:
    tops = _values(question.columns[0], window, tables)
    bottoms = _values(question.columns[1], window, tables)
    for (day, segment), top in tops.items():
        if top and not bottoms.get((day, segment)):
            raise UnexpectedAnswerError(f"{day} has the numerator {top:g} and no denominator")
    for (day, segment), bottom in bottoms.items():
        if bottom < 0:
            raise UnexpectedAnswerError(f"the denominator of {day} is negative ({bottom:g})")
        if bottom:
            yield Point(day, tops.get((day, segment), 0.0) / bottom, bottom, segment)


def _retention_points(question: Question, window: Window, tables: Tables) -> Iterator[Point]:
    """One point a cohort whose day N is behind what the property has recorded so far."""
    active, sizes = (_cohorts(one, window, tables) for one in question.columns)
    reached = max((day + n * ONE_DAY for (day, n), value in active.items() if value), default=None)
    size_of: dict[date, float] = {}
    for (day, _), size in sizes.items():
        size_of[day] = max(size, size_of.get(day, 0.0))
    for day, size in size_of.items():
        if not size or reached is None or day + question.nth_day * ONE_DAY > reached:
            continue
        back = active.get((day, question.nth_day), 0.0)
        if back > size:
            raise UnexpectedAnswerError(f"of {size:g} users of {day} {back:g} came back")
        yield Point(day, back / size, size, "")


def _cohorts(column: Column, window: Window, tables: Tables) -> dict[tuple[date, int], float]:
    return {
        (day, int(n)): value
        for read in tables.of(column, _days(window))
        for (day, n), value in read.values.items()
        if day in window
    }


READERS: Mapping[Reading, Callable[[Question, Window, Tables], Iterable[Point]]] = {
    Reading.COUNT: _count_points,
    Reading.PLAIN: _count_points,
    Reading.MEAN: _mean_points,
    Reading.RATIO: _ratio_points,
    Reading.RETENTION: _retention_points,
}
