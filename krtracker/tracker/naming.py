"""Which key result a person means; a bare id is the running cycle's (decisions.md 28)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from krtracker.errors import UnknownNameError
from krtracker.model import Workspace
from krtracker.periods import Span


def resolve_key_result(known: Workspace | Mapping[str, Span], name: str, today: date) -> str:
    """The full id: as given, or of the running cycle, else of the latest that has it.

    `known` is a workspace or the full ids with the days of their cycles. Raises UnknownNameError.
    """
    spans = _cycle_spans(known) if isinstance(known, Workspace) else known
    if name in spans:
        return name
    bearing = [full for full in spans if full.rpartition("/")[2] == name]
    if not bearing:
        short = {full.rpartition("/")[2] for full in spans}
        raise UnknownNameError("key result", name, sorted(spans if "/" in name else short))
    return max(bearing, key=lambda full: (today in spans[full], *_by_time(spans[full], today)))


def _by_time(span: Span, today: date) -> tuple[bool, date]:
    """A cycle that has begun before one that has not; of two the later one."""
    return span.first <= today, span.last


def _cycle_spans(workspace: Workspace) -> dict[str, Span]:
    return {one.id: workspace.cycles[one.cycle].span for one in workspace.key_results.values()}
