"""What the configuration says of metrics, goals and cycles, as rows for the views."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from krtracker.model import KeyResult, Workspace
from krtracker.store import columns

if TYPE_CHECKING:
    import duckdb

Row = tuple[Any, ...]
Shape = Mapping[str, Callable[[Any], Any]]

CYCLE: Shape = {
    "cycle": columns.texts,
    "title": columns.texts,
    "first_day": columns.days,
    "last_day": columns.days,
    "freeze_day": columns.days,
}
METRIC: Shape = {
    "metric": columns.texts,
    "title": columns.texts,
    "kind": columns.texts,
    "unit": columns.texts,
    "description": columns.texts,
    "source": columns.texts,
    "better": columns.texts,
    "grain": columns.texts,
    "time_zone": columns.texts,
    "refresh": columns.texts,
    "actual": columns.texts,
    "settles_in": columns.integers,
    "late_by": columns.integers,
    "stale_after": columns.integers,
    "query_digest": columns.texts,
}
OBJECTIVE: Shape = {
    "objective": columns.texts,
    "cycle": columns.texts,
    "title": columns.texts,
    "owner": columns.texts,
    "parent": columns.texts,
    "why": columns.texts,
    "level": columns.texts,
    "weight": columns.numbers,
}
KEY_RESULT: Shape = {
    "key_result": columns.texts,
    "name": columns.texts,
    "cycle": columns.texts,
    "objective": columns.texts,
    "metric": columns.texts,
    "segment": columns.texts,
    "title": columns.texts,
    "owner": columns.texts,
    "weight": columns.numbers,
    "type": columns.texts,
    "commitment": columns.texts,
    "actual_rule": columns.texts,
    "baseline_rule": columns.texts,
    "target_rule": columns.texts,
    "pace": columns.texts,
    "first_day": columns.days,
    "last_day": columns.days,
    "tags": columns.texts,
}
AMENDMENT: Shape = {
    "key_result": columns.texts,
    "day": columns.days,
    "old": columns.numbers,
    "new": columns.numbers,
    "reason": columns.texts,
    "approver": columns.texts,
}


def stage_catalogue(
    cursor: duckdb.DuckDBPyConnection, workspace: Workspace, configuration: int
) -> tuple[str, ...]:
    """Stages the rows of one configuration, each with its place in the files.

    Returns the tables that have some.
    """
    found = (
        ("cycle", CYCLE, list(_cycles(workspace))),
        ("metric", METRIC, list(_metrics(workspace))),
        ("objective", OBJECTIVE, list(_objectives(workspace))),
        ("key_result", KEY_RESULT, list(_key_results(workspace))),
        ("amendment", AMENDMENT, list(_amendments(workspace))),
    )
    return tuple(
        table
        for table, shape, rows in found
        if columns.stage(cursor, table, _columns(rows, shape, configuration))
    )


def _columns(rows: Sequence[Row], shape: Shape, configuration: int) -> dict[str, Any]:
    return columns.table_of(rows, shape) | {
        "configuration_id": columns.integers([configuration] * len(rows)),
        "position": columns.integers(range(len(rows))),
    }


def _cycles(workspace: Workspace) -> Iterator[Row]:
    for one in workspace.cycles.values():
        yield one.id, one.title, one.span.first, one.span.last, one.freeze


def _metrics(workspace: Workspace) -> Iterator[Row]:
    for one in workspace.metrics.values():
        yield (
            one.id,
            one.title,
            one.kind.value,
            one.unit,
            one.description,
            one.source,
            one.better.value,
            one.grain.value,
            one.zone,
            one.refresh.text,
            one.actual.text or one.actual.how,
            one.settles_in,
            one.late_by,
            one.stale_after,
            one.query_digest,
        )


def _objectives(workspace: Workspace) -> Iterator[Row]:
    for one in workspace.objectives.values():
        yield (
            one.id,
            one.cycle,
            one.title,
            one.owner,
            one.parent,
            one.why,
            one.level,
            one.weight,
        )


def _key_results(workspace: Workspace) -> Iterator[Row]:
    for one in workspace.key_results.values():
        yield (
            one.id,
            one.name,
            one.cycle,
            one.objective,
            one.metric,
            one.segment,
            one.title,
            one.owner,
            one.weight,
            one.type.value,
            one.commitment and one.commitment.value,
            _actual_rule(one, workspace),
            one.baseline and (one.baseline.text or one.baseline.kind),
            one.target and (one.target.text or f"{one.target.kind} {one.target.value:g}"),
            one.pace.text or one.pace.kind,
            one.span.first,
            one.span.last,
            json.dumps(one.tags, ensure_ascii=False),
        )


def _actual_rule(key_result: KeyResult, workspace: Workspace) -> str | None:
    metric = workspace.metrics.get(key_result.metric or "")
    rule = key_result.actual or (metric and metric.actual)
    return (rule.text or rule.how) if rule else None


def _amendments(workspace: Workspace) -> Iterator[Row]:
    for one in workspace.key_results.values():
        for change in one.amendments:
            yield one.id, change.day, change.old, change.new, change.reason, change.approver
