"""What is expected of a key result: its odds, where it may end, day by day; states no verdict."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import NamedTuple


class FanDay(NamedTuple):
    """One day to come: 2.5, 10, 50, 90 and 97.5 % of the actual (R4) there, in the metric's unit.

    `touched` is the chance that the target was met on some day (touch goals: on enough days in a
    row) from the first forecast day to this one.
    """

    day: date
    low95: float
    low80: float
    middle: float
    high80: float
    high95: float
    touched: float


@dataclass(frozen=True, slots=True)
class Forecast:
    """The odds of one key result from its newest settled day, `data_day`, on (rules.md F).

    `probability` is the chance the status goes by, to three decimals and not clamped; `promise`
    says of what: "target" (the actual meets it at the end), "score 0.7" (aspirational goals) or
    "touch". `threshold` is the value meant, `direction` the side of it (1: at or above).
    `at_end` is the chance of meeting the full target at the end, whatever the promise.
    `fan` has the days of the cycle still to come, the last one holds the final actual.
    `reached_on` is the first day by which half of the paths met the target; None: not by the end.
    """

    key_result: str
    data_day: date
    probability: float
    promise: str
    threshold: float
    direction: int
    at_end: float
    fan: tuple[FanDay, ...]
    days_used: int
    method: str
    inputs_digest: str
    reached_on: date | None = None

    @property
    def final(self) -> FanDay:
        """The last day to come: the final actual and the chance of touching by then."""
        return self.fan[-1]


@dataclass(frozen=True, slots=True)
class NoForecast:
    """Why nothing is foretold: a code and a sentence without its full stop."""

    key_result: str
    code: str
    words: str
