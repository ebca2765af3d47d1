"""Keep within bounds (R11): bad days against the error budget; each day by its own raw value."""

from __future__ import annotations

import math
from datetime import date
from typing import NamedTuple

from krtracker.evaluation.baselines import basis_of, find_frozen
from krtracker.evaluation.days import Frame, Known, age_of, covers, frame_of, known_points
from krtracker.evaluation.digests import inputs_digest
from krtracker.evaluation.numbers import TOLERANCE, at_least, beyond
from krtracker.evaluation.quantities import percent, quantity
from krtracker.evaluation.question import Question
from krtracker.evaluation.scores import grade_of, overridden
from krtracker.evaluation.targets import check_goal
from krtracker.evaluation.votes import moved_to, standing, votes_before
from krtracker.model import Evaluation, Frozen, KeyResult, KeyResultType, Kind, Metric, Status
from krtracker.periods import Span

Bounds = tuple[float | None, float | None]

KEEPS = frozenset({KeyResultType.KEEP_ABOVE, KeyResultType.KEEP_BELOW, KeyResultType.KEEP_BETWEEN})


class Budget(NamedTuple):
    """The error budget at a data day: periods in all, gone by, observed, bad and allowed.

    `newest` is the newest observed value, `outside` says that it lies outside its bounds.
    """

    length: int
    gone: int
    observed: int
    bad: int
    allowed: int
    newest: float | None
    outside: bool
    share: float

    @property
    def compliance(self) -> float:
        return 1 - self.bad / self.observed if self.observed else 0.0

    @property
    def score(self) -> float:
        """1 if compliance >= q, else compliance / q (R11)."""
        met = at_least(self.compliance, self.share)
        return 1.0 if met else self.compliance / self.share

    @property
    def vote(self) -> Status:
        """Off track: no longer to be kept; at risk: burning faster than time, or out just now."""
        if self.bad > self.allowed:
            return Status.OFF_TRACK
        burning = self.bad * self.length > self.gone * self.allowed if self.allowed else False
        return Status.AT_RISK if self.outside or burning else Status.ON_TRACK


class Verdict(NamedTuple):
    """The published status, the data day's own vote, whether it is final."""

    status: Status
    vote: Status
    final: bool = False


def bounds_on(key_result: KeyResult, day: int) -> Bounds:
    """Lowest and highest value allowed on a day (an ordinal), amendments counted (R15)."""
    target = key_result.target
    if target is None:
        return None, None
    if key_result.type is KeyResultType.KEEP_BETWEEN:
        return target.value, target.high
    changes = sorted(key_result.amendments, key=lambda one: one.day)
    limit = changes[0].old if changes else target.value
    for one in changes:
        limit = one.new if one.day.toordinal() <= day else limit
    return (limit, None) if key_result.type is KeyResultType.KEEP_ABOVE else (None, limit)


def is_outside(value: float, bounds: Bounds) -> bool:
    """Whether a value lies strictly outside; the bounds themselves are inside (R11, R17)."""
    low, high = bounds
    return (low is not None and beyond(low, value, 1)) or (
        high is not None and beyond(value, high, 1)
    )


def budget_of(question: Question, known: Known, frame: Frame) -> Budget:
    """The error budget at the data day; a 0/0 day was not observed."""
    key_result, day = question.key_result, frame.day or frame.start - 1
    weights = known.weights if _counted(question.metric) else None
    seen = [
        (day, value)
        for n, (day, value) in enumerate(zip(known.days, known.values, strict=True))
        if weights is None or weights[n] != 0
    ]
    outside = [is_outside(value, bounds_on(key_result, day)) for day, value in seen]
    length = frame.periods.within(frame.start, frame.end)
    return Budget(
        length=length,
        gone=frame.periods.within(frame.start, min(day, frame.end)),
        observed=len(seen),
        bad=sum(outside),
        allowed=math.floor((1 - key_result.share) * length + TOLERANCE * length),
        newest=seen[-1][1] if seen else None,
        outside=bool(seen) and outside[-1] and seen[-1][0] == day,
        share=key_result.share,
    )


