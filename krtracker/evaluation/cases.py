"""A question worked out to its numbers: actual, baseline, p, e, c (R4 to R9); no verdicts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from krtracker.evaluation.actuals import Reading, View, reading_at
from krtracker.evaluation.baselines import Footing, find_frozen, footing
from krtracker.evaluation.days import Frame, Known, frame_of, known_points
from krtracker.evaluation.intervals import wilson
from krtracker.evaluation.levels import level_of, levels_refused
from krtracker.evaluation.needs import first_needed
from krtracker.evaluation.numbers import at_least, beyond, same
from krtracker.evaluation.paths import Path, expected, path_of
from krtracker.evaluation.question import Question, actual_of
from krtracker.evaluation.statuses import catch_up
from krtracker.evaluation.targets import Aim, Refusal, aim_of, check_goal, goal_refused
from krtracker.model import Frozen, Kind


class Standing(NamedTuple):
    """Where a goal stands at its data day; None is "cannot be said"."""

    reading: Reading | None = None
    target: float | None = None
    progress: float | None = None
    expected: float | None = None
    expected_value: float | None = None
    catch_up: float | None = None

    @property
    def actual(self) -> float | None:
        return None if self.reading is None else self.reading.value


class Case(NamedTuple):
    """Everything verdict, reason and digest are made from; `final` is the frozen closing answer."""

    question: Question
    known: Known
    frame: Frame
    ground: Footing
    problem: Refusal | None
    aim: Aim | None
    path: Path
    standing: Standing
    final: Frozen | None
    total: bool


def case_of(question: Question) -> Case:
    """The numbers of a question, refused goals included."""
    key_result, metric = question.key_result, question.metric
    actual = actual_of(key_result, metric)
    pooled = actual.how == "weighted_mean" or metric.kind is Kind.RATIO
    first = first_needed(key_result, metric, question.previous_cycle)
    known = known_points(question, first, pooled=pooled)
    frame = frame_of(question, known)
    ground = footing(question, known, frame)
    problem = check_goal(key_result, metric)
    if problem is None and ground.measured:
        problem = goal_refused(key_result, metric, ground.value, measured=True)
    aim = None if problem else aim_of(key_result, metric, ground.value)
    if aim is not None and (key_result.commit or key_result.stretch):
        problem = levels_refused(key_result, metric, ground.value, aim=aim)
        aim = None if problem else aim
    path = path_of(question, known, frame, aim=aim) if aim else Path(None)
    final = find_frozen(question, "final", key_result.span)
    standing = Standing() if problem else _standing(question, known, frame, aim=aim, path=path)
    total = actual.is_total
    return Case(question, known, frame, ground, problem, aim, path, standing, final, total)


def _standing(
    question: Question, known: Known, frame: Frame, *, aim: Aim | None, path: Path
) -> Standing:
    if frame.day is None:
        return Standing(target=aim and aim.at(frame.limit))
    actual = actual_of(question.key_result, question.metric)
    reading = reading_at(View(known, actual, question.metric, frame, frame.day))
    if aim is None:
        return Standing(reading)
    due, value = expected(path, frame, aim, pace=question.key_result.pace)
    target = aim.at(frame.day)
    if reading.value is None:
        return Standing(reading, target, None, due, value)
    progress = progress_of(reading.value, aim, target)
    return Standing(reading, target, progress, due, value, catch_up(progress, due))


def progress_of(actual: float, aim: Aim, target: float) -> float:
    """p = (A - O)/(T - O), raw; where T = O it is 1 at or beyond the target, else 0 (R7)."""
    if same(aim.origin, target):
        return 0.0 if beyond(target, actual, aim.direction) else 1.0
    return (actual - aim.origin) / (target - aim.origin)


def level_met(case: Case) -> str:
    """The highest of commit, target and stretch that the actual meets; "" for none."""
    standing, key_result = case.standing, case.question.key_result
    if case.aim is None or standing.actual is None or standing.target is None:
        return ""
    aim = case.aim
    return level_of(
        key_result, case.ground.value, aim, actual=standing.actual, target=standing.target
    )


def interval_of(case: Case) -> tuple[float, float] | None:
    """Wilson's 95 % interval of a rate pooled over counts; None for anything else."""
    reading = case.standing.reading
    if case.question.metric.kind is not Kind.RATIO or reading is None or not reading.weight:
        return None
    return None if reading.value is None else wilson(reading.value, reading.weight)


def within_noise(case: Case) -> bool:
    """Whether where the goal started lies inside the interval: nothing has been shown to move."""
    interval, aim = interval_of(case), case.aim
    return interval is not None and aim is not None and interval[0] <= aim.origin <= interval[1]


def settled_progress(case: Case) -> float | None:
    """p of a total from settled days alone, against the target in force (R10.6)."""
    frame, aim = case.frame, case.aim
    if aim is None or case.standing.target is None:
        return None
    question = case.question
    actual = actual_of(question.key_result, question.metric)
    day = min(frame.settled, frame.limit)
    reading = reading_at(View(case.known, actual, question.metric, frame, day))
    return None if reading.value is None else progress_of(reading.value, aim, case.standing.target)


def touched(case: Case) -> bool:
    """Whether p >= 1 held on `touch_days` settled data days in a row (R10.7)."""
    row = 0
    for progress in settled_daily(case):
        row = row + 1 if at_least(progress, 1.0) else 0
        if row == case.question.key_result.touch_days:
            return True
    return False


def settled_daily(case: Case) -> Iterator[float]:
    """p on each settled data day of the cycle, oldest first; 0 where R4 refuses."""
    question, frame, aim = case.question, case.frame, case.aim
    actual = actual_of(question.key_result, question.metric)
    i, j = case.known.between(frame.start, min(frame.settled, frame.end))
    for day in case.known.days[i:j]:
        reading = reading_at(View(case.known, actual, question.metric, frame, day))
        if aim is not None:
            short = reading.value is None
            yield 0.0 if short else progress_of(reading.value or 0.0, aim, aim.at(day))
