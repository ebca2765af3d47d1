"""Scores and grades (R12): 0.96 of a committed goal never shows as 1.0."""

from __future__ import annotations

import math

from krtracker.evaluation.numbers import TOLERANCE, at_least
from krtracker.model import Commitment, KeyResult


def score_of(progress: float) -> float:
    """clamp(p, 0, 1), unrounded; a p that meets 1 within the tolerance is 1."""
    return 1.0 if at_least(progress, 1.0) else max(0.0, progress)


def shown_score(score: float) -> float:
    """The score to one decimal, half up, but never 1.0 unless it is 1 (R12)."""
    if at_least(score, 1.0):
        return 1.0
    return min(0.9, math.floor(score * 10 + 0.5 + TOLERANCE) / 10)


def overridden(key_result: KeyResult, score: float | None) -> tuple[float | None, tuple[str, ...]]:
    """The score a person set instead, which needs a reason; the computed one follows from p."""
    if key_result.score_override is None:
        return score, ()
    if not key_result.score_reason.strip():
        return score, ("override_without_reason",)
    return key_result.score_override, ("score_overridden",)


def grade_of(score: float, commitment: Commitment | None) -> str:
    """`met` or `missed`; for aspirational goals `delivered`, `progress` or `failed` (R12).

    A goal without a commitment is graded as committed (decisions.md 20).
    """
    if commitment is not Commitment.ASPIRATIONAL:
        return "met" if at_least(score, 1.0) else "missed"
    shown = shown_score(score)
    return "delivered" if shown >= 0.7 else "progress" if shown >= 0.4 else "failed"