def _counted(metric: Metric) -> bool:
    return metric.kind is Kind.RATIO or metric.actual.how == "weighted_mean"


def evaluate_keep(question: Question) -> Evaluation:
    """What is to be said of a keep-above, keep-below or keep-between key result on a day."""
    start = question.key_result.span.first.toordinal()
    known = known_points(question, start, pooled=_counted(question.metric))
    frame = frame_of(question, known)
    problem = check_goal(question.key_result, question.metric)
    budget = budget_of(question, known, frame)
    frozen = find_frozen(question, "final", question.key_result.span)
    votes = votes_before(question.votes, frame.day)
    if problem is not None:
        verdict = Verdict(Status.INVALID, Status.INVALID)
    else:
        verdict = _decide(question, frame, budget, frozen=frozen)
        if verdict.vote is verdict.status and not verdict.final:
            verdict = _published(verdict, *standing(votes))
    closed = (frozen.values if frozen else closing_values(budget, verdict)) if verdict.final else ()
    in_force = (closed, covers(question, frame.close))
    digest = inputs_digest(question, known, frame, votes=votes, in_force=in_force)
    sentence = f"Invalid ({problem[0]}): {problem[1]}." if problem else ""
    return _answer(question, frame, budget, verdict=verdict, words=(digest, sentence))


def _decide(question: Question, frame: Frame, budget: Budget, *, frozen: Frozen | None) -> Verdict:
    if frame.expected < frame.start and (frame.day or 0) < frame.start:
        return Verdict(Status.NOT_STARTED, Status.NOT_STARTED)
    if not budget.observed and frozen is None:
        return Verdict(Status.NO_DATA, Status.NO_DATA)
    known_close = (frame.day or 0) >= frame.close or covers(question, frame.close)
    if frame.settled >= frame.close and known_close:
        kept = at_least(budget.compliance, budget.share) and budget.bad <= budget.allowed
        achieved = frozen.values[2] == 1 if frozen else kept
        status = Status.ACHIEVED if achieved else Status.MISSED
        return Verdict(status, status, final=True)
    age = age_of(frame)
    if age is not None and age > question.metric.stale_after:
        return Verdict(Status.STALE, budget.vote)
    return Verdict(budget.vote, budget.vote)


def _published(verdict: Verdict, published: Status | None, pending: Status | None) -> Verdict:
    """Two data days in a row move a status (R14)."""
    if published is None or verdict.status in {Status.NOT_STARTED, Status.NO_DATA}:
        return verdict
    return verdict._replace(status=moved_to(published, pending, verdict.vote))


UNSCORED = frozenset({Status.INVALID, Status.NO_DATA, Status.NOT_STARTED})


def _answer(
    question: Question,
    frame: Frame,
    budget: Budget,
    *,
    verdict: Verdict,
    words: tuple[str, str],
) -> Evaluation:
    # long: one line per field of the answer
    key_result, silent = question.key_result, verdict.status in UNSCORED
    frozen = find_frozen(question, "final", key_result.span) if verdict.final else None
    due = budget.gone / budget.length if budget.length else 0.0
    computed = frozen.values[1] if frozen else budget.score
    score, flags = (None, ()) if silent else overridden(key_result, computed)
    closed = verdict.final and score is not None
    low, high = bounds_on(key_result, frame.day or frame.start)
    missing = budget.gone - budget.observed
    return Evaluation(
        key_result=key_result.id,
        cycle=key_result.cycle,
        metric=question.metric.id,
        today=question.today,
        data_day=None if frame.day is None else date.fromordinal(frame.day),
        status=verdict.status,
        vote=verdict.vote,
        reason=words[1] or reason_of(question, frame, budget, verdict=verdict),
        actual=None if silent else frozen.values[0] if frozen else budget.newest,
        target=low if low is not None else high,
        progress=None if silent else computed * due,
        expected=None if silent else due,
        pace_status=None if silent or verdict.final else verdict.vote,
        score=score,
        grade=grade_of(score, key_result.commitment) if closed and score is not None else "",
        age=age_of(frame),
        provisional=frame.day is not None and frame.day > frame.settled,
        window=_window(frame),
        days_used=budget.observed,
        days_missing=max(0, missing),
        flags=flags + _flags(frame, budget, verdict, frozen=frozen),
        inputs_digest=words[0],
        final=verdict.final,
        freeze=_freeze(question, budget, verdict) if frozen is None else (),
        compliance=budget.compliance if budget.observed else None,
        bad_days=budget.bad,
        allowed_days=budget.allowed,
    )


