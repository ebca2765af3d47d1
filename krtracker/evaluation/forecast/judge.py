"""How likely a goal is met, from the paths of its metric (F.1); decides no status."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from krtracker.evaluation.cases import Case, settled_daily
from krtracker.evaluation.days import Known
from krtracker.evaluation.forecast.endings import Outlook, actuals
from krtracker.evaluation.forecast.history import (
    future_days,
    future_weights,
    is_share,
    learnable,
    too_short,
    too_sparse,
)
from krtracker.evaluation.forecast.method import learn
from krtracker.evaluation.forecast.scales import Array, scale_of
from krtracker.evaluation.forecast.seed import METHOD, forecast_digest, random_of
from krtracker.evaluation.forecast.simulate import paths
from krtracker.evaluation.numbers import TOLERANCE, at_least, same
from krtracker.evaluation.question import actual_of
from krtracker.evaluation.targets import Aim
from krtracker.model import Commitment, FanDay, Forecast, Kind, NoForecast

Mask = NDArray[np.bool_]

QUANTILES = (0.025, 0.10, 0.50, 0.90, 0.975)
HALF = 0.5
DELIVERED = 0.7
"""An aspirational goal is forecast by its chance of scoring this (R10.8)."""


class Odds(NamedTuple):
    """What the paths say of a goal; `touched` has one share for each day to come."""

    probability: float
    promise: str
    threshold: float
    direction: int
    at_end: float
    touched: Array


def foretell(case: Case, known: Known, aim: Aim, *, seed: bytes) -> Forecast | NoForecast:
    """The forecast from settled days `known`, or why there are too few."""
    # long: one line a field of the forecast
    key_result = case.question.key_result
    values = learnable(case, known)
    short = too_short(values, known.days[-1])
    if short:
        return NoForecast(key_result.id, "too_few_days", short)
    sparse = too_sparse(case, values)
    if sparse:
        return NoForecast(key_result.id, "too_few_cases", sparse)
    days = future_days(known, case.frame.end)
    outlook = outlook_of(case, known, values, days=days, seed=seed)
    ahead = actuals(outlook, actual_of(key_result, case.question.metric))
    inside = days[outlook.first :]
    if not inside:
        return NoForecast(key_result.id, "nothing_left", "no day to come will have a value")
    odds = odds_of(case, aim, ahead, inside=inside)
    fan = fan_of(ahead, odds.touched, inside)
    return Forecast(
        key_result=key_result.id,
        data_day=date.fromordinal(known.days[-1]),
        probability=odds.probability,
        promise=odds.promise,
        threshold=odds.threshold,
        direction=odds.direction,
        at_end=odds.at_end,
        fan=fan,
        days_used=int(np.isfinite(values).sum()),
        method=METHOD,
        inputs_digest=forecast_digest(case, seed),
        reached_on=next((one.day for one in fan if one.touched >= HALF), None),
    )


def outlook_of(case: Case, known: Known, values: Array, *, days: list[int], seed: bytes) -> Outlook:
    """The paths of the metric from its origin to the end of the goal."""
    origin, counted = known.days[-1], case.question.metric.kind is Kind.COUNT
    usable = values[np.isfinite(values)]
    scale = scale_of(usable, share=is_share(case, values), counted=counted)
    # Day 1 of the calendar was a Monday.
    learned = learn(values, (origin - len(values)) % 7, scale)
    to_come = np.arange(origin + 1, case.frame.end + 1)
    drawn = paths(learned, (to_come - 1) % 7, random_of(seed))
    if len(days) < len(to_come):
        drawn = drawn[np.asarray(days, dtype=int) - origin - 1]
    weights = None if known.weights is None else future_weights(known, days)
    return Outlook(known, days, drawn, weights, case.frame.start)


def odds_of(case: Case, aim: Aim, ahead: Array, *, inside: list[int]) -> Odds:
    """The chance the status goes by, and the others (R10.8)."""
    key_result = case.question.key_result
    final, target = ahead[-1], aim.at(case.frame.end)
    side = side_of(aim, target)
    touched = touches(case, aim, ahead, inside=inside)
    at_end = share_of(meets(final, target, side))
    if key_result.touch_days is not None:
        return Odds(float(touched[-1]), "touch", target, side, at_end, touched)
    if key_result.commitment is Commitment.ASPIRATIONAL and not same(aim.origin, target):
        threshold = aim.origin + DELIVERED * (target - aim.origin)
        chance = share_of(meets(final, threshold, side))
        return Odds(chance, f"score {DELIVERED}", threshold, side, at_end, touched)
    return Odds(at_end, "target", target, side, at_end, touched)


def side_of(aim: Aim, target: float) -> int:
    """Which side of the target meets it: where the goal comes from decides (R7)."""
    return aim.direction if same(aim.origin, target) else 1 if target > aim.origin else -1


def meets(values: Array, target: Array | float, side: NDArray[np.int_] | int) -> Mask:
    """Whether values lie at the target or on its good side, within R17."""
    slack = TOLERANCE * np.maximum(np.abs(values), np.maximum(1.0, np.abs(target)))
    return np.asarray((values - target) * side >= -slack)


def share_of(met: Mask) -> float:
    """A share of paths to three decimals."""
    return round(float(met.mean()), 3)


def touches(case: Case, aim: Aim, ahead: Array, *, inside: list[int]) -> Array:
    """By each day to come, the share of paths that met the target long enough in a row (R10.7).

    A run may have begun before the origin; only goals that are to be touched look back.
    """
    wanted = case.question.key_result.touch_days
    row, ever = run_before(case, wanted) if wanted else (0, False)
    targets = [aim.at(day) for day in inside]
    sides = np.asarray([side_of(aim, one) for one in targets])
    met = meets(ahead, np.asarray(targets)[:, None], sides[:, None])
    touched = np.logical_or.accumulate(long_enough(met, row, wanted or 1), axis=0)
    return np.asarray((touched | ever).mean(axis=1).round(3))


def long_enough(met: Mask, row: int, needed: int) -> Mask:
    """Where the target was met on so many days in a row, `row` of them before the first."""
    if needed == 1:
        return met
    rows = np.full(met.shape[1], row)
    long = np.empty_like(met)
    for n, one in enumerate(met):
        rows = (rows + 1) * one
        long[n] = rows >= needed
    return long


def run_before(case: Case, needed: int) -> tuple[int, bool]:
    """How many settled days in a row met the target last, and whether ever enough did."""
    row, ever = 0, False
    for progress in settled_daily(case):
        row = row + 1 if at_least(progress, 1.0) else 0
        ever = ever or row >= needed
    return row, ever


def fan_of(ahead: Array, touched: Array, inside: list[int]) -> tuple[FanDay, ...]:
    """Quantiles of the actual for each day to come; linear between paths."""
    ordered = np.sort(ahead, axis=1)
    places = np.asarray(QUANTILES) * (ordered.shape[1] - 1)
    low = places.astype(int)
    lower, upper = ordered[:, low], ordered[:, low + 1]
    rows = lower + (upper - lower) * (places - low)
    return tuple(
        FanDay._make((date.fromordinal(day), *row, share))
        for day, row, share in zip(inside, rows.tolist(), touched.tolist(), strict=True)
    )
