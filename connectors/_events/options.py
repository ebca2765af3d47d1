"""What may stand in `[sources.ID.events]` and in a standard metric's table; it holds no SQL."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

from pydantic import Field, model_validator

from krtracker.connector import Options

TimeKind = Literal["auto", "naive", "aware", "epoch_s", "epoch_ms", "text"]
Standard = Literal[
    "dau",
    "wau",
    "mau",
    "stickiness",
    "sessions",
    "session_duration",
    "bounce_rate",
    "events_per_session",
    "retention",
    "sign_ups",
    "new_users",
    "activation",
    "conversion",
    "growth",
    "event_count",
]
Active = Literal["dau", "wau", "mau"]
Scalar = str | bool | int | float
Names = str | Sequence[str]

ACTIVE = ("events", "exclude", "where", "by")
SESSION = (
    *ACTIVE,
    "gap_minutes",
    "split_midnight",
    "session_column",
    "max_hours",
    "exclude_single",
)
ACTIVATION = (*ACTIVE, "start_event", "goal_event", "window_days", "same_bucket")
TAKES: Mapping[str, tuple[str, ...]] = {
    "dau": ACTIVE,
    "wau": (*ACTIVE, "window", "days", "week_start"),
    "mau": (*ACTIVE, "window", "days"),
    "stickiness": (*ACTIVE, "numerator", "denominator", "days"),
    "sessions": SESSION,
    "session_duration": (*SESSION, "statistic", "cap_minutes", "unit"),
    "bounce_rate": SESSION,
    "events_per_session": SESSION,
    "retention": (
        *(*ACTIVE, "day", "unit", "cohort", "mode", "brackets", "window"),
        *("start_event", "return_event"),
    ),
    "sign_ups": ("events", "where", "by", "count"),
    "new_users": (*ACTIVE, "first_seen_column"),
    "activation": ACTIVATION,
    "conversion": ACTIVATION,
    "growth": ("events", "exclude", "where", "interval", "churn_after", "week_start"),
    "event_count": ACTIVE,
}
"""The options each standard metric takes."""


UNITS: Mapping[str, Mapping[str, float]] = {
    "retention": {"day": 1, "week": 7, "month": 30},
    "session_duration": {"ms": 0.001, "s": 1, "min": 60, "h": 3600, "d": 86400},
}
"""Days of a retention's period, and seconds of what a duration is told in."""


class UsersTable(Options):
    """Where users stand, with the instant each was created."""

    table: str
    user: str
    created_at: str


class EventsTable(Options):
    """Which table and columns hold the events; `time_zone` is the zone of naive times.

    `placeholders` are user ids that never count ("anonymous", "0"); null and empty never do.
    """

    table: str
    user: str
    time: str
    event: str
    session: str | None = None
    time_kind: TimeKind = "auto"
    time_zone: str = "UTC"
    placeholders: Sequence[str | int] = ()
    users_table: UsersTable | None = None


class StandardOptions(Options):
    """A standard metric and its options; each metric takes only its own (`TAKES`)."""

    standard: Standard | None = None
    events: Names | None = None
    exclude: Names | None = None
    where: Mapping[str, Scalar | Sequence[Scalar]] = Field(default_factory=dict)
    by: str | None = None
    window: Literal["trailing", "calendar", "rolling_24h"] | None = None
    days: int | None = Field(default=None, ge=1, le=366)
    week_start: Literal["monday", "sunday"] = "monday"
    numerator: Active = "dau"
    denominator: Active = "mau"
    gap_minutes: float = Field(default=30, gt=0, le=1440)
    split_midnight: bool = False
    session_column: str | Literal[False] | None = None
    max_hours: float | None = Field(default=None, gt=0)
    exclude_single: bool = False
    statistic: Literal["mean", "median", "p90"] = "mean"
    cap_minutes: float | None = Field(default=None, gt=0)
    day: int = Field(default=7, ge=1, le=1000)
    unit: Literal["day", "week", "month", "ms", "s", "min", "h", "d"] | None = None
    cohort: Literal["first_ever", "first_in_range", "recurring"] = "first_ever"
    mode: Literal["on", "on_or_after", "bracket"] = "on"
    brackets: tuple[int, int] | None = None
    start_event: Names | None = None
    return_event: Names | None = None
    count: Literal["users", "first_ever", "events"] | None = None
    first_seen_column: str | None = None
    goal_event: Names | None = None
    window_days: int = Field(default=7, ge=1, le=366)
    same_bucket: bool = False
    interval: Literal["day", "week", "month"] = "day"
    churn_after: int = Field(default=1, ge=1, le=100)

    @model_validator(mode="after")
    def _fitting(self) -> StandardOptions:
        given = self.model_fields_set & STANDARD_FIELDS - {"standard"}
        if self.standard is None:
            if given:
                raise ValueError(f"`{min(given)}` belongs to a `standard` metric: add `standard`")
            return self
        takes = TAKES[self.standard]
        for name in sorted(given - set(takes)):
            raise ValueError(
                f"`{name}` is no option of {self.standard}: it takes {', '.join(takes)}"
            )
        problem = _refusal(self)
        if problem:
            raise ValueError(problem)
        return self


STANDARD_FIELDS = frozenset(StandardOptions.model_fields)


def _refusal(asked: StandardOptions) -> str:
    """What in these options cannot stand together, or an empty text."""
    windows = (
        ("calendar", "rolling_24h") if asked.standard == "retention" else ("trailing", "calendar")
    )
    if asked.window is not None and asked.window not in windows:
        return f"`window` of {asked.standard} is one of {', '.join(windows)}"
    units = UNITS.get(asked.standard or "", {})
    if asked.unit is not None and asked.unit not in units:
        return f"`unit` of {asked.standard} is one of {', '.join(units)}"
    if asked.window == "calendar" and asked.days is not None:
        return "`days` belongs to a trailing window: leave out one of `days` and `window`"
    if asked.standard in {"activation", "conversion"} and not (
        asked.start_event and asked.goal_event
    ):
        return f"{asked.standard} needs `start_event` and `goal_event`"
    if (asked.mode == "bracket") != (asked.brackets is not None):
        return 'write `mode = "bracket"` together with `brackets = [first, last]`'
    if asked.brackets is not None and not 0 <= asked.brackets[0] <= asked.brackets[1]:
        return "`brackets` are [first, last], the first not after the last"
    if asked.first_seen_column and (asked.events or asked.exclude):
        return "`first_seen_column` counts users, not events: leave out `events` and `exclude`"
    return ""
