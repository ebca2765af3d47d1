"""Honest odds of a key result (rules.md F): from a Question to a Forecast; no I/O, no clock."""

from __future__ import annotations

from krtracker.evaluation.actuals import pools
from krtracker.evaluation.cases import Case, case_of
from krtracker.evaluation.days import Known, known_points
from krtracker.evaluation.forecast.seed import forecast_digest, seed_digest
from krtracker.evaluation.needs import LEARNT, first_learnt, first_needed
from krtracker.evaluation.question import Question, actual_of
from krtracker.model import Forecast, KeyResultType, Kind, NoForecast
from krtracker.periods import Grain

__all__ = ["forecast_of"]


def forecast_of(question: Question, stored: Forecast | None = None) -> Forecast | NoForecast:
    """The odds of a key result from its settled days on, or in words why there are none (F.1).

    The same question gives the same bytes for ever. `stored` is an earlier forecast of the same
    key result: it is given back untouched, without a simulation, where nothing it follows from
    has changed.
    """
    case = case_of(question)
    known = settled_points(case)
    refused = refusal(case, known)
    if refused or case.aim is None:
        return refused or NoForecast(question.key_result.id, "no_baseline", "no baseline is known")
    seed = seed_digest(case, known)
    if stored is not None and stored.inputs_digest == forecast_digest(case, seed):
        return stored
    # NumPy costs a command's start more than everything above.
    from krtracker.evaluation.forecast.judge import foretell

    return foretell(case, known, case.aim, seed=seed)


def settled_points(case: Case) -> Known:
    """Settled days only: provisional ones are short and would bias the forecast down."""
    question = case.question
    metric, actual = question.metric, actual_of(question.key_result, question.metric)
    needed = first_needed(question.key_result, metric, question.previous_cycle)
    pooled = actual.how == "weighted_mean" or metric.kind is Kind.RATIO
    earliest = min(needed, first_learnt(metric, question.today))
    known = known_points(question, earliest, pooled=pooled)
    end = known.between(earliest, case.frame.settled)[1]
    if not end:
        return Known([], [], None)
    # Cut by the origin and not by today: what lies further back must not change the answer.
    begin, _ = known.between(min(needed, known.days[end - 1] - LEARNT + 1), known.days[end - 1])
    kept = slice(begin, end)
    weights = known.weights[kept] if known.weights and pools(actual, metric, known) else None
    return Known(known.days[kept], known.values[kept], weights)


def refusal(case: Case, known: Known) -> NoForecast | None:
    """Why there is no forecast, as far as it can be told without learning from the series."""
    key_result, metric = case.question.key_result, case.question.metric
    code, words = "", ""
    if case.problem is not None:
        code, words = "invalid", case.problem[1]
    elif key_result.type is not KeyResultType.BASELINE_TO_TARGET:
        code, words = "not_a_target", f"key results of type {key_result.type} have no forecast"
    elif metric.grain is not Grain.DAY:
        code, words = "not_daily", f"`{metric.id}` is known by the {metric.grain}, not by the day"
    elif case.aim is None:
        code, words = "no_baseline", case.ground.problem or "the baseline is not known"
    elif not known.days:
        code, words = "no_settled_day", f"no settled day of `{metric.id}` is known"
    elif known.days[-1] >= case.frame.end:
        code, words = "nothing_left", "every day to the end is known and settled"
    return NoForecast(key_result.id, code, words) if code else None
