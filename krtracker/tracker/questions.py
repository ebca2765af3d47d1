"""Puts together what the evaluator is asked, for all key results with a handful of store reads."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from krtracker.evaluation import Question, needed_span
from krtracker.evaluation.formulas import formula_series, zero_filled
from krtracker.evaluation.guardrails import watch_goal
from krtracker.model import (
    Cycle,
    Expectations,
    Frozen,
    KeyResult,
    Metric,
    Series,
    Vote,
    Workspace,
)
from krtracker.periods import Span, local_day, local_time
from krtracker.store import Reader
from krtracker.tracker.chains import chain_of, common_spans

NOTHING = Series((), ())


@dataclass(frozen=True, slots=True)
class Goal:
    """One key result on a metric, with its cycle and the days it needs.

    `chain` are the metrics a formula is worked out from, each after those it names, the goal's
    own last; empty where a source is asked.
    """

    key_result: KeyResult
    metric: Metric
    cycle: Cycle
    previous_cycle: Span | None
    needed: Span
    chain: tuple[Metric, ...] = ()

    @property
    def series(self) -> tuple[str, str]:
        return self.metric.id, self.key_result.segment

    @property
    def asked(self) -> tuple[Metric, ...]:
        """The metrics that sources are asked for it."""
        return tuple(one for one in self.chain if not one.steps) if self.chain else (self.metric,)


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
    """The key results on a metric, in the order of the files."""
    chosen = (one for one in workspace.key_results.values() if names is None or one.id in names)
    return goals_of(workspace, chosen)


def goals_of(workspace: Workspace, key_results: Iterable[KeyResult]) -> list[Goal]:
    """Key results with their metrics; those without one are left out."""
    before: dict[date, Span | None] = {}
    found: list[Goal] = []
    for key_result in key_results:
        metric = workspace.metrics.get(key_result.metric or "")
        if metric is None:
            continue
        start = key_result.span.first
        if start not in before:
            before[start] = previous_cycle(workspace, start)
        cycle = workspace.cycles[key_result.cycle]
        needed = needed_span(key_result, metric, cycle, previous_cycle=before[start])
        chain = chain_of(metric, workspace.metrics) if metric.steps else ()
        found.append(Goal(key_result, metric, cycle, before[start], needed, chain))
    return found


def watch_goals(workspace: Workspace, key_results: Iterable[KeyResult]) -> list[Goal]:
    """The metrics that key results watch beside their own, as goals over the same days."""
    watching = (
        watch_goal(watch, one) for one in key_results for watch in one.watched if watch.is_metric
    )
    return goals_of(workspace, watching)


def previous_cycle(workspace: Workspace, start: date) -> Span | None:
    """The latest cycle ending before a day; of several the longest (decisions.md 17)."""
    ended = [one.span for one in workspace.cycles.values() if one.span.last < start]
    return max(ended, key=lambda span: (span.last, span.days), default=None)


def first_needed_days(workspace: Workspace) -> dict[str, date]:
    """By metric, the earliest day any of its key results needs."""
    first: dict[str, date] = {}
    watched = watch_goals(workspace, workspace.key_results.values())
    for goal in (*goals(workspace), *watched):
        day = goal.needed.first
        for metric in goal.asked:
            first[metric.id] = min(day, first.get(metric.id, day))
    return first


def read_material(
    reader: Reader,
    asked: Sequence[Goal],
    *,
    as_of: datetime | None = None,
    more: Sequence[str] = (),
) -> Material:
    """All that the goals need, as known at `as_of` (None: now), in one read per kind of thing.

    `more` are key results without a metric, whose votes are wanted too.
    """
    spans: dict[tuple[str, str], Span] = {}
    leaves: dict[tuple[str, str], Metric] = {}
    for goal in asked:
        segment = goal.key_result.segment
        _widen(spans, goal.series, goal.needed)
        for metric in goal.asked:
            leaves[metric.id, segment] = metric
            _widen(spans, (metric.id, segment), goal.needed)
    names = [goal.key_result.id for goal in asked]
    read = Material(
        series=reader.series({key: spans[key] for key in leaves}, as_of=as_of),
        spans=spans,
        coverage=reader.coverage({metric for metric, _ in leaves}, as_of=as_of),
        votes=reader.votes([*names, *more], as_of=as_of),
        frozen=reader.frozen(as_of=as_of),
        withheld=_withheld(reader, leaves, spans, as_of=as_of),
    )
    return worked_out(read, asked)


def _widen(spans: dict[tuple[str, str], Span], key: tuple[str, str], needed: Span) -> None:
    one = spans.get(key)
    if one is not None:
        needed = Span(min(one.first, needed.first), max(one.last, needed.last))
    spans[key] = needed


def worked_out(material: Material, asked: Sequence[Goal]) -> Material:
    """The material with the series of formulas, and the days on which all they name is covered."""
    if not any(goal.chain for goal in asked):
        return material
    series, coverage = dict(material.series), dict(material.coverage)
    for goal in asked:
        segment = goal.key_result.segment
        for metric in goal.chain:
            if not metric.steps or (metric.id, segment) in series:
                continue
            parts = [one for one in goal.chain if one.id in metric.parts]
            known = {one.id: _with_zeros(one, segment, series, material=material) for one in parts}
            series[metric.id, segment] = formula_series(metric.steps, known)
            spans = [coverage.get(one.id, ()) for one in parts]
            coverage[metric.id] = common_spans(spans)
    return replace(material, series=series, coverage=coverage)


def _with_zeros(
    metric: Metric,
    segment: str,
    series: Mapping[tuple[str, str], Series],
    *,
    material: Material,
) -> Series:
    """A formula's operand; a covered day without a row is zero where its metric says so (R3)."""
    key = metric.id, segment
    known = series.get(key, NOTHING)
    if not metric.missing_is_zero or metric.steps:
        return known
    covered = common_spans([material.coverage.get(metric.id, ()), (material.spans[key],)])
    withheld = material.withheld.get(key, ())
    return zero_filled(known, covered, withheld=withheld, last=material.spans[key].last)


def _withheld(
    reader: Reader,
    leaves: Mapping[tuple[str, str], Metric],
    spans: Mapping[tuple[str, str], Span],
    *,
    as_of: datetime | None,
) -> dict[tuple[str, str], tuple[date, ...]]:
    """The quarantined days, where one could be taken for a zero: of few metrics, if any."""
    doubtful = [
        key
        for key, metric in leaves.items()
        if metric.missing_is_zero and (metric.domain is not None or metric.expect != Expectations())
    ]
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
