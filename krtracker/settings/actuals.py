"""How a metric's points become its one number: the default, and the ways that mean nothing (R4)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from krtracker.model import Actual
from krtracker.periods import Grain
from krtracker.settings.documents import Report, Spot
from krtracker.settings.phrases import in_periods, read_actual
from krtracker.settings.shapes import Entry, subject
from krtracker.settings.tables import MetricTable

SUMS = ("cycle_sum", "run_rate", "month_to_date", "last_full_month")
MEANS = ("mean", "last_n", *SUMS)
WINDOWS = ("mean", "weighted_mean", "run_rate")
WITH_WEIGHTS = (
    *("session_duration", "events_per_session", "bounce_rate", "stickiness"),
    *("retention", "activation", "conversion"),
)
DISTINCT = ("dau", "wau", "mau")
"""Standard metrics whose days must not be added up: the same user counts on each of them."""

QUANTILES = {"median", "p50", "p75", "p90", "p95", "p99"}


def default_actual(table: MetricTable, question: Mapping[str, Any]) -> Actual:
    """The metric's `actual`, or decisions.md 15: weighted where weights come with the points.

    A query gives weights when it names a column `weight` or `denominator`. Values recorded by hand
    are sparse and stand until the next one, so there it is `last`; so it is for weeks and months.
    """
    if table.actual is not None:
        return table.actual
    if table.grain != "day":
        return read_actual("last")
    weighted = bool(re.search(r"\b(weight|denominator)\b", str(question.get("query", "")), re.I))
    weighted = weighted or table.standard in WITH_WEIGHTS
    if table.kind == "ratio" or (table.kind == "duration" and weighted):
        return read_actual("last" if _is_quantile(table) else "7d weighted mean")
    return read_actual("last" if table.source == "manual" else "7d mean")


def is_additive(table: MetricTable) -> bool:
    """Whether the values of several days may be summed; distinct users may not."""
    return table.additive and table.standard not in DISTINCT


def _is_quantile(table: MetricTable) -> bool:
    return any(str(one) in QUANTILES for one in (table.model_extra or {}).values())


def check_actual(actual: Actual, entry: Entry[MetricTable], *, at: Spot, report: Report) -> Actual:
    """The actual with its window in periods; refuses sums of what does not add up (K030, K031)."""
    _check_meaning(actual, entry, at=at, report=report)
    grain, name = entry.table.grain, subject(at.path)
    fitting = in_periods(actual, Grain(grain))
    if fitting is None or (grain != "day" and actual.how == "run_rate"):
        words = f"{name} does not fit the grain `{grain}`"
        unit = {"week": "4w", "month": "3m"}.get(grain, "28d")
        report.error("K034", words, at, label="not whole periods", hint=f'write "{unit} mean"')
        return actual
    if grain == "day" and actual.how in WINDOWS and fitting.size % 7:
        hint = f'weekends weigh differently each day: write "{_weeks(fitting)}"'
        label = f"{fitting.size:g} days"
        report.warn("K032", f"{name} is not over whole weeks", at, label=label, hint=hint)
    return fitting


def _check_meaning(actual: Actual, entry: Entry[MetricTable], *, at: Spot, report: Report) -> None:
    table, name = entry.table, subject(at.path)
    sums = actual.how in SUMS
    if not is_additive(table) and sums:
        label = f"`{entry.id}` is additive = false: distinct counts cannot be summed"
        hint = 'write actual = "7d mean" or "last"'
        report.error("K030", f"{name} adds up what does not add up", at, label=label, hint=hint)
    elif table.kind == "ratio" and actual.how in MEANS:
        words = f"{name} adds up ratios" if sums else f"{name} is a mean of daily ratios"
        hint = 'write actual = "7d weighted mean" (numerators over denominators) or "last"'
        report.error("K031", words, at, label=f"`{entry.id}` is a ratio", hint=hint)
    elif actual.how == "weighted_mean" and _is_quantile(table):
        words = f"{name} is a weighted mean of a median or percentile"
        report.error("K031", words, at, label=f"`{actual.text}`", hint='write actual = "last"')


def _weeks(actual: Actual) -> str:
    days = max(7, round(actual.size / 7) * 7)
    return re.sub(r"^\d+\w", f"{days}d", actual.text)
