"""Key results without a metric, and objectives (R13, R16): from children and dates to answers."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from krtracker.evaluation.digests import METHOD
from krtracker.evaluation.numbers import at_least
from krtracker.evaluation.quantities import percent
from krtracker.evaluation.rollups import (
    Child,
    Sum,
    confirmed,
    roll_up,
    verdict_of,
)
from krtracker.evaluation.scores import grade_of, overridden, score_of
from krtracker.evaluation.statuses import catch_up
from krtracker.evaluation.votes import votes_before
from krtracker.model import (
    Evaluation,
    KeyResult,
    Objective,
    ObjectiveEvaluation,
    Status,
    StatusRule,
    Vote,
)
from krtracker.periods import ONE_DAY


@dataclass(frozen=True, slots=True)
class Moment:
    """When a parent is asked: its local day, the cycle's limits, votes of earlier data days."""

    today: date
    rule: StatusRule
    votes: tuple[Vote, ...] = ()

    def before(self, day: date | None) -> tuple[Vote, ...]:
        return votes_before(self.votes, None if day is None else day.toordinal())


def evaluate_milestones(key_result: KeyResult, moment: Moment) -> Evaluation:
    """p = done weight / all, e = due weight / all, at the newest complete day (R16)."""
    day = min(moment.today - ONE_DAY, key_result.span.last)
    refused = _refused_milestones(key_result, moment.today, day)
    if refused is not None:
        return _answer(key_result, moment, refused)
    steps = key_result.milestones
    whole = math.fsum(one.weight for one in steps)
    done = [one for one in steps if one.done is not None and one.done <= day]
    due = [one for one in steps if one.due <= day]
    progress = math.fsum(one.weight for one in done) / whole
    expected = math.fsum(one.weight for one in due) / whole
    words = f"{len(done)} of {several(len(steps))} done, {len(due)} due"
    late = [one.title for one in due if one not in done]
    if late:
        more = f" and {len(late) - 3} more" if len(late) > 3 else ""
        words += f"; late: {', '.join(late[:3])}{more}"
    made = _milestone_sum(progress, expected, moment, day=day)._replace(words=words)
    if moment.today > key_result.span.last:
        closed = Status.ACHIEVED if at_least(progress, 1.0) else Status.MISSED
        made = made._replace(status=closed, vote=closed, final=True)
    return _answer(key_result, moment, made, day=day)


def _refused_milestones(key_result: KeyResult, today: date, day: date) -> Sum | None:
    if not any(one.weight for one in key_result.milestones):
        words = "the key result has no milestone with a weight"
        return Sum(Status.INVALID, Status.INVALID, words=words)
    if day < key_result.span.first:
        words = f"the first day, {key_result.span.first}, is not complete on {today}"
        return Sum(Status.NOT_STARTED, Status.NOT_STARTED, words=words)
    return None


def several(count: int) -> str:
    return "1 milestone" if count == 1 else f"{count} milestones"


def _milestone_sum(progress: float, expected: float, moment: Moment, *, day: date) -> Sum:
    factor, votes = catch_up(progress, expected), moment.before(day)
    vote = Status.ACHIEVED if at_least(progress, 1.0) else verdict_of(factor, moment.rule, votes)
    return Sum(confirmed(vote, votes), vote, progress, expected, factor, coverage=1.0)


def evaluate_composite(
    key_result: KeyResult, moment: Moment, children: Sequence[Child]
) -> Evaluation:
    """The weighted mean of the parts' progress (R16, by R13)."""
    day = newest_day(children)
    made = roll_up(children, how="weighted", rule=moment.rule, votes=moment.before(day))
    return _answer(key_result, moment, made, day=day, children=children)


def evaluate_objective(
    objective: Objective, moment: Moment, children: Sequence[Child]
) -> ObjectiveEvaluation:
    """An objective from its key results and the objectives under it (R13)."""
    day = newest_day(children)
    votes = moment.before(day)
    made = roll_up(children, how=objective.rollup, rule=moment.rule, votes=votes)
    score = None if made.progress is None else score_of(made.progress)
    digest = _digest(objective.id, objective.rollup, moment, day=day, children=children)
    return ObjectiveEvaluation(
        objective=objective.id,
        cycle=objective.cycle,
        today=moment.today,
        data_day=day,
        status=made.status,
        vote=made.vote,
        reason=_reason(made),
        progress=made.progress,
        expected=made.expected,
        catch_up=made.catch_up,
        coverage=made.coverage,
        score=score,
        flags=_flags(made),
        inputs_digest=digest,
        final=made.final,
    )


def newest_day(children: Sequence[Child]) -> date | None:
    """The newest data day of the live children."""
    return max((one.data_day for one in children if one.live and one.data_day), default=None)


def child_of(answer: Evaluation | ObjectiveEvaluation, name: str, weight: float) -> Child:
    """An answer as its parent counts it."""
    return Child(
        name=name,
        weight=weight,
        status=answer.status,
        progress=answer.progress,
        expected=answer.expected,
        data_day=answer.data_day,
        final=answer.final,
    )


def _flags(made: Sum) -> tuple[str, ...]:
    unconfirmed = made.vote is not made.status
    partial = 0 < made.coverage < 1
    named = {"unconfirmed": unconfirmed, "partly_covered": partial}
    return tuple(name for name, holds in named.items() if holds)


def _reason(made: Sum) -> str:
    head = made.status.words.capitalize()
    if made.progress is None:
        return f"{head}: {made.words}."
    text = f"{head}: {_way(made.progress)} of the way"
    if made.expected is not None:
        text += f" where {_way(made.expected)} was expected"
    text += f", {made.words}"
    if made.coverage < 1:
        text += f" ({made.coverage * 100:.0f}% of the weight)"
    if made.vote is not made.status:
        text += f"; this day alone says {made.vote.words}, two in a row are needed"
    return f"{text}."


def _way(share: float) -> str:
    return percent(round(share, 3))


def _digest(
    name: str,
    kind: str,
    moment: Moment,
    *,
    day: date | None,
    children: Sequence[Child] = (),
) -> str:
    """SHA-256 over all that the answer follows from; the asking day only where it counts."""
    votes = moment.before(day)
    facts = (METHOD, name, kind, moment.rule, day, votes, tuple(children))
    return hashlib.sha256(repr(facts).encode()).hexdigest()


def _answer(
    key_result: KeyResult,
    moment: Moment,
    made: Sum,
    *,
    day: date | None = None,
    children: Sequence[Child] = (),
) -> Evaluation:
    # long: one line per field of the answer
    scored = made.progress is not None
    computed = score_of(made.progress or 0.0) if scored else None
    score, flags = overridden(key_result, computed) if scored else (None, ())
    closed = made.final or made.status is Status.ACHIEVED
    terms = (key_result.commitment, key_result.score_override, key_result.score_reason)
    facts = repr((key_result.type.value, key_result.milestones, terms, made.status, made.progress))
    return Evaluation(
        key_result=key_result.id,
        cycle=key_result.cycle,
        metric=None,
        today=moment.today,
        data_day=day,
        status=made.status,
        vote=made.vote,
        reason=_reason(made),
        progress=made.progress,
        expected=made.expected,
        catch_up=made.catch_up,
        pace_status=None if closed or not scored else made.vote,
        score=score,
        grade=grade_of(score, key_result.commitment) if closed and score is not None else "",
        flags=flags + _flags(made),
        inputs_digest=_digest(key_result.id, facts, moment, day=day, children=children),
        final=made.final,
        coverage=made.coverage if children else None,
    )
