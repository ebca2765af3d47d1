"""The scale a series is forecast on, on which its changes are alike at every height; knows no days.

Values go through a logarithm, shares through a logit; a series that goes below zero stays plain.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

SHARE_MARGIN = 1e-3
"""How near to 0 and 1 a share may come, so that its logit stays finite."""


@dataclass(frozen=True)
class Scale:
    """`kind` is log, logit or plain; `size` is c0 of a log and the unit of a plain scale."""

    kind: str
    size: float

    def forward(self, values: Array) -> Array:
        """Values in the metric's unit to the scale; NaN stays NaN."""
        if self.kind == "logit":
            inside = np.clip(values, SHARE_MARGIN, 1 - SHARE_MARGIN)
            return np.log(inside / (1 - inside))
        return np.log(values + self.size) if self.kind == "log" else values / self.size

    def back(self, z: Array) -> Array:
        """The scale's numbers to values; works in the array it is given."""
        if self.kind == "plain":
            return np.multiply(z, self.size, out=z)
        if self.kind == "logit":
            return 1 / (1 + np.exp(-z))
        # A wandering path may leave what a float can hold; the ceiling is far beyond any target.
        np.exp(np.minimum(z, 700.0, out=z), out=z)
        return np.maximum(np.subtract(z, self.size, out=z), 0.0, out=z)


def scale_of(values: Array, *, share: bool = False, counted: bool = True) -> Scale:
    """The scale of known values (F.1); `share` says they lie in [0, 1], `counted` that 1 is a unit.

    Small counts with zeros get c0 = 0.5; what is not counted has no such unit, so its c0 is a tenth
    of the median whatever the unit: the answer must not hang on seconds or hours.
    """
    if share:
        return Scale("logit", 0.0)
    low, median = float(values.min()), float(np.median(values))
    if low < 0:
        return Scale("plain", float(np.median(np.abs(values))) or 1.0)
    if low > 0.05 * median:
        return Scale("log", 0.0)
    if counted and median <= 1.5:
        return Scale("log", 0.5)
    return Scale("log", 0.1 * median or 0.5 * float(values.mean()) or 0.5)
