"""A cycle of exactly 100 days and the values around it, so that shares are plain percentages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from krtracker.evaluation import Question, evaluate
from krtracker.model import (
    Actual,
    Amendment,
    Baseline,
    Cycle,
    Evaluation,
    KeyResult,
    Kind,
    Metric,
    Pace,
    Refresh,
    Series,
    StatusRule,
    Target,
)
from krtracker.periods import Span

CYCLE = Span(date(2026, 1, 1), date(2026, 4, 10))
BY_PACE = StatusRule(by="pace")

LAST = Actual("last", text="last")
MEAN7 = Actual("mean", 7, "7d mean")
TOTAL = Actual("cycle_sum", text="cycle sum")


def day(n: int) -> date:
    """The n-th day of the cycle; 0 is the day before it."""
    return CYCLE.first + timedelta(days=n - 1)


def metric(actual: Actual = MEAN7, **changes: Any) -> Metric:
    """A daily count without lateness; `changes` replace its fields."""
    plain = Metric(
        id="visits",
        title="Visits",
        kind=Kind.COUNT,
        source="db",
        zone="UTC",
        refresh=Refresh("daily 06:00"),
        actual=actual,
    )
    return replace(plain, **changes)


def goal(
    start: float | Baseline | None = None, target: float | Target | None = None, **changes: Any
) -> KeyResult:
    """A key result from a start to a target over the 100 days."""
    baseline = Baseline("fixed", float(start)) if isinstance(start, int | float) else start
    end = Target("reach", float(target)) if isinstance(target, int | float) else target
    plain = KeyResult("q/kr", "kr", "q", "A goal", CYCLE, metric="visits")
    return replace(plain, baseline=baseline, target=end, **changes)


def points(values: Mapping[int, float], weights: Mapping[int, float] | None = None) -> Series:
    """Values by the number of the day."""
    numbers = sorted(values)
    return Series(
        [day(n).toordinal() for n in numbers],
        [float(values[n]) for n in numbers],
        None if weights is None else [float(weights[n]) for n in numbers],
    )


def run(first: int, values: Sequence[float]) -> dict[int, float]:
    """One value a day from the day numbered `first` on."""
    return {first + n: value for n, value in enumerate(values)}


def flat(value: float, first: int, last: int) -> dict[int, float]:
    """The same value every day from `first` to `last`."""
    return run(first, [value] * (last - first + 1))


def question(
    n: int,
    series: Series,
    key_result: KeyResult,
    *,
    of: Metric | None = None,
    **changes: Any,
) -> Question:
    """The key result asked on the morning after day n, when day n should be known."""
    cycle = Cycle("q", "Q", key_result.span, status=BY_PACE)
    plain = Question(key_result, of or metric(), cycle, day(n + 1), True, series)
    return replace(plain, **changes)


def ask(
    n: int, series: Series, key_result: KeyResult, *, of: Metric | None = None, **changes: Any
) -> Evaluation:
    """The answer on the morning after day n."""
    return evaluate(question(n, series, key_result, of=of, **changes))


def level(n: int, actual: float, key_result: KeyResult, **changes: Any) -> Evaluation:
    """The answer for a level whose last 7 days were all `actual`."""
    return ask(n, points(flat(actual, n - 6, n)), key_result, **changes)


def total(n: int, amount: float, key_result: KeyResult, **changes: Any) -> Evaluation:
    """The answer for a total that came in whole on the first day."""
    series = points({**flat(0, 1, n), 1: amount})
    return ask(n, series, key_result, of=metric(TOTAL), **changes)


def amended(n: int, old: float, new: float) -> Amendment:
    return Amendment(day(n), old, new, "a reason")


def pace(kind: str, **changes: Any) -> Pace:
    return Pace(kind, text=kind, **changes)
