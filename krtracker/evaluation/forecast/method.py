"""What a daily series teaches: weekdays, noise, how its level drifts (F.1); draws no paths.

Letters as in F.1: z the series on its scale, s the weekday effects, d = z - s, r the residuals.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from krtracker.evaluation.forecast.scales import Array, Scale

Known = NDArray[np.bool_]

WEEK = 7
MAD_TO_SD = 1.4826
PRIOR_WEEKS, PRIOR_DRIFT = 12, 0.03
"""The prior of the drift: as if 12 weeks had shown a level that moves 3 % a day."""
FREEDOM = 6
GAIN = (0.08, 0.6)
WEEKLY_GROWTH = (2 * WEEK**2 + 1) / (3 * WEEK)
"""E[D^2] = q * 99/21 + 2 sigma^2/7 for means of successive weeks of a random walk."""


@dataclass(frozen=True)
class Learned:
    """A series as the forecast sees it at its origin, all on the scale.

    `weekday` are seven effects, Monday first; `noise` is sigma, `drift` is q, `freedom` is nu.
    """

    scale: Scale
    weekday: Array
    residuals: Array
    noise: float
    drift: float
    freedom: float
    gain: float
    level: float


def learn(values: Array, first_weekday: int, scale: Scale) -> Learned:
    """Learns from successive days; NaN marks gaps; `first_weekday` 0 is a Monday.

    Days left out at the end are no days: carried on they would weigh the last one twice.
    """
    z = scale.forward(values[: int(np.flatnonzero(np.isfinite(values))[-1]) + 1])
    known = np.isfinite(z)
    weekdays = (np.arange(len(z)) + first_weekday) % WEEK
    effects = np.zeros(WEEK)
    # Gaps are filled on the weekday-adjusted scale, and the effects need the filled series.
    for _ in range(1 if known.all() else 2):
        effects = weekday_effects(filled(z - effects[weekdays], known) + effects[weekdays], known)
        effects = np.roll(effects, first_weekday)
    d = filled(z - effects[weekdays], known)
    r = residuals(d, known)
    noise = noise_of(r)
    drift = drift_of(d, noise, int(known.sum()))
    gain = gain_of(drift, noise)
    return Learned(
        scale,
        effects,
        r,
        noise,
        drift,
        FREEDOM,
        gain,
        level_of(d, gain, max(noise, math.sqrt(drift))),
    )


def filled(d: Array, known: Known) -> Array:
    """Gaps filled by straight lines between their neighbours, flat at the ends."""
    days = np.arange(len(d))
    return np.asarray(np.interp(days, days[known], d[known]))


def centred_mean(d: Array) -> Array:
    """The mean of each day and three on either side; six days shorter than the series."""
    total = np.cumsum(np.concatenate(([0.0], d)))
    return np.asarray((total[WEEK:] - total[:-WEEK]) / WEEK)


def weekday_effects(z: Array, known: Known) -> Array:
    """s by days since the series' first weekday: trimmed means, shrunk, summing to zero."""
    off = z[3:-3] - centred_mean(z)
    effects = np.zeros(WEEK)
    for n in range(WEEK):
        first = (n - 3) % WEEK
        some = off[first::WEEK][known[3:-3][first::WEEK]]
        effects[n] = trimmed_mean(some) * len(some) / (len(some) + 0.5) if len(some) else 0.0
    return np.asarray(effects - effects.mean())


def trimmed_mean(values: Array) -> float:
    """The mean without the lowest and the highest fifth."""
    cut = len(values) // 5
    return float(np.sort(values)[cut : len(values) - cut].mean())


def residuals(d: Array, known: Known) -> Array:
    """r: what known days have beyond the mean around them, with that mean's own share put back."""
    off = (d[3:-3] - centred_mean(d)) * np.sqrt(WEEK / (WEEK - 1))
    return np.asarray(off[known[3:-3]])


def noise_of(r: Array) -> float:
    """sigma, deaf to single outliers but not to many."""
    deviation = MAD_TO_SD * float(np.median(np.abs(r - np.median(r))))
    return max(deviation, 0.5 * float(r.std()), 1e-4)


def drift_of(d: Array, noise: float, known: int) -> float:
    """q: the daily variance of the level, from whole weeks back from the origin, and the prior."""
    weeks = d[len(d) % WEEK :].reshape(-1, WEEK)
    means = 0.5 * weeks.mean(axis=1) + 0.5 * np.median(weeks, axis=1)
    steps = np.abs(np.diff(means))
    count = len(steps)
    steps = np.minimum(steps, 3 * MAD_TO_SD * np.median(steps))
    seen = max(0.0, (float((steps**2).mean()) - 2 * noise**2 / WEEK) / WEEKLY_GROWTH)
    drift = (PRIOR_WEEKS * PRIOR_DRIFT**2 + count * seen) / (PRIOR_WEEKS + count)
    return drift * (1 + WEEK / known)


def gain_of(drift: float, noise: float) -> float:
    """alpha: the steady-state gain of a level that drifts under noise."""
    ratio = drift / noise**2
    low, high = GAIN
    return min(max((math.sqrt(ratio**2 + 4 * ratio) - ratio) / 2, low), high)


def level_of(d: Array, gain: float, spread: float) -> float:
    """Where the level stands after the last day; a surprise counts at most 3 sigma.

    `spread` is sigma, or a day's drift where that is larger: a series without noise (a total that
    grows evenly) would else be left behind by its own level.
    """
    level, limit = float(np.median(d[:WEEK])), 3 * spread
    for value in d.tolist():
        level += gain * min(max(value - level, -limit), limit)
    return level
