"""What each metric asks of Mixpanel and how its rows come from the answers."""

from __future__ import annotations

from typing import Any

from connectors._answer_shape import Row, Rows
from connectors._calendar import whole_periods
from connectors._mixpanel_options import MixpanelQuery, MixpanelReport
from connectors._mixpanel_talk import MIXPANEL, Cohorts, Counting, Talk, expression, named, ratio
from connectors._standard_terms import listed
from krtracker.connector import UnexpectedAnswerError, Window

UNITS = {"wau": "week", "mau": "month"}
VALUES, SEGMENTS = ("day", "value"), ("day", "segment", "value")
PARTS = ("day", "numerator", "denominator")


def announce(query: MixpanelQuery, window: Window, talk: Talk) -> None:
    """Tells what will be asked, so that metrics of one fetch share their requests."""
    if query.report is not None:
        return
    if (cohorts := _cohorts(query, window)) is not None:
        talk.will_follow(cohorts, _day(query))
    elif query.where is None and query.by is None:
        counting = _counting(query, window)
        if counting is not None:
            talk.will_count(counting, _names(query))


def rows(query: MixpanelQuery, window: Window, talk: Talk) -> Rows:
    """The rows of one metric. Raises one of the contract's three failures."""
    if query.report is not None:
        return _reported(query.report, window, talk)
    if (cohorts := _cohorts(query, window)) is not None:
        told = talk.cohorts(cohorts, _day(query))
        return _first_times(told) if query.standard == "sign_ups" else _returned(told, _day(query))
    counting = _counting(query, window)
    if counting is None:
        return VALUES, []
    if query.by is not None:
        return SEGMENTS, _by_segment(query, counting, talk)
    found = _found(query, counting, talk)
    if query.standard == "conversion":
        goal, start = (listed(one)[0] for one in (query.goal_event, query.start_event))
        return PARTS, ratio(found.get(goal, {}), found.get(start, {}))
    if query.standard in UNITS:
        periods = whole_periods(window, UNITS[query.standard])
        days = {str(first): last for first, last in periods}
        (values,) = found.values() or ({},)
        return VALUES, [(days[at[:10]], n) for at, n in values.items() if at[:10] in days]
    return VALUES, _summed(found)


def _cohorts(query: MixpanelQuery, window: Window) -> Cohorts | None:
    """The cohorts of a retention or of first sign-ups, None for what is counted."""
    where = expression(query.where)
    if query.standard == "sign_ups" and query.count in (None, "first_ever"):
        (born,) = _names(query)
        return Cohorts(window.first, window.last, born, None, where, False, False)
    if query.standard != "retention":
        return None
    first, back = ((*listed(one), None)[0] for one in (query.start_event, query.return_event))
    recurring, unbounded = query.cohort == "recurring", query.mode == "on_or_after"
    return Cohorts(window.first, window.last, first, back, where, recurring, unbounded)


def _counting(query: MixpanelQuery, window: Window) -> Counting | None:
    """What is counted over which days; None where no whole week or month ends in the window."""
    kind = "general" if query.of_totals else "unique"
    if (unit := UNITS.get(query.standard or "")) is None:
        return Counting(kind, "day", window.first, window.last)
    periods = whole_periods(window, unit)
    return Counting(kind, unit, periods[0][0], periods[-1][1]) if periods else None


def _names(query: MixpanelQuery) -> tuple[str, ...]:
    if query.standard == "conversion":
        return (*listed(query.goal_event), *listed(query.start_event))
    return listed(query.events or ("sign_up" if query.standard == "sign_ups" else None))


def _day(query: MixpanelQuery) -> int:
    return (query.day or 7) if query.standard == "retention" else 0


def _found(query: MixpanelQuery, counting: Counting, talk: Talk) -> dict[str, dict[str, Any]]:
    if query.where is None:
        return talk.counts(counting, _names(query))
    where = expression(query.where)
    found = {}
    for name in _names(query):
        for values in talk.segmented(counting, name, where=where, on=None).values():
            found[name] = values
    return found


