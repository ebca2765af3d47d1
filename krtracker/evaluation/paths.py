"""What is expected of a goal on a day (R8, R15, decisions.md 18): paths from origin to target."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Callable, Sequence
from typing import NamedTuple

from krtracker.evaluation.baselines import YEAR, basis_of, find_frozen
from krtracker.evaluation.days import Frame, Known, span_of
from krtracker.evaluation.numbers import needed_of, same
from krtracker.evaluation.question import Question
from krtracker.evaluation.targets import Aim
from krtracker.model import Frozen, Pace

MEASURED_DAYS = 56
"""Eight weeks before the start: what weekday weights are measured over (R8)."""

Shape = Callable[[int], float]
"""e0 of R15: the share of the unamended way due at the end of a day."""


class Path(NamedTuple):
    """The way a goal is expected to take; `share` is None for a goal that is held without pace."""

    share: Shape | None
    flags: tuple[str, ...] = ()
    freeze: tuple[Frozen, ...] = ()
    weights: tuple[float, ...] = ()


def path_of(question: Question, known: Known, frame: Frame, *, aim: Aim) -> Path:
    """The unamended path of a question's key result (R8)."""
    pace = question.key_result.pace
    if pace.kind == "hold":
        return Path(None)
    if pace.kind == "weekday":
        return _weekday(question, known, frame)
    if pace.kind == "last-year":
        return _last_year(known, frame)
    return Path(_simple(pace, frame, aim))


def expected(
    path: Path, frame: Frame, aim: Aim, *, pace: Pace
) -> tuple[float | None, float | None]:
    """Expected progress e and expected value V at the data day; None for a held goal (R8, R15)."""
    if path.share is None or frame.day is None:
        return None, None
    day = frame.day
    target = aim.at(day)
    bends = [one for one in aim.versions if one[0] <= day]
    if not bends or same(aim.first, aim.origin):
        e = path.share(day)
        return e, aim.origin + e * (target - aim.origin)
    way = Way(path.share, frame, aim, _values(pace, aim))
    value = _bent(way, bends, day)
    return _share(value, aim.origin, target, otherwise=path.share(day)), value


def _share(value: float, origin: float, target: float, *, otherwise: float) -> float:
    return otherwise if same(origin, target) else (value - origin) / (target - origin)


class Way(NamedTuple):
    """An unamended path with what bends it: `corners` are its dated points as quantities."""

    share: Shape
    frame: Frame
    aim: Aim
    corners: Sequence[tuple[int, float]]


def _bent(way: Way, bends: Sequence[tuple[int, float]], day: int) -> float:
    """V(d) after amendments: from the day before each on, straight to its target (R15)."""
    *earlier, (effective, target) = bends
    share, end = way.share, way.frame.end
    before = max(effective - 1, way.frame.start - 1)
    earlier = [one for one in earlier if one[0] <= before]
    if earlier:
        start = _bent(way, earlier, before)
    else:
        start = way.aim.origin + share(before) * (way.aim.first - way.aim.origin)
    kept = [one for one in way.corners if effective <= one[0] < end]
    if kept:
        return between(((before, start), *kept, (end, target)), day)
    left = 1 - share(before)
    return (
        target if same(left, 0) else start + (target - start) * (share(day) - share(before)) / left
    )


def _values(pace: Pace, aim: Aim) -> list[tuple[int, float]]:
    """The dated points of a path as quantities, oldest first."""
    way = aim.first - aim.origin
    return sorted(
        (
            point.day.toordinal(),
            point.quantity if point.quantity is not None else aim.origin + (point.share or 0) * way,
        )
        for point in pace.points
    )


def between(corners: Sequence[tuple[int, float]], day: int) -> float:
    """Straight lines through dated corners, level before the first and after the last."""
    n = bisect_right(corners, day, key=lambda corner: corner[0])
    if n == 0 or n == len(corners):
        return corners[min(n, len(corners) - 1)][1]
    (x0, y0), (x1, y1) = corners[n - 1], corners[n]
    return y0 + (y1 - y0) * (day - x0) / (x1 - x0)


def _line(frame: Frame) -> Shape:
    """tau, the share of the days gone by: 0 before the start, 1 from the end on."""
    start, length = frame.start - 1, frame.length
    return lambda day: min(max((day - start) / length, 0.0), 1.0)


