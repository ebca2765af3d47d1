"""The requests to Amplitude's Dashboard REST API and how rows are read from its charts."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from connectors._answer_shape import Row, Shape
from connectors._asked_once import AskedOnce
from connectors._http import Request
from connectors._standard_terms import Where, texts
from krtracker.connector import SourceRejectedError, UnexpectedAnswerError, Window

AMPLITUDE = Shape("Amplitude")
MOST_DAYS = 365
COHORT_DAYS = 120
"""A retention costs 8 a day, and 1,000 may be spent in five minutes."""
MOST_SEGMENTS = 1000
OF_THE_EVENT = "event."
PLACES = ("country", "city", "region", "dma", "language")
DEVICES = ("platform", "os", "device", "device_type", "carrier", "version", "start_version")
BUILT_IN = frozenset((*PLACES, *DEVICES, "paying", "userdata_cohort"))
Values = dict[str, float]


@dataclass(frozen=True, slots=True)
class Chart:
    """One event segmentation: `event` counted by `measure`, over `rolling` trailing days."""

    event: str
    measure: str
    rolling: int = 1
    property: str | None = None


class Talk:
    """Asks for charts over a window, in parts that Amplitude allows, each just once a fetch."""

    def __init__(self, once: AskedOnce) -> None:
        self._once = once

    def chart(self, chart: Chart, where: Where | None, window: Window) -> Values:
        """Numbers by day of one event."""
        found: Values = {}
        for _, day, n in self._points(chart, where, None, window=window):
            found[day] = n
        return found

    def segments(self, chart: Chart, where: Where | None, by: str, *, window: Window) -> list[Row]:
        """Day, segment and number of one event; pairs of 0 are left out."""
        points = self._points(chart, where, by, window=window)
        return [(day, name, n) for name, day, n in points if n]

    def users(
        self, where: Where | None, by: str | None, window: Window
    ) -> Iterator[tuple[str, str, float]]:
        """Segment, day and number of the users new on the day."""
        for part in parts(window, MOST_DAYS):
            asked = {"m": "new", "i": 1, "s": segment(where), "g": by and property_name(by)}
            yield from _series(self.ask("users", part, **asked), by is not None)

    def ask(self, path: str, window: Window, **params: Any) -> Any:
        """The JSON of one request over the days of the window."""
        days = {"start": f"{window.first:%Y%m%d}", "end": f"{window.last:%Y%m%d}"}
        return self._once.json(Request(path, params={**days, **params}))

    def _points(
        self, chart: Chart, where: Where | None, by: str | None, *, window: Window
    ) -> Iterator[tuple[str, str, float]]:
        for part in parts(window, MOST_DAYS):
            asked = {
                "e": event(chart.event, where, chart.property or _of_event(by)),
                "m": chart.measure,
                "i": 1,
                "s": segment(where),
                "g": property_name(by) if by and not _of_event(by) else None,
                "limit": MOST_SEGMENTS if by else None,
                "rollingWindow": chart.rolling if chart.rolling > 1 else None,
            }
            yield from _series(self.ask("events/segmentation", part, **asked), by is not None)


def parts(window: Window, days: int) -> Iterator[Window]:
    """The window in pieces of so many days, oldest first."""
    first = window.first
    while first <= window.last:
        last = min(window.last, first + timedelta(days=days - 1))
        yield replace(window, first=first, last=last)
        first = last + timedelta(days=1)


def event(name: str, where: Where | None = None, group: str | None = None) -> str:
    """An event as Amplitude takes it: JSON, with its own properties tested and told apart."""
    tested = [
        {
            "subprop_type": "event",
            "subprop_key": key.removeprefix(OF_THE_EVENT),
            "subprop_op": "is",
            "subprop_value": list(texts(value)),
        }
        for key, value in (where or {}).items()
        if _of_event(key)
    ]
    told: dict[str, Any] = {"event_type": name}
    if tested:
        told["filters"] = tested
    if group is not None:
        told["group_by"] = [{"type": "event", "value": group}]
    return json.dumps(told)


def segment(where: Where | None) -> str | None:
    """The users to count, as Amplitude takes them: JSON; None for all."""
    tested = [
        {"prop": property_name(name), "op": "is", "values": list(texts(value))}
        for name, value in (where or {}).items()
        if not _of_event(name)
    ]
    return json.dumps(tested) if tested else None


def property_name(name: str) -> str:
    """A user property: Amplitude's own as it is, one of the customer's behind `gp:`."""
    return name if name in BUILT_IN or ":" in name else f"gp:{name}"


def _of_event(name: str | None) -> str | None:
    if name is None or not name.startswith(OF_THE_EVENT):
        return None
    return name.removeprefix(OF_THE_EVENT)


def _series(told: Any, grouped: bool) -> Iterator[tuple[str, str, float]]:
    """Segment, day and number of each point of a chart."""
    days = _days(told)
    series = AMPLITUDE.items(told, "data", "series")
    if not grouped and len(series) > 1:
        raise UnexpectedAnswerError("the answer holds several series where one was asked for")
    if grouped and len(series) >= MOST_SEGMENTS:
        raise SourceRejectedError(f"{MOST_SEGMENTS:,} segments or more: choose another `by`")
    for place in range(len(series)):
        name = _label(told, place) if grouped else ""
        values = AMPLITUDE.items(series, place)
        if len(values) != len(days):
            raise UnexpectedAnswerError("the answer has another number of values than of days")
        for at, day in enumerate(days):
            yield name, day, AMPLITUDE.number(values, at)


def _days(told: Any) -> list[str]:
    """The days of a chart; one that is there twice would overwrite itself."""
    days = [str(day)[:10] for day in AMPLITUDE.items(told, "data", "xValues")]
    twice = next((day for at, day in enumerate(days) if day in days[:at]), None)
    if twice is not None:
        raise UnexpectedAnswerError(f"the answer holds {twice} twice")
    return days


def _label(told: Any, place: int) -> str:
    """The name of a series: the last part of its label, which may be a list."""
    inner = AMPLITUDE.table(told, "data")
    labels = inner.get("seriesLabels", inner.get("seriesMeta"))
    label = AMPLITUDE.items(labels)[place] if len(AMPLITUDE.items(labels)) > place else None
    while isinstance(label, list) and label:
        label = label[-1]
    if not isinstance(label, (str, int, float)):
        raise AMPLITUDE.wrong(("data", "seriesLabels", place), "name")
    return str(label)


def dated(text: Any, window: Window) -> date | None:
    """The day of `Jan 02`, which carries no year, inside the window; None when it is outside."""
    for year in range(window.first.year, window.last.year + 1):
        try:
            day = datetime.strptime(f"{text} {year} +0000", "%b %d %Y %z").date()
        except ValueError:
            continue
        if day in window:
            return day
    return None
