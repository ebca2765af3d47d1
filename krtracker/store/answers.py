"""What the store answers with, as frozen values; holds no SQL and no logic."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, NamedTuple

from krtracker.model import Alarm, Evaluation, Forecast, NoForecast, ObjectiveEvaluation, Run
from krtracker.periods import Span


@dataclass(frozen=True, slots=True)
class MetricState:
    """What is known of a metric: from it follows what to ask next (decisions.md 4).

    `digest` is the latest accepted definition ("" when none was); `coverage` are the merged
    windows of covering runs since the definition began (R3); `last_ok` the last covering run.
    """

    metric: str
    digest: str = ""
    coverage: tuple[Span, ...] = ()
    last: Run | None = None
    last_ok: Run | None = None
    failures_in_a_row: int = 0


@dataclass(frozen=True, slots=True)
class ConfigurationVersion:
    """One accepted configuration, whole; `recorded_at` is set once the store holds it."""

    digest: str
    files: Mapping[str, str]
    file: str = "krtracker.toml"
    recorded_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class StoredEvaluation:
    """An evaluation with when it was stored and the digest of the configuration behind it."""

    evaluation: Evaluation
    recorded_at: datetime
    configuration: str
    reconstructed: bool = False


@dataclass(frozen=True, slots=True)
class Ground:
    """One day behind an actual; `status` is "ok", "quarantined" or "retracted"."""

    day: date
    value: float | None
    weight: float | None
    recorded_at: datetime
    run: int
    revision: int
    status: str
    expectation: str = ""


@dataclass(frozen=True, slots=True)
class Restatement:
    """A day of a series whose value was replaced, and since when that is known."""

    metric: str
    segment: str
    day: date
    before: float
    after: float
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class Foretold:
    """What was foretold of a key result on a local day, or why nothing was.

    `data_day` is the day the forecast begins after, of a refusal the newest day counted.
    `recorded_at` is set once the store holds it.
    """

    forecast: Forecast | NoForecast
    cycle: str
    metric: str
    today: date
    data_day: date | None
    recorded_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ClosedForecast:
    """A published forecast with what came of it: the final actual, and whether it was achieved."""

    metric: str
    forecast: Forecast
    actual: float
    achieved: bool


class OutcomeSums(NamedTuple):
    """Sums over chances with outcomes: of one metric or all (None), of one tenth or all (None).

    `said` sums the chances as shown, `met` those that came true, `missed` the squares of chance
    minus outcome, `lost` the -ln of the chance given to what happened, `covered` the final actuals
    within their 80 % interval.
    """

    metric: str | None
    tenth: int | None
    chances: int
    key_results: int
    said: float
    met: int
    missed: float
    lost: float
    covered: int


@dataclass(frozen=True, slots=True)
class Said:
    """What one round of judging said: of key results, of objectives, which warnings, which odds."""

    evaluations: Sequence[Evaluation] = ()
    objectives: Sequence[ObjectiveEvaluation] = ()
    alarms: Sequence[Alarm] = ()
    forecasts: Sequence[Foretold] = ()


@dataclass(frozen=True, slots=True)
class RunDetail:
    """A run with what was asked: the text, the values bound to it, a person's note."""

    run: Run
    query_text: str = ""
    parameters: Mapping[str, str] = field(default_factory=dict)
    requests: int = 0
    note: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of a query; `truncated` says that there were more than asked for."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]
    truncated: bool = False
    types: tuple[str, ...] = ()
