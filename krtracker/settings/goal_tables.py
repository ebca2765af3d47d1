"""The tables of the OKR document as pydantic shapes, and the whole file for the JSON Schema."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import Field, PlainValidator, WithJsonSchema

from krtracker.settings.fields import (
    AMOUNT_PATTERN,
    Amount,
    HowActual,
    Number,
    Share,
    Success,
    TargetWords,
    Text,
)
from krtracker.settings.tables import (
    AlertTable,
    ChannelTable,
    DigestTable,
    EventsTable,
    GovernanceTable,
    MetricTable,
    PersonTable,
    ServerTable,
    SourceTable,
    StoreTable,
    Table,
    WorkspaceTable,
    no_items,
)

Weight = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Limits = Annotated[list[Share], Field(min_length=2, max_length=2)]
Factors = Annotated[list[Number], Field(min_length=2, max_length=2)]


class StatusTable(Table):
    by: Literal["forecast", "pace"] = "forecast"
    on_track: Share = 0.70
    at_risk: Share = 0.30
    committed: Limits = Field([0.80, 0.50])
    pace_level: Factors = Field([1.10, 1.50])
    pace_total: Factors = Field([1.02, 1.20])


class CycleTable(Table):
    id: Text
    title: Text | None = None
    start: date | None = None
    end: date | None = None
    period: Text | None = None
    freeze: date | None = None
    review: list[date] = Field(default_factory=no_items)
    status: StatusTable = StatusTable()


class ObjectiveTable(Table):
    title: Text
    owner: Text | None = None
    parent: Text | None = None
    why: Text | None = None
    level: Text | None = None
    rollup: Literal["weighted", "min"] = "weighted"
    weight: Weight = 1.0
    risks: list[Text] = Field(default_factory=no_items)
    depends_on: list[Text] = Field(default_factory=no_items)


class ChangedTarget(Table):
    from_: Amount = Field(alias="from")
    to: Amount


class AmendmentTable(Table):
    date: date
    target: ChangedTarget
    reason: Text
    approver: Text | None = None


class MilestoneTable(Table):
    title: Text
    due: date
    done: date | None = None
    weight: Weight = 1.0


class PartTable(Table):
    key_result: Text
    weight: Weight = 1.0


class ScoreTable(Table):
    score: Annotated[float, Field(ge=0, le=1)]
    reason: Text


PACE_PATTERN = r"^(linear|weekday|geometric|s-curve|hold|last-year|step \d{4}-\d{2}-\d{2})$"
PACE_SCHEMA = {
    "type": ["string", "array", "object"],
    "pattern": PACE_PATTERN,
    "items": {"type": "array", "minItems": 2, "maxItems": 2},
    "properties": {
        "weekday": {
            "type": "array",
            "items": {"type": "number"},
            "minItems": 7,
            "maxItems": 7,
        }
    },
    "required": ["weekday"],
    "additionalProperties": False,
}
BASELINE_SCHEMA = {
    "type": ["number", "string", "object"],
    "pattern": rf"({AMOUNT_PATTERN})"
    r"|^previous [1-9]\d*d$|^same period last year$|^previous cycle$",
    "properties": {
        "from": {"type": "string", "format": "date"},
        "to": {"type": "string", "format": "date"},
        "about": {"type": ["number", "string"], "pattern": AMOUNT_PATTERN},
    },
    "required": ["from", "to"],
    "additionalProperties": False,
}
NAMES_SCHEMA = {"type": ["string", "array"], "items": {"type": "string"}}


def _names(value: Any) -> list[str]:
    found = [value] if isinstance(value, str) else value
    if not isinstance(found, list) or not all(isinstance(one, str) and one for one in found):
        from krtracker.settings.fields import describe, refusal

        raise refusal("K005", "must be an id or a list of ids", f"this is {describe(value)}")
    return found


class KeyResultTable(Table):
    objective: Text | None = None
    title: Text | None = None
    metric: Text | None = None
    segment: Text | None = None
    owner: Text | None = None
    weight: Weight = 1.0
    commitment: Literal["committed", "aspirational"] | None = None
    type: Literal["keep-above", "keep-below", "keep-between", "milestones", "composite"] | None = (
        None
    )
    actual: HowActual | None = None
    baseline: Annotated[Any, WithJsonSchema(BASELINE_SCHEMA)] = None
    target: TargetWords | None = None
    commit: Amount | None = None
    stretch: Amount | None = None
    direction: Literal["up", "down"] | None = None
    pace: Annotated[Any, WithJsonSchema(PACE_SCHEMA)] = None
    success: Success = None
    share: Share | None = None
    start: date | None = None
    end: date | None = None
    depends_on: list[Text] = Field(default_factory=no_items)
    leading: list[Text] = Field(default_factory=no_items)
    guardrails: list[Text] = Field(default_factory=no_items)
    tags: list[Text] = Field(default_factory=no_items)
    parts: list[PartTable] = Field(default_factory=no_items)
    milestones: list[MilestoneTable] = Field(default_factory=no_items)
    amendments: list[AmendmentTable] = Field(default_factory=no_items)
    score_override: ScoreTable | None = None
    was: Annotated[list[str], PlainValidator(_names), WithJsonSchema(NAMES_SCHEMA)] = Field(
        default_factory=no_items
    )


class FileTable(WorkspaceTable):
    """One configuration file, whatever part of the whole it holds."""

    store: StoreTable | None = None
    server: ServerTable | None = None
    sources: dict[str, SourceTable] | None = None
    metrics: dict[str, MetricTable] | None = None
    cycle: CycleTable | None = None
    objectives: dict[str, ObjectiveTable] | None = None
    key_results: dict[str, KeyResultTable] | None = None
    people: dict[str, PersonTable] | None = None
    channels: dict[str, ChannelTable] | None = None
    digests: dict[str, DigestTable] | None = None
    alerts: dict[str, AlertTable] | None = None
    governance: GovernanceTable | None = None


KEYED: dict[str, type[Any]] = {
    "sources": SourceTable,
    "metrics": MetricTable,
    "objectives": ObjectiveTable,
    "key_results": KeyResultTable,
    "people": PersonTable,
    "channels": ChannelTable,
    "digests": DigestTable,
    "alerts": AlertTable,
}
SINGLE: dict[str, type[Any]] = {
    "store": StoreTable,
    "server": ServerTable,
    "cycle": CycleTable,
    "governance": GovernanceTable,
}
EVENTS = EventsTable
