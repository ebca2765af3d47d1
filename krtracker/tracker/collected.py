"""What collecting is told and what it reports back; plain frozen values, nothing is done here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Protocol

from krtracker.connector import Connector, Options
from krtracker.model import Metric, Outcome, Run
from krtracker.periods import Span


class Sources(Protocol):
    """The open sources of one configuration; `open` and `query` raise when one cannot be had."""

    def open(self, source: str) -> Connector[Any]: ...

    def query(self, metric: Metric) -> Options: ...

    def close(self) -> None: ...


class Stop(Protocol):
    """Says that work should end; a `threading.Event` is one."""

    def is_set(self) -> bool: ...


@dataclass(frozen=True, slots=True)
class Progress:
    """One window was answered or failed; days are counted over everything asked of this source."""

    metric: str
    source: str
    window: Span
    outcome: Outcome
    days_done: int
    days_total: int


@dataclass(frozen=True)
class How:
    """How to collect: `force` asks in spite of an earlier rejection, `accept_empty` believes an
    empty answer over known days, `keep_history` goes on with an edited query."""

    force: bool = False
    accept_empty: bool = False
    keep_history: bool = False
    progress: Callable[[Progress], None] | None = None
    stop: Stop | None = None

    @property
    def stopped(self) -> bool:
        return self.stop is not None and self.stop.is_set()


@dataclass(frozen=True, slots=True)
class Failure:
    """One metric that got no good answer; `retry_after` is in seconds where the source said it."""

    metric: str
    source: str
    outcome: Outcome
    message: str
    retry_after: float | None = None


@dataclass(frozen=True, slots=True)
class Paused:
    """One metric that was not asked, why, and the command that goes on."""

    metric: str
    why: str
    next_command: str


@dataclass(frozen=True, slots=True)
class Collected:
    """What one round brought; `asked` counts requests made of sources."""

    runs: tuple[Run, ...] = ()
    failed: tuple[Failure, ...] = ()
    paused: tuple[Paused, ...] = ()
    asked: int = 0


@dataclass(frozen=True, slots=True)
class ImportRow:
    """One line of an imported history; `value` None retracts, `recorded_at` says when known."""

    day: date
    value: float | None
    weight: float | None = None
    segment: str = ""
    recorded_at: datetime | None = None
