"""Draws the paths a series may take from its origin on (F.1); knows no goal."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from krtracker.evaluation.forecast.method import WEEK, Learned
from krtracker.evaluation.forecast.scales import Array

Weekdays = NDArray[np.int_]

PATHS = 1000


def paths(learned: Learned, weekdays: Weekdays, random: np.random.RandomState) -> Array:
    """1,000 paths in the metric's unit, one column each; a row for each day after the origin.

    `weekdays` are those of the rows, 0 Monday. The order of the draws is part of the method.
    """
    days = len(weekdays)
    spread = math.sqrt(2 * learned.gain) * learned.noise
    start = learned.level + spread * random.standard_normal(PATHS)
    heat = np.sqrt(learned.drift * learned.freedom / random.chisquare(learned.freedom, PATHS))
    z = random.standard_normal((days, PATHS))
    np.cumsum(z, axis=0, out=z)
    z *= heat
    z += start
    z += learned.weekday[weekdays][:, None]
    z += blocks(learned.residuals, days, random)
    return learned.scale.back(z)


def blocks(residuals: Array, days: int, random: np.random.RandomState) -> Array:
    """Noise as it came: whole runs of seven residuals, so that its short memory is kept."""
    count = -(-days // WEEK)
    starts = random.randint(0, len(residuals) - WEEK + 1, (count, PATHS))
    noise = np.empty((count * WEEK, PATHS))
    for n in range(WEEK):
        np.take(residuals, starts + n, out=noise[n::WEEK])
    return noise[:days]
