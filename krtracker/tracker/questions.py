"""Puts together what the evaluator is asked, for all key results with a handful of store reads."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from krtracker.evaluation import Question, needed_span
from krtracker.model import (
    Cycle,
    Expectations,
    Frozen,
    KeyResult,
    KeyResultType,
    Metric,
    Series,
    Vote,
    Workspace,
)
from krtracker.periods import Span, local_day, local_time
from krtracker.store import Reader

NOTHING = Series((), ())


@dataclass(frozen=True, slots=True)
class Goal:
    """One key result this version can judge, with its metric, its cycle and the days it needs."""

    key_result: KeyResult
    metric: Metric
    cycle: Cycle
    previous_cycle: Span | None
    needed: Span

    @property
    def series(self) -> tuple[str, str]:
        return self.metric.id, self.key_result.segment


@dataclass(frozen=True, slots=True)
class Material:
    """What the store knows for a set of goals, read set by set, never goal by goal."""

    series: Mapping[tuple[str, str], Series]
    spans: Mapping[tuple[str, str], Span]
    coverage: Mapping[str, tuple[Span, ...]]
    votes: Mapping[str, tuple[Vote, ...]]
    frozen: Mapping[str, tuple[Frozen, ...]]
    withheld: Mapping[tuple[str, str], tuple[date, ...]]

    def of(self, goal: Goal) -> Series:
        """The goal's own days and no others, so that its answer does not hang on its neighbours."""
        known = self.series.get(goal.series, NOTHING)
        if self.spans[goal.series] == goal.needed:
            return known
        i = bisect_left(known.days, goal.needed.first.toordinal())
        j = bisect_right(known.days, goal.needed.last.toordinal())
        weights = known.weights[i:j] if known.weights is not None else None
        return Series(known.days[i:j], known.values[i:j], weights)


class LocalDays:
    """The local day and readiness of metrics at one instant; each zone is looked up once."""

    def __init__(self, now: datetime) -> None:
        self._now = now
        self._days: dict[str, date] = {}

    def today(self, metric: Metric) -> date:
        day = self._days.get(metric.zone)
        if day is None:
            day = self._days[metric.zone] = local_day(self._now, metric.zone)
        return day

    def ready(self, metric: Metric) -> bool:
        """Whether the metric's local time is past its `ready_at` (R3)."""
        if metric.ready_at is None:
            return True
        return local_time(self._now, metric.zone) >= metric.ready_at


def goals(workspace: Workspace, names: Collection[str] | None = None) -> list[Goal]:
    """The key results judged in this version, in the order of the files."""
    before: dict[date, Span | None] = {}
    found: list[Goal] = []
    for key_result in workspace.key_results.values():
        if names is not None and key_result.id not in names:
            continue
        metric = active_metric(workspace, key_result)
        if metric is None:
            continue
        start = key_result.span.first
        if start not in before:
            before[start] = previous_cycle(workspace, start)
        cycle = workspace.cycles[key_result.cycle]
        needed = needed_span(key_result, metric, cycle, previous_cycle=before[start])
        found.append(Goal(key_result, metric, cycle, before[start], needed))
    return found


def active_metric(workspace: Workspace, key_result: KeyResult) -> Metric | None:
    """The metric of a key result this version can judge; None for the kinds that come later."""
    if key_result.type is not KeyResultType.BASELINE_TO_TARGET or key_result.metric is None:
        return None
    metric = workspace.metrics.get(key_result.metric)
    return None if metric is None or metric.formula is not None else metric


def previous_cycle(workspace: Workspace, start: date) -> Span | None:
    """The latest cycle ending before a day; of several the longest (decisions.md 17)."""
    ended = [one.span for one in workspace.cycles.values() if one.span.last < start]
    return max(ended, key=lambda span: (span.last, span.days), default=None)


def first_needed_days(workspace: Workspace) -> dict[str, date]:
    """By metric, the earliest day any of its key results needs."""
    first: dict[str, date] = {}
    for goal in goals(workspace):
        day = goal.needed.first
        first[goal.metric.id] = min(day, first.get(goal.metric.id, day))
    return first


def read_material(
    reader: Reader, asked: Sequence[Goal], *, as_of: datetime | None = None
) -> Material:
    """All that the goals need, as known at `as_of` (None: now), in one read per kind of thing."""
    spans: dict[tuple[str, str], Span] = {}
    for goal in asked:
        one, needed = spans.get(goal.series), goal.needed
        if one is not None:
            needed = Span(min(one.first, needed.first), max(one.last, needed.last))
        spans[goal.series] = needed
    names = [goal.key_result.id for goal in asked]
    return Material(
        series=reader.series(spans, as_of=as_of),
        spans=spans,
        coverage=reader.coverage({goal.metric.id for goal in asked}, as_of=as_of),
        votes=reader.votes(names, as_of=as_of),
        frozen=reader.frozen(as_of=as_of),
        withheld=_withheld(reader, asked, spans, as_of=as_of),
    )


def _withheld(
    reader: Reader,
    asked: Sequence[Goal],
    spans: Mapping[tuple[str, str], Span],
    *,
    as_of: datetime | None,
) -> dict[tuple[str, str], tuple[date, ...]]:
    """The quarantined days, where one could be taken for a zero: of few metrics, if any."""
    doubtful = {
        goal.series
        for goal in asked
        if goal.metric.missing_is_zero
        and (goal.metric.domain is not None or goal.metric.expect != Expectations())
    }
    return {
        (metric, segment): tuple(
            ground.day
            for ground in reader.grounds(metric, segment, spans[metric, segment], as_of=as_of)
            if ground.status == "quarantined"
        )
        for metric, segment in doubtful
    }


def question(
    goal: Goal, material: Material, *, today: date, ready: bool, holidays: tuple[date, ...]
) -> Question:
    """The goal asked at a local day with what the material knows."""
    return Question(
        key_result=goal.key_result,
        metric=goal.metric,
        cycle=goal.cycle,
        today=today,
        ready=ready,
        series=material.of(goal),
        covered=material.coverage.get(goal.metric.id, ()),
        frozen=material.frozen.get(goal.key_result.id, ()),
        votes=material.votes.get(goal.key_result.id, ()),
        previous_cycle=goal.previous_cycle,
        holidays=holidays,
        withheld=material.withheld.get(goal.series, ()),
    )


def questions(
    workspace: Workspace, asked: Iterable[Goal], material: Material, *, now: datetime
) -> list[Question]:
    """Every goal asked at an instant, each at the local day of its own metric."""
    days = LocalDays(now)
    return [
        question(
            goal,
            material,
            today=days.today(goal.metric),
            ready=days.ready(goal.metric),
            holidays=workspace.holidays,
        )
        for goal in asked
    ]
