"""The points of many pulls as columns, each (series, day) once; knows no SQL."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import repeat
from math import isfinite

from krtracker.errors import UsageError
from krtracker.model import Pull
from krtracker.periods import Span
from krtracker.store import columns
from krtracker.store.columns import Column


@dataclass(slots=True)
class Names:
    """What the single writer remembers of the store's small tables, so as not to ask each time."""

    series: dict[tuple[str, str], int] = field(default_factory=dict)
    statements: dict[str, str] = field(default_factory=dict)
    expectations: dict[str, int] = field(default_factory=dict)
    defined: dict[str, str] = field(default_factory=dict)
    next_run: int = 1

    def of_metric(self, metric: str) -> list[int]:
        return [one for (name, _), one in self.series.items() if name == metric]

    def statement(self, text: str) -> str:
        """The name a query's text is kept under."""
        return hashlib.sha256(text.encode()).hexdigest()[:32]


@dataclass(frozen=True, slots=True)
class Incoming:
    """Columns of one commit: `given` points and retractions, and the windows `asked`.

    `span` holds every day that may change; None when there is nothing to write.
    """

    given: dict[str, Column]
    asked: dict[str, Column]
    new_series: dict[tuple[str, str], int]
    new_expectations: dict[str, int]
    span: Span | None


@dataclass(slots=True)
class _Gathering:
    """The columns while they grow, as plain lists."""

    names: Names
    pull: list[int] = field(default_factory=list)
    series: list[int] = field(default_factory=list)
    day: list[date] = field(default_factory=list)
    value: list[float | None] = field(default_factory=list)
    weight: list[float | None] = field(default_factory=list)
    failed: list[int | None] = field(default_factory=list)
    asked: list[tuple[int, int, date, date]] = field(default_factory=list)
    new: dict[tuple[str, str], int] = field(default_factory=dict)
    new_expectations: dict[str, int] = field(default_factory=dict)

    def series_id(self, metric: str, segment: str) -> int:
        key = (metric, segment)
        known = self.names.series.get(key) or self.new.get(key)
        if known is None:
            known = len(self.names.series) + len(self.new) + 1
            self.new[key] = known
        return known

    def expectation(self, words: str) -> int:
        known = self.names.expectations.get(words) or self.new_expectations.get(words)
        if known is None:
            known = len(self.names.expectations) + len(self.new_expectations) + 1
            self.new_expectations[words] = known
        return known

    def add_points(self, number: int, pull: Pull) -> None:
        if not pull.points:
            return
        day, value, weight, segment = zip(*pull.points, strict=True)
        ids = {one: self.series_id(pull.metric, one) for one in dict.fromkeys(segment)}
        self.pull.extend(repeat(number, len(day)))
        self.series.extend(map(ids.__getitem__, segment))
        self.day.extend(day)
        self.value.extend(value)
        self.weight.extend(weight)
        if pull.quarantined:
            words = map(pull.quarantined.get, zip(day, segment, strict=True))
            self.failed.extend(None if one is None else self.expectation(one) for one in words)
        else:
            self.failed.extend(repeat(None, len(day)))

    def add_retractions(self, number: int, pull: Pull) -> None:
        for day, segment in pull.retracted:
            self.pull.append(number)
            self.series.append(self.series_id(pull.metric, segment))
            self.day.append(day)
            self.value.append(None)
            self.weight.append(None)
            self.failed.append(None)

    def add_window(self, number: int, pull: Pull) -> None:
        if pull.retract_missing:
            known = self.names.of_metric(pull.metric)
            self.asked.extend((number, one, pull.window.first, pull.window.last) for one in known)

    def forget_earlier(self) -> None:
        """Keeps of each (series, day) the row that came last."""
        last = {key: at for at, key in enumerate(zip(self.series, self.day, strict=True))}
        kept = sorted(last.values())
        for name in ("pull", "series", "day", "value", "weight", "failed"):
            column = getattr(self, name)
            setattr(self, name, [column[at] for at in kept])


def gather(pulls: Sequence[Pull], names: Names) -> Incoming:
    """All pulls as columns; raises UsageError for a value that is not finite or a day given twice.

    Where two pulls of one commit give the same day, the later pull counts.
    """
    growing = _Gathering(names)
    for number, pull in enumerate(pulls):
        _refuse_not_finite(pull)
        _refuse_twice(pull)
        growing.add_points(number, pull)
        growing.add_retractions(number, pull)
        growing.add_window(number, pull)
    if len({pull.metric for pull in pulls}) < len(pulls):
        growing.forget_earlier()
    return _incoming(growing)


def _refuse_not_finite(pull: Pull) -> None:
    """What could not be read back as it was told is never stored."""
    for point in pull.points:
        if isfinite(point.value) and (point.weight is None or isfinite(point.weight)):
            continue
        name, raw = ("weight", point.weight) if isfinite(point.value) else ("value", point.value)
        raise UsageError(
            f"{pull.metric} on {point.day} has the {name} {raw}: "
            f"only finite numbers are stored; correct it at the source"
        )


def _refuse_twice(pull: Pull) -> None:
    given = [(point.day, point.segment) for point in pull.points]
    given += pull.retracted
    if len(set(given)) == len(given):
        return
    twice = next(day for day, times in Counter(given).items() if times > 1)[0]
    raise UsageError(f"{pull.metric} has two values for {twice}: give one value a day and segment")


def _incoming(growing: _Gathering) -> Incoming:
    number, series, first, last = zip(*growing.asked, strict=True) if growing.asked else [()] * 4
    every_end = [*_ends(growing.day), *_ends(first), *_ends(last)]
    return Incoming(
        given={
            "pull": columns.integers(growing.pull),
            "series_id": columns.integers(growing.series),
            "day": columns.days(growing.day),
            "value": columns.numbers(growing.value),
            "weight": columns.numbers(growing.weight),
            "failed": columns.integers(growing.failed),
        },
        asked={
            "pull": columns.integers(number),
            "series_id": columns.integers(series),
            "first": columns.days(first),
            "last": columns.days(last),
        },
        new_series=growing.new,
        new_expectations=growing.new_expectations,
        span=Span(min(every_end), max(every_end)) if every_end else None,
    )


def _ends(days: Sequence[date]) -> tuple[date, ...]:
    return (min(days), max(days)) if days else ()
