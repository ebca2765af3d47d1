"""The receipt of a number: all that its answer follows from, down to the query; stores nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from krtracker.collect import query_text
from krtracker.errors import UnknownNameError
from krtracker.evaluation.baselines import window_of
from krtracker.evaluation.question import actual_of, baseline_of
from krtracker.model import (
    Cycle,
    Evaluation,
    Forecast,
    Frozen,
    KeyResult,
    KeyResultType,
    Metric,
    NoForecast,
    Objective,
    Run,
    Workspace,
)
from krtracker.periods import Span
from krtracker.store import Ground, Reader, RunDetail
from krtracker.tracker.asking import Answers, answer_as_of, answer_day, answer_now
from krtracker.tracker.questions import Goal, goals


@dataclass(frozen=True)
class Receipt:
    """One answer with its whole chain: days and values, runs, query, baseline, configuration.

    `grounds` are the rows of the actual's window, `baseline_grounds` those of the baseline's;
    quarantined and retracted days are in both, with their status. `runs` are the runs behind the
    used rows, oldest first; `latest` is the newest of them. `recorded_at` is when the evaluation
    was stored, None for one that was computed for this question only. `metric` is None for
    milestones and composites; `parts` are the answers a composite is made of, `components` the
    rows behind a formula by the metrics it comes down to. `trouble` is the metric's last attempt
    where that brought nothing. `forecast` is behind the chance, or says why there is none.
    """

    evaluation: Evaluation
    key_result: KeyResult
    metric: Metric | None
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
    parts: tuple[Evaluation, ...] = ()
    components: Mapping[str, tuple[Ground, ...]] = field(default_factory=dict)
    trouble: Run | None = None
    forecast: Forecast | NoForecast | None = None

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
    parts: tuple[Evaluation, ...] = ()
    of_now: bool = False
    forecast: Forecast | NoForecast | None = None


def receipt(
    reader: Reader,
    workspace: Workspace,
    key_result: str,
    *,
    now: datetime,
    at: datetime | date | None = None,
) -> Receipt:
    """The receipt of a key result's newest answer; with `at`, as of an instant or of a day.

    `key_result` is a full id. Raises UnknownNameError.
    """
    said = _said(reader, workspace, key_result, now=now, at=at)
    measured = goals(said.workspace, {key_result})
    if not measured:
        return _unmeasured(said, key_result)
    return _measured(reader, said, measured[0])


def _unmeasured(said: _Said, key_result: str) -> Receipt:
    """The receipt of milestones, or of a composite: what its parts were judged to be."""
    goal = said.workspace.key_results[key_result]
    return Receipt(
        evaluation=said.evaluation,
        key_result=goal,
        metric=None,
        cycle=said.workspace.cycles[goal.cycle],
        objective=said.workspace.objectives.get(goal.objective or ""),
        connector="",
        grounds=(),
        baseline_window=None,
        baseline_grounds=(),
        frozen=(),
        runs=(),
        query_text="",
        query_digest="",
        parameters={},
        rows=0,
        configuration=said.workspace.digest,
        recorded_at=said.recorded_at,
        parts=said.parts,
    )


def _measured(reader: Reader, said: _Said, asked: Goal) -> Receipt:
    # long: one line a field of the receipt
    answer, goal = said.evaluation, asked.key_result
    frozen = reader.frozen(as_of=said.as_of).get(goal.id, ())
    series = asked.series
    window = _baseline_window(frozen, asked)
    components = {
        one.id: _grounds(reader, (one.id, goal.segment), answer.window, as_of=said.as_of)
        for one in asked.asked
    }
    grounds = () if asked.chain else components[asked.metric.id]
    used = {one.run for some in components.values() for one in some}
    runs = [reader.run(run) for run in sorted(used)]
    newest = runs[-1] if runs and not asked.chain else None
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
        query_text=newest.query_text if newest is not None else _own_text(asked.metric),
        query_digest=newest.run.query_digest if newest is not None else asked.metric.query_digest,
        parameters=newest.parameters if newest is not None else {},
        rows=newest.run.rows if newest is not None else 0,
        configuration=said.workspace.digest,
        recorded_at=said.recorded_at,
        components=components if asked.chain else {},
        trouble=_trouble(reader, asked.metric.id) if said.of_now else None,
        forecast=said.forecast,
    )


def _own_text(metric: Metric) -> str:
    return metric.formula or query_text(metric)


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
        _check_known(then.workspace, key_result)
        kept = reader.evaluations(as_of=at).get(key_result)
        answer = _one(then, key_result)
        recorded = kept.recorded_at if kept is not None and kept.evaluation == answer else None
        return replace(_computed(then, key_result), recorded_at=recorded, as_of=at)
    _check_known(workspace, key_result)
    if at is not None:
        told = answer_day(reader, workspace, day=at, now=now, names={key_result})
        return _computed(told, key_result)
    stored = reader.evaluations()
    newest = stored.get(key_result)
    if newest is not None and newest.configuration == workspace.digest:
        # Its rows as they were then: what came since is not what it follows from.
        listed = workspace.key_results[key_result].parts
        judged = (stored.get(part.key_result) for part in listed)
        under = tuple(one.evaluation for one in judged if one is not None)
        known = newest.recorded_at
        odds = _published_odds(reader, workspace, key_result)
        return _Said(newest.evaluation, workspace, known, known, under, True, odds)
    fresh = answer_now(reader, workspace, now=now, names={key_result})
    return replace(_computed(fresh, key_result), of_now=True)


def _computed(told: Answers, key_result: str) -> _Said:
    parts, odds = told.parts.get(key_result, ()), told.forecasts.get(key_result)
    return _Said(_one(told, key_result), told.workspace, parts=parts, forecast=odds)


def _published_odds(
    reader: Reader, workspace: Workspace, key_result: str
) -> Forecast | NoForecast | None:
    """What was last foretold, unless the cycle goes by pace."""
    by = workspace.cycles[workspace.key_results[key_result].cycle].status.by
    kept = reader.forecasts().get(key_result) if by == "forecast" else None
    return None if kept is None else kept.forecast


def _one(told: Answers, key_result: str) -> Evaluation:
    return next(one for one in told.evaluations if one.key_result == key_result)


def _check_known(workspace: Workspace, key_result: str) -> None:
    if key_result not in workspace.key_results:
        raise UnknownNameError("key result", key_result, tuple(workspace.key_results))


def _baseline_window(frozen: Sequence[Frozen], goal: Goal) -> Span | None:
    """The days the baseline was, or would be, measured over; None for a fixed one."""
    if goal.key_result.type is not KeyResultType.BASELINE_TO_TARGET:
        return None
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
