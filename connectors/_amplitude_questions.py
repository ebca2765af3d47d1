"""What each metric asks of Amplitude and how its rows come from the answers."""

from __future__ import annotations

from typing import Any

from connectors._amplitude_options import ACTIVE, AmplitudeQuery, AmplitudeReport
from connectors._amplitude_talk import (
    AMPLITUDE,
    COHORT_DAYS,
    MOST_DAYS,
    Chart,
    Talk,
    Values,
    dated,
    event,
    parts,
    segment,
)
from connectors._answer_shape import Row, Rows
from connectors._standard_terms import listed
from krtracker.connector import UnexpectedAnswerError, Window

TRAILING = {"dau": 1, "wau": 7, "mau": 30}
VALUES, SEGMENTS = ("day", "value"), ("day", "segment", "value")
WEIGHTED, PARTS = ("day", "value", "weight"), ("day", "numerator", "denominator")


def rows(query: AmplitudeQuery, window: Window, talk: Talk) -> Rows:
    """The rows of one metric. Raises one of the contract's three failures."""
    if query.report is not None:
        return _reported(query.report, window, talk)
    match query.standard:
        case "session_duration":
            return VALUES, _durations(window, talk)
        case "retention":
            return PARTS, _retention(query, window, talk)
        case "new_users":
            return _new_users(query, window, talk)
        case "stickiness":
            return WEIGHTED, _stickiness(query, window, talk)
        case "activation" | "conversion":
            steps = _same_day if query.same_bucket else _funnel
            return PARTS, steps(query, window, talk)
    charts = _charts(query)
    if query.by is not None:
        return SEGMENTS, talk.segments(charts[0], query.where, query.by, window=window)
    return VALUES, _summed([talk.chart(one, query.where, window) for one in charts])


def _charts(query: AmplitudeQuery) -> list[Chart]:
    """The charts whose sum the metric is: several for totals of several events only."""
    names, standard = listed(query.events), query.standard or ""
    if standard in ACTIVE:
        return [Chart((*names, "_active")[0], "uniques", query.days or TRAILING[standard])]
    if standard == "sessions":
        return [Chart("session_start", "totals")]
    if standard == "sign_ups":
        measure = "totals" if query.count == "events" else "uniques"
        return [Chart(name, measure) for name in names or ("sign_up",)]
    return [Chart(name, "totals") for name in names or ("_all",)]


def _summed(found: list[Values]) -> list[Row]:
    sums: Values = {}
    for values in found:
        for day, n in values.items():
            sums[day] = sums.get(day, 0) + n
    return list(sums.items())


def _stickiness(query: AmplitudeQuery, window: Window, talk: Talk) -> list[Row]:
    """The share and its weight, of the days on which anyone was active before."""
    name = (*listed(query.events), "_active")[0]
    above, below = query.numerator or "dau", query.denominator or "mau"
    few = talk.chart(Chart(name, "uniques", TRAILING[above]), query.where, window)
    many = talk.chart(Chart(name, "uniques", query.days or TRAILING[below]), query.where, window)
    return [(day, few.get(day, 0) / n, n) for day, n in many.items() if n]


def _new_users(query: AmplitudeQuery, window: Window, talk: Talk) -> Rows:
    points = talk.users(query.where, query.by, window)
    if query.by is not None:
        return SEGMENTS, [(day, name, n) for name, day, n in points if n]
    return VALUES, [(day, n) for _, day, n in points]


def _durations(window: Window, talk: Talk) -> list[Row]:
    found: list[Row] = []
    for part in parts(window, MOST_DAYS):
        told = talk.ask("sessions/average", part)
        days = AMPLITUDE.items(told, "data", "xValues")
        values = AMPLITUDE.items(told, "data", "series", 0)
        if len(days) != len(values):
            raise UnexpectedAnswerError("the answer has another number of values than of days")
        numbers = (AMPLITUDE.number(values, at) for at in range(len(values)))
        found += [(str(day)[:10], n) for day, n in zip(days, numbers, strict=True) if n]
    return found


def _retention(query: AmplitudeQuery, window: Window, talk: Talk) -> list[Row]:
    """The cohorts that are ripe and not empty: `values[0]` is the size, `[N + 1]` the N-th."""
    back = (*listed(query.return_event), "_active")[0]
    recurring = "_active" if query.cohort == "recurring" else "_new"
    born = (*listed(query.start_event), recurring)[0]
    asked = {
        "se": event(born, query.where),
        "re": event(back),
        "rm": "rolling" if query.mode == "on_or_after" else "n-day",
        "i": 1,
        "s": segment(query.where),
    }
    found: list[Row] = []
    for part in parts(window, COHORT_DAYS):
        told = talk.ask("retention", part, **asked)
        found += _cohorts(AMPLITUDE.table(told, "data", "series", 0), (query.day or 7) + 1, part)
    return found


def _cohorts(series: dict[str, Any], place: int, window: Window) -> list[Row]:
    found: list[Row] = []
    for text in AMPLITUDE.items(series, "dates"):
        cells, day = AMPLITUDE.items(series, "values", text), dated(text, window)
        if day is None or len(cells) <= place:
            continue
        cell = AMPLITUDE.table(cells, place)
        if cell.get("incomplete") is not True and (size := AMPLITUDE.number(cell, "outof")):
            found.append((day, AMPLITUDE.number(cell, "count"), size))
    return found


def _steps(query: AmplitudeQuery) -> tuple[str, str]:
    return listed(query.start_event)[0], listed(query.goal_event)[0]


def _same_day(query: AmplitudeQuery, window: Window, talk: Talk) -> list[Row]:
    starts, goals = (
        talk.chart(Chart(name, "uniques"), query.where, window) for name in _steps(query)
    )
    return [(day, goals.get(day, 0), n) for day, n in starts.items() if n]


def _funnel(query: AmplitudeQuery, window: Window, talk: Talk) -> list[Row]:
    found: list[Row] = []
    for part in parts(window, MOST_DAYS):
        asked = {
            "e": [event(name, query.where) for name in _steps(query)],
            "mode": "ordered",
            "n": "active",
            "i": 1,
            "s": segment(query.where),
            "cs": 86_400 * (query.window_days or 7),
        }
        told = AMPLITUDE.table(talk.ask("funnels", part, **asked), "data", 0, "dayFunnels")
        days, series = AMPLITUDE.items(told, "xValues"), AMPLITUDE.items(told, "series")
        for place, day in enumerate(days):
            start = AMPLITUDE.number(series, place, 0)
            if start:
                found.append((str(day)[:10], AMPLITUDE.number(series, place, 1), start))
    return found


def _reported(report: AmplitudeReport, window: Window, talk: Talk) -> Rows:
    chart = Chart(report.event, report.measure, report.rolling_days or 1, report.property)
    if report.by is not None:
        return SEGMENTS, talk.segments(chart, report.where, report.by, window=window)
    return VALUES, list(talk.chart(chart, report.where, window).items())
