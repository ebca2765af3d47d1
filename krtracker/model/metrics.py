"""What a metric is: where its number comes from, how often, and what its value is taken to be."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import time
from enum import StrEnum
from typing import Any

from krtracker.periods import Grain


class Kind(StrEnum):
    """What sort of number a metric is: decides units, formatting and sanity checks."""

    COUNT = "count"
    RATIO = "ratio"
    DURATION = "duration"
    MONEY = "money"
    NUMBER = "number"


class Better(StrEnum):
    """Which way a metric, or a goal on it, improves."""

    UP = "up"
    DOWN = "down"


@dataclass(frozen=True, slots=True)
class Actual:
    """How the points of a metric become the one number compared with a target (R4).

    `how` is one of: last, mean, weighted_mean, cycle_sum, run_rate, month_to_date,
    last_full_month, cycle_max, cycle_min, cycle_percentile, last_n. `size` is the window in days
    (mean, weighted_mean, run_rate), the number of points (last_n) or the percentile (0 to 100).
    `text` is the phrase of the configuration ("7d mean").
    """

    how: str
    size: float = 0
    text: str = ""

    @property
    def is_total(self) -> bool:
        """Whether the value counts up from zero over the cycle (decisions.md 19)."""
        return self.how == "cycle_sum"


@dataclass(frozen=True, slots=True)
class Refresh:
    """When a metric is asked: every so many seconds, or a cron line with weekdays by name."""

    text: str
    every_seconds: int | None = None
    cron: str | None = None


@dataclass(frozen=True, slots=True)
class Expectations:
    """What a day must meet before it may move a key result; a failed one quarantines the day.

    `max_change` is a share (0.4 for "40%"); `change_against` is "same weekday" or "previous day";
    `fresh_within` is in seconds; `monotonic` is "up", "down" or "".
    """

    fresh_within: float | None = None
    between: tuple[float, float] | None = None
    max_change: float | None = None
    change_against: str = "same weekday"
    monotonic: str = ""


@dataclass(frozen=True, slots=True)
class Metric:
    """One definition per number, shared by every key result that uses it.

    `query` is the part of the metric's table that belongs to its connector (`query`, `standard`,
    `report`, `request` with their options, files already read in); `query_digest` is the SHA-256
    over it and the source's digest-relevant options: a changed digest is a changed definition.
    Days (`settles_in`, `late_by`, `matures_in`, `stale_after`, `history`) count whole periods of
    `grain`; `late_by` already includes `matures_in`. `steps` are a formula's names, numbers and
    operators in the order of working (`a / b` is a, b, /).
    """

    id: str
    title: str
    kind: Kind
    source: str
    zone: str
    refresh: Refresh
    actual: Actual
    unit: str = ""
    description: str = ""
    better: Better = Better.UP
    grain: Grain = Grain.DAY
    query: Mapping[str, Any] = field(default_factory=dict)
    query_digest: str = ""
    standard: str | None = None
    formula: str | None = None
    steps: tuple[str, ...] = ()
    settles_in: int = 0
    late_by: int = 0
    matures_in: int = 0
    stale_after: int = 2
    ready_at: time | None = None
    history: int | None = None
    missing_is_zero: bool = False
    additive: bool = True
    pooled: bool = False
    domain: tuple[float, float] | None = None
    expect: Expectations = Expectations()

    @property
    def parts(self) -> tuple[str, ...]:
        """The metrics a formula names, each once; none for any other metric."""
        names = (one for one in self.steps if one[0].isalpha())
        return tuple(dict.fromkeys(names))

    @property
    def manual(self) -> bool:
        return self.source == "manual"
