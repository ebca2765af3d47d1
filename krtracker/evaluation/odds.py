"""A forecast in words, as odds and never as a verdict (F.1, A.3); computes nothing."""

from __future__ import annotations

from krtracker.evaluation.cases import Case
from krtracker.evaluation.quantities import quantity
from krtracker.evaluation.rules import Verdict
from krtracker.model import Forecast, NoForecast

SHOWN = (0.02, 0.98)
"""Odds beyond these are shown as "<2%" and ">98%": nobody knows the future better (F.1)."""


def odds(case: Case, verdict: Verdict) -> str:
    """The chance with its limits, where it may end, and what pace alone says if it differs."""
    limits, chance = verdict.limits, case.question.chance
    if limits is None or chance is None:
        return ""
    text = f"the chance of {_promised(case)} is {shown_chance(chance)}"
    on_track, at_risk = shown_chance(limits.on_track), shown_chance(limits.at_risk)
    text += f" (on track from {on_track}, at risk from {at_risk}){_range(case)}"
    if verdict.pace is not None and verdict.pace is not verdict.vote:
        text += f", by pace alone it is {verdict.pace.words}"
    return text


def no_odds(case: Case) -> str:
    """Why the pace speaks where a forecast was asked for."""
    forecast = case.question.forecast
    asked = case.question.cycle.status.by == "forecast"
    return f"no forecast: {forecast.words}" if asked and isinstance(forecast, NoForecast) else ""


def shown_chance(chance: float) -> str:
    """Odds as F.1 shows them: never 0 % or 100 %."""
    low, high = SHOWN
    if chance < low:
        return f"<{low * 100:.0f}%"
    return f">{high * 100:.0f}%" if chance > high else f"{chance * 100:.0f}%"


def _promised(case: Case) -> str:
    forecast, days = case.question.forecast, case.question.key_result.touch_days
    if not isinstance(forecast, Forecast) or forecast.promise == "target":
        return "reaching it"
    if forecast.promise == "touch":
        return f"touching it for {days} days in a row" if days != 1 else "touching it"
    return f"scoring {forecast.promise.removeprefix('score ')}"


def _range(case: Case) -> str:
    forecast, metric = case.question.forecast, case.question.metric
    if not isinstance(forecast, Forecast):
        return ""
    ends = (quantity(metric, end) for end in (forecast.final.low80, forecast.final.high80))
    return ", 80% of the paths end between {} and {}".format(*ends)
