"""Verdicts by pace and by chance (R9, R10, decisions.md 20); one day's word, no memory."""

from __future__ import annotations

import math
from typing import NamedTuple

from krtracker.evaluation.numbers import at_least, at_most
from krtracker.model import Commitment, Status, StatusRule

SIDES = (Status.ON_TRACK, Status.AT_RISK, Status.OFF_TRACK)
"""The three that take part in R14, mildest first."""

DEPTH = {status: depth for depth, status in enumerate(SIDES)}


class Limits(NamedTuple):
    """Where on track and at risk end, and the inner limits that a way back must pass (R14).

    `by_chance`: the measure is a probability, so more is better; else it is a catch-up factor.
    """

    on_track: float
    at_risk: float
    inner_on_track: float
    inner_at_risk: float
    by_chance: bool = False


def pace_limits(rule: StatusRule, *, total: bool) -> Limits:
    """The limits on the catch-up factor c (R9, R14)."""
    on_track, at_risk = rule.pace_total if total else rule.pace_level
    inner = (0.02, 0.05) if total else (0.05, 0.10)
    return Limits(on_track, at_risk, on_track - inner[0], at_risk - inner[1])


def chance_limits(rule: StatusRule, commitment: Commitment | None) -> Limits:
    """The limits on the probability; committed goals have their own (R10.8)."""
    committed = commitment is Commitment.COMMITTED
    on_track, at_risk = rule.committed if committed else (rule.on_track, rule.at_risk)
    return Limits(on_track, at_risk, on_track + 0.05, at_risk + 0.05, by_chance=True)


def catch_up(progress: float, due: float | None) -> float | None:
    """c of R9: how many times the planned pace is needed from here; None for a held goal."""
    if due is None:
        return None
    if at_least(progress, 1.0):
        return 0.0
    return math.inf if at_least(due, 1.0) else (1 - progress) / (1 - due)


def verdict(measure: float, limits: Limits, published: Status | None = None) -> Status:
    """What a measure says; against a worse published status it must pass the inner limits (R14)."""
    outer = _depth(measure, limits.on_track, limits.at_risk, by_chance=limits.by_chance)
    depth = DEPTH.get(published, 0) if published is not None else 0
    if outer >= depth:
        return SIDES[outer]
    inner = _depth(measure, limits.inner_on_track, limits.inner_at_risk, by_chance=limits.by_chance)
    return SIDES[max(outer, min(depth, inner))]


def _depth(measure: float, on_track: float, at_risk: float, *, by_chance: bool) -> int:
    holds = at_least if by_chance else at_most
    if holds(measure, on_track):
        return 0
    return 1 if holds(measure, at_risk) else 2