def _simple(pace: Pace, frame: Frame, aim: Aim) -> Shape:
    tau = _line(frame)
    if pace.kind == "geometric" and not same(aim.first, aim.origin):
        ratio = aim.first / aim.origin
        return lambda day: (ratio ** tau(day) - 1) / (ratio - 1)
    if pace.kind == "s-curve":
        return lambda day: tau(day) ** 2 * (3 - 2 * tau(day))
    if pace.kind == "step" and pace.step is not None:
        step = pace.step.toordinal()
        return lambda day: 1.0 if day >= min(step, frame.end) else 0.0
    if pace.kind == "points" and not same(aim.first, aim.origin):
        return _through_points(pace, frame, aim)
    return tau


def _through_points(pace: Pace, frame: Frame, aim: Aim) -> Shape:
    way = aim.first - aim.origin
    inner = [
        (day, (value - aim.origin) / way)
        for day, value in _values(pace, aim)
        if frame.start <= day < frame.end
    ]
    corners = ((frame.start - 1, 0.0), *inner, (frame.end, 1.0))
    return lambda day: between(corners, day)


def _weekday(question: Question, known: Known, frame: Frame) -> Path:
    given = question.key_result.pace.weekday_weights
    if given is not None:
        return Path(_weekday_shape(given, question, frame))
    window = span_of(frame.start - MEASURED_DAYS, frame.start - 1)
    frozen = find_frozen(question, "weekday", window)
    if frozen is not None:
        return Path(_weekday_shape(frozen.values, question, frame), weights=frozen.values)
    weights = weekday_weights(question, known, frame)
    if weights is None:
        return Path(_line(frame), ("path_linear",))
    freeze: tuple[Frozen, ...] = ()
    if frame.start - 1 <= min(frame.settled, frame.expected, frame.day or 0):
        basis = basis_of(question.key_result, question.metric)
        freeze = (Frozen(question.key_result.id, "weekday", weights, window, basis=basis),)
    return Path(_weekday_shape(weights, question, frame), freeze=freeze, weights=weights)


def weekday_weights(question: Question, known: Known, frame: Frame) -> tuple[float, ...] | None:
    """Mean of each weekday over the eight weeks before the start, by the mean of the means.

    Monday first; holidays left out; None with fewer than four of five days, or a weekday without
    any, or no volume at all.
    """
    i, j = known.between(frame.start - MEASURED_DAYS, frame.start - 1)
    if j - i < needed_of(MEASURED_DAYS):
        return None
    holidays = {day.toordinal() for day in question.holidays}
    by_weekday: list[list[float]] = [[] for _ in range(7)]
    for day, value in zip(known.days[i:j], known.values[i:j], strict=True):
        if day not in holidays:
            by_weekday[(day - 1) % 7].append(value)
    if not all(by_weekday):
        return None
    means = [max(0.0, math.fsum(values) / len(values)) for values in by_weekday]
    whole = math.fsum(means)
    return tuple(7 * mean / whole for mean in means) if whole > 0 else None


def _weekday_shape(weights: Sequence[float], question: Question, frame: Frame) -> Shape:
    """sum of weights S..D by sum S..E; a holiday weighs as much as a Sunday (R8)."""
    start, end = frame.start, frame.end
    holidays = [day.toordinal() for day in question.holidays]
    holidays = sorted({day for day in holidays if start <= day <= end})

    def due(day: int) -> float:
        weeks, rest = divmod(min(max(day, start - 1), end) - start + 1, 7)
        parts = [weeks * weight for weight in weights] if weeks else []
        parts += [weights[(start - 1 + n) % 7] for n in range(rest)]
        parts += [weights[6] - weights[(one - 1) % 7] for one in holidays if one <= day]
        return math.fsum(parts)

    whole = due(end)
    return lambda day: due(day) / whole if whole else _line(frame)(day)


def _last_year(known: Known, frame: Frame) -> Path:
    """e = sum y[S-364 .. D-364] / sum y[S-364 .. E-364]; linear where that year is not known."""
    first, last = frame.start - YEAR.days, frame.end - YEAR.days
    i, j = known.between(first, last)
    whole = math.fsum(known.values[i:j])
    if j - i < needed_of(frame.periods.within(first, last)) or whole <= 0:
        return Path(_line(frame), ("path_linear",))

    def share(day: int) -> float:
        done = known.between(first, min(day, frame.end) - YEAR.days)[1]
        return math.fsum(known.values[i : max(i, done)]) / whole

    return Path(share)
