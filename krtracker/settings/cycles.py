"""Cycles as written to checked values: dates or a named period, and the limits of the verdicts."""

from __future__ import annotations

from krtracker.model import Cycle, StatusRule
from krtracker.periods import Span, named_period
from krtracker.settings.documents import Report
from krtracker.settings.goal_tables import CycleTable, StatusTable
from krtracker.settings.reading import Tables
from krtracker.settings.shapes import Entry


def read_cycles(tables: Tables) -> dict[str, Cycle]:
    """Every cycle whose days are known, in the order of the files."""
    found = {}
    for name, entry in tables.cycles.items():
        span = _span(entry, tables)
        rule = _status(entry, tables.report)
        if span is None:
            continue
        table = entry.table
        _check_freeze(entry, span, tables.report)
        found[name] = Cycle(
            id=name,
            title=table.title or table.period or name,
            span=span,
            freeze=table.freeze,
            status=rule,
            review=tuple(table.review),
        )
    return found


def _span(entry: Entry[CycleTable], tables: Tables) -> Span | None:
    table, report, spot = entry.table, tables.report, entry.spot
    if table.period is not None:
        if table.start or table.end:
            words = f"cycle `{entry.id}` has both a period and dates"
            report.error("K017", words, (spot / "period").key, hint="keep one of the two")
            return None
        return _named(entry, tables)
    missing = [key for key in ("start", "end") if getattr(table, key) is None]
    if missing and not entry.broken & {"start", "end", "period"}:
        named = " and ".join(f"`{key}`" for key in missing)
        words = f"{named} {'are' if len(missing) > 1 else 'is'} missing in cycle `{entry.id}`"
        hint = 'write start and end, or period = "FY2026 Q4"'
        report.error("K004", words, spot, label=f"needs {named}", hint=hint)
    if table.start is None or table.end is None:
        return None
    if table.end < table.start:
        words = f"cycle `{entry.id}` ends before it starts"
        report.error("K015", words, spot / "end", label=f"it starts on {table.start}")
        return None
    return Span(table.start, table.end)


def _named(entry: Entry[CycleTable], tables: Tables) -> Span | None:
    workspace, period = tables.workspace, entry.table.period or ""
    try:
        return named_period(period, workspace.fiscal_year_start, workspace.fiscal_year_named_by)
    except (ValueError, OverflowError):
        words = f"period of cycle `{entry.id}` cannot be read"
        hint = 'write it like "FY2026 Q4", "2026 H1", "2026-M03" or "2026"'
        at = entry.spot / "period"
        tables.report.error("K007", words, at, label=f"`{period}` is no period", hint=hint)
        return None


def _check_freeze(entry: Entry[CycleTable], span: Span, report: Report) -> None:
    freeze = entry.table.freeze
    if freeze is not None and freeze > span.last:
        words = f"cycle `{entry.id}` freezes after its end"
        report.error("K015", words, entry.spot / "freeze", label=f"it ends on {span.last}")


def _status(entry: Entry[CycleTable], report: Report) -> StatusRule:
    table: StatusTable = entry.table.status
    at = entry.spot / "status"
    shares = {"on_track": (table.on_track, table.at_risk), "committed": tuple(table.committed)}
    for key, (better, worse) in shares.items():
        if better <= worse:
            below = "at_risk" if key == "on_track" else "the second limit"
            words = f"{key} of [cycle.status] must be above {below}"
            report.error("K016", words, at / key, label="the limits are the wrong way round")
    for key in ("pace_level", "pace_total"):
        low, high = getattr(table, key)
        if not 0 < low <= high:
            words = f"{key} of [cycle.status] must rise: [on track, at risk]"
            report.error("K016", words, at / key, label="the limits are the wrong way round")
    return StatusRule(
        by=table.by,
        on_track=table.on_track,
        at_risk=table.at_risk,
        committed=(table.committed[0], table.committed[1]),
        pace_level=(table.pace_level[0], table.pace_level[1]),
        pace_total=(table.pace_total[0], table.pace_total[1]),
    )
