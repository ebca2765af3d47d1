"""A small world for the store's tests: pulls, evaluations and a configuration made by hand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from krtracker.model import (
    Actual,
    Amendment,
    Cycle,
    Evaluation,
    FanDay,
    Forecast,
    KeyResult,
    Kind,
    Metric,
    NoForecast,
    Objective,
    Outcome,
    Point,
    Pull,
    Refresh,
    Status,
    Target,
    Workspace,
)
from krtracker.periods import Span
from krtracker.store import ConfigurationVersion, Foretold

NOW = datetime(2026, 11, 2, 6, tzinfo=UTC)
HOUR = timedelta(hours=1)
D1, D2, D3 = (date(2026, 10, day) for day in (1, 2, 3))
DAYS = Span(D1, D3)
QUARTER = Span(date(2026, 10, 1), date(2026, 12, 31))


def pull(values: Mapping[date, float] | Sequence[Point], **changed: Any) -> Pull:
    """A successful answer of metric `dau` for 1 to 3 October."""
    points = (
        [Point(day, one) for day, one in values.items()] if isinstance(values, Mapping) else values
    )
    given: dict[str, Any] = {
        "metric": "dau",
        "source": "db",
        "window": DAYS,
        "started_at": NOW,
        "outcome": Outcome.OK,
        "points": list(points),
        "query_digest": "q1",
        "query_text": "SELECT day, value FROM dau",
        "parameters": {"start": "2026-10-01"},
        "rows": len(points),
        "retract_missing": True,
    }
    return Pull(**(given | changed))


def evaluation(**changed: Any) -> Evaluation:
    """What was said of `2026-q4/dau-50k` on 1 October."""
    given: dict[str, Any] = {
        "key_result": "2026-q4/dau-50k",
        "cycle": "2026-q4",
        "metric": "dau",
        "today": D2,
        "data_day": D1,
        "status": Status.ON_TRACK,
        "vote": Status.ON_TRACK,
        "reason": "46.4k of 50k, as planned",
        "actual": 46_400.0,
        "inputs_digest": "i1",
        "window": DAYS,
    }
    return Evaluation(**(given | changed))


def forecast(**changed: Any) -> Forecast:
    """What was foretold of `2026-q4/dau-50k` on 1 October: 60 % to reach 50,000."""
    given: dict[str, Any] = {
        "key_result": "2026-q4/dau-50k",
        "data_day": D1,
        "probability": 0.6,
        "promise": "target",
        "threshold": 50_000.0,
        "direction": 1,
        "at_end": 0.6,
        "fan": (FanDay(QUARTER.last, 40e3, 45e3, 51e3, 56e3, 60e3, 0.75),),
        "days_used": 90,
        "method": "krtracker forecast 1",
        "inputs_digest": "f1",
        "reached_on": date(2026, 12, 20),
    }
    return Forecast(**(given | changed))


def told(**changed: Any) -> Foretold:
    """A forecast as it is stored, asked for on 2 October."""
    return Foretold(forecast(**changed), "2026-q4", "dau", D2, changed.get("data_day", D1))


def refused(words: str = "only 20 of the 42 days to 2026-10-01 are known") -> Foretold:
    """The same key result without a forecast, on 3 October."""
    said = NoForecast("2026-q4/dau-50k", "too_few_days", words)
    return Foretold(said, "2026-q4", "dau", D3, D2)


def workspace(folder: Path, **changed: Any) -> Workspace:
    """One metric, one objective, one key result with an amendment."""
    # long: one value of each noun
    metric = Metric(
        "dau",
        "Daily users",
        Kind.COUNT,
        "db",
        "Europe/Berlin",
        Refresh("daily 06:00"),
        Actual("mean", 7, "7d mean"),
        ready_at=time(6),
    )
    key_result = KeyResult(
        "2026-q4/dau-50k",
        "dau-50k",
        "2026-q4",
        "More people come back",
        QUARTER,
        objective="2026-q4/habit",
        metric="dau",
        owner="ana",
        target=Target("reach", 50_000.0, text="50k"),
        amendments=(Amendment(D3, 60_000.0, 50_000.0, "market fell", "ceo"),),
        tags=("core",),
    )
    given: dict[str, Any] = {
        "folder": folder,
        "file": folder / "krtracker.toml",
        "name": "Fieldnote",
        "zone": "Europe/Berlin",
        "store_path": folder / "krtracker.duckdb",
        "digest": "c1",
        "metrics": {"dau": metric},
        "cycles": {"2026-q4": Cycle("2026-q4", "Q4", QUARTER)},
        "objectives": {"2026-q4/habit": Objective("2026-q4/habit", "2026-q4", "A habit")},
        "key_results": {key_result.id: key_result},
        "files": {"krtracker.toml": "name = 'Fieldnote'"},
    }
    return Workspace(**(given | changed))


def version(digest: str = "c1") -> ConfigurationVersion:
    return ConfigurationVersion(digest, {"krtracker.toml": f"# {digest}"})
