"""Baseline, target and amendments of one key result: phrases to values; no formula, no data."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from krtracker.model import Actual, Amendment, Baseline, KeyResultType, Metric, Target
from krtracker.periods import Grain, Span
from krtracker.settings.documents import Report, Spot
from krtracker.settings.fields import describe
from krtracker.settings.goal_tables import KeyResultTable
from krtracker.settings.quantities import (
    Measure,
    QuantityError,
    read_quantity,
    read_target,
    written,
)
from krtracker.settings.shapes import Entry

PREVIOUS = re.compile(r"previous ([1-9]\d{0,3})d")
BASELINE_HINT = (
    'a quantity, { from = DATE, to = DATE }, "previous 7d", "same period last year" or '
    '"previous cycle"'
)
DEFAULT_DAYS = {Grain.DAY: 7, Grain.WEEK: 7, Grain.MONTH: 31}


@dataclass(frozen=True)
class Way:
    """How a goal is taken: its actual, its type, the direction its metric states."""

    actual: Actual
    type: KeyResultType
    better: str | None


@dataclass(frozen=True)
class Goal:
    """One key result on a metric that is understood."""

    entry: Entry[KeyResultTable]
    metric: Metric
    way: Way
    span: Span
    report: Report

    @property
    def actual(self) -> Actual:
        return self.way.actual

    @property
    def type(self) -> KeyResultType:
        return self.way.type

    @property
    def measure(self) -> Measure:
        metric = self.metric
        return Measure(metric.id, metric.kind, metric.unit, metric.domain)

    @property
    def total(self) -> bool:
        return self.actual.is_total

    def at(self, *keys: str | int) -> Spot:
        spot = self.entry.spot
        for key in keys:
            spot = spot / key
        return spot

    def refuse(self, code: str, says: str, at: Spot, *, label: str = "", hint: str = "") -> None:
        words = " ".join(part for part in at.path[2:] if not part.isdecimal())
        self.report.error(code, f"{words} of `{self.entry.id}` {says}", at, label=label, hint=hint)

    def quantity(self, raw: Any, *keys: str | int) -> float | None:
        """The quantity at these keys; None where it cannot be read (which is reported)."""
        at = self.at(*keys)
        key = next(str(one) for one in reversed(keys) if not isinstance(one, int))
        if isinstance(raw, bool) or not isinstance(raw, int | float | str):
            self.refuse("K005", "must be a quantity", at, label=f"this is {describe(raw)}")
            return None
        try:
            return read_quantity(raw, self.measure, key)
        except QuantityError as error:
            self.refuse(error.code, error.says, at, label=error.label, hint=error.hint)
            return None


def read_baseline(goal: Goal) -> Baseline | None:
    """The baseline, or R5's default: the 7 days before the start for levels, none for totals."""
    raw, table = goal.entry.table.baseline, goal.entry.table
    if raw is None:
        if goal.total or goal.type is not KeyResultType.BASELINE_TO_TARGET:
            return None
        days = DEFAULT_DAYS[goal.metric.grain]
        return Baseline("previous", days=days, text=f"previous {days}d")
    if isinstance(raw, dict):
        return _measured(goal, raw)
    if isinstance(raw, str):
        phrase = " ".join(raw.split())
        if found := PREVIOUS.fullmatch(phrase):
            _check_weeks(goal, int(found[1]))
            return Baseline("previous", days=int(found[1]), text=phrase)
        if phrase in ("same period last year", "previous cycle"):
            return Baseline(phrase.replace(" ", "_"), text=phrase)
        if not re.search(r"\d", phrase) or phrase.startswith("previous"):
            at = goal.at("baseline")
            goal.refuse("K007", "cannot be read", at, label=f"`{phrase}`", hint=BASELINE_HINT)
            return None
    value = goal.quantity(raw, "baseline")
    text = raw if isinstance(raw, str) else written(table.baseline) if value is not None else ""
    return None if value is None else Baseline("fixed", value=value, text=text)


