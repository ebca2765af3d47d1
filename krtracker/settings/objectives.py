"""Objectives as written to checked values, and rings among goals; no roll-up is worked out."""

from __future__ import annotations

from typing import Any

from krtracker.model import Objective
from krtracker.settings.documents import Spot
from krtracker.settings.goal_tables import ObjectiveTable
from krtracker.settings.reading import Tables
from krtracker.settings.references import check_rings, refer
from krtracker.settings.shapes import Entry

Edges = dict[str, list[tuple[str, Spot]]]


def read_objectives(tables: Tables) -> dict[str, Objective]:
    """Every objective by full id, in the order of the files."""
    return {full: _objective(entry, tables) for full, entry in tables.objectives.items()}


def _objective(entry: Entry[ObjectiveTable], tables: Tables) -> Objective:
    table, spot, cycle = entry.table, entry.spot, entry.cycle
    if table.owner is not None and (tables.known("people") or tables.perhaps("people")):
        refer(tables, ("people",), table.owner, at=spot / "owner")
    parent = None
    both = ("objectives", "key_results")
    if table.parent is not None:
        parent = refer(tables, both, table.parent, at=spot / "parent", cycle=cycle) or None
    found = (
        refer(tables, both, name, at=spot / "depends_on" / number, cycle=cycle)
        for number, name in enumerate(table.depends_on)
    )
    return Objective(
        id=entry.full_id,
        cycle=cycle,
        title=table.title,
        owner=table.owner or "",
        parent=parent,
        why=table.why or "",
        level=table.level or "",
        rollup=table.rollup,
        weight=float(table.weight),
        risks=tuple(table.risks),
        depends_on=tuple(one for one in found if one),
    )


def check_goal_rings(tables: Tables) -> None:
    """No goal may hang on itself: through `depends_on`, `parent` and `objective`, or `parts`."""
    check_rings(_dependencies(tables), tables, "depends on")
    check_rings(_parents(tables), tables, "is a parent of")
    check_rings(_parts(tables), tables, "is a part of")


def _target(tables: Tables, name: str, cycle: str) -> str:
    """The full id without a complaint: `refer` has made it."""
    for full in (f"{cycle}/{name}", name):
        if full in tables.known("key_results") or full in tables.known("objectives"):
            return full
    return ""


def _dependencies(tables: Tables) -> Edges:
    edges: Edges = {}
    everything: dict[str, Entry[Any]] = {**tables.objectives, **tables.key_results}
    for full, entry in everything.items():
        for number, name in enumerate(entry.table.depends_on):
            at = entry.spot / "depends_on" / number
            edges.setdefault(full, []).append((_target(tables, name, entry.cycle), at))
    return edges


def _parents(tables: Tables) -> Edges:
    edges: Edges = {}
    for full, entry in tables.objectives.items():
        if entry.table.parent is not None:
            at = entry.spot / "parent"
            edges[full] = [(_target(tables, entry.table.parent, entry.cycle), at)]
    for full, result in tables.key_results.items():
        if result.table.objective is not None:
            at = result.spot / "objective"
            edges[full] = [(_target(tables, result.table.objective, result.cycle), at)]
    return edges


def _parts(tables: Tables) -> Edges:
    edges: Edges = {}
    for full, entry in tables.key_results.items():
        for number, part in enumerate(entry.table.parts):
            at = entry.spot / "parts" / number / "key_result"
            edges.setdefault(full, []).append((_target(tables, part.key_result, entry.cycle), at))
    return edges
