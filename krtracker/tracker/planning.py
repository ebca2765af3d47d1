"""Decides what to ask of which source now, and what is paused and why; asks nothing itself."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from krtracker.errors import UnknownNameError
from krtracker.model import Metric, Outcome, Workspace
from krtracker.periods import Span, local_day, local_time
from krtracker.store import MetricState
from krtracker.tracker.collected import How, Paused
from krtracker.tracker.due import due_span, due_windows, history_start
from krtracker.tracker.questions import first_needed_days

PROBE_AFTER = timedelta(hours=24)
"""A rejected metric is asked again after this, so that a cure at the source is noticed."""

UNBORN = MetricState(metric="")


@dataclass(frozen=True, slots=True)
class Wanted:
    """One metric and the windows to ask it over, oldest first."""

    metric: Metric
    windows: tuple[Span, ...]
    state: MetricState = UNBORN


@dataclass(slots=True)
class Plan:
    """What a round asks, by source, and what it leaves alone."""

    wanted: dict[str, list[Wanted]] = field(default_factory=dict)
    paused: list[Paused] = field(default_factory=list)

    def add(self, one: Wanted) -> None:
        self.wanted.setdefault(one.metric.source, []).append(one)


def chosen_metrics(workspace: Workspace, names: Sequence[str] | None) -> list[Metric]:
    """The metrics named, or all that are asked of a source. Raises UnknownNameError."""
    if names is None:
        return [one for one in workspace.metrics.values() if is_asked(one)]
    for name in names:
        if name not in workspace.metrics:
            raise UnknownNameError("metric", name, tuple(workspace.metrics))
    return [workspace.metrics[name] for name in dict.fromkeys(names)]


def is_asked(metric: Metric) -> bool:
    """Whether this version asks a source for the metric at all."""
    return not (metric.manual or metric.formula is not None)


def plan(
    workspace: Workspace,
    metrics: Iterable[Metric],
    states: Mapping[str, MetricState],
    *,
    moment: Moment,
    how: How,
) -> Plan:
    """Everything due now, the metrics of a source that failed last time behind the others."""
    made = Plan()
    needed = first_needed_days(workspace)
    for metric in metrics:
        state = states.get(metric.id, UNBORN)
        paused = pause_of(metric, state, moment=moment, how=how)
        if paused is not None:
            made.paused.append(paused)
            continue
        due = due_now(metric, moment.now, needed.get(metric.id), week_start=workspace.week_start)
        if due is not None:
            windows = due_windows(metric, state, due, week_start=workspace.week_start)
            made.add(Wanted(metric, windows, state))
    for wanted in made.wanted.values():
        wanted.sort(key=lambda one: one.state.failures_in_a_row > 0)
    return made


@dataclass(frozen=True, slots=True)
class Moment:
    """When the round begins, and since when the configuration in force has been in force."""

    now: datetime
    reloaded_at: datetime | None = None


def due_now(metric: Metric, now: datetime, needed: date | None, *, week_start: int) -> Span | None:
    """The days of a metric that should be known at an instant."""
    today = local_day(now, metric.zone)
    first = history_start(metric, today, needed)
    return due_span(metric, today, first=first, ready=is_ready(metric, now), week_start=week_start)


def is_ready(metric: Metric, now: datetime) -> bool:
    """Whether the metric's local time is past its `ready_at` (R3)."""
    return metric.ready_at is None or local_time(now, metric.zone) >= metric.ready_at


def pause_of(metric: Metric, state: MetricState, *, moment: Moment, how: How) -> Paused | None:
    """Why a metric is not asked now, or None."""
    if metric.manual:
        return Paused(
            metric.id, "its values are recorded by hand", f"krtracker record {metric.id} VALUE"
        )
    if metric.formula is not None:
        words = "formulas are not active in this version"
        return Paused(metric.id, words, "write it as a `query`")
    if is_redefined(metric, state) and not how.keep_history:
        command = f"krtracker backfill {metric.id}"
        return Paused(
            metric.id,
            f"definition changed: run `{command}` to read its history again, "
            f"or `krtracker collect {metric.id} --keep-history` to go on with the break marked",
            command,
        )
    if _is_rejected(metric, state, moment) and not how.force:
        message = state.last.message if state.last is not None else ""
        return Paused(
            metric.id, f"rejected by `{metric.source}`: {message}", f"krtracker collect {metric.id}"
        )
    return None


def is_redefined(metric: Metric, state: MetricState) -> bool:
    """Whether the query is another one than what the known history was read with."""
    return bool(state.digest) and state.digest != metric.query_digest


def _is_rejected(metric: Metric, state: MetricState, moment: Moment) -> bool:
    last = state.last
    return (
        last is not None
        and last.outcome is Outcome.REJECTED
        and last.query_digest == metric.query_digest
        and moment.now - last.recorded_at < PROBE_AFTER
        and (moment.reloaded_at is None or last.recorded_at > moment.reloaded_at)
    )
