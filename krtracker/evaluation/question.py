"""What the evaluator is asked: one key result and all its answer follows from; no rules."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from krtracker.model import (
    Actual,
    Baseline,
    Cycle,
    Forecast,
    Frozen,
    KeyResult,
    Metric,
    NoForecast,
    Series,
    Vote,
)
from krtracker.periods import Span

DEFAULT_BASELINE = Baseline("previous", days=7, text="previous 7d")


@dataclass(frozen=True, slots=True)
class Question:
    """One key result at one local day.

    `today` is the local day in the metric's zone; `ready` says that its time is past `ready_at`.
    `covered` are the days a successful pull answered for (R3), `withheld` the quarantined ones
    among them: a withheld day is never read as zero. `votes` are those of the newest data days,
    oldest first; votes of the data day itself or later are ignored. `frozen` is what was measured
    before and holds. `forecast` is what `forecast_of` said of this very question, now or when its
    days last changed; None where nobody asked, and then the pace decides. `probability` is a chance
    known without its forecast.
    """

    key_result: KeyResult
    metric: Metric
    cycle: Cycle
    today: date
    ready: bool
    series: Series
    covered: tuple[Span, ...] = ()
    frozen: tuple[Frozen, ...] = ()
    votes: tuple[Vote, ...] = ()
    previous_cycle: Span | None = None
    holidays: tuple[date, ...] = ()
    withheld: tuple[date, ...] = ()
    probability: float | None = None
    forecast: Forecast | NoForecast | None = None

    @property
    def chance(self) -> float | None:
        """The probability the status goes by (R10.8); None where there is no forecast."""
        if isinstance(self.forecast, Forecast):
            return self.forecast.probability
        return self.probability


def actual_of(key_result: KeyResult, metric: Metric) -> Actual:
    """How the value is taken: the key result's own rule, else the metric's."""
    return key_result.actual or metric.actual


def baseline_of(key_result: KeyResult, actual: Actual) -> Baseline | None:
    """The baseline asked for; a level without one gets the 7 days before its start (R5)."""
    if key_result.baseline is None and not actual.is_total:
        return DEFAULT_BASELINE
    return key_result.baseline
