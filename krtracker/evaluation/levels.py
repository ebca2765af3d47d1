"""The levels around a target: what was committed to, what would be a stretch; grades nothing."""

from __future__ import annotations

from krtracker.evaluation.numbers import beyond
from krtracker.evaluation.quantities import quantity
from krtracker.evaluation.targets import Aim, Refusal
from krtracker.model import KeyResult, Metric, Target


def level_value(level: Target | None, baseline: float | None) -> float | None:
    """A commit or stretch level in the metric's unit, as R6 reads a target."""
    if level is None:
        return None
    if level.kind == "reach":
        return level.value
    if baseline is None:
        return None
    if level.kind == "change":
        return baseline + level.value
    return baseline + abs(baseline) * level.value / 100


def level_of(
    key_result: KeyResult, baseline: float | None, aim: Aim, *, actual: float, target: float
) -> str:
    """The highest level the actual meets: "", "commit", "target" or "stretch"."""
    found = ""
    for name, value in (
        ("commit", level_value(key_result.commit, baseline)),
        ("target", target),
        ("stretch", level_value(key_result.stretch, baseline)),
    ):
        if value is not None and not beyond(value, actual, aim.direction):
            found = name
    return found


def levels_refused(
    key_result: KeyResult, metric: Metric, baseline: float | None, *, aim: Aim
) -> Refusal | None:
    """A commit level lies before the target, a stretch level behind it."""
    target = aim.versions[-1][1] if aim.versions else aim.first
    direction = aim.direction
    commit = level_value(key_result.commit, baseline)
    stretch = level_value(key_result.stretch, baseline)
    end = quantity(metric, target)
    if commit is not None and beyond(commit, target, direction):
        words = f"the commit level {quantity(metric, commit)} lies beyond the target {end}"
        return "levels_out_of_order", words
    if stretch is not None and beyond(target, stretch, direction):
        words = f"the stretch level {quantity(metric, stretch)} lies short of the target {end}"
        return "levels_out_of_order", words
    return None


def level_words(
    key_result: KeyResult, metric: Metric, baseline: float | None, *, level: str
) -> str:
    """Which of the levels stated is met, as a part of the reason; "" where none is stated."""
    commit = level_value(key_result.commit, baseline)
    stretch = level_value(key_result.stretch, baseline)
    if level == "stretch" and stretch is not None:
        return f"the stretch level {quantity(metric, stretch)} is met"
    if level == "target" and stretch is not None:
        return f"the stretch level is {quantity(metric, stretch)}"
    if commit is None or level in {"target", "stretch"}:
        return ""
    return f"the commit level {quantity(metric, commit)} is {'' if level else 'not '}met"
