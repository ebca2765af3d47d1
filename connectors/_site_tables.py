"""Tables of web analytics, each asked for once a fetch, and how points are read from them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from connectors._rows import answer, shown
from connectors._site_question import Column, Question, Reading, Sheet
from krtracker.connector import (
    Answer,
    ConnectorError,
    SourceRejectedError,
    UnexpectedAnswerError,
    Window,
)

Key = tuple[date, str]
Values = dict[Key, float]
NUMBER = re.compile(r"[-+]?\d{1,300}(\.\d+)?([eE][-+]?\d{1,2})?")


class Table:
    """Rows of raw cells by day and segment, and what the product says about them."""

    def __init__(self, notes: Iterable[str] = ()) -> None:
        self.rows: dict[Key, Mapping[str, Any]] = {}
        self.notes = tuple(notes)

    def put(self, day: date, row: Mapping[str, Any], segment: str = "") -> bool:
        """Adds a row; False when it is there already. Two that differ are refused."""
        known = self.rows.setdefault((day, segment), row)
        if known is not row and known != row:
            of = f" of segment `{segment[:40]}`" if segment else ""
            raise UnexpectedAnswerError(f"two rows for {day}{of} that differ")
        return known is row

    def values(self, metric: str) -> Values:
        """The numbers of one metric; a null is no number."""
        found = ((key, number(key[0], row.get(metric), metric)) for key, row in self.rows.items())
        return {key: value for key, value in found if value is not None}


AskTable = Callable[[Sheet, tuple[str, ...], Window], Table]


@dataclass(frozen=True)
class Wanted:
    """A table over some days with all its metrics that the asks of one fetch need."""

    sheet: Sheet
    window: Window


class Tables:
    """The tables of one fetch; metrics of one sheet and window come by one request.

    `alive` is above 0 on days on which anything was recorded. `locked_out` tells whether the
    credential was refused. Where a request for several metrics is refused, each is asked for
    alone: the failure is that of one metric.
    """

    def __init__(
        self,
        ask: AskTable,
        questions: Sequence[tuple[Question, Window]],
        alive: Column,
        *,
        locked_out: Callable[[], object],
    ) -> None:
        self._ask, self.alive, self._locked_out = ask, alive, locked_out
        self._metrics: dict[Wanted, dict[str, None]] = {}
        for question, window in questions:
            for column in question.columns:
                metrics = self._metrics.setdefault(Wanted(column.sheet, window), {})
                metrics[column.metric] = None
        for question, window in questions:
            if may_be_zero(question, alive):
                self._metrics.get(Wanted(alive.sheet, window), {})[alive.metric] = None
        self._known: dict[tuple[Wanted, tuple[str, ...]], Table | ConnectorError] = {}

    def of(self, column: Column, window: Window) -> Table:
        """The table that holds a column. Raises one of the contract's three failures."""
        wanted, alone = Wanted(column.sheet, window), (column.metric,)
        every = tuple(sorted(self._metrics.get(wanted, alone)))
        metrics = every if column.metric in every else alone
        found = self._once(wanted, metrics)
        if isinstance(found, SourceRejectedError) and metrics != alone and not self._locked_out():
            found = self._once(wanted, alone)
        if isinstance(found, ConnectorError):
            raise found
        return found

    def _once(self, wanted: Wanted, metrics: tuple[str, ...]) -> Table | ConnectorError:
        key = wanted, metrics
        if key not in self._known:
            try:
                self._known[key] = self._ask(wanted.sheet, metrics, wanted.window)
            except ConnectorError as failure:
                self._known[key] = failure
        return self._known[key]


def may_be_zero(question: Question, alive: Column) -> bool:
    """Whether another table tells which of its empty days are 0."""
    (first, *_) = question.columns
    return question.reading is Reading.COUNT and not first.sheet.by and first.sheet != alive.sheet


