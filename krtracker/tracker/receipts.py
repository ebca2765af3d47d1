"""The receipt of a number: all that its answer follows from, down to the query; stores nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from krtracker.collect import query_text
from krtracker.errors import UnknownNameError, UsageError
from krtracker.evaluation import evaluate
from krtracker.evaluation.baselines import window_of
from krtracker.evaluation.question import actual_of, baseline_of
from krtracker.model import Cycle, Evaluation, Frozen, KeyResult, Metric, Objective, Run, Workspace
from krtracker.periods import Span
from krtracker.store import Ground, Reader, RunDetail
from krtracker.tracker.asking import answer_as_of, answer_day
from krtracker.tracker.questions import Goal, active_metric, goals, questions, read_material


@dataclass(frozen=True)
class Receipt:
    """One answer with its whole chain: days and values, runs, query, baseline, configuration.

    `grounds` are the rows of the actual's window, `baseline_grounds` those of the baseline's;
    quarantined and retracted days are in both, with their status. `runs` are the runs behind the
    used rows, oldest first; `latest` is the newest of them. `trouble` is the metric's last attempt
    where that brought nothing. `recorded_at` is when the evaluation was stored, None for one that
    was computed for this question only.
    """

    evaluation: Evaluation
    key_result: KeyResult
    metric: Metric
    cycle: Cycle
    objective: Objective | None
    connector: str
    grounds: tuple[Ground, ...]
    baseline_window: Span | None
    baseline_grounds: tuple[Ground, ...]
    frozen: tuple[Frozen, ...]
    runs: tuple[RunDetail, ...]
    query_text: str
    query_digest: str
    parameters: Mapping[str, str]
    rows: int
    configuration: str
    recorded_at: datetime | None
    trouble: Run | None = None

    @property
    def sentence(self) -> str:
        """The status and its reason."""
        return self.evaluation.reason

    @property
    def latest(self) -> RunDetail | None:
        return self.runs[-1] if self.runs else None


@dataclass(frozen=True)
class _Said:
    """An answer, the configuration behind it, and the instant its rows are read at."""

    evaluation: Evaluation
    workspace: Workspace
    recorded_at: datetime | None = None
    as_of: datetime | None = None


def receipt(
    reader: Reader,
    workspace: Workspace,
    key_result: str,
    *,
    now: datetime,
    at: datetime | date | None = None,
) -> Receipt:
    """The receipt of a key result's newest answer; with `at`, as of an instant or of a day.

    `key_result` is a full id. Raises UnknownNameError, and UsageError for a kind that is not
    judged in this version.
    """
    # long: one line a field of the receipt
    said = _said(reader, workspace, key_result, now=now, at=at)
    asked = goals(said.workspace, {key_result})[0]
    answer, goal = said.evaluation, asked.key_result
    frozen = reader.frozen(as_of=said.as_of).get(goal.id, ())
    series = asked.series
    window = _baseline_window(frozen, asked)
    grounds = _grounds(reader, series, answer.window, as_of=said.as_of)
    runs = [reader.run(run) for run in sorted({one.run for one in grounds})]
    newest = runs[-1] if runs else None
    source = said.workspace.sources.get(asked.metric.source)
    return Receipt(
        evaluation=answer,
        key_result=goal,
        metric=asked.metric,
        cycle=asked.cycle,
        objective=said.workspace.objectives.get(goal.objective or ""),
        connector=source.connector if source is not None else "",
        grounds=grounds,
        baseline_window=window,
        baseline_grounds=_grounds(reader, series, window, as_of=said.as_of),
        frozen=frozen,
        runs=tuple(runs),
        query_text=newest.query_text if newest is not None else query_text(asked.metric),
        query_digest=newest.run.query_digest if newest is not None else asked.metric.query_digest,
        parameters=newest.parameters if newest is not None else {},
        rows=newest.run.rows if newest is not None else 0,
        configuration=said.workspace.digest,
        recorded_at=said.recorded_at,
        trouble=None if at is not None else _trouble(reader, asked.metric.id),
    )


def _said(
    reader: Reader,
    workspace: Workspace,
    key_result: str,
    *,
    now: datetime,
    at: datetime | date | None,
) -> _Said:
    """The answer asked for: as stored where there is one, else computed for this question only."""
    if isinstance(at, datetime):
        then = answer_as_of(reader, instant=at, folder=workspace.folder, names={key_result})
        _check_judged(then.workspace, key_result)
        kept = reader.evaluations(as_of=at).get(key_result)
        answer = then.evaluations[0]
        recorded = kept.recorded_at if kept is not None and kept.evaluation == answer else None
        return _Said(answer, then.workspace, recorded, at)
    _check_judged(workspace, key_result)
    if at is not None:
        told = answer_day(reader, workspace, day=at, now=now, names={key_result})
        return _Said(told.evaluations[0], workspace)
    newest = reader.evaluations().get(key_result)
    if newest is not None and newest.configuration == workspace.digest:
        # Its rows as they were then: what came since is not what it follows from.
        return _Said(newest.evaluation, workspace, newest.recorded_at, newest.recorded_at)
    asked = goals(workspace, {key_result})
    put = questions(workspace, asked, read_material(reader, asked), now=now)
    return _Said(evaluate(put[0]), workspace)


def _check_judged(workspace: Workspace, key_result: str) -> None:
    goal = workspace.key_results.get(key_result)
    if goal is None:
        raise UnknownNameError("key result", key_result, tuple(workspace.key_results))
    if active_metric(workspace, goal) is None:
        raise UsageError(f"`{key_result}` is of type {goal.type}: not judged in this version")


def _baseline_window(frozen: Sequence[Frozen], goal: Goal) -> Span | None:
    """The days the baseline was, or would be, measured over; None for a fixed one."""
    held = [one.window for one in frozen if one.what == "baseline"]
    if held:
        return held[0]
    asked = baseline_of(goal.key_result, actual_of(goal.key_result, goal.metric))
    if asked is None:
        return None
    return window_of(asked, goal.key_result, goal.metric, previous_cycle=goal.previous_cycle)


def _trouble(reader: Reader, metric: str) -> Run | None:
    """Why there may be no newer day: the last attempt, if it failed."""
    runs = reader.runs(metric, limit=1)
    return runs[0] if runs and not runs[0].outcome.covers else None


def _grounds(
    reader: Reader, series: tuple[str, str], window: Span | None, *, as_of: datetime | None
) -> tuple[Ground, ...]:
    if window is None:
        return ()
    return tuple(reader.grounds(*series, window, as_of=as_of))
