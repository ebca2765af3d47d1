"""Draws the paths a series may take from its origin on (F.1); knows no goal."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from krtracker.evaluation.forecast.method import WEEK, Learned
from krtracker.evaluation.forecast.scales import Array

PATHS = 1000


def paths(learned: Learned, weekdays: NDArray[np.int_], random: np.random.RandomState) -> Array:
    """1,000 paths in the metric's unit, one row each; a column for each day after the origin.

    `weekdays` are those of the columns, 0 Monday. The order of the draws is part of the method.
    """
    days = len(weekdays)
    spread = np.sqrt(2 * learned.gain) * learned.noise
    start = learned.level + spread * random.standard_normal(PATHS)
    heat = np.sqrt(learned.drift * learned.freedom / random.chisquare(learned.freedom, PATHS))
    z = random.standard_normal((PATHS, days))
    np.cumsum(z, axis=1, out=z)
    z *= heat[:, None]
    z += start[:, None]
    z += learned.weekday[weekdays]
    z += blocks(learned.residuals, days, random)
    return learned.scale.back(z)


def blocks(residuals: Array, days: int, random: np.random.RandomState) -> Array:
    """Noise as it came: whole runs of seven residuals, so that its short memory is kept."""
    count = -(-days // WEEK)
    starts = random.randint(0, len(residuals) - WEEK + 1, (PATHS, count))
    runs = np.lib.stride_tricks.sliding_window_view(residuals, WEEK)
    return runs[starts].reshape(PATHS, count * WEEK)[:, :days]
