"""What was measured: series as the evaluator sees them, pulls and runs as the store keeps them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import NamedTuple

from krtracker.periods import Span


class Point(NamedTuple):
    """One day of one series.

    `value` is finite and in the metric's own unit; a ratio or a mean carries its denominator as
    `weight`, so that pooling is sum(value * weight) / sum(weight). A 0/0 day is value 0, weight 0:
    known, and adding nothing (decisions.md 15). `segment` is "" for the series as a whole.
    """

    day: date
    value: float
    weight: float | None = None
    segment: str = ""


class Outcome(StrEnum):
    """How one attempt at one metric ended (invariant: every slot ends as something)."""

    OK = "ok"
    EMPTY = "empty"
    VANISHED = "vanished"
    UNAVAILABLE = "unavailable"
    REJECTED = "rejected"
    UNEXPECTED = "unexpected"
    CRASHED = "crashed"
    INTERRUPTED = "interrupted"
    RECORDED = "recorded"
    IMPORTED = "imported"

    @property
    def covers(self) -> bool:
        """Whether the asked window counts as covered by a successful answer (R3)."""
        return self in COVERING


COVERING = frozenset({Outcome.OK, Outcome.EMPTY, Outcome.RECORDED, Outcome.IMPORTED})


@dataclass(frozen=True, slots=True)
class Series:
    """The known points of one metric and segment, oldest first, one a day, retractions left out.

    `days` are proleptic ordinals (`date.toordinal`), `weights` are None where the metric has none;
    a day with weight 0 is known and adds nothing. Quarantined days are not in here.
    """

    days: Sequence[int]
    values: Sequence[float]
    weights: Sequence[float] | None = None

    def __len__(self) -> int:
        return len(self.days)


@dataclass(frozen=True, slots=True)
class Pull:
    """One judged attempt at one metric, ready for the store.

    `points` are accepted points, oldest first; `quarantined` maps (day, segment) of those points
    that failed an expectation to the words of that expectation. `retract_missing` says that known
    days inside `window` which the answer omits are retracted (decisions.md 3).
    """

    metric: str
    source: str
    window: Span
    started_at: datetime
    outcome: Outcome
    points: Sequence[Point] = ()
    message: str = ""
    query_digest: str = ""
    query_text: str = ""
    parameters: Mapping[str, str] = field(default_factory=dict)
    rows: int = 0
    requests: int = 1
    notes: tuple[str, ...] = ()
    quarantined: Mapping[tuple[date, str], str] = field(default_factory=dict)
    retract_missing: bool = False
    retracted: Sequence[tuple[date, str]] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class Run:
    """What the store remembers of one attempt."""

    id: int
    metric: str
    source: str
    window: Span
    started_at: datetime
    recorded_at: datetime
    outcome: Outcome
    message: str = ""
    query_digest: str = ""
    rows: int = 0
    written: int = 0
    revised: int = 0
    retracted: int = 0
    quarantined: int = 0
    notes: tuple[str, ...] = ()