def _window(frame: Frame) -> Span | None:
    if frame.day is None:
        return None
    return Span(date.fromordinal(frame.start), date.fromordinal(frame.day))


def _flags(
    frame: Frame, budget: Budget, verdict: Verdict, *, frozen: Frozen | None
) -> tuple[str, ...]:
    running = verdict.status not in UNSCORED and not verdict.final
    named = {
        "awaiting_final_data": running and frame.today > frame.end,
        "missing_days": budget.observed < budget.gone,
        "unconfirmed": running and verdict.vote is not verdict.status is not Status.STALE,
        "restated_since_final": frozen is not None and frozen.values[3] != budget.bad,
    }
    return tuple(name for name, holds in named.items() if holds)


def _freeze(question: Question, budget: Budget, verdict: Verdict) -> tuple[Frozen, ...]:
    if not verdict.final or budget.newest is None:
        return ()
    key_result, values = question.key_result, closing_values(budget, verdict)
    basis = basis_of(key_result, question.metric)
    return (Frozen(key_result.id, "final", values, key_result.span, basis=basis),)


def closing_values(budget: Budget, verdict: Verdict) -> tuple[float, ...]:
    """What is frozen at the end: newest value, score, whether achieved, bad days."""
    achieved = float(verdict.status is Status.ACHIEVED)
    return (budget.newest or 0.0, budget.score, achieved, float(budget.bad))


def reason_of(question: Question, frame: Frame, budget: Budget, *, verdict: Verdict) -> str:
    """The status in one sentence with its numbers."""
    head = verdict.status.words.capitalize()
    if verdict.status is Status.NOT_STARTED:
        first = question.key_result.span.first
        return f"{head}: the first day, {first}, is not complete on {question.today}."
    if verdict.status is Status.NO_DATA:
        return f"{head}: no day of {question.key_result.span} is known."
    period = question.metric.grain.value
    limit = _limit_words(question, frame)
    kept = f"{budget.observed - budget.bad:,} of {budget.observed:,} known {period}s {limit}"
    share = f"{percent(round(budget.compliance, 4))}, {percent(budget.share)} promised"
    spent = f"{budget.bad:,} of {budget.allowed:,} bad {period}s used up"
    text = f"{head}: {kept} ({share}); {spent}"
    if verdict.final:
        return f"{text}, at the end, {question.key_result.span.last}."
    return text + _running_words(question, frame, budget, verdict=verdict)


def _running_words(question: Question, frame: Frame, budget: Budget, *, verdict: Verdict) -> str:
    day, period = date.fromordinal(frame.day or 1), question.metric.grain.value
    text = f" when {budget.gone:,} of {budget.length:,} are gone"
    if verdict.status is Status.STALE:
        late = f"{age_of(frame)} {period}s older than expected"
        return f"{text}; the newest known {period} is {day}, {late}."
    if budget.newest is not None and budget.outside:
        text += f"; the newest, {day}, is outside: {quantity(question.metric, budget.newest)}"
    if verdict.vote is not verdict.status:
        text += f"; this {period} alone says {verdict.vote.words}, two in a row are needed"
    return f"{text}."


def _limit_words(question: Question, frame: Frame) -> str:
    low, high = bounds_on(question.key_result, frame.day or frame.start)
    ends = [quantity(question.metric, one) for one in (low, high) if one is not None]
    if low is not None and high is not None:
        return f"within {ends[0]} and {ends[1]}"
    return f"at or {'above' if low is not None else 'below'} {ends[0] if ends else ''}"


def keeps(key_result: KeyResult) -> bool:
    return key_result.type in KEEPS
