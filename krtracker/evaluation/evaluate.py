"""The answer for one key result: from a Question to an Evaluation, values in and values out."""

from __future__ import annotations

from datetime import date

from krtracker.evaluation.baselines import basis_of
from krtracker.evaluation.cases import (
    Case,
    Standing,
    case_of,
    interval_of,
    level_met,
    within_noise,
)
from krtracker.evaluation.days import age_of, covers, span_of
from krtracker.evaluation.digests import inputs_digest
from krtracker.evaluation.keeping import evaluate_keep, keeps
from krtracker.evaluation.numbers import at_least, same
from krtracker.evaluation.question import Question
from krtracker.evaluation.reasons import eased, reason_of
from krtracker.evaluation.rules import Verdict, decide
from krtracker.evaluation.scores import grade_of, overridden, score_of
from krtracker.evaluation.statuses import catch_up
from krtracker.evaluation.votes import votes_before
from krtracker.model import Evaluation, Frozen, Status
from krtracker.periods import Span

TWO_DAYS = frozenset({"pace", "chance"})
"""Rules whose vote is published once a second data day says the same (R14)."""

UNSCORED = frozenset({Status.INVALID, Status.NO_DATA, Status.NOT_STARTED})


def evaluate(question: Question) -> Evaluation:
    """What is to be said of a key result on a day, by R1 to R12, R14 and R15.

    The same question gives the same answer for ever. `freeze` holds what was measured for good
    here for the first time and is to be given back in `Question.frozen` from now on.
    """
    if keeps(question.key_result):
        return evaluate_keep(question)
    case = case_of(question)
    votes = votes_before(question.votes, case.frame.day)
    verdict = decide(case, votes)
    flags: tuple[str, ...] = ()
    if verdict.final and case.final is not None:
        case, flags = _as_closed(case, case.final)
    score, grade, override = _scored(case, verdict)
    in_force = _in_force(case, verdict)
    digest = inputs_digest(question, case.known, case.frame, votes=votes, in_force=in_force)
    flags = _flags(case, verdict) + flags + override
    return _answer(case, verdict, digest, score=score, grade_flags=(grade, flags))


def _in_force(case: Case, verdict: Verdict) -> tuple[object, ...]:
    """What holds besides the inputs themselves, frozen now or before."""
    standing, ground = case.standing, case.ground
    closed = (standing.actual, standing.progress, verdict.status.value) if verdict.final else ()
    answered = covers(case.question, case.frame.close)
    return ground.value, ground.flags, case.path.weights, closed, answered


def _as_closed(case: Case, final: Frozen) -> tuple[Case, tuple[str, ...]]:
    """The case with the numbers it was closed on; later restatements only annotate it (R10.5)."""
    standing = case.standing
    actual, progress = final.values[:2]
    kept = standing.reading and standing.reading._replace(value=actual, refusal="")
    moved = standing.progress is None or not same(standing.progress, progress)
    factor = catch_up(progress, standing.expected)
    closed = standing._replace(reading=kept, progress=progress, catch_up=factor)
    return case._replace(standing=closed), ("restated_since_final",) if moved else ()


def _scored(case: Case, verdict: Verdict) -> tuple[float | None, str, tuple[str, ...]]:
    progress, key_result = case.standing.progress, case.question.key_result
    if verdict.status in UNSCORED or progress is None:
        return None, "", ()
    # A goal that was only to be touched has done so, wherever it ends.
    touched = verdict.status is Status.ACHIEVED and key_result.touch_days is not None
    score, flags = overridden(key_result, 1.0 if touched else score_of(progress))
    closed = verdict.final or verdict.status is Status.ACHIEVED
    grade = grade_of(score, key_result.commitment) if closed and score is not None else ""
    return score, grade, flags


def _flags(case: Case, verdict: Verdict) -> tuple[str, ...]:
    """Facts the reader of the number should know, by the names of the rules."""
    standing, frame, aim = case.standing, case.frame, case.aim
    reached = standing.progress is not None and at_least(standing.progress, 1.0)
    over = frame.today > frame.end and not verdict.final
    newest = frame.day or 0
    versions = aim is not None and bool([day for day, _ in aim.versions if day <= newest])
    degenerate = aim is not None and standing.target is not None
    named = (
        ("degenerate_target", degenerate and aim and same(aim.origin, standing.target or 0.0)),
        ("target_reached", reached and verdict.status is not Status.ACHIEVED),
        ("awaiting_final_data", over and verdict.vote not in UNSCORED),
        ("missing_days", standing.reading is not None and standing.reading.missing > 0),
        ("amended", versions),
        ("eased", versions and eased(case)),
        ("unconfirmed", verdict.vote is not verdict.status and verdict.rule in TWO_DAYS),
        ("no_baseline", case.ground.problem),
        ("within_noise", within_noise(case)),
    )
    return (*case.ground.flags, *case.path.flags, *[name for name, holds in named if holds])


def _freeze(case: Case, verdict: Verdict) -> tuple[Frozen, ...]:
    standing, key_result = case.standing, case.question.key_result
    fresh = (*case.ground.freeze, *case.path.freeze)
    actual, progress = standing.actual, standing.progress
    if not verdict.final or case.final is not None or actual is None or progress is None:
        return fresh
    values = (actual, progress, float(verdict.status is Status.ACHIEVED))
    basis = basis_of(key_result, case.question.metric)
    return (*fresh, Frozen(key_result.id, "final", values, key_result.span, basis=basis))


def _window(standing: Standing) -> Span | None:
    reading = standing.reading
    if reading is None or reading.last < reading.first:
        return None
    return span_of(reading.first, reading.last)


def _answer(
    case: Case,
    verdict: Verdict,
    digest: str,
    *,
    score: float | None,
    grade_flags: tuple[str, tuple[str, ...]],
) -> Evaluation:
    # long: one line per field of the answer
    question, frame, standing = case.question, case.frame, case.standing
    reading = standing.reading
    return Evaluation(
        key_result=question.key_result.id,
        cycle=question.key_result.cycle,
        metric=question.metric.id,
        today=question.today,
        data_day=None if frame.day is None else date.fromordinal(frame.day),
        status=verdict.status,
        vote=verdict.vote,
        reason=reason_of(case, verdict),
        actual=standing.actual,
        baseline=case.ground.value,
        origin=case.aim and case.aim.origin,
        target=standing.target,
        progress=standing.progress,
        expected=standing.expected,
        expected_value=standing.expected_value,
        catch_up=standing.catch_up,
        pace_status=verdict.pace,
        probability=question.chance,
        score=score,
        grade=grade_flags[0],
        age=age_of(frame),
        provisional=frame.day is not None and frame.day > frame.settled,
        window=_window(standing),
        days_used=reading.used if reading else 0,
        days_missing=reading.missing if reading else 0,
        pooled_weight=reading.weight if reading else None,
        flags=grade_flags[1],
        inputs_digest=digest,
        final=verdict.final,
        freeze=_freeze(case, verdict),
        level=level_met(case),
        interval=interval_of(case),
    )
