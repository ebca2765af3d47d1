"""Which status a case has: the rules of R10 in order, then the votes of R14; no formulas."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from krtracker.evaluation.cases import Case, settled_progress, touched
from krtracker.evaluation.days import age_of, covers
from krtracker.evaluation.numbers import at_least
from krtracker.evaluation.statuses import (
    SIDES,
    Limits,
    chance_limits,
    pace_limits,
    verdict,
)
from krtracker.evaluation.votes import moved_to, standing
from krtracker.model import Status, Vote


class Verdict(NamedTuple):
    """The answer: published status, the data day's own vote, and how it came about.

    `rule` names the rule that decided; `limits` are those of the vote, None where none applied.
    """

    status: Status
    vote: Status
    rule: str
    pace: Status | None = None
    limits: Limits | None = None
    final: bool = False


def decide(case: Case, votes: Sequence[Vote]) -> Verdict:
    """The first rule of R10 that matches; `votes` are those of earlier data days, oldest first."""
    if case.problem is not None:
        return _plain(Status.INVALID)
    if not _started(case):
        return _plain(Status.NOT_STARTED)
    closing = _closing(case)
    if case.standing.progress is None and not (closing and case.final):
        return _plain(Status.NO_DATA)
    if closing:
        return _final(case)
    running = _running(case, votes)
    age = age_of(case.frame)
    if age is not None and age > case.question.metric.stale_after:
        return running._replace(status=Status.STALE, rule="stale")
    return _early(case, running) or running


def _plain(status: Status) -> Verdict:
    return Verdict(status, status, status.value)


def _started(case: Case) -> bool:
    frame = case.frame
    return frame.expected >= frame.start or (frame.day or 0) >= frame.start


def _closing(case: Case) -> bool:
    """Cycle over, its last day settled, and known or answered for (R10.5, decisions.md 16)."""
    frame = case.frame
    if frame.settled < frame.close or frame.day is None:
        return False
    return frame.day >= frame.close or covers(case.question, frame.close)


def _final(case: Case) -> Verdict:
    if case.final is not None:
        achieved = case.final.values[2] == 1
    else:
        achieved = at_least(case.standing.progress or 0.0, 1.0) or _touched(case)
    status = Status.ACHIEVED if achieved else Status.MISSED
    return Verdict(status, status, "final", final=True)


def _touched(case: Case) -> bool:
    return case.question.key_result.touch_days is not None and touched(case)


def _early(case: Case, running: Verdict) -> Verdict | None:
    """Achieved before the end: a total on settled days, a level that was to be touched."""
    rule = ""
    if case.total and at_least(case.standing.progress or 0.0, 1.0):
        rule = "total" if at_least(settled_progress(case) or 0.0, 1.0) else ""
    elif _touched(case):
        rule = "touch"
    if not rule:
        return None
    return running._replace(status=Status.ACHIEVED, vote=Status.ACHIEVED, rule=rule)


def _running(case: Case, votes: Sequence[Vote]) -> Verdict:
    """Status by chance or by pace, moved only by two data days in a row (R9, R10.8, R14)."""
    question = case.question
    rule = question.cycle.status
    by_pace = pace_limits(rule, total=case.total)
    factor = case.standing.catch_up
    pace = None if factor is None else verdict(factor, by_pace)
    published, pending = standing(votes)
    measure, limits, name = factor, by_pace, "hold" if factor is None else "pace"
    if question.chance is not None and rule.by == "forecast":
        measure, name = question.chance, "chance"
        limits = chance_limits(rule, question.key_result.commitment)
    vote = _vote(case, measure, limits, published=published)
    status = vote if published is None else moved_to(published, pending, vote)
    return Verdict(status, vote, name, pace, limits)


def _vote(case: Case, measure: float | None, limits: Limits, *, published: Status | None) -> Status:
    progress = case.standing.progress or 0.0
    if case.total and at_least(progress, 1.0):
        return SIDES[0]
    if measure is None:
        return SIDES[2] if progress < 0 else SIDES[0]
    return verdict(measure, limits, published)
