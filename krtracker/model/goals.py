"""What is aimed at: cycles, objectives and key results as the configuration states them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from krtracker.model.metrics import Actual, Better
from krtracker.periods import Span


class KeyResultType(StrEnum):
    """What kind of promise a key result is; the default runs from a baseline to a target."""

    BASELINE_TO_TARGET = "baseline-to-target"
    KEEP_ABOVE = "keep-above"
    KEEP_BELOW = "keep-below"
    KEEP_BETWEEN = "keep-between"
    MILESTONES = "milestones"
    COMPOSITE = "composite"


class Commitment(StrEnum):
    COMMITTED = "committed"
    ASPIRATIONAL = "aspirational"


@dataclass(frozen=True, slots=True)
class Baseline:
    """Where a goal starts (R5).

    `kind`: "fixed" (`value`), "mean" (`span`, with the guess `about` until it is settled),
    "previous" (the `days` before the start), "same_period_last_year", "previous_cycle".
    """

    kind: str
    value: float | None = None
    span: Span | None = None
    about: float | None = None
    days: int = 7
    text: str = ""


@dataclass(frozen=True, slots=True)
class Target:
    """Where a goal ends (R6), in the metric's own unit.

    `kind`: "reach" (`value` is the target itself), "change" (`value` is a signed amount, points
    included: "+15 pp" is 0.15), "percent" (`value` is a signed percent of the baseline: 25.0),
    "range" (`value` to `high`, for keep-between). `text` is the phrase of the configuration.
    """

    kind: str
    value: float
    high: float | None = None
    text: str = ""


@dataclass(frozen=True, slots=True)
class PacePoint:
    """One dated point of a path: a `quantity` of the metric, or a `share` of the way (0 to 1)."""

    day: date
    quantity: float | None = None
    share: float | None = None


@dataclass(frozen=True, slots=True)
class Pace:
    """The path a goal is expected to take (R8).

    `kind`: linear, weekday, geometric, s-curve, points, step, hold, last-year. `weekday_weights`
    are Monday first; None means measured from the metric's own history and then frozen.
    """

    kind: str = "linear"
    points: tuple[PacePoint, ...] = ()
    step: date | None = None
    weekday_weights: tuple[float, ...] | None = None
    text: str = "linear"


@dataclass(frozen=True, slots=True)
class Amendment:
    """A target changed in mid-cycle: from `day` on the path bends to `new` (R15)."""

    day: date
    old: float
    new: float
    reason: str
    approver: str = ""


@dataclass(frozen=True, slots=True)
class Milestone:
    title: str
    due: date
    done: date | None = None
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a composite: the full or short id of a key result and its weight."""

    key_result: str
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Watch:
    """Something watched beside a key result: a guardrail, or a leading indicator (W5).

    `role` is "guardrail" or "leading"; `name` is a full key result id, or a metric's with
    `is_metric`. A metric is crossed below `below` or above `above`; with neither, when it is worse
    than before the cycle. `lead` says how many days ahead of the key result it moves.
    """

    role: str
    name: str
    is_metric: bool = False
    below: float | None = None
    above: float | None = None
    lead: int | None = None


@dataclass(frozen=True, slots=True)
class StatusRule:
    """The limits printed beside the verdicts (R9, R10, decisions.md 20); shares and factors."""

    by: str = "forecast"
    on_track: float = 0.70
    at_risk: float = 0.30
    committed: tuple[float, float] = (0.80, 0.50)
    pace_level: tuple[float, float] = (1.10, 1.50)
    pace_total: tuple[float, float] = (1.02, 1.20)


@dataclass(frozen=True, slots=True)
class Cycle:
    id: str
    title: str
    span: Span
    freeze: date | None = None
    status: StatusRule = StatusRule()
    review: tuple[date, ...] = ()


@dataclass(frozen=True, slots=True)
class Objective:
    """One objective; `id` is the full name `cycle/name`, as is `parent`."""

    id: str
    cycle: str
    title: str
    owner: str = ""
    parent: str | None = None
    why: str = ""
    level: str = ""
    rollup: str = "weighted"
    weight: float = 1.0
    risks: tuple[str, ...] = ()
    depends_on: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class KeyResult:
    """One key result; `id` is the full name `cycle/name` (decisions.md 28), `name` the short one.

    `span` is the cycle's unless the key result has its own `start`/`end`. `actual` is the metric's
    unless narrowed. `direction` is None where it follows from baseline and target. `touch_days` is
    set by `success = "touch for 3d"`; None means judged at the end.
    """

    id: str
    name: str
    cycle: str
    title: str
    span: Span
    objective: str | None = None
    metric: str | None = None
    segment: str = ""
    owner: str = ""
    weight: float = 1.0
    type: KeyResultType = KeyResultType.BASELINE_TO_TARGET
    commitment: Commitment | None = None
    actual: Actual | None = None
    baseline: Baseline | None = None
    target: Target | None = None
    commit: Target | None = None
    stretch: Target | None = None
    direction: Better | None = None
    pace: Pace = Pace()
    touch_days: int | None = None
    share: float = 1.0
    amendments: tuple[Amendment, ...] = ()
    milestones: tuple[Milestone, ...] = ()
    parts: tuple[Part, ...] = ()
    depends_on: tuple[str, ...] = ()
    leading: tuple[str, ...] = ()
    guardrails: tuple[str, ...] = ()
    watched: tuple[Watch, ...] = ()
    tags: tuple[str, ...] = ()
    score_override: float | None = None
    score_reason: str = ""
    was: tuple[str, ...] = field(default=())
