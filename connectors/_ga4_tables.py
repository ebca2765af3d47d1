"""What is known of each column so far: values by day and segment, notes, failures; asks nothing."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TYPE_CHECKING

from connectors._ga4_plan import Days, Page, Report
from connectors._ga4_question import Column
from connectors._rows import shown
from krtracker.connector import (
    ConnectorError,
    SourceRejectedError,
    SourceUnavailableError,
    UnexpectedAnswerError,
)

if TYPE_CHECKING:
    from connectors._ga4_heard import Heard, Row

BETWEEN = " / "
ONE_DAY = timedelta(days=1)
Key = tuple[date, str]
Cohort = tuple[date, int]


@dataclass
class Read:
    """One column over the days of one report: values by day and segment, or by cohort and day."""

    report: Report
    values: dict[Key | Cohort, float] = field(default_factory=dict)
    rows: int = 0
    zone: str = ""
    counting: bool = False
    notes: dict[str, None] = field(default_factory=dict)
    failure: ConnectorError | None = None

    def covers(self, days: Days) -> bool:
        first, last = self.report.days
        return first <= days[1] and days[0] <= last


class Tables:
    """All columns heard, each with the days its reports reach over."""

    def __init__(self, most_rows: int) -> None:
        self._most_rows = most_rows
        self._by_column: dict[Column, list[Read]] = {}

    def of(self, column: Column, days: Days) -> list[Read]:
        """What was heard of a column over these days, oldest first."""
        found = [one for one in self._by_column.get(column, ()) if one.covers(days)]
        return sorted(found, key=lambda one: one.report.days)

    def fail(self, pages: Iterable[Page], failure: ConnectorError) -> None:
        """Every column of these pages has that failure."""
        for page in pages:
            for read in self._reads(page.report):
                read.failure = failure

    def take(self, page: Page, told: Heard) -> Page | None:
        """Takes in one page and gives the next one, None after the last.

        Raises one of the contract's failures when the pages do not fit together.
        """
        reads = self._reads(page.report)
        for place, read in enumerate(reads):
            if read.rows != page.offset:
                raise UnexpectedAnswerError("the pages of the answer do not follow one another")
            self._add(read, place, told)
        came = page.offset + len(told.rows)
        if came >= told.total:
            return None
        if not told.rows:
            raise UnexpectedAnswerError(
                f"GA4 speaks of {told.total:,} rows and stops after {came:,}"
            )
        if told.total > self._most_rows:
            raise SourceRejectedError(
                f"the report has {told.total:,} rows, more than {self._most_rows:,}: use fewer "
                "dimensions, or raise `max_rows` of the source"
            )
        return Page(page.report, came)

    def _reads(self, report: Report) -> list[Read]:
        found = []
        for column in report.columns:
            reads = self._by_column.setdefault(column, [])
            mine = [one for one in reads if one.report == report]
            if not mine:
                mine = [Read(report)]
                reads += mine
            found.append(mine[0])
        return found

    @staticmethod
    def _add(read: Read, place: int, told: Heard) -> None:
        metric = read.report.metrics[place]
        if metric in told.hidden:
            read.failure = SourceRejectedError(
                f"the role of this account hides `{metric}`, which GA4 then sends as 0: give it "
                "the right to see cost or revenue metrics"
            )
        read.zone, read.counting = told.zone or read.zone, metric in told.counting
        read.notes.update(dict.fromkeys(told.notes))
        read.rows += len(told.rows)
        for row in told.rows:
            key = _key(row, read.report)
            if key in read.values:
                # A page that comes twice, or a report that changed between two of its pages.
                raise SourceUnavailableError(
                    f"GA4 sent {key[0]} twice: the report changed meanwhile"
                )
            read.values[key] = _number(row[1][place], metric, key)


def _key(row: Row, report: Report) -> Key | Cohort:
    keys = row[0]
    try:
        if report.sheet.cohorts:
            if not keys[0].startswith("d"):
                raise ValueError
            day: date = _day(keys[0][1:])
            return day, int(keys[1])
        day = _day(keys[0])
    except ValueError:
        raise UnexpectedAnswerError(
            f"a day of the answer is {shown(keys[0])}: GA4 writes 20260131"
        ) from None
    first, last = report.days
    if not first <= day <= last:
        raise UnexpectedAnswerError(f"the answer holds {day}, which nobody asked for")
    return day, BETWEEN.join(keys[1:])


def _day(text: str) -> date:
    if len(text) != 8 or not text.isdecimal():
        raise ValueError(text)
    return date.fromisoformat(text)


def _number(text: str, metric: str, key: Key | Cohort) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value) or "_" in text:
        raise UnexpectedAnswerError(f"`{metric}` of {key[0]} is {shown(text)}, not a number")
    return value
