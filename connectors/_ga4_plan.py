"""Puts columns into the fewest requests GA4 allows, and takes refused ones apart; asks nothing."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import islice
from typing import Any

from connectors._ga4_question import ALIVE, Column, Filter, Question, Reading, Sheet, Test
from krtracker.connector import Ask

MOST_METRICS = 10
MOST_REPORTS = 5
"""Metrics a report and reports a request: GA4's own limits."""
MOST_COHORTS = 12
PAGE_ROWS = 10_000
"""Rows of a page: five pages stay below the cap on an answer's size."""

ONE_DAY = timedelta(days=1)
Days = tuple[date, date]


@dataclass(frozen=True, slots=True)
class Report:
    """One report: metrics of a sheet from its first to its last day, followed to `nth_day`."""

    sheet: Sheet
    metrics: tuple[str, ...]
    days: Days
    nth_day: int = 0

    @property
    def columns(self) -> tuple[Column, ...]:
        return tuple(Column(self.sheet, metric) for metric in self.metrics)

    @property
    def dimensions(self) -> tuple[str, ...]:
        by = ("cohort", "cohortNthDay") if self.sheet.cohorts else ("date",)
        return (*by, *self.sheet.segments)


@dataclass(frozen=True, slots=True)
class Page:
    """The rows of a report from an offset on."""

    report: Report
    offset: int = 0


def plan(asked: Sequence[tuple[Question, Ask[Any]]]) -> list[Page]:
    """The pages to begin with, those of the first ask first.

    What tells dead days from days with nothing is read along where that costs no request more.
    """
    wanted = [
        (column, _days(ask), question) for question, ask in asked for column in _first(question)
    ]
    reports = _reports(wanted)
    counts = [(q, a) for q, a in asked if q.reading in (Reading.COUNT, Reading.PLAIN)]
    counts = [(q, a) for q, a in counts if not q.sheet.segments]
    if counts:
        along = [(ALIVE, _days(ask), question) for question, ask in counts]
        more = _reports([*wanted, *along])
        if _requests(more) == _requests(reports):
            reports = more
    return [Page(report) for report in reports]


def one_column(column: Column, days: Days) -> Page:
    """The page that asks for one column alone."""
    return Page(Report(column.sheet, (column.metric,), days))


def _days(ask: Ask[Any]) -> Days:
    return ask.window.first, ask.window.last


def _first(question: Question) -> tuple[Column, ...]:
    return tuple(dict.fromkeys(question.columns))


