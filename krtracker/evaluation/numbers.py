"""Comparing floats as people mean them (R17); this room never rounds a stored number."""

from __future__ import annotations

import math

TOLERANCE = 1e-9
FAR = 2 * TOLERANCE**2
"""Of 1 + x^2 + y^2: a gap whose square is more than this share of it is no equal, by far."""
MONTH_DAYS = 487 / 16
"""The days of a mean month: 365.25 / 12 (R4)."""


def same(x: float, y: float) -> bool:
    """Whether two numbers count as equal: |x - y| <= 1e-9 max(1, |x|, |y|) (R17).

    An infinite one equals itself alone.
    """
    if x == y:
        return True
    gap, square = x - y, x * x + y * y
    # Squares rule out nearly all pairs, and cost a fraction of what follows.
    if gap * gap > FAR * (1.0 + square):
        return False
    return abs(gap) <= TOLERANCE * max(1.0, abs(x), abs(y)) < math.inf


def at_least(x: float, y: float) -> bool:
    """x >= y, equal within the tolerance of R17."""
    return x >= y or same(x, y)


def at_most(x: float, y: float) -> bool:
    """x <= y, equal within the tolerance of R17."""
    return x <= y or same(x, y)


def beyond(x: float, y: float, direction: int) -> bool:
    """Whether x lies strictly further than y in a direction (1 up, -1 down)."""
    return (x - y) * direction > 0 and not same(x, y)


def needed_of(due: int) -> int:
    """How many of `due` periods must be known: four in five, rounded up (R4)."""
    return -(-4 * due // 5)
