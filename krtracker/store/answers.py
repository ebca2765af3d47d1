"""What the store answers with, as frozen values; holds no SQL and no logic."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from krtracker.model import Evaluation, Run
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
