"""What is said of a key result on a day: status, numbers, grounds."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from krtracker.periods import Span


class Status(StrEnum):
    """The statuses of R10; the order here is the order of display, best first."""

    ACHIEVED = "achieved"
    ON_TRACK = "on_track"
    AT_RISK = "at_risk"
    OFF_TRACK = "off_track"
    MISSED = "missed"
    STALE = "stale"
    NO_DATA = "no_data"
    INVALID = "invalid"
    NOT_STARTED = "not_started"

    @property
    def words(self) -> str:
        return self.value.replace("_", " ")


@dataclass(frozen=True, slots=True)
class Vote:
    """What one data day said of a key result (R14): its own verdict and what was published.

    `probability` and `pace` are what early warnings compare with (A.3).
    """

    data_day: date
    vote: Status
    published: Status
    probability: float | None = None
    pace: Status | None = None


@dataclass(frozen=True, slots=True)
class Frozen:
    """What was measured once and then holds for a key result (R5, R8, R10).

    `what` is "baseline" (`values` has one number), "weekday" (seven, Monday first) or "final"
    (actual and progress of a closed cycle). `basis` names what it was taken from (metric, segment,
    aggregation): another basis makes it void; "" fits anything.
    """

    key_result: str
    what: str
    values: tuple[float, ...]
    window: Span
    inputs_recorded_at: datetime | None = None
    recorded_at: datetime | None = None
    basis: str = ""


@dataclass(frozen=True, slots=True)
class Evaluation:
    """The answer for one key result at one data day, with its grounds; numbers are raw.

    `status` is the published one (R14), `vote` what this data day alone says. `today` is the local
    day the question was asked on. `window` are the days the actual was taken from, `days_used`
    how many of them had a value. `pooled_weight` is the denominator behind a ratio or a weighted
    mean, `interval` the 95 % interval of a pooled rate. `inputs_digest` is the SHA-256 over
    everything the answer follows from. `level` is the highest of commit, target and stretch that
    the actual meets. `bad_days` of `allowed_days` and `compliance` belong to keep-within goals
    (R11), `coverage` to composites (R13). `breached` are the guardrails that hold the score down
    from `full_score`.
    """

    key_result: str
    cycle: str
    metric: str | None
    today: date
    data_day: date | None
    status: Status
    vote: Status
    reason: str
    actual: float | None = None
    baseline: float | None = None
    origin: float | None = None
    target: float | None = None
    progress: float | None = None
    expected: float | None = None
    expected_value: float | None = None
    catch_up: float | None = None
    pace_status: Status | None = None
    probability: float | None = None
    score: float | None = None
    grade: str = ""
    age: int | None = None
    provisional: bool = False
    window: Span | None = None
    days_used: int = 0
    days_missing: int = 0
    pooled_weight: float | None = None
    flags: tuple[str, ...] = ()
    inputs_digest: str = ""
    final: bool = False
    freeze: tuple[Frozen, ...] = ()
    level: str = ""
    interval: tuple[float, float] | None = None
    compliance: float | None = None
    bad_days: int | None = None
    allowed_days: int | None = None
    coverage: float | None = None
    breached: tuple[str, ...] = ()
    full_score: float | None = None


@dataclass(frozen=True, slots=True)
class ObjectiveEvaluation:
    """What is said of an objective on a day (R13); `data_day` is its children's newest."""

    objective: str
    cycle: str
    today: date
    data_day: date | None
    status: Status
    vote: Status
    reason: str
    progress: float | None = None
    expected: float | None = None
    catch_up: float | None = None
    coverage: float = 0.0
    score: float | None = None
    flags: tuple[str, ...] = ()
    inputs_digest: str = ""
    final: bool = False


@dataclass(frozen=True, slots=True)
class Alarm:
    """An early warning W1 to W8 raised or, with `raised` False, over (A.3).

    Its key is (key result, rule, cycle); `depth` counts how bad it is, 2 worse than 1.
    """

    key_result: str
    rule: str
    cycle: str
    data_day: date
    raised: bool
    words: str
    depth: int = 1


@dataclass(frozen=True, slots=True)
class AlarmState:
    """What is remembered of a key: when it was last raised, how deep, and whether it is over."""

    raised_on: date
    depth: int = 1
    over: bool = False
