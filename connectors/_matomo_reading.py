"""From a raw report of Matomo to a table: empty days, weeks, months, labels; asks nothing."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from connectors._matomo_bulk import no_report
from connectors._rows import shown
from connectors._site_question import Sheet
from connectors._site_tables import Table, civil_day, number
from krtracker.connector import SourceRejectedError, UnexpectedAnswerError, Window

KEY = re.compile(r"\d{4}-\d\d(-\d\d)?|\d{4}-\d\d-\d\d,\d{4}-\d\d-\d\d")


def read(raw: Any, sheet: Sheet, metrics: tuple[str, ...], *, window: Window) -> Table:
    """The rows of a report. Raises UnexpectedAnswerError, SourceRejectedError for a bare table."""
    made = Table()
    for day, entry in _entries(raw, window):
        if day <= window.last or dict(sheet.filter)["period"] == "day":
            for segment, row in _rows(day, entry, sheet, metrics=metrics):
                made.put(day, row, segment)
    return made


def _entries(raw: Any, window: Window) -> Iterator[tuple[date, Any]]:
    """The last day of each period and what is told of it."""
    if raw == []:
        return
    if isinstance(raw, dict) and all(map(KEY.fullmatch, raw)):
        for key, entry in raw.items():
            yield _last_day(key), entry
    elif window.days == 1:
        yield window.first, raw
    else:
        raise no_report(f"{shown(raw)} where a table by day was expected")


def _last_day(key: str) -> date:
    if len(key) == 7:
        first = civil_day(f"{key}-01")
        return first.replace(day=monthrange(first.year, first.month)[1])
    return civil_day(key.rpartition(",")[2])


def _rows(
    day: date, entry: Any, sheet: Sheet, *, metrics: tuple[str, ...]
) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Segment and cells of each row; none for the empty list of a day without data."""
    if entry == []:
        return
    if not isinstance(entry, list):
        flat = entry if isinstance(entry, dict) else {"value": entry}
        yield "", _cells(day, flat, metrics)
        return
    rows = [one for one in entry if isinstance(one, dict) and "label" in one]
    if len(rows) < len(entry):
        raise no_report(f"a row of {day} without a label")
    labels = dict(sheet.filter).get("labels")
    if sheet.by:
        yield from ((str(one["label"]), _cells(day, one, metrics)) for one in rows)
    elif labels:
        yield from _summed(day, [one for one in rows if one["label"] in labels], metrics)
    else:
        raise SourceRejectedError(
            f"{sheet.kind} answers a table: name one row by `label`, or write `by_label = true`"
        )


def _summed(
    day: date, rows: list[Mapping[str, Any]], metrics: tuple[str, ...]
) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """One row of all that were named; of several only events are counted, which add up."""
    cells = [_cells(day, one, metrics) for one in rows]
    if len(cells) == 1:
        yield "", cells[0]
    elif cells:
        yield (
            "",
            {name: sum(number(day, one[name], name) or 0 for one in cells) for name in metrics},
        )


def _cells(day: date, row: Mapping[str, Any], metrics: tuple[str, ...]) -> Mapping[str, Any]:
    for name in metrics:
        if name not in row:
            listed = ", ".join(f"`{str(one)[:40]}`" for one in list(row)[:12]) or "none"
            raise UnexpectedAnswerError(f"{day} has no `{name}` (columns: {listed})")
    return {name: row[name] for name in metrics}


def refuse_other_days(zone: str | None, window: Window) -> None:
    """Days of another zone are other days: refused, not shifted. An unknown zone is let pass."""
    if zone is None or zone == window.zone:
        return
    try:
        theirs, ours = ZoneInfo(zone), ZoneInfo(window.zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return
    noons = (datetime(day.year, day.month, day.day, 12, tzinfo=UTC) for day in window.span)
    if any(one.astimezone(theirs).utcoffset() != one.astimezone(ours).utcoffset() for one in noons):
        raise SourceRejectedError(
            f"the site's days are those of {zone}, the metric's those of {window.zone}: "
            f'write `timezone = "{zone[:40]}"` at the source'
        )
