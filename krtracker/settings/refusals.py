"""Goals that cannot mean anything, knowable without data (R6, R8); says so and changes nothing."""

from __future__ import annotations

from collections.abc import Mapping

from krtracker.model import Baseline, Better, KeyResultType, Pace, Target
from krtracker.settings.aims import Goal


def check_goal_words(goal: Goal, baseline: Baseline | None, target: Target | None) -> None:
    """All refusals of one key result; reports, never raises."""
    if target is None or goal.type is not KeyResultType.BASELINE_TO_TARGET:
        return
    fixed = baseline.value if baseline is not None else None
    if target.kind in ("percent", "change") and baseline is None:
        if not goal.entry.broken & {"baseline"} and goal.entry.table.baseline is None:
            hint = 'a total has no default baseline: baseline = "previous cycle"'
            label = "a change of what?"
            goal.refuse("K026", "needs a baseline", goal.at("target"), label=label, hint=hint)
        return
    if target.kind == "percent" and fixed == 0:
        hint = "write the target itself"
        says = "is a percentage of zero"
        goal.refuse("K025", says, goal.at("target"), label="percent_of_zero_baseline", hint=hint)
        return
    end = end_value(target, fixed)
    _check_domain(goal, end)
    _check_direction(goal, fixed, target, end=end)


def end_value(target: Target, baseline: float | None) -> float | None:
    """The target in the metric's unit (R6), None while the baseline is not known."""
    if target.kind == "reach":
        return target.value
    if baseline is None:
        return None
    if target.kind == "percent":
        return baseline + abs(baseline) * target.value / 100
    return baseline + target.value


def _check_domain(goal: Goal, end: float | None) -> None:
    domain = goal.metric.domain
    if end is None or domain is None or domain[0] <= end <= domain[1]:
        return
    low, high = (goal.measure.written(bound) for bound in domain)
    label = f"`{goal.metric.id}` lies between {low} and {high}"
    goal.refuse("K024", "can never be", goal.at("target"), label=label)


def _check_direction(goal: Goal, start: float | None, target: Target, *, end: float | None) -> None:
    """A stated direction against the one that follows from the numbers."""
    table = goal.entry.table
    stated = table.direction or goal.way.better
    if stated is None or (goal.total and target.kind == "reach"):
        return
    way = _way(start, target, end)
    if way is None or way is Better(stated):
        return
    at = goal.at("target")
    whose = "direction" if table.direction else f"`{goal.metric.id}` is better"
    label = f'{whose} = "{stated}"' if table.direction else f"{whose} {stated}"
    says = "is behind the baseline" if target.kind == "reach" else "goes the other way"
    opposite = "down" if stated == "up" else "up"
    hint = "" if table.direction else f'if it is meant so, write direction = "{opposite}"'
    goal.refuse("K023", says, at, label=label, hint=hint)


def _way(start: float | None, target: Target, end: float | None) -> Better | None:
    if target.kind in ("percent", "change"):
        size = target.value
    elif start is not None and end is not None:
        size = end - start
    else:
        return None
    return None if size == 0 else Better.UP if size > 0 else Better.DOWN


def check_levels(
    goal: Goal,
    baseline: Baseline | None,
    target: Target | None,
    *,
    levels: Mapping[str, Target | None],
) -> None:
    """A commit level lies before the target, a stretch level behind it (K023)."""
    start = baseline.value if baseline is not None else None
    end = None if target is None else end_value(target, start)
    way = None if target is None else _way(start, target, end)
    for key, level in levels.items():
        value = None if level is None else end_value(level, start)
        if value is None or end is None or way is None:
            continue
        ahead = (value - end) * (1 if way is Better.UP else -1)
        if (ahead > 0) if key == "commit" else (ahead < 0):
            says = "lies beyond the target" if key == "commit" else "lies short of the target"
            label = f"the target is {goal.measure.written(end)}"
            goal.refuse("K023", says, goal.at(key), label=label)


def check_pace_words(
    goal: Goal, pace: Pace, *, baseline: Baseline | None, target: Target | None
) -> None:
    """Paths that do not fit the kind of goal (decisions.md 18)."""
    at, kind = goal.at("pace"), pace.kind
    if goal.total and kind == "geometric":
        hint = 'write pace = "weekday" or "linear"'
        goal.refuse("K033", "does not fit a cycle total", at, label="geometric", hint=hint)
    elif not goal.total and kind in ("weekday", "last-year"):
        hint = 'write pace = "linear", or actual = "cycle sum" to count a total'
        goal.refuse("K033", "is for cycle totals only", at, label=kind, hint=hint)
    elif kind == "geometric" and baseline is not None and target is not None:
        ends = (baseline.value, end_value(target, baseline.value))
        if any(one is not None and one <= 0 for one in ends):
            label = "compound growth needs numbers above zero"
            goal.refuse("K033", "cannot be geometric", at, label=label, hint='write "linear"')
