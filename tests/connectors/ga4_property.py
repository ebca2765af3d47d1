"""The property behind the GA4 server: its data file, and the rules of the Data API for a report."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

FILE = Path(__file__).parent / "ga4" / "property.json"
MOST = {"requests": 5, "metrics": 10, "dimensions": 9, "dateRanges": 4, "cohorts": 12}
DIMENSIONS = {"date", "country", "eventName", "cohort", "cohortNthDay"}
Row = tuple[tuple[str, ...], tuple[str, ...]]


class RefusalError(ValueError):
    """INVALID_ARGUMENT, in the API's words."""


class Property:
    """Answers reports from the data file; `page` is the most rows it gives at once."""

    def __init__(self) -> None:
        self.table: dict[str, Any] = json.loads(FILE.read_text("utf-8"))
        self.metadata: dict[str, Any] = {}
        self.quota: dict[str, Any] = {}
        self.page = 250_000
        self.cut = self.page  # ends reports early, whatever it says of their length
        self.repeating = False  # gives the first page again and again
        self.mute = False  # refuses without naming the field
        self.loose = False  # sends rows as they are, also those that hold no numbers

    def revise(self, day: str, metric: str, value: str, of: str = "") -> None:
        """Restates one number, as GA4 does for two days."""
        self.table["days"][of].setdefault(day, {})[metric] = value

    def batch(self, asked: Mapping[str, Any]) -> list[dict[str, Any]]:
        if len(asked["requests"]) > MOST["requests"]:
            raise RefusalError("Batch requests are limited to 5 requests.")
        return [self.report(one) for one in asked["requests"]]

    def report(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        dimensions = [one["name"] for one in asked.get("dimensions", ())]
        metrics = [one["name"] for one in asked.get("metrics", ())]
        self._check(asked, dimensions, metrics)
        if "cohortSpec" in asked:
            rows = list(self._cohort_rows(asked["cohortSpec"], metrics))
        else:
            rows = list(self._day_rows(asked, dimensions, metrics))
        if not self.loose:
            rows = [row for row in rows if any(float(value) for value in row[1])]
        rows.sort(key=lambda row: row[0])
        return self._told(asked, rows, (dimensions, metrics))

    def _told(
        self, asked: Mapping[str, Any], rows: Sequence[Row], names: tuple[list[str], list[str]]
    ) -> dict[str, Any]:
        offset = 0 if self.repeating else int(asked.get("offset", 0))
        size = min(int(asked.get("limit", 10_000)), self.page)
        page = rows[: self.cut][offset : offset + size]
        types = self.table["types"]
        told: dict[str, Any] = {
            "dimensionHeaders": [{"name": one} for one in names[0]],
            "metricHeaders": [{"name": one, "type": types[one]} for one in names[1]],
            "rowCount": len(rows),
            "metadata": {"timeZone": self.table["timeZone"], **copy.deepcopy(self.metadata)},
            "kind": "analyticsData#runReport",
        }
        if page:
            told["rows"] = [
                {
                    "dimensionValues": [{"value": one} for one in keys],
                    "metricValues": [{"value": one} for one in values],
                }
                for keys, values in page
            ]
        if asked.get("returnPropertyQuota"):
            told["propertyQuota"] = {**QUOTA, **self.quota}
        return told

    def _check(self, asked: Mapping[str, Any], dimensions: list[str], metrics: list[str]) -> None:
        for name in metrics:
            if name not in self.table["types"] and self.mute:
                raise RefusalError("Request contains an invalid argument.")
            if name not in self.table["types"]:
                raise RefusalError(f"Field {name} is not a valid metric. For a list see the docs.")
        for name in [*dimensions, *_fields(asked.get("dimensionFilter", {}))]:
            if name not in DIMENSIONS:
                raise RefusalError(
                    f"Field {name} is not a valid dimension. For a list see the docs."
                )
        for name in ("metrics", "dimensions", "dateRanges"):
            if len(asked.get(name, ())) > MOST[name]:
                raise RefusalError(f"Requests are limited to {MOST[name]} {name}.")
        if ("cohortSpec" in asked) == ("dateRanges" in asked):
            raise RefusalError("Exactly one of dateRanges and cohortSpec must be set.")
        if any(one.startswith("cohort") for one in metrics) != ("cohortSpec" in asked):
            raise RefusalError("Cohort metrics can only be used in requests with a CohortSpec.")

    def _day_rows(
        self, asked: Mapping[str, Any], dimensions: list[str], metrics: list[str]
    ) -> Iterator[Row]:
        first, last = (asked["dateRanges"][0][key] for key in ("startDate", "endDate"))
        if first < "2015-08-14":
            return
        for day in _days(first, last):
            for keys, values in self._of_day(day, asked, dimensions):
                yield keys, tuple(values.get(one, "0") for one in metrics)

    def _of_day(
        self, day: str, asked: Mapping[str, Any], dimensions: list[str]
    ) -> Iterator[tuple[tuple[str, ...], Mapping[str, str]]]:
        if dimensions == ["date", "country"]:
            for country, values in self.table["by_country"].get(day, {}).items():
                yield (day, country), values
            return
        of = said(asked.get("dimensionFilter", {}))
        days = self.table["days"].get(of, {})
        if day in days:
            yield (day,), days[day]

    def _cohort_rows(self, spec: Mapping[str, Any], metrics: list[str]) -> Iterator[Row]:
        if len(spec["cohorts"]) > MOST["cohorts"] or spec["cohortsRange"]["granularity"] != "DAILY":
            raise RefusalError("Too many cohorts, or no granularity.")
        for cohort in spec["cohorts"]:
            day = cohort["dateRange"]["startDate"].replace("-", "")
            if cohort["name"].startswith(("cohort_", "RESERVED_")):
                raise RefusalError("A cohort's name is reserved.")
            active = self.table["cohorts"].get(day, [])
            for n in range(int(spec["cohortsRange"]["endOffset"]) + 1):
                if n < len(active) and active[n] != "0":
                    found = {"cohortActiveUsers": active[n], "cohortTotalUsers": active[0]}
                    yield (cohort["name"], f"{n:04d}"), tuple(found[one] for one in metrics)


QUOTA = {
    "tokensPerDay": {"consumed": 1, "remaining": 199_000},
    "tokensPerHour": {"consumed": 1, "remaining": 39_000},
    "concurrentRequests": {"remaining": 10},
    "serverErrorsPerProjectPerHour": {"remaining": 10},
    "potentiallyThresholdedRequestsPerHour": {"remaining": 120},
    "tokensPerProjectPerHour": {"consumed": 1, "remaining": 13_000},
}


def said(filter_: Mapping[str, Any]) -> str:
    """A filter in short: `eventName = a | b`, several joined by `, `."""
    if "andGroup" in filter_:
        return ", ".join(said(one) for one in filter_["andGroup"]["expressions"])
    if "notExpression" in filter_:
        return f"not {said(filter_['notExpression'])}"
    if "filter" not in filter_:
        return ""
    inner = filter_["filter"]
    if "inListFilter" in inner:
        return f"{inner['fieldName']} = {' | '.join(inner['inListFilter']['values'])}"
    how = inner["stringFilter"]["matchType"]
    sign = "=" if how == "EXACT" else how
    return f"{inner['fieldName']} {sign} {inner['stringFilter']['value']}"


def _fields(filter_: Mapping[str, Any]) -> Iterator[str]:
    for key, value in filter_.items():
        if key == "fieldName":
            yield value
        elif isinstance(value, Mapping):
            yield from _fields(value)
        elif key == "expressions":
            for one in value:
                yield from _fields(one)


def _days(first: str, last: str) -> Iterator[str]:
    day, end = date.fromisoformat(first), date.fromisoformat(last)
    while day <= end:
        yield f"{day:%Y%m%d}"
        day += timedelta(days=1)