def told(question: Question, window: Window, tables: Tables) -> Answer:
    """The points of a metric over its window. Raises one of the contract's three failures."""
    read = READERS[question.reading](question, window, tables)
    rows = sorted((day, segment, *numbers) for (day, segment), numbers in read)
    weighted = question.reading in (Reading.MEAN, Reading.RATIO)
    names = ("day", "segment", "value", "weight") if weighted else ("day", "segment", "value")
    bounds = {"start": str(window.first), "end": str(window.end)}
    found = [tables.of(column, window) for column in question.columns]
    notes = dict.fromkeys(note for table in found for note in table.notes)
    made = answer(names, rows, window, parameters=bounds)
    return replace(made, notes=(*made.notes, *notes), rows=sum(len(one.rows) for one in found))


Read = Iterator[tuple[Key, tuple[float, ...]]]


def _count(question: Question, window: Window, tables: Tables) -> Read:
    (column,) = question.columns
    values = tables.of(column, window).values(column.metric)
    if column.sheet.by:
        yield from ((key, (value,)) for key, value in values.items())
        return
    yield from ((key, (value,)) for key, value in values.items() if value)
    empty = [day for day in window.span if not values.get((day, ""))]
    if not empty or not may_be_zero(question, tables.alive):
        return
    lively = tables.of(tables.alive, window).values(tables.alive.metric)
    yield from (((day, ""), (0.0,)) for day in empty if lively.get((day, ""), 0.0) > 0)


def _plain(question: Question, window: Window, tables: Tables) -> Read:
    (column,) = question.columns
    for key, value in tables.of(column, window).values(column.metric).items():
        yield key, (value * question.scale,)


def _mean(question: Question, window: Window, tables: Tables) -> Read:
    values, weights = _pair(question, window, tables)
    for key, value in values.items():
        if weights.get(key):
            yield key, (value * question.scale, weights[key])


def _ratio(question: Question, window: Window, tables: Tables) -> Read:
    tops, bottoms = _pair(question, window, tables)
    for key, bottom in bottoms.items():
        if bottom:
            yield key, (tops.get(key, 0.0) * question.scale / bottom, bottom)


def _pair(question: Question, window: Window, tables: Tables) -> tuple[Values, Values]:
    first, second = question.columns
    one = tables.of(first, window).values(first.metric)
    return one, tables.of(second, window).values(second.metric)


READERS: Mapping[Reading, Callable[[Question, Window, Tables], Read]] = {
    Reading.COUNT: _count,
    Reading.PLAIN: _plain,
    Reading.MEAN: _mean,
    Reading.RATIO: _ratio,
}


def number(day: date, raw: Any, metric: str) -> float | None:
    """A number, also one written as text; `50%` is 0.5, null is None."""
    if raw is None:
        return None
    if isinstance(raw, str):
        text = raw.strip()
        share = 100.0 if text.endswith("%") else 1.0
        text = text.removesuffix("%").rstrip()
        if NUMBER.fullmatch(text):
            return float(text) / share
    elif isinstance(raw, (int, float)) and not isinstance(raw, bool):
        return float(raw)
    raise UnexpectedAnswerError(f"`{metric}` of {day} is {shown(raw)}, not a number")


def civil_day(raw: Any) -> date:
    """The day an ISO date or a stamp in local time begins with."""
    try:
        return date.fromisoformat(raw[:10])
    except (TypeError, ValueError, IndexError, KeyError):
        raise UnexpectedAnswerError(f"a day is {shown(raw)}, not a date") from None


def table_of(raw: Any, what: str) -> Mapping[str, Any]:
    """The raw value when it is an object. Raises UnexpectedAnswerError naming what it is."""
    if not isinstance(raw, dict):
        raise UnexpectedAnswerError(f"{what} is {shown(raw)}, not an object")
    return raw


def list_of(raw: Any, what: str) -> list[Any]:
    """The raw value when it is a list. Raises UnexpectedAnswerError naming what it is."""
    if not isinstance(raw, list):
        raise UnexpectedAnswerError(f"{what} is {shown(raw)}, not a list")
    return raw
