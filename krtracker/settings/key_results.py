"""Key results as written to checked values; what does not fit their type is refused."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TypeVar

from krtracker.model import (
    Actual,
    Better,
    Commitment,
    Cycle,
    KeyResult,
    KeyResultType,
    Metric,
    Milestone,
    Part,
    Watch,
)
from krtracker.periods import Span
from krtracker.settings.actuals import check_actual
from krtracker.settings.aims import Goal, Way, read_aim, read_amendments, read_baseline
from krtracker.settings.documents import Spot
from krtracker.settings.goal_tables import KeyResultTable
from krtracker.settings.paces import read_pace
from krtracker.settings.reading import Tables
from krtracker.settings.references import refer
from krtracker.settings.refusals import check_goal_words, check_levels, check_pace_words
from krtracker.settings.shapes import Entry
from krtracker.settings.watches import read_watches

T = TypeVar("T")

KEEPS = (KeyResultType.KEEP_ABOVE, KeyResultType.KEEP_BELOW, KeyResultType.KEEP_BETWEEN)
MEASURED = ("metric", "target", "actual", "segment", "amendments", "share")
MOVING = ("baseline", "pace", "success", "commit", "stretch", "direction")
NOT_FITTING: dict[KeyResultType, tuple[str, ...]] = {
    KeyResultType.BASELINE_TO_TARGET: ("share", "milestones", "parts"),
    KeyResultType.MILESTONES: (*MEASURED, *MOVING, "parts"),
    KeyResultType.COMPOSITE: (*MEASURED, *MOVING, "milestones"),
    **dict.fromkeys(KEEPS, (*MOVING, "milestones", "parts")),
}


def read_key_results(
    tables: Tables, metrics: Mapping[str, Metric], cycles: Mapping[str, Cycle]
) -> dict[str, KeyResult]:
    """Every key result that can be understood, by full id, in the order of the files."""
    found = {}
    for full, entry in tables.key_results.items():
        _check_people(entry, tables)
        span = _span(entry, cycles, tables)
        _check_fit(entry, tables)
        links = _links(entry, tables)
        metric = _metric(entry, metrics, tables)
        watched = read_watches(entry, metrics, tables)
        if span is not None:
            one = _watching(_key_result(entry, span, links), watched)
            goal = _goal(entry, metric, span=span, tables=tables) if metric else None
            found[full] = _aimed(one, goal) if goal else one
    _warn_of_two_actuals(found, metrics, tables)
    return found


def _type(entry: Entry[KeyResultTable]) -> KeyResultType:
    return KeyResultType(entry.table.type or "baseline-to-target")


def _check_people(entry: Entry[KeyResultTable], tables: Tables) -> None:
    people = {"owner": entry.table.owner}
    if tables.known("people") or tables.perhaps("people"):
        for key, name in people.items():
            if name is not None:
                refer(tables, ("people",), name, at=entry.spot / key)
        for number, one in enumerate(entry.table.amendments):
            if one.approver is not None:
                at = entry.spot / "amendments" / number / "approver"
                refer(tables, ("people",), one.approver, at=at)


def _span(entry: Entry[KeyResultTable], cycles: Mapping[str, Cycle], tables: Tables) -> Span | None:
    cycle = cycles.get(entry.cycle)
    if cycle is None:
        return None
    span = Span(entry.table.start or cycle.span.first, entry.table.end or cycle.span.last)
    if span.days:
        return span
    key = "end" if entry.table.end else "start"
    words = f"key result `{entry.id}` ends before it starts"
    label = f"it runs {span.first} to {span.last}"
    tables.report.error("K015", words, entry.spot / key, label=label)
    return None


def _check_fit(entry: Entry[KeyResultTable], tables: Tables) -> None:
    """Settings that the type has no use for (K018), and those it cannot do without (K004)."""
    kind, spot = _type(entry), entry.spot
    if "type" in entry.broken:
        return
    for key in NOT_FITTING[kind]:
        if entry.has(key):
            sort = f"a {kind} key result" if entry.table.type else "a key result without `type`"
            words = f"`{key}` of `{entry.id}` does not fit"
            tables.report.error("K018", words, (spot / key).key, label=f"{sort} has no `{key}`")
    needs = {
        KeyResultType.MILESTONES: ("milestones",),
        KeyResultType.COMPOSITE: ("parts",),
    }.get(kind, ("metric", "target"))
    for key in needs:
        if not getattr(entry.table, key) and key not in entry.broken:
            words = f"`{key}` is missing in key result `{entry.id}`"
            hint = {
                "metric": "name a [metrics.ID]",
                "target": 'write target = 50_000, or a change such as "+25%"',
                "milestones": f"write [[key_results.{entry.id}.milestones]] with title and due",
                "parts": 'write parts = [{ key_result = "dau-50k", weight = 1 }]',
            }[key]
            tables.report.error("K004", words, spot, label=f"needs `{key}`", hint=hint)


LINKS: dict[str, tuple[str, ...]] = {
    "objective": ("objectives",),
    "depends_on": ("key_results", "objectives"),
}


def _links(entry: Entry[KeyResultTable], tables: Tables) -> dict[str, tuple[str, ...]]:
    """Full ids of everything the key result points at, apart from its metric."""
    table, cycle = entry.table, entry.cycle
    found: dict[str, tuple[str, ...]] = {}
    for key, where in LINKS.items():
        at, written = entry.spot / key, getattr(table, key) or ()
        names = [(written, at)] if isinstance(written, str) else _numbered(written, at)
        full = [refer(tables, where, name, at=spot, cycle=cycle) for name, spot in names]
        found[key] = tuple(one for one in full if one)
    found["parts"] = tuple(
        refer(tables, ("key_results",), part.key_result, at=at / "key_result", cycle=cycle)
        for part, at in _numbered(table.parts, entry.spot / "parts")
    )
    return found


def _numbered(items: Sequence[T], at: Spot) -> list[tuple[T, Spot]]:
    return [(one, at / number) for number, one in enumerate(items)]


def _watching(one: KeyResult, watched: Sequence[Watch]) -> KeyResult:
    return replace(
        one,
        watched=tuple(watched),
        leading=tuple(watch.name for watch in watched if watch.role == "leading"),
        guardrails=tuple(watch.name for watch in watched if watch.role == "guardrail"),
    )


def _metric(
    entry: Entry[KeyResultTable], metrics: Mapping[str, Metric], tables: Tables
) -> Metric | None:
    name = entry.table.metric
    if name is None:
        return None
    refer(tables, ("metrics",), name, at=entry.spot / "metric")
    return metrics.get(name)


def _goal(entry: Entry[KeyResultTable], metric: Metric, *, span: Span, tables: Tables) -> Goal:
    own, report = entry.table.actual, tables.report
    stated = tables.metrics[metric.id]
    actual = metric.actual
    if own is not None:
        actual = check_actual(own, stated, at=entry.spot / "actual", report=report)
    return Goal(entry, metric, Way(actual, _type(entry), stated.table.better), span, report)


def _key_result(
    entry: Entry[KeyResultTable], span: Span, links: Mapping[str, tuple[str, ...]]
) -> KeyResult:
    """All that does not depend on the metric."""
    # long: one value with many plain fields, each in its own line
    table = entry.table
    score = table.score_override
    return KeyResult(
        id=entry.full_id,
        name=entry.id,
        cycle=entry.cycle,
        title=table.title or entry.id,
        span=span,
        objective=next(iter(links["objective"]), None),
        segment=table.segment or "",
        owner=table.owner or "",
        weight=float(table.weight),
        type=_type(entry),
        commitment=Commitment(table.commitment) if table.commitment else None,
        direction=Better(table.direction) if table.direction else None,
        touch_days=table.success,
        share=1.0 if table.share is None else table.share,
        milestones=_milestones(entry),
        parts=tuple(
            Part(full, float(one.weight))
            for full, one in zip(links["parts"], table.parts, strict=False)
        ),
        depends_on=links["depends_on"],
        tags=tuple(table.tags),
        score_override=score.score if score else None,
        score_reason=score.reason if score else "",
        was=tuple(table.was),
    )


def _aimed(one: KeyResult, goal: Goal) -> KeyResult:
    """The key result with what is measured: its metric, start, end and path."""
    table = goal.entry.table
    target = read_aim(goal, table.target, "target")
    baseline = read_baseline(goal)
    pace = read_pace(goal)
    check_goal_words(goal, baseline, target)
    levels = {key: read_aim(goal, getattr(table, key), key) for key in ("commit", "stretch")}
    check_levels(goal, baseline, target, levels=levels)
    check_pace_words(goal, pace, baseline=baseline, target=target)
    _check_success(goal)
    return replace(
        one,
        title=table.title or goal.metric.title,
        metric=goal.metric.id,
        actual=goal.actual if table.actual is not None else None,
        baseline=baseline,
        target=target,
        commit=levels["commit"],
        stretch=levels["stretch"],
        pace=pace,
        amendments=read_amendments(goal, target),
    )


def _milestones(entry: Entry[KeyResultTable]) -> tuple[Milestone, ...]:
    return tuple(
        Milestone(one.title, one.due, one.done, float(one.weight)) for one in entry.table.milestones
    )


def _check_success(goal: Goal) -> None:
    if goal.total and goal.entry.table.success is not None:
        hint = "a total that is reached stays reached: leave `success` out"
        at = goal.at("success")
        goal.refuse("K018", "does not fit a cycle total", at, label="levels only", hint=hint)


def _warn_of_two_actuals(
    found: Mapping[str, KeyResult], metrics: Mapping[str, Metric], tables: Tables
) -> None:
    """Two levels of one metric taken in two ways: readers will compare them (K019)."""
    first: dict[tuple[str, str, str], tuple[Actual, str]] = {}
    for full, one in found.items():
        if one.metric is None:
            continue
        actual = one.actual or metrics[one.metric].actual
        if actual.is_total:
            continue
        key = (one.cycle, one.metric, one.segment)
        before, who = first.setdefault(key, (actual, one.name))
        if before.text != actual.text:
            spot = tables.key_results[full].spot
            words = f"`{one.name}` and `{who}` take different values of `{one.metric}`"
            label = f"{actual.text} here, {before.text} there"
            at = spot / "actual" if one.actual else spot
            hint = f"let `actual` stand in [metrics.{one.metric}] alone"
            tables.report.warn("K019", words, at, label=label, hint=hint)
