"""Turns the rows of an answer into points, or says which day breaks the contract and what to write.

Columns by name: `day, value[, weight]` or `day, numerator, denominator`; optional `segment`.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from functools import partial
from itertools import islice, pairwise, repeat
from operator import itemgetter, lt
from typing import Any
from zoneinfo import ZoneInfo

from krtracker.connector import Answer, Point, SourceRejectedError, UnexpectedAnswerError, Window

KNOWN = ("day", "value", "weight", "numerator", "denominator", "segment")
ISO_DAY = re.compile(r"\d{4}-?\d\d-?\d\d(?!\d)")
Rows = Sequence[Sequence[Any]]
# A Point from a tuple without a call in Python: a year of days in 40 microseconds.
new_point: Callable[[tuple[Any, ...]], Point] = partial(tuple.__new__, Point)


def take(chunks: Iterable[Rows], most: int) -> list[Sequence[Any]]:
    """All rows of the chunks; SourceRejectedError as soon as there are more than `most`."""
    rows: list[Sequence[Any]] = []
    for chunk in chunks:
        rows += chunk
        if len(rows) > most:
            raise SourceRejectedError(
                f"the query answers more than {most:,} rows: group by day (and segment), "
                "or raise `max_rows` of the source"
            )
    return rows


def answer(
    names: Sequence[str],
    rows: Rows,
    window: Window,
    *,
    parameters: dict[str, str],
    clipped: bool = False,
) -> Answer:
    """The points of an answer, oldest first.

    Days outside the window are left out with a note, silently when the answer is known to hold
    more (`clipped`). Raises UnexpectedAnswerError naming the day and what to write instead.
    """
    places, notes = _places(names)
    points, keys = _points(places, rows, window) if rows else ([], ())
    rising = all(map(lt, keys, islice(keys, 1, None)))
    if not rising:
        points.sort(key=itemgetter(0, 3))
    inside, outside = _inside(points, window)
    if outside and not clipped:
        left_out = f"{len(outside)} of the answer's points lie outside {window.span}"
        notes += (f"{left_out} (first: {outside[0].day}) and are left out",)
    if not rising:
        _refuse_two_rows(inside)
    return Answer(points=inside, notes=notes, rows=len(rows), parameters=parameters)


def _places(names: Sequence[str]) -> tuple[dict[str, int], tuple[str, ...]]:
    """Where each column of the contract stands, and a note on those nobody reads."""
    lower = [name.lower() for name in names]
    listed = ", ".join(f"`{name}`" for name in names) or "none"
    twice = [name for name in KNOWN if lower.count(name) > 1]
    if twice:
        raise UnexpectedAnswerError(f"column `{twice[0]}` is there twice (columns: {listed})")
    places = {name: lower.index(name) for name in KNOWN if name in lower}
    by_parts = "numerator" in places or "denominator" in places
    wanted = ("day", "numerator", "denominator") if by_parts else ("day", "value")
    for name in wanted:
        if name not in places:
            raise UnexpectedAnswerError(
                f"column `{name}` is missing (columns: {listed}): "
                "write `select ... as day, ... as value`"
            )
    if by_parts and ("value" in places or "weight" in places):
        raise UnexpectedAnswerError(
            "answer either `value[, weight]` or `numerator, denominator`, not both"
        )
    unread = [name for name in names if name.lower() not in KNOWN]
    notes = (f"not read: column {', '.join(f'`{name}`' for name in unread)}",) if unread else ()
    return places, notes


def _points(
    places: dict[str, int], rows: Rows, window: Window
) -> tuple[list[Point], Sequence[Any]]:
    """The points of all rows in the order of the rows, and what they are sorted by."""
    columns = list(zip(*rows, strict=True))
    days = _days(columns[places["day"]], window.zone)
    weights: Sequence[float] | repeat[None] = repeat(None)
    if "numerator" in places:
        parts = columns[places["numerator"]], columns[places["denominator"]]
        values, weights = _quotients(days, *parts)
    elif "weight" in places:
        values, weights = _weighted(days, columns[places["value"]], columns[places["weight"]])
    else:
        values = _numbers(days, columns[places["value"]], "value")
    if "segment" in places:
        segments = _segments(columns[places["segment"]], days)
        keys = list(zip(days, segments, strict=True))
        return list(map(new_point, zip(days, values, weights, segments, strict=False))), keys
    return list(map(new_point, zip(days, values, weights, repeat(""), strict=False))), days


def _inside(points: list[Point], window: Window) -> tuple[list[Point], list[Point]]:
    """Those inside the window and those outside; `points` are sorted."""
    if not points or (points[0].day >= window.first and points[-1].day <= window.last):
        return points, []
    inside = [point for point in points if point.day in window]
    return inside, [point for point in points if point.day not in window]


def _refuse_two_rows(points: list[Point]) -> None:
    for one, following in pairwise(map(itemgetter(0, 3), points)):
        if one == following:
            of = f" of segment `{one[1]}`" if one[1] else ""
            raise UnexpectedAnswerError(
                f"two rows for {one[0]}{of}: group by day, or name the second column `segment`"
            )


def _days(column: Sequence[Any], zone: str) -> Sequence[date]:
    kinds = set(map(type, column))
    if kinds == {date}:
        return column
    if kinds == {str} and set(map(len, column)) == {10} and "W" not in "".join(column):
        try:
            return list(map(date.fromisoformat, column))
        except ValueError:
            pass
    place = ZoneInfo(zone)
    return [_day(raw, place) for raw in column]


def _day(raw: Any, place: ZoneInfo) -> date:
    """A civil day: naive timestamps are local already, aware ones are taken to the zone."""
    if isinstance(raw, datetime):
        return (raw.astimezone(place) if raw.tzinfo else raw).date()
    if isinstance(raw, date):
        return raw
    hint = "write a date, a timestamp, `2026-01-31` or 20260131"
    try:
        if isinstance(raw, str) and ISO_DAY.match(raw.strip()):
            return _day(datetime.fromisoformat(raw.strip()), place)
        if type(raw) is int and 1000_01_01 <= raw <= 9999_12_31:
            return date.fromisoformat(str(raw))
    except ValueError:
        pass
    if type(raw) is int:
        hint += "; seconds since 1970 must become a date in the query"
    raise UnexpectedAnswerError(f"a `day` is {shown(raw)}: {hint}")


def _numbers(days: Sequence[date], column: Sequence[Any], name: str) -> Sequence[float]:
    """Finite floats; the whole column at once where its types allow."""
    kinds = set(map(type, column))
    if kinds <= {int, float}:
        try:
            values = list(map(float, column))
            if math.isfinite(sum(values)):
                return values
        except OverflowError:
            pass
    return [_number(day, raw, name) for day, raw in zip(days, column, strict=True)]


def _number(day: date, raw: Any, name: str) -> float:
    if raw is None:
        raise UnexpectedAnswerError(
            f"`{name}` of {day} is NULL: leave the row out, or write coalesce({name}, 0) "
            "if nothing there means zero"
        )
    if isinstance(raw, bool):
        raise UnexpectedAnswerError(
            f"`{name}` of {day} is {raw}, not a number: write case when ... then 1 else 0 end"
        )
    if not isinstance(raw, (int, float, Decimal)):
        how = f"cast({name} as double precision)" if isinstance(raw, str) else "a plain number"
        raise UnexpectedAnswerError(f"`{name}` of {day} is {shown(raw)}, not a number: write {how}")
    try:
        value = float(raw)
    except (OverflowError, ValueError):
        value = math.nan
    if not math.isfinite(value):
        raise UnexpectedAnswerError(
            f"`{name}` of {day} is not a finite number ({str(raw)[:20]}): "
            "divide by nullif(..., 0), or leave the row out"
        )
    return value


def _weighted(
    days: Sequence[date], raw_values: Sequence[Any], raw_weights: Sequence[Any]
) -> tuple[Sequence[float], Sequence[float]]:
    weights = _numbers(days, raw_weights, "weight")
    for day, weight in zip(days, weights, strict=True):
        if weight < 0:
            raise UnexpectedAnswerError(f"`weight` of {day} is negative: it is a count")
    # An average over no rows is NULL with weight 0: known, and adding nothing (decisions.md 15).
    pairs = zip(raw_values, weights, strict=True)
    filled = [0.0 if raw is None and weight == 0 else raw for raw, weight in pairs]
    return _numbers(days, filled, "value"), weights


def _quotients(
    days: Sequence[date], tops: Sequence[Any], bottoms: Sequence[Any]
) -> tuple[Sequence[float], Sequence[float]]:
    """numerator / denominator with the denominator as weight; 0/0 is value 0, weight 0."""
    values, weights = [], []
    for day, raw_top, raw_bottom in zip(days, tops, bottoms, strict=True):
        bottom = 0.0 if raw_bottom is None else _number(day, raw_bottom, "denominator")
        top = 0.0 if raw_top is None and not bottom else _number(day, raw_top, "numerator")
        if top and not bottom:
            raise UnexpectedAnswerError(
                f"{day} has numerator {top:g} and no denominator: count both over the same rows"
            )
        if bottom < 0:
            raise UnexpectedAnswerError(f"`denominator` of {day} is negative ({bottom:g})")
        values.append(top / bottom if bottom else 0.0)
        weights.append(bottom)
    return _numbers(days, values, "value"), weights


def _segments(column: Sequence[Any], days: Sequence[date]) -> Sequence[str]:
    if None in column:
        raise UnexpectedAnswerError(
            f"`segment` of {days[column.index(None)]} is NULL: write coalesce(segment, 'unknown'), "
            "or coalesce(segment, '') for the whole"
        )
    return list(map(str, column))


def shown(raw: Any) -> str:
    """A value as a message may show it: its type in words, at most 30 characters, no controls."""
    words = {str: "text", int: "the integer", float: "the number", bytes: "bytes"}
    if raw is None:
        return "NULL"
    text = "".join(c if c.isprintable() else "?" for c in str(raw))
    return f"{words.get(type(raw), type(raw).__name__)} {text[:30]!r}"
