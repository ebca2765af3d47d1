"""The tables of the TOML language as pydantic shapes: workspace, sources, metrics, messages."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, WithJsonSchema

from krtracker.settings.fields import (
    Amount,
    Change,
    Clock,
    Days,
    Duration,
    HowActual,
    Number,
    Quiet,
    Rate,
    Schedule,
    Share,
    Text,
    Zone,
)

Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]


def no_items() -> list[Any]:
    """What `list` gives, but pydantic reads the signature of a function a hundred times faster."""
    return []


class Table(BaseModel):
    """A table of ours: unknown keys are refused; built when the first one is read."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, defer_build=True)


class PlugInTable(BaseModel):
    """A table that a plug-in owns part of: further keys are its options, checked by wiring."""

    model_config = ConfigDict(extra="allow", frozen=True, strict=True, defer_build=True)


class WorkspaceTable(Table):
    schema_: Literal[1] = Field(1, alias="schema")
    name: Text | None = None
    timezone: Zone = "UTC"
    week_start: Weekday = "monday"
    include: list[Text] = Field(default_factory=no_items)
    holidays: list[date] = Field(default_factory=no_items)
    fiscal_year_start: Annotated[int, Field(ge=1, le=12)] = 1
    fiscal_year_named_by: Literal["start", "end"] = "end"


class StoreTable(Table):
    path: Text = "data/krtracker.duckdb"


class ServerTable(Table):
    listen: Annotated[str, Field(pattern=r"^(\[[0-9a-fA-F:]+\]|[^\s:]+):\d{1,5}$")] = (
        "127.0.0.1:8787"
    )
    url: Annotated[str, Field(pattern=r"^https?://\S+$")] | None = None
    auth: Literal["none", "token", "proxy"] = "none"
    push_token: Text | None = None


class UsersTable(Table):
    table: Text
    user: Text
    created_at: Text


class EventsTable(Table):
    table: Text
    user: Text
    time: Text
    event: Text
    session: Text | None = None
    time_kind: Text | None = None
    time_zone: Zone | None = None
    users_table: UsersTable | None = None


class SourceTable(PlugInTable):
    connector: Text
    timezone: Zone | None = None
    timeout: Duration = 60.0
    max_requests: Rate | None = None


class ExpectTable(Table):
    fresh_within: Duration | None = None
    between: Annotated[list[Amount], Field(min_length=2, max_length=2)] | None = None
    max_change: Change | None = None
    monotonic: Literal["up", "down"] | None = None


QUERY_SCHEMA = {
    "type": ["string", "object"],
    "properties": {"file": {"type": "string"}},
    "required": ["file"],
    "additionalProperties": False,
}


class MetricTable(PlugInTable):
    title: Text | None = None
    kind: Literal["count", "ratio", "duration", "money", "number"] = "number"
    unit: Text | None = None
    description: str | None = None
    source: Text | None = None
    standard: Text | None = None
    query: Annotated[Any, WithJsonSchema(QUERY_SCHEMA)] = None
    report: Annotated[Any, WithJsonSchema({"type": "object"})] = None
    request: Annotated[Any, WithJsonSchema({"type": "object"})] = None
    formula: Text | None = None
    timezone: Zone | None = None
    refresh: Schedule | None = None
    grain: Literal["day", "week", "month"] = "day"
    history: Days = 400
    settles_in: Days | None = None
    late_by: Days = 0
    matures_in: Days | None = None
    ready_at: Clock | None = None
    stale_after: Days | None = None
    missing: Literal["unknown", "zero"] = "unknown"
    better: Literal["up", "down"] | None = None
    actual: HowActual | None = None
    additive: bool = True
    domain: Annotated[list[Number], Field(min_length=2, max_length=2)] | None = None
    expect: ExpectTable | None = None


class PersonTable(Table):
    name: Text | None = None
    email: Annotated[str, Field(pattern=r"^[^@\s]+@[^@\s]+$")] | None = None
    slack: Text | None = None


class ChannelTable(PlugInTable):
    type: Text


class DigestTable(Table):
    send: Schedule
    to: Annotated[list[Text], Field(min_length=1)]
    sections: list[Literal["summary", "changes", "off-track", "stale", "checkins-due"]] = Field(
        default_factory=no_items
    )


class AlertTable(Table):
    to: Annotated[list[Text], Field(min_length=1)]
    confirm: Annotated[int, Field(ge=1)] | None = None
    quiet: Quiet | None = None
    after: Duration | None = None
    above: Share | None = None


class EscalationTable(Table):
    after: Days
    to: Text


class GovernanceTable(Table):
    require: list[
        Literal["owner", "baseline", "metric", "target", "objective", "title", "why", "weight"]
    ] = Field(default_factory=no_items)
    max_objectives: Annotated[int, Field(ge=1)] | None = None
    max_key_results: Annotated[int, Field(ge=1)] | None = None
    approvers: list[Text] = Field(default_factory=no_items)
    checkin_every: Days | None = None
    review_every: Days | None = None
    escalate: list[EscalationTable] = Field(default_factory=no_items)
