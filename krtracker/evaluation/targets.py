"""Where a goal ends (R6, R15): target in force, direction, and which goals are refused."""

from __future__ import annotations

from typing import NamedTuple

from krtracker.evaluation.actuals import SUMS
from krtracker.evaluation.numbers import beyond, same
from krtracker.evaluation.quantities import quantity
from krtracker.evaluation.question import actual_of, baseline_of
from krtracker.model import Better, KeyResult, KeyResultType, Kind, Metric, Target

Refusal = tuple[str, str]
"""A reason code and its sentence."""

WORDS = {1: "rise", -1: "fall"}


class Aim(NamedTuple):
    """Where a goal runs: origin, first target, its later versions by effective day, direction."""

    origin: float
    first: float
    versions: tuple[tuple[int, float], ...]
    direction: int

    def at(self, day: int) -> float:
        """The target in force on a day (R15)."""
        target = self.first
        for effective, value in self.versions:
            if effective <= day:
                target = value
        return target


def check_goal(key_result: KeyResult, metric: Metric) -> Refusal | None:
    """The refusals of R4, R6 and R8 that are knowable without data: reason code and sentence."""
    actual = actual_of(key_result, metric)
    baseline = baseline_of(key_result, actual)
    if key_result.target is None:
        return "no_target", "the key result has no target"
    if key_result.type is not KeyResultType.BASELINE_TO_TARGET:
        return keep_refused(key_result)
    fixed = baseline is not None and baseline.kind == "fixed"
    return (
        _aggregation_refused(key_result, metric)
        or _pace_refused(key_result, metric)
        or _direction_refused(key_result, metric, key_result.target)
        or goal_refused(
            key_result, metric, baseline.value if fixed and baseline else None, measured=False
        )
    )


def keep_refused(key_result: KeyResult) -> Refusal | None:
    """What makes a goal to be kept (R11) meaningless: a change for a bound, or bounds crossed."""
    target, between = key_result.target, key_result.type is KeyResultType.KEEP_BETWEEN
    if target is None or target.kind != ("range" if between else "reach"):
        words = "two bounds" if between else "a bound"
        return "no_bounds", f"a {key_result.type} key result needs {words} for a target"
    if between and (target.high is None or target.high < target.value):
        return "no_bounds", "the lower bound lies above the upper one"
    return None


def _aggregation_refused(key_result: KeyResult, metric: Metric) -> Refusal | None:
    actual = actual_of(key_result, metric)
    phrase = actual.text or actual.how
    if metric.kind is Kind.RATIO and actual.how in SUMS | {"mean"}:
        words = f"`{phrase}` would average or add daily ratios: use `7d weighted mean` or `last`"
        return "mean_of_ratios", words
    if not metric.additive and actual.how in SUMS:
        words = f"`{phrase}` adds up days of `{metric.id}`, which do not add up: use a mean"
        return "not_additive", words
    return None


def _pace_refused(key_result: KeyResult, metric: Metric) -> Refusal | None:
    kind, total = key_result.pace.kind, actual_of(key_result, metric).is_total
    if kind == "geometric" and total:
        return "geometric_total", "a geometric path is not for totals: use linear or weekday"
    if kind in {"weekday", "last-year"} and not total:
        return "path_of_totals", f'a {kind} path is only for totals (`actual = "cycle sum"`)'
    if kind == "weekday" and metric.grain != "day":
        return "path_of_days", f"a weekday path needs daily values, `{metric.id}` is by the week"
    return None


def _direction_refused(key_result: KeyResult, metric: Metric, target: Target) -> Refusal | None:
    actual = actual_of(key_result, metric)
    if target.kind != "reach" and baseline_of(key_result, actual) is None:
        return "no_baseline", f"the target {phrase_of(target)} is relative, so it needs a baseline"
    if target.kind != "reach" and key_result.direction is not None:
        wanted = 1 if key_result.direction is Better.UP else -1
        if target.value * wanted < 0:
            words = f"the target {phrase_of(target)} lies behind the baseline of a goal that should"
            return "target_behind_baseline", f"{words} {WORDS[wanted]}"
    return None


def phrase_of(target: Target) -> str:
    """The target as the configuration wrote it, or its number."""
    return f"`{target.text}`" if target.text else f"{target.value:+g}"


