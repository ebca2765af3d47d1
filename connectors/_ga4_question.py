"""What a metric asks of GA4: columns of reports, and how a day is read from them; asks nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Annotated

from pydantic import Field, model_validator

from krtracker.connector import Options

MOST_DIMENSIONS = 8
"""GA4 takes nine dimensions a report, and the day is one of them."""

FieldName = Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_]*(:[A-Za-z0-9_]+)*$")]
Text = Annotated[str, Field(min_length=1)]


class Condition(Options):
    """One test of a dimension besides being equal to a text; exactly one of these."""

    not_one_of: list[Text] | None = Field(default=None, min_length=1)
    begins_with: Text | None = None
    ends_with: Text | None = None
    contains: Text | None = None
    matches: Text | None = None

    @model_validator(mode="after")
    def _one(self) -> Condition:
        if len(self.model_fields_set) != 1:
            raise ValueError(f"write exactly one of {', '.join(type(self).model_fields)}")
        return self


Conditions = Mapping[FieldName, Text | list[Text] | Condition]
"""`{ country = "DE", eventName = ["sign_up", "login"], pagePath = { begins_with = "/a" } }`."""


@dataclass(frozen=True, slots=True, order=True)
class Test:
    """One dimension tested; `how` is in_list or a match type of GA4's string filter."""

    dimension: str
    how: str
    values: tuple[str, ...]
    negated: bool = False


Filter = tuple[Test, ...]
"""All of these must hold."""

MATCHES = {
    "begins_with": "BEGINS_WITH",
    "ends_with": "ENDS_WITH",
    "contains": "CONTAINS",
    "matches": "FULL_REGEXP",
}
EVENT = "eventName"


def read_filter(conditions: Conditions | None) -> Filter:
    """The tests of a `where` or `filter` table, sorted, so that equal ones meet."""
    return tuple(sorted(_test(name, one) for name, one in (conditions or {}).items()))


def _test(dimension: str, condition: str | list[str] | Condition) -> Test:
    if isinstance(condition, Condition):
        if condition.not_one_of is not None:
            return Test(dimension, "in_list", tuple(sorted(set(condition.not_one_of))), True)
        (name,) = condition.model_fields_set
        return Test(dimension, MATCHES[name], (str(getattr(condition, name)),))
    values = [condition] if isinstance(condition, str) else condition
    return Test(dimension, "in_list", tuple(sorted(set(values))))


def events_filter(events: str | list[str] | None, exclude: str | list[str] | None = None) -> Filter:
    """Only these events, and none of those."""
    tests = []
    if events is not None:
        tests.append(_test(EVENT, events))
    if exclude is not None:
        names = [exclude] if isinstance(exclude, str) else exclude
        tests.append(_test(EVENT, Condition(not_one_of=names)))
    return tuple(tests)


@dataclass(frozen=True, slots=True)
class Sheet:
    """Which report a column is of, whatever its days: its segments, its filter, cohorts or days."""

    segments: tuple[str, ...] = ()
    filter: Filter = ()
    cohorts: bool = False

    @property
    def fields(self) -> frozenset[str]:
        """All dimensions it names."""
        return frozenset({*self.segments, *(one.dimension for one in self.filter)})


@dataclass(frozen=True, slots=True)
class Column:
    """One metric of GA4 on one sheet."""

    sheet: Sheet
    metric: str


class Reading(Enum):
    """How a day's value comes from its columns.

    COUNT: the first; a day without a row is 0 where the property recorded anything at all.
    MEAN: the first, weighted by the second. RATIO: the first over the second, which is the weight.
    PLAIN: the first; as COUNT if GA4 says that it counts. RETENTION: of cohorts, as RATIO.
    """

    COUNT = "count"
    MEAN = "mean"
    RATIO = "ratio"
    PLAIN = "plain"
    RETENTION = "retention"


@dataclass(frozen=True, slots=True)
class Question:
    """What one metric needs; `nth_day` is the day of a retention, `note` a word for its reader.

    With `never_zero` a value of 0 is nothing known: so many were active before, and none now.
    """

    reading: Reading
    columns: tuple[Column, ...]
    nth_day: int = 0
    note: str = ""
    never_zero: bool = False

    @property
    def sheet(self) -> Sheet:
        return self.columns[0].sheet


ALIVE = Column(Sheet(), "eventCount")
"""What tells a day without sign-ups from a day on which nothing was recorded."""


class ReportTable(Options):
    """`report = { metrics, dimensions, filter, weight }` in GA4's own names (API names).

    One metric is the value; two are numerator and denominator. `weight` weighs a mean. Each
    combination of `dimensions` becomes a segment; the day is always there.
    """

    metrics: list[FieldName] = Field(min_length=1, max_length=2)
    dimensions: list[FieldName] = Field(default_factory=list, max_length=MOST_DIMENSIONS)
    filter: Conditions = Field(default_factory=dict)
    weight: FieldName | None = None

    @model_validator(mode="after")
    def _meant(self) -> ReportTable:
        if self.weight is not None and len(self.metrics) == 2:
            raise ValueError("numerator and denominator need no `weight`: it is the denominator")
        if "date" in self.dimensions:
            raise ValueError("leave `date` out of `dimensions`: every report is by day")
        if any(one.startswith("cohort") for one in (*self.metrics, *self.dimensions)):
            raise ValueError('cohorts are asked with standard = "retention"')
        return self

    def question(self) -> Question:
        sheet = Sheet(tuple(self.dimensions), read_filter(self.filter))
        names = [*self.metrics, self.weight] if self.weight else self.metrics
        columns = tuple(Column(sheet, name) for name in names)
        if self.weight:
            return Question(Reading.MEAN, columns)
        return Question(Reading.RATIO if len(columns) == 2 else Reading.PLAIN, columns)