def _by_segment(query: MixpanelQuery, counting: Counting, talk: Talk) -> list[Row]:
    sums: dict[tuple[str, str], float] = {}
    for name in _names(query):
        told = talk.segmented(
            counting, name, where=expression(query.where), on=named(query.by or "")
        )
        for segment, values in told.items():
            for day in values:
                key = day[:10], segment
                sums[key] = sums.get(key, 0) + MIXPANEL.number(values, day)
    return [(*key, n) for key, n in sums.items() if n]


def _summed(found: dict[str, dict[str, Any]]) -> list[Row]:
    sums: dict[str, float] = {}
    for values in found.values():
        for day in values:
            sums[day[:10]] = sums.get(day[:10], 0) + MIXPANEL.number(values, day)
    return list(sums.items())


def _first_times(told: dict[str, Any]) -> Rows:
    return VALUES, [(day[:10], MIXPANEL.number(told, day, "first")) for day in told]


def _returned(told: dict[str, Any], day: int) -> Rows:
    """Those who came back over the size of the cohort; unripe and empty cohorts are left out."""
    found = []
    for born in told:
        size, counts = MIXPANEL.number(told, born, "first"), MIXPANEL.items(told, born, "counts")
        if size and len(counts) > day:
            found.append((born[:10], MIXPANEL.number(counts, day), size))
    return PARTS, found


def _reported(report: MixpanelReport, window: Window, talk: Talk) -> Rows:
    days = {"from_date": str(window.first), "to_date": str(window.last)}
    if report.bookmark_id is not None:
        return VALUES, _insight(report, talk.ask("insights", bookmark_id=report.bookmark_id))
    if report.funnel_id is not None:
        length = {"length": report.window_days, "length_unit": report.window_days and "day"}
        told = talk.ask("funnels", funnel_id=report.funnel_id, unit="day", **length, **days)
        return PARTS, _steps(MIXPANEL.table(told, "data"))
    if (on := report.sum or report.average) is not None:
        path = f"segmentation/{'sum' if report.sum else 'average'}"
        asked = {"event": report.event, "on": on, "where": report.where, "unit": "day", **days}
        return VALUES, _plain(MIXPANEL.table(talk.ask(path, **asked), "results"))
    counting = Counting("unique" if report.unique else "general", "day", window.first, window.last)
    found = talk.segmented(counting, report.event or "", where=report.where, on=report.on)
    if report.on is not None:
        pairs = ((name, day, n) for name, values in found.items() for day, n in values.items())
        return SEGMENTS, [(day[:10], name, n) for name, day, n in pairs if n != 0]
    return VALUES, [row for values in found.values() for row in _plain(values)]


def _plain(values: dict[str, Any]) -> list[Row]:
    return [(day[:10], n) for day, n in values.items()]


def _insight(report: MixpanelReport, told: Any) -> list[Row]:
    """The days of one series of a saved report; its stamps are of the project's zone."""
    series = MIXPANEL.table(told, "series")
    names = ", ".join(f"`{name[:40]}`" for name in list(series)[:10])
    if report.series is None and len(series) > 1:
        raise UnexpectedAnswerError(f"the report has several series: name one of {names}")
    name = report.series if report.series is not None else next(iter(series), "")
    if name not in series:
        raise UnexpectedAnswerError(f"the report has no such series; it has {names or 'none'}")
    values = MIXPANEL.table(series, name)
    if any(isinstance(one, dict) for one in values.values()):
        raise UnexpectedAnswerError("the report has a breakdown: take it out, or filter by it")
    return _plain(values)


def _steps(told: dict[str, Any]) -> list[Row]:
    found = []
    for day in told:
        steps = MIXPANEL.items(told, day, "steps")
        start = MIXPANEL.number(steps, 0, "count")
        if start:
            found.append((day[:10], MIXPANEL.number(steps, len(steps) - 1, "count"), start))
    return found