def _requests(reports: Sequence[Report]) -> int:
    return -(-len(reports) // MOST_REPORTS)


def _reports(wanted: Iterable[tuple[Column, Days, Question]]) -> list[Report]:
    by_sheet: dict[Sheet, dict[str, list[Days]]] = {}
    reach: dict[Sheet, int] = {}
    for column, days, question in wanted:
        by_sheet.setdefault(column.sheet, {}).setdefault(column.metric, []).append(days)
        reach[column.sheet] = max(reach.get(column.sheet, 0), question.nth_day)
    made: list[Report] = []
    for sheet, metrics in by_sheet.items():
        by_days: dict[Days, list[str]] = {}
        for metric, spans in metrics.items():
            for days in _merged(spans):
                by_days.setdefault(days, []).append(metric)
        for days, names in _absorbed(by_days).items():
            for few in _chunks(names, MOST_METRICS):
                made += _of_days(Report(sheet, tuple(few), days, reach[sheet]))
    return made


def _of_days(report: Report) -> Iterator[Report]:
    """A report of cohorts takes only so many days at once."""
    if not report.sheet.cohorts:
        yield report
        return
    first, last = report.days
    while first <= last:
        end = min(last, first + (MOST_COHORTS - 1) * ONE_DAY)
        yield replace(report, days=(first, end))
        first = end + ONE_DAY


def _merged(spans: Sequence[Days]) -> list[Days]:
    """The same days in as few runs as possible; neighbours are joined."""
    merged: list[Days] = []
    for first, last in sorted(set(spans)):
        if merged and first <= merged[-1][1] + ONE_DAY:
            merged[-1] = (merged[-1][0], max(merged[-1][1], last))
        else:
            merged.append((first, last))
    return merged


def _absorbed(by_days: Mapping[Days, list[str]]) -> dict[Days, list[str]]:
    """Metrics of few days go along with those of more days around them: one report for both."""
    kept: dict[Days, list[str]] = {}
    for days in sorted(by_days, key=lambda one: (one[0], -one[1].toordinal())):
        around = [one for one in kept if one[0] <= days[0] and days[1] <= one[1]]
        if around:
            kept[around[0]] += [one for one in by_days[days] if one not in kept[around[0]]]
        else:
            kept[days] = list(by_days[days])
    return kept


def _chunks(names: Sequence[str], size: int) -> Iterator[list[str]]:
    rest = iter(names)
    while few := list(islice(rest, size)):
        yield few


def apart(pages: Sequence[Page], said: str) -> tuple[list[Page], list[Page]] | None:
    """A refused request as two smaller ones; None when there is nothing left to part.

    GA4 refuses a whole request for one wrong field; where its words name the field, that part is
    set apart at once, otherwise half goes each way.
    """
    words = set(re.findall(r"[A-Za-z][\w:]*", said))
    if len(pages) > 1:
        named = [one for one in pages if words & _names(one.report)]
        if not named or len(named) == len(pages):
            named = list(pages[: len(pages) // 2])
        return named, [one for one in pages if one not in named]
    report = pages[0].report
    if words & {*report.dimensions, *report.sheet.fields} or len(report.metrics) == 1:
        return None
    if report.sheet.cohorts:
        return None
    wrong = [one for one in report.metrics if one in words]
    if not wrong or len(wrong) == len(report.metrics):
        wrong = list(report.metrics[: len(report.metrics) // 2])
    right = [one for one in report.metrics if one not in wrong]
    return (
        [Page(replace(report, metrics=tuple(wrong)))],
        [Page(replace(report, metrics=tuple(right)))],
    )


def _names(report: Report) -> set[str]:
    return {*report.metrics, *report.sheet.segments, *report.sheet.fields}


def request(page: Page) -> dict[str, Any]:
    """The message of a page, in the field names of the API's protocol buffers."""
    report = page.report
    message: dict[str, Any] = {
        "dimensions": [{"name": one} for one in report.dimensions],
        "metrics": [{"name": one} for one in report.metrics],
        # Pages only fit together in an order of their own.
        "order_bys": [{"dimension": {"dimension_name": one}} for one in report.dimensions],
        "limit": PAGE_ROWS,
        "offset": page.offset,
        "return_property_quota": True,
    }
    if report.sheet.cohorts:
        message["cohort_spec"] = _cohorts(report)
    else:
        message["date_ranges"] = [_range(*report.days)]
    if report.sheet.filter:
        message["dimension_filter"] = _expression(report.sheet.filter)
    return message


def _range(first: date, last: date) -> dict[str, str]:
    return {"start_date": first.isoformat(), "end_date": last.isoformat()}


def _cohorts(report: Report) -> dict[str, Any]:
    """One cohort a day, named after it; followed from that day, so that its size is known."""
    first, last = report.days
    days = [first + n * ONE_DAY for n in range((last - first).days + 1)]
    return {
        "cohorts": [
            {
                "name": f"d{day:%Y%m%d}",
                "dimension": "firstSessionDate",
                "date_range": _range(day, day),
            }
            for day in days
        ],
        "cohorts_range": {"granularity": 1, "start_offset": 0, "end_offset": report.nth_day},
    }


def _expression(tests: Filter) -> dict[str, Any]:
    if len(tests) == 1:
        return _tested(tests[0])
    return {"and_group": {"expressions": [_tested(one) for one in tests]}}


def _tested(test: Test) -> dict[str, Any]:
    inner: dict[str, Any] = {"field_name": test.dimension}
    if test.how == "in_list" and len(test.values) > 1:
        inner["in_list_filter"] = {"values": list(test.values), "case_sensitive": True}
    else:
        how = "EXACT" if test.how == "in_list" else test.how
        inner["string_filter"] = {
            "match_type": how,
            "value": test.values[0],
            "case_sensitive": True,
        }
    told = {"filter": inner}
    return {"not_expression": told} if test.negated else told
