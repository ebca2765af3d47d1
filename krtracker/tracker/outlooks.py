"""The odds of one key result with their grounds, and how honest past odds were; stores nothing."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from krtracker.errors import UnknownNameError, UsageError
from krtracker.evaluation import (
    Calibration,
    LedgerEntry,
    Question,
    entry_of,
    evaluate,
    forecast_of,
    needed_span,
)
from krtracker.evaluation.calibration import BINS, Bin
from krtracker.evaluation.statuses import Limits, chance_limits
from krtracker.model import Evaluation, Forecast, KeyResult, Metric, NoForecast, Workspace
from krtracker.periods import ONE_DAY, local_day
from krtracker.store import OutcomeSums, Reader
from krtracker.tracker.asking import configuration_at
from krtracker.tracker.folding import knowing
from krtracker.tracker.questions import Goal, goals, questions, read_material


@dataclass(frozen=True)
class Outlook:
    """What is foretold of a key result, with every day to come, or why nothing is.

    `answer` are its numbers by pace, None without a metric. `decides` says whether the cycle goes
    by forecast, `published_at` since when these very odds are published, None where they are not.
    `past` is the calibration of the metric's odds, `overall` that of all; None without outcomes.
    """

    key_result: KeyResult
    metric: Metric | None
    forecast: Forecast | NoForecast
    limits: Limits
    decides: bool
    answer: Evaluation | None = None
    published_at: datetime | None = None
    past: Calibration | None = None
    overall: Calibration | None = None


def outlook(
    reader: Reader,
    workspace: Workspace,
    key_result: str,
    *,
    now: datetime,
    at: datetime | date | None = None,
) -> Outlook:
    """The odds of a key result now; with `at`, as known at an instant or of a day.

    They are computed here, the same as published ones to the last bit where nothing has changed.
    `key_result` is a full id. Raises UnknownNameError, and UsageError for a day not over yet.
    """
    as_of = at if isinstance(at, datetime) else None
    if as_of is not None:
        workspace = configuration_at(reader, as_of, workspace.folder)
    if key_result not in workspace.key_results:
        raise UnknownNameError("key result", key_result, tuple(workspace.key_results))
    goal = workspace.key_results[key_result]
    rule = workspace.cycles[goal.cycle].status
    limits, decides = chance_limits(rule, goal.commitment), rule.by == "forecast"
    measured = goals(workspace, {key_result})
    if not measured:
        words = f"key results of type {goal.type} have no forecast"
        none = NoForecast(key_result, "not_a_target", words)
        return Outlook(goal, None, none, limits, decides)
    asked = _question(reader, workspace, measured[0], now=now, at=at)
    made = forecast_of(asked)
    answer = evaluate(replace(asked, forecast=made if decides else None))
    scores = honesty(reader, as_of=as_of)
    past, overall = scores.get(asked.metric.id), scores.get(None)
    kept = reader.forecasts(as_of=as_of).get(key_result)
    published = kept.recorded_at if kept and decides and _same(kept.forecast, made) else None
    return Outlook(
        goal, asked.metric, made, limits, decides, answer, published, past=past, overall=overall
    )


def ledger(
    reader: Reader, metric: str | None = None, *, as_of: datetime | None = None
) -> tuple[LedgerEntry, ...]:
    """Every chance given for key results that have closed, with what came of it (F.1)."""
    return tuple(
        entry_of(one.metric, one.forecast, one.actual, touched=one.achieved)
        for one in reader.closed_forecasts(metric, as_of=as_of)
    )


def _question(
    reader: Reader,
    workspace: Workspace,
    goal: Goal,
    *,
    now: datetime,
    at: datetime | date | None,
) -> Question:
    """The key result as asked now, at an instant, or at the end of a day."""
    before = goal.previous_cycle
    needed = needed_span(
        goal.key_result, goal.metric, goal.cycle, previous_cycle=before, forecast=True
    )
    whole = replace(goal, needed=needed)
    instant = at if isinstance(at, datetime) else None
    material = read_material(reader, [whole], as_of=instant)
    (asked,) = questions(workspace, [whole], material, now=instant or now)
    if at is None or instant is not None:
        return asked
    if at >= local_day(now, goal.metric.zone):
        raise UsageError(f"{at} is not over yet: name an earlier day, or leave `--day` out")
    return replace(knowing(asked, now), today=at + ONE_DAY, ready=True, votes=())


def honesty(
    reader: Reader, metric: str | None = None, *, as_of: datetime | None = None
) -> dict[str | None, Calibration]:
    """The calibration of past odds by metric, and of all under None; empty without outcomes.

    It is that of `calibration_of` over the ledger, from sums: a ledger may have a million entries.
    """
    sums = reader.outcome_sums(metric, as_of=as_of)
    bins: dict[str | None, list[Bin]] = {}
    for one in sums:
        if one.tenth is not None:
            happened = one.met / one.chances
            tenth = Bin(one.tenth / BINS, one.chances, one.said / one.chances, happened)
            bins.setdefault(one.metric, []).append(tenth)
    return {one.metric: _scored(one, bins[one.metric]) for one in sums if one.tenth is None}


def _scored(whole: OutcomeSums, bins: Sequence[Bin]) -> Calibration:
    count = whole.chances
    return Calibration(
        entries=count,
        key_results=whole.key_results,
        brier=whole.missed / count,
        log_loss=whole.lost / count,
        error=math.fsum(one.entries * abs(one.said - one.happened) for one in bins) / count,
        coverage=whole.covered / count,
        bins=tuple(bins),
    )


def _same(kept: Forecast | NoForecast, made: Forecast | NoForecast) -> bool:
    if isinstance(kept, Forecast) and isinstance(made, Forecast):
        return kept.inputs_digest == made.inputs_digest
    return kept == made
