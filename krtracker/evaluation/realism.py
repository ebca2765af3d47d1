"""How often a metric moved as much as a goal asks (draft-check): past windows counted, no odds."""

from __future__ import annotations

import math
from dataclasses import dataclass

from krtracker.evaluation.actuals import View, reading_at
from krtracker.evaluation.baselines import footing
from krtracker.evaluation.cases import case_of
from krtracker.evaluation.days import Frame, Known, frame_of, known_points
from krtracker.evaluation.numbers import at_least, needed_of
from krtracker.evaluation.quantities import percent, plain_number
from krtracker.evaluation.question import Question, actual_of
from krtracker.evaluation.targets import aim_of
from krtracker.model import Kind

ROLLING = 7
"""Days between two windows of the rolling count."""


@dataclass(frozen=True, slots=True)
class Realism:
    """How a goal compares with the metric's own past.

    `needed` is the move asked for, as a share of where it starts; `cycles` windows of the same
    length lie one behind the other before the start, `reached` of them moved at least as much;
    `rolling` windows start a week apart, `rolling_reached` of them did. `best` is the largest move
    in the goal's direction. `problem` says why nothing can be compared.
    """

    key_result: str
    needed: float | None = None
    cycles: int = 0
    reached: int = 0
    rolling: int = 0
    rolling_reached: int = 0
    best: float | None = None
    problem: str = ""

    @property
    def words(self) -> str:
        """The finding in one sentence."""
        if self.problem or self.needed is None:
            return f"Nothing to compare with: {self.problem or 'the move is not known'}."
        asked = f"A move of {percent(round(self.needed, 4))}"
        if not self.rolling:
            return f"{asked}: not one window of this length lies in its history."
        share = self.rolling_reached / self.rolling
        often = f"{share * 100:.0f}% of {plain_number(self.rolling)} windows"
        if not self.rolling_reached:
            best = percent(round(self.best or 0.0, 4))
            return f"{asked}: never in {often.partition(' of ')[2]}, the best was {best}."
        if share >= 0.8:
            return f"{asked}: by drift alone in {often}; the target asks for little."
        cycles = f"{self.reached} of {self.cycles} cycles one behind the other"
        return f"{asked}: in {often} ({cycles})."


def realism(question: Question, history: Question) -> Realism:
    """How often the metric moved as much as the goal of `question` asks, before its start.

    `history` is the same question with the whole series the store knows.
    """
    key_result, metric = question.key_result, question.metric
    case = case_of(question)
    if case.problem is not None:
        return Realism(key_result.id, problem=case.problem[1])
    baseline = case.ground.value
    if baseline is None or actual_of(key_result, metric).is_total:
        baseline = baseline or _measured_now(history)
    aim = aim_of(key_result, metric, baseline)
    if aim is None or baseline is None:
        return Realism(key_result.id, problem=case.ground.problem or "it has no baseline")
    if baseline == 0:
        return Realism(key_result.id, problem="it starts from zero")
    needed = (aim.at(case.frame.end) - baseline) / abs(baseline) * aim.direction
    return _counted(history, needed, direction=aim.direction)


def _measured_now(history: Question) -> float | None:
    """Where a goal that has not begun would start today."""
    known, frame = _whole(history)
    if actual_of(history.key_result, history.metric).is_total:
        return _total(known, frame, frame.start - frame.length, last=frame.start - 1)
    return footing(history, known, frame).value or _level_at(history, known, frame, day=frame.day)


def _whole(history: Question) -> tuple[Known, Frame]:
    days = history.series.days
    first = int(days[0]) if len(days) else history.key_result.span.first.toordinal()
    actual = actual_of(history.key_result, history.metric)
    pooled = actual.how == "weighted_mean" or history.metric.kind is Kind.RATIO
    known = known_points(history, first, pooled=pooled)
    return known, frame_of(history, known)


def _counted(history: Question, needed: float, *, direction: int) -> Realism:
    known, frame = _whole(history)
    first = known.days[0] if known.days else frame.start
    last = min(frame.start - 1, frame.day or frame.start - 1)
    behind = [last - n * frame.length for n in range((last - first) // frame.length + 1)]
    apart = [last - n * ROLLING for n in range(max(0, last - first) // ROLLING + 1)]
    moves = {end: _move(history, known, frame, end=end) for end in {*behind, *apart}}
    sized = {end: move * direction for end, move in moves.items() if move is not None}
    cycles = [sized[end] for end in behind if end in sized]
    rolling = [sized[end] for end in apart if end in sized]
    return Realism(
        history.key_result.id,
        needed=needed,
        cycles=len(cycles),
        reached=sum(at_least(one, needed) for one in cycles),
        rolling=len(rolling),
        rolling_reached=sum(at_least(one, needed) for one in rolling),
        best=max(rolling, default=None),
    )


def _move(history: Question, known: Known, frame: Frame, *, end: int) -> float | None:
    """The relative move over one window that ends on a day: levels end to end, totals by sums."""
    start = end - frame.length
    if actual_of(history.key_result, history.metric).is_total:
        before = _total(known, frame, start - frame.length + 1, last=start)
        after = _total(known, frame, start + 1, last=end)
    else:
        before = _level_at(history, known, frame, day=start)
        after = _level_at(history, known, frame, day=end)
    if before is None or after is None or before == 0:
        return None
    return (after - before) / abs(before)


def _level_at(history: Question, known: Known, frame: Frame, *, day: int | None) -> float | None:
    if day is None:
        return None
    actual = actual_of(history.key_result, history.metric)
    if actual.how.startswith("cycle_"):
        frame = frame._replace(start=day - frame.length + 1)
    return reading_at(View(known, actual, history.metric, frame, frame.periods.floor(day))).value


def _total(known: Known, frame: Frame, first: int, *, last: int) -> float | None:
    """The sum of a window, four of five of its days known, as if the others were like them."""
    i, j = known.between(first, last)
    due = frame.periods.within(first, last)
    if j - i < max(1, needed_of(due)):
        return None
    return math.fsum(known.values[i:j]) * due / (j - i)
