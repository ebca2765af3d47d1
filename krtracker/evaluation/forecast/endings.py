"""The actual of R4 on every path and day to come, known days before the origin counted in."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from krtracker.evaluation.days import Known
from krtracker.evaluation.forecast.scales import Array
from krtracker.evaluation.numbers import MONTH_DAYS
from krtracker.model import Actual
from krtracker.periods import add_months

Places = NDArray[np.int_]

EXTREMES = {"cycle_max": np.maximum, "cycle_min": np.minimum}


class Outlook(NamedTuple):
    """Known days to the origin and 1,000 paths after it; `weights` only where values are pooled.

    `days` are the rows of `paths`; `start` is the first day of the cycle.
    """

    known: Known
    days: list[int]
    paths: Array
    weights: Array | None
    start: int

    @property
    def first(self) -> int:
        """The first row that lies in the cycle."""
        return bisect_left(self.days, self.start)


def actuals(outlook: Outlook, actual: Actual) -> Array:
    """The aggregate at each day to come inside the cycle, one column a path (R4)."""
    if actual.how == "last":
        return outlook.paths[outlook.first :]
    if actual.how in EXTREMES:
        return _extreme(outlook, EXTREMES[actual.how])
    if actual.how == "cycle_percentile":
        return _percentiles(outlook, actual.size)
    return _windowed(outlook, actual)


def _in_cycle(outlook: Outlook) -> list[float]:
    return outlook.known.values[bisect_left(outlook.known.days, outlook.start) :]


def _extreme(outlook: Outlook, keep: np.ufunc) -> Array:
    found: Array = keep.accumulate(outlook.paths[outlook.first :], axis=0)
    before = _in_cycle(outlook)
    return keep(found, keep.reduce(before)) if before else found


def _percentiles(outlook: Outlook, share: float) -> Array:
    ahead, before = outlook.paths[outlook.first :], _in_cycle(outlook)
    known = len(before)
    past = np.broadcast_to(np.asarray(before)[:, None], (known, ahead.shape[1]))
    whole = np.concatenate((past, ahead)).T.copy()
    rows = [np.percentile(whole[:, : known + n + 1], share, axis=1) for n in range(len(ahead))]
    return np.stack(rows)


def _windowed(outlook: Outlook, actual: Actual) -> Array:
    """Sums over a window, divided by days or weights: means, totals, run rates, months."""
    known, weights = outlook.known, outlook.weights
    days = known.days + outlook.days
    windows = [_window(days, n, actual, start=outlook.start) for n in _rows(outlook)]
    begin, end = (np.asarray(side) for side in zip(*windows, strict=True))
    if weights is not None and known.weights is not None:
        before = np.asarray(known.values) * known.weights
        tops = _window_sums(before, outlook.paths * weights[:, None], begin, end=end)
        mass = np.concatenate(([0.0], np.cumsum([*known.weights, *weights.tolist()])))
        return np.asarray(tops / (mass[end] - mass[begin])[:, None])
    sums = _window_sums(np.asarray(known.values), outlook.paths, begin, end=end)
    if actual.how in {"cycle_sum", "month_to_date", "last_full_month"}:
        return sums
    rate = MONTH_DAYS if actual.how == "run_rate" else 1.0
    return np.asarray(sums * (rate / (end - begin))[:, None])


def _rows(outlook: Outlook) -> range:
    known = len(outlook.known.days)
    return range(known + outlook.first, known + len(outlook.days))


def _window(days: Sequence[int], n: int, actual: Actual, *, start: int) -> tuple[int, int]:
    """The slice [i, j) of all days that the actual at the n-th of them is taken from."""
    if actual.how == "cycle_sum":
        return bisect_left(days, start), n + 1
    if actual.how == "last_n":
        return max(0, n + 1 - int(actual.size)), n + 1
    if actual.how == "month_to_date":
        return bisect_left(days, days[n] - date.fromordinal(days[n]).day + 1), n + 1
    if actual.how == "last_full_month":
        following = date.fromordinal(days[n] + 1).replace(day=1)
        first = add_months(following, -1).toordinal()
        return bisect_left(days, first), bisect_left(days, following.toordinal())
    return bisect_left(days, days[n] - int(actual.size) + 1), n + 1


def _window_sums(before: Array, ahead: Array, begin: Places, *, end: Places) -> Array:
    """Sums of [begin, end) over known values followed by each path."""
    known = len(before)
    past = np.concatenate(([0.0], np.cumsum(before)))
    # Summed from the origin outwards, so that a short window is no difference of long sums.
    share = past[np.minimum(end, known)] - past[np.minimum(begin, known)]
    running = np.zeros((len(ahead) + 1, ahead.shape[1]))
    np.cumsum(ahead, axis=0, out=running[1:])
    sums = running[np.maximum(end - known, 0)]
    late = np.flatnonzero(begin > known)
    sums[late] -= running[begin[late] - known]
    sums += share[:, None]
    return sums
