"""What an answer is worth: contract breaches refuse it, suspect days are set apart; never mended.

A contract breach (a day outside the window, a value that is no finite number, two values for one
day) refuses the whole batch. A day outside the metric's domain or against one of its expectations
is kept, marked, and takes nothing else with it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from math import inf, isfinite
from operator import gt, itemgetter

from krtracker.connector import UnexpectedAnswerError
from krtracker.model import Expectations, Metric, Point, Series
from krtracker.periods import Grain, Window, day_start, period_last_day

CLOSE = 1e-9
"""Relative distance that counts as equal in comparisons (R17)."""

LOOK_BACK = {"same weekday": (7, 14, 21, 28), "previous day": (1, 2, 3, 4, 5, 6, 7)}
"""How many days back a day is compared with: the nearest of these that is known and unsuspected."""

Suspects = dict[tuple[date, str], str]


@dataclass(frozen=True, slots=True)
class Judged:
    """Accepted points, oldest first, and the words of what some of them failed."""

    points: Sequence[Point]
    quarantined: Mapping[tuple[date, str], str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


class Memory:
    """The unsuspected values known so far, by segment and ordinal day: what changes are seen by."""

    __slots__ = ("_values",)

    def __init__(self) -> None:
        self._values: dict[str, dict[int, float]] = {}

    def learn(self, known: Mapping[str, Series]) -> None:
        for segment, series in known.items():
            self._values.setdefault(segment, {}).update(
                zip(series.days, series.values, strict=True)
            )

    def of(self, segment: str) -> dict[int, float]:
        return self._values.setdefault(segment, {})


def needs_history(metric: Metric) -> bool:
    """Whether judging a day of this metric takes earlier days."""
    return metric.expect.max_change is not None or bool(metric.expect.monotonic)


def judge(
    metric: Metric, points: Iterable[Point], window: Window, *, memory: Memory, week_start: int = 0
) -> Judged:
    """The points that hold to the contract, with the suspect ones among them named.

    Raises UnexpectedAnswerError naming the first offending day when the contract is broken.
    """
    accepted = checked_points(metric, list(points), window, week_start=week_start)
    if not accepted:
        return Judged(())
    suspects: Suspects = {}
    if metric.domain is not None:
        _outside(accepted, metric.domain, "the metric's domain is", suspects=suspects)
    if metric.expect.between is not None:
        _outside(accepted, metric.expect.between, "expected", suspects=suspects)
    if needs_history(metric):
        _unlike_before(accepted, metric.expect, memory, suspects=suspects)
    return Judged(accepted, suspects)


def checked_points(
    metric: Metric, points: list[Point], window: Window, *, week_start: int = 0
) -> list[Point]:
    """The same points with floats for values, oldest first, one a day and segment.

    A week or month is dated by its last day, whichever of its days the source named.
    """
    if not points:
        return points
    if not all(isinstance(point, Point) for point in points):
        raise UnexpectedAnswerError("the connector answered with something that is not a point")
    points = _with_numbers(points)
    if metric.grain is not Grain.DAY:
        points = [
            point._replace(day=period_last_day(point.day, metric.grain, week_start))
            for point in points
        ]
    days = [point.day for point in points]
    _check_window(days, window)
    if any(map(gt, days, days[1:])):
        points = sorted(points, key=itemgetter(0, 3))
    return _one_a_day(points)


def freshness_note(metric: Metric, newest: date | None, window: Window, *, now: datetime) -> str:
    """What to note when the newest day is older than `fresh_within`; empty when it is not.

    A window that could not have held a day so new is not judged: old history is not stale.
    """
    limit = metric.expect.fresh_within
    if limit is None or (now - window.end_utc).total_seconds() > limit:
        return ""
    if newest is None:
        return f"expected data within {limit / 3600:g} h: the answer held no day"
    age = (now - day_start(newest + timedelta(days=1), window.zone)).total_seconds()
    if age <= limit:
        return ""
    return f"expected data within {limit / 3600:g} h: the newest day is {newest}"


def _with_numbers(points: list[Point]) -> list[Point]:
    """Refuses what is no day, no finite number or no segment; makes every number a float."""
    days, values, weights, segments = zip(*points, strict=True)
    for kind in set(map(type, days)):
        if kind is not date:
            raise UnexpectedAnswerError(f"a day is a {kind.__name__}, not a date")
    if set(map(type, segments)) != {str}:
        raise UnexpectedAnswerError("a segment is not text")
    weighted = set(map(type, weights)) != {type(None)}
    if weighted and None in weights:
        raise UnexpectedAnswerError(
            f"{days[weights.index(None)]} has no weight while other days have one"
        )
    floats = _floats(values, days, "value")
    if not weighted:
        return points if floats is values else list(map(Point, days, floats, weights, segments))
    heavy = _floats(weights, days, "weight")
    if min(heavy) < 0:
        raise UnexpectedAnswerError(f"{days[heavy.index(min(heavy))]} has a weight below 0")
    if floats is values and heavy is weights:
        return points
    return list(map(Point, days, floats, heavy, segments))


def _floats(numbers: tuple[float, ...], days: tuple[date, ...], what: str) -> tuple[float, ...]:
    kinds = set(map(type, numbers))
    for kind in kinds:
        if kind is bool or not issubclass(kind, (int, float)):
            day = next(day for day, one in zip(days, numbers, strict=True) if type(one) is kind)
            raise UnexpectedAnswerError(f"the {what} of {day} is a {kind.__name__}, not a number")
    try:
        floats = numbers if kinds == {float} else tuple(map(float, numbers))
    except OverflowError:
        raise UnexpectedAnswerError(f"a {what} is too large for a number") from None
    if not all(map(isfinite, floats)):
        day = next(day for day, one in zip(days, floats, strict=True) if not isfinite(one))
        raise UnexpectedAnswerError(f"the {what} of {day} is not a finite number")
    return floats


def _check_window(days: list[date], window: Window) -> None:
    for day in (min(days), max(days)):
        if day not in window:
            raise UnexpectedAnswerError(f"{day} is outside the asked days {window.span}")


def _one_a_day(points: list[Point]) -> list[Point]:
    """Equal duplicates are one; two different values for one day and segment refuse the batch."""
    if len({(point.day, point.segment) for point in points}) == len(points):
        return points
    points = list(dict.fromkeys(points))
    seen: set[tuple[date, str]] = set()
    for point in points:
        if (point.day, point.segment) in seen:
            part = f" of segment `{point.segment}`" if point.segment else ""
            raise UnexpectedAnswerError(f"two values for {point.day}{part}")
        seen.add((point.day, point.segment))
    return points


def _outside(
    points: list[Point], limits: tuple[float, float], words: str, *, suspects: Suspects
) -> None:
    low, high = (
        limit - CLOSE * max(1.0, abs(limit)) * sign
        for limit, sign in zip(limits, (1, -1), strict=True)
    )
    values = [point.value for point in points]
    if low <= min(values) and max(values) <= high:
        return
    said = f"{words} {_limits(limits)}"
    for point in points:
        if point.weight != 0 and not low <= point.value <= high:
            _suspect(suspects, point, f"{point.value:,.12g}: {said}")


def _unlike_before(
    points: list[Point], expect: Expectations, memory: Memory, *, suspects: Suspects
) -> None:
    """Compares each day with earlier unsuspected ones, and remembers it when it holds."""
    back = LOOK_BACK[expect.change_against]
    for point in points:
        if point.weight == 0:
            continue
        known, day = memory.of(point.segment), point.day.toordinal()
        if expect.max_change is not None:
            before = next((known[day - n] for n in back if day - n in known), None)
            words = _changed(point.value, before, expect)
            if words:
                _suspect(suspects, point, words)
        if expect.monotonic:
            words = _turned(point.value, known.get(_newest_before(known, day)), expect)
            if words:
                _suspect(suspects, point, words)
        if (point.day, point.segment) in suspects:
            known.pop(day, None)
        else:
            known[day] = point.value


def _changed(value: float, before: float | None, expect: Expectations) -> str:
    # From 0 every change is infinitely large in percent: nothing can be said.
    if before is None or before == 0 or expect.max_change is None:
        return ""
    change = (value - before) / abs(before)
    if abs(change) <= expect.max_change + CLOSE:
        return ""
    limit = f"at most {expect.max_change:.0%} vs {expect.change_against}"
    return f"{value:,.12g} is {change:+.0%} from {before:,.12g}: expected {limit}"


def _turned(value: float, before: float | None, expect: Expectations) -> str:
    if before is None or value == before or (value > before) == (expect.monotonic == "up"):
        return ""
    return f"{value:,.12g} after {before:,.12g}: expected only to go {expect.monotonic}"


def _newest_before(known: dict[int, float], day: int) -> int:
    if day - 1 in known:
        return day - 1
    return max((one for one in known if one < day), default=-1)


def _suspect(suspects: Suspects, point: Point, words: str) -> None:
    key = (point.day, point.segment)
    suspects[key] = f"{suspects[key]}; {words}" if key in suspects else words


def _limits(limits: tuple[float, float]) -> str:
    low, high = limits
    if high == inf:
        return f"{low:,.12g} or more"
    if low == -inf:
        return f"{high:,.12g} or less"
    return f"between {low:,.12g} and {high:,.12g}"