def direction_of(key_result: KeyResult, metric: Metric) -> int:
    """1 for a goal that should rise, -1 for one that should fall (decisions.md 14).

    Said by the key result, else by the sign of a change, else by a stated baseline and the target,
    else by the metric. A total starts from zero, so only a stated comparison figure counts there.
    """
    if key_result.direction is not None:
        return 1 if key_result.direction is Better.UP else -1
    target, baseline = key_result.target, key_result.baseline
    if target is not None and target.kind != "reach" and target.value:
        return 1 if target.value > 0 else -1
    stated = (
        None if baseline is None else baseline.value if baseline.kind == "fixed" else baseline.about
    )
    unstated = stated is None or (actual_of(key_result, metric).is_total and same(stated, 0))
    if target is not None and stated is not None and not unstated:
        last = first_target(key_result, stated)
        if last is not None and not same(last, stated):
            return 1 if last > stated else -1
    return 1 if metric.better is Better.UP else -1


def first_target(key_result: KeyResult, baseline: float | None) -> float | None:
    """The target before any amendment (R6); None where it needs a baseline that is not known."""
    if key_result.amendments:
        return min(key_result.amendments, key=lambda one: one.day).old
    target = key_result.target
    if target is None:
        return None
    if target.kind == "reach":
        return target.value
    if baseline is None:
        return None
    if target.kind == "change":
        return baseline + target.value
    return baseline + abs(baseline) * target.value / 100


def aim_of(key_result: KeyResult, metric: Metric, baseline: float | None) -> Aim | None:
    """Origin, targets and direction; None where the baseline they need is not known."""
    total = actual_of(key_result, metric).is_total
    first = first_target(key_result, baseline)
    origin = 0.0 if total else baseline
    if first is None or origin is None:
        return None
    versions = tuple(
        (one.day.toordinal(), one.new)
        for one in sorted(key_result.amendments, key=lambda one: one.day)
    )
    return Aim(origin, first, versions, direction_of(key_result, metric))


def goal_refused(
    key_result: KeyResult, metric: Metric, baseline: float | None, *, measured: bool
) -> Refusal | None:
    """Why a goal cannot be judged from a baseline on (R6); `baseline` None is "not known yet"."""
    target = key_result.target
    if (
        target is not None
        and target.kind == "percent"
        and baseline is not None
        and same(baseline, 0)
    ):
        words = f"the target {phrase_of(target)} is a percentage of a baseline of zero"
        return "percent_of_zero_baseline", f"{words}: give an absolute target"
    first = first_target(key_result, baseline)
    if first is None:
        return None
    return (
        _outside_domain(key_result, metric, first)
        or _behind(key_result, metric, first, baseline=baseline, measured=measured)
        or _no_growth(key_result, metric, first, baseline=baseline)
    )


def _targets(key_result: KeyResult, first: float) -> list[float]:
    return [first, *(one.new for one in key_result.amendments)]


def _outside_domain(key_result: KeyResult, metric: Metric, first: float) -> Refusal | None:
    if metric.domain is None or actual_of(key_result, metric).how in SUMS:
        return None
    low, high = metric.domain
    for target in _targets(key_result, first):
        if beyond(low, target, 1) or beyond(target, high, 1):
            words = f"the target {quantity(metric, target)} lies outside what `{metric.id}` can be"
            between = f"{quantity(metric, low)} to {quantity(metric, high)}"
            return "target_out_of_domain", f"{words} ({between})"
    return None


def _behind(
    key_result: KeyResult, metric: Metric, first: float, *, baseline: float | None, measured: bool
) -> Refusal | None:
    direction = direction_of(key_result, metric)
    if actual_of(key_result, metric).is_total:
        return _falling_total(metric, _targets(key_result, first), direction)
    for target in _targets(key_result, first):
        if baseline is not None and beyond(baseline, target, direction):
            start, end = quantity(metric, baseline), quantity(metric, target)
            should = f"of a goal that should {WORDS[direction]}"
            if measured and target == first:
                words = f"the measured baseline {start} is already beyond the target {end} {should}"
                return "already_reached", f"{words}: set `direction` or another target"
            words = f"the target {end} lies behind the baseline {start} {should}"
            return "target_behind_baseline", words
    return None


def _falling_total(metric: Metric, targets: list[float], direction: int) -> Refusal | None:
    for target in targets:
        if beyond(0.0, target, direction):
            words = f"a cycle total that should {WORDS[direction]} cannot run from 0 to"
            hint = "it would count as reached when it is overshot; use a mean or a run rate"
            return "falling_total", f"{words} {quantity(metric, target)}: {hint}"
    return None


def _no_growth(
    key_result: KeyResult, metric: Metric, first: float, *, baseline: float | None
) -> Refusal | None:
    if key_result.pace.kind != "geometric" or baseline is None:
        return None
    if baseline > 0 and first > 0:
        return None
    words = "a geometric path needs a baseline and a target above zero, not"
    ends = f"{quantity(metric, baseline)} and {quantity(metric, first)}"
    return "geometric_needs_positive", f"{words} {ends}"
