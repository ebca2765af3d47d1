"""Asks Umami for the tables that metrics need, in as few requests as it takes; keeps nothing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from connectors._http import Http, Request
from connectors._rows import shown
from connectors._site_question import Sheet
from connectors._site_tables import Table, civil_day, list_of, number, table_of
from krtracker.connector import Deadline, UnexpectedAnswerError, Window

ONE_DAY = timedelta(days=1)
MOST_DAYS = 150
"""Umami answers by month, without a word, where a range touches more than six months."""


class Asking:
    """The tables of one website within one deadline."""

    def __init__(self, http: Http, website: str, deadline: Deadline) -> None:
        self._http, self._website, self._deadline = http, website, deadline

    def table(self, sheet: Sheet, metrics: tuple[str, ...], window: Window) -> Table:
        """One kind of table. Raises one of the contract's three failures."""
        if sheet.kind == "pageviews":
            return self._series(sheet, window)
        if sheet.kind == "events":
            return self._events(sheet, window)
        if sheet.kind == "retention":
            return self._cohorts(metrics, window)
        return self._stats(sheet, metrics, window)

    def _get(self, path: str, window: Window, **more: Any) -> Any:
        bounds = {"startAt": _ms(window)[0], "endAt": _ms(window)[1], "timezone": window.zone}
        request = Request(f"websites/{self._website}/{path}", params={**bounds, **more})
        return self._http.json(request, self._deadline)

    def _series(self, sheet: Sheet, window: Window) -> Table:
        made, rows = Table(), dict[date, dict[str, Any]]()
        for part in _parts(window):
            found = table_of(
                self._get("pageviews", part, unit="day", **dict(sheet.filter)), "the answer"
            )
            for name in ("pageviews", "sessions"):
                for one in list_of(found.get(name), f"`{name}`"):
                    point = table_of(one, f"an entry of `{name}`")
                    row = rows.setdefault(civil_day(point.get("x")), {})
                    if row.setdefault(name, point.get("y")) != point.get("y"):
                        raise UnexpectedAnswerError(f"`{name}` has two rows that differ")
        for day, row in rows.items():
            made.put(day, row)
        return made

    def _events(self, sheet: Sheet, window: Window) -> Table:
        filters = dict(sheet.filter)
        names = filters.pop("events", ())
        made, totals = Table(), dict[date, float]()
        counted = dict[tuple[date, str], float]()
        for part in _parts(window):
            for one in list_of(
                self._get("events/series", part, unit="day", **filters), "the answer"
            ):
                entry = table_of(one, "an entry")
                day, event = civil_day(entry.get("t")), str(entry.get("x"))
                count = number(day, entry.get("y"), "y") or 0.0
                if (day, event) in counted and counted[day, event] != count:
                    raise UnexpectedAnswerError(f"{day} has two rows of one event that differ")
                counted[day, event] = count
        for (day, event), count in counted.items():
            if not names or event in names:
                totals[day] = totals.get(day, 0.0) + count
        for day, total in totals.items():
            made.put(day, {"events": total})
        return made

    def _stats(self, sheet: Sheet, metrics: tuple[str, ...], window: Window) -> Table:
        """One request a day: totals of the days up to it, which no series has."""
        made, length = Table(), int(sheet.kind.partition(" ")[2] or 1)
        for day in window.span:
            span = replace(window, first=day - (length - 1) * ONE_DAY, last=day)
            if span.start_utc < span.end_utc:
                found = table_of(self._get("stats", span, **dict(sheet.filter)), "the answer")
                made.put(day, {name: _total(found, name) for name in metrics})
        return made

    def _cohorts(self, metrics: tuple[str, ...], window: Window) -> Table:
        """One request a month: a visitor's first day is the first one since the month began."""
        made = Table()
        days = [int(one) for one in metrics if one != "size"]
        for part in _months(window):
            sizes, returned = self._retention(part, max(days, default=0))
            for day, size in sizes.items():
                if day in part:
                    back = {str(n): returned.get((day, n), 0) for n in days}
                    made.put(day, {"size": size, **back})
        return made

    def _retention(
        self, part: Window, days: int
    ) -> tuple[dict[date, Any], dict[tuple[date, int], Any]]:
        first, last = part.first.replace(day=1), part.last + days * ONE_DAY
        seen = replace(part, first=first, last=last)
        last_instant = seen.end_utc - timedelta(milliseconds=1)
        dates = {"startDate": _iso(seen.start_utc), "endDate": _iso(last_instant)}
        body = {
            "websiteId": self._website,
            "type": "retention",
            "filters": {},
            "parameters": {**dates, "timezone": part.zone},
            "dateRange": dates,  # where versions before 3 look for them
        }
        request = Request("reports/retention", "POST", json=body)
        sizes, returned = dict[date, Any](), dict[tuple[date, int], Any]()
        for one in list_of(self._http.json(request, self._deadline), "the answer"):
            row = table_of(one, "a row")
            day, nth = civil_day(row.get("date")), row.get("day")
            if isinstance(nth, bool) or not isinstance(nth, (int, float)):
                raise UnexpectedAnswerError(f"`day` of {day} is {shown(nth)}, not a number")
            again = (day, int(nth)) in returned, sizes.get(day, row.get("visitors"))
            if again != (False, row.get("visitors")):
                raise UnexpectedAnswerError(f"the cohort of {day} has two rows that differ")
            sizes[day], returned[day, int(nth)] = row.get("visitors"), row.get("returnVisitors")
        return sizes, returned


def _total(found: Any, name: str) -> Any:
    """A total; version 2 has it as an object beside that of the time before."""
    if name not in found:
        listed = ", ".join(f"`{str(one)[:40]}`" for one in list(found)[:12]) or "none"
        raise UnexpectedAnswerError(f"the totals hold no `{name}` (they hold: {listed})")
    cell = found[name]
    return cell.get("value") if isinstance(cell, dict) else cell


def _ms(window: Window) -> tuple[int, int]:
    """First and last millisecond; both belong to the range."""
    start, end = window.start_utc.timestamp(), window.end_utc.timestamp()
    return round(start * 1000), round(end * 1000) - 1


def _iso(instant: Any) -> str:
    return str(instant.isoformat(timespec="milliseconds")).replace("+00:00", "Z")


def _parts(window: Window) -> Iterator[Window]:
    first = window.first
    while first <= window.last:
        last = min(window.last, first + (MOST_DAYS - 1) * ONE_DAY)
        yield replace(window, first=first, last=last)
        first = last + ONE_DAY


def _months(window: Window) -> Iterator[Window]:
    first = window.first
    while first <= window.last:
        following = (first.replace(day=1) + 31 * ONE_DAY).replace(day=1)
        yield replace(window, first=first, last=min(window.last, following - ONE_DAY))
        first = following