def _measured(goal: Goal, raw: Mapping[str, Any]) -> Baseline | None:
    at = goal.at("baseline")
    for key in raw:
        if key not in ("from", "to", "about"):
            words = f"unknown setting `{key}` in `baseline` of key result `{goal.entry.id}`"
            hint = "a measured baseline is { from = DATE, to = DATE, about = quantity }"
            label = "not a setting of `baseline`"
            goal.report.error("K003", words, (at / key).key, label=label, hint=hint)
            return None
    first, last = _day(goal, raw.get("from"), "from"), _day(goal, raw.get("to"), "to")
    about = goal.quantity(raw["about"], "baseline", "about") if "about" in raw else None
    if first is None or last is None:
        return None
    if last < first:
        goal.refuse("K015", "lies before its start", at / "to", label=f"it starts on {first}")
        return None
    span = Span(first, last)
    if last >= goal.span.first:
        says = f"reaches into the time it is the baseline of (from {goal.span.first})"
        words = f"baseline of `{goal.entry.id}` {says}"
        goal.report.warn("K015", words, at / "to", label="progress would count twice")
    _check_weeks(goal, span.days)
    return Baseline("mean", span=span, about=about, text=f"{first} to {last}")


def _day(goal: Goal, raw: Any, key: str) -> date | None:
    at = goal.at("baseline")
    if raw is None:
        says = f"needs `{key}`"
        goal.refuse("K004", says, at, label="write { from = DATE, to = DATE }")
        return None
    if not isinstance(raw, date) or isinstance(raw, datetime):
        label = f"this is {describe(raw)}"
        goal.refuse(
            "K005", "must be a date", at / key, label=label, hint=f"write {key} = 2026-10-01"
        )
        return None
    return raw


def _check_weeks(goal: Goal, days: int) -> None:
    if days % 7 and goal.metric.grain is Grain.DAY and goal.actual.how != "last_n":
        words = f"baseline of `{goal.entry.id}` is not over whole weeks"
        hint = "weekends weigh differently then: take 7, 14, 28 or 91 days"
        goal.report.warn("K032", words, goal.at("baseline"), label=f"{days} days", hint=hint)


def read_aim(goal: Goal, raw: Any, key: str) -> Target | None:
    """A target, commit or stretch; None where it cannot be read (which is reported)."""
    if raw is None:
        return None
    at = goal.at(key)
    if isinstance(raw, list):
        return _range(goal, raw)
    if goal.type is KeyResultType.KEEP_BETWEEN and key == "target":
        goal.refuse("K018", "must have two bounds", at, hint="write target = [low, high]")
        return None
    try:
        found = read_target(raw, goal.measure, key)
    except QuantityError as error:
        goal.refuse(error.code, error.says, at, label=error.label, hint=error.hint)
        return None
    if found.kind != "reach" and goal.type is not KeyResultType.BASELINE_TO_TARGET:
        hint = "write the limit itself"
        goal.refuse("K018", "is a change, and there is no baseline", at, label=f"{raw}", hint=hint)
        return None
    return found


def _range(goal: Goal, raw: list[Any]) -> Target | None:
    at = goal.at("target")
    if goal.type is not KeyResultType.KEEP_BETWEEN:
        hint = 'two bounds go with type = "keep-between"'
        goal.refuse("K018", "has two bounds", at, label="a goal has one end", hint=hint)
        return None
    low, high = goal.quantity(raw[0], "target", 0), goal.quantity(raw[1], "target", 1)
    if low is None or high is None:
        return None
    if low >= high:
        goal.refuse("K016", "is empty", at, label="write [low, high]")
        return None
    return Target("range", low, high, text=f"{raw[0]} to {raw[1]}")


def read_amendments(goal: Goal, target: Target | None) -> tuple[Amendment, ...]:
    """Targets changed in mid-cycle (R15), oldest first; the last must end at the target."""
    found: list[Amendment] = []
    for number, one in enumerate(goal.entry.table.amendments):
        keys = ("amendments", number, "target")
        old = goal.quantity(one.target.from_, *keys, "from")
        new = goal.quantity(one.target.to, *keys, "to")
        if found and one.date <= found[-1].day:
            at = goal.at("amendments", number, "date")
            goal.refuse("K015", "do not follow each other in time", at, label="oldest first")
        if old is not None and new is not None:
            found.append(Amendment(one.date, old, new, one.reason, one.approver or ""))
    if found and target and target.kind == "reach" and found[-1].new != target.value:
        last = len(goal.entry.table.amendments) - 1
        at = goal.at("amendments", last, "target", "to")
        label = f"the target is {written(target.value)}"
        goal.refuse("K028", "is not where the target is now", at, label=label)
    return tuple(found)
