"""How sure a rate is: Wilson's interval on pooled counts; knows no key result."""

from __future__ import annotations

import math

Z95 = 1.959963984540054
"""Half-width of a 95 % interval in standard errors."""


def wilson(rate: float, count: float, z: float = Z95) -> tuple[float, float] | None:
    """The 95 % interval of a rate seen in `count` cases; None where it is no rate of counts.

    (p + z^2/2n +- z sqrt(p(1-p)/n + z^2/4n^2)) / (1 + z^2/n), Wilson 1927.
    """
    if not 0 <= rate <= 1 or count <= 0:
        return None
    squared = z * z / count
    middle = (rate + squared / 2) / (1 + squared)
    half = z * math.sqrt(rate * (1 - rate) / count + squared / (4 * count)) / (1 + squared)
    # At 0 and 1 one end is the rate itself; only rounding could put it beside.
    return (0.0 if rate == 0 else middle - half), (1.0 if rate == 1 else middle + half)
