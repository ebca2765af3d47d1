"""Guardrails that hold a score down, and what is watched ahead of a goal (W5); gates, no pace."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import NamedTuple

from krtracker.evaluation.actuals import View, reading_at
from krtracker.evaluation.baselines import footing
from krtracker.evaluation.days import frame_of, known_points
from krtracker.evaluation.needs import first_needed
from krtracker.evaluation.numbers import beyond
from krtracker.evaluation.quantities import quantity
from krtracker.evaluation.question import Question, actual_of
from krtracker.evaluation.scores import grade_of
from krtracker.model import Better, Evaluation, KeyResult, Kind, Status, Watch

GUARDED_SCORE = 0.6
"""The most a goal scores while a guardrail is breached: neither met nor delivered (R12)."""

SLACK = 0.1
"""A metric watched without a threshold of its own may be this share worse than before."""

CROSSED = {Status.OFF_TRACK: 2, Status.MISSED: 2, Status.AT_RISK: 1}


class Sighting(NamedTuple):
    """What was seen of something watched: how deep it is across its line (0: not, None: unknown).

    A guardrail is breached from depth 2 on, a leading indicator has crossed from 1 on.
    """

    watch: Watch
    depth: int | None
    words: str
    data_day: date | None = None


def sight_key_result(watch: Watch, answer: Evaluation) -> Sighting:
    """A watched key result crosses with its own status."""
    known = answer.status not in {Status.NO_DATA, Status.INVALID, Status.NOT_STARTED}
    depth = CROSSED.get(answer.status, 0) if known else None
    name = watch.name.rpartition("/")[2]
    return Sighting(watch, depth, f"{name} is {answer.status.words}", answer.data_day)


def sight_metric(watch: Watch, question: Question) -> Sighting:
    """A watched metric crosses a stated line, or falls back behind where it was before the cycle.

    `question` asks of the metric over the watching goal's days, with `watch_goal` as key result.
    """
    key_result, metric = question.key_result, question.metric
    actual = actual_of(key_result, metric)
    first = first_needed(key_result, metric, question.previous_cycle)
    pooled = actual.how == "weighted_mean" or metric.kind is Kind.RATIO
    known = known_points(question, first, pooled=pooled)
    frame = frame_of(question, known)
    nothing = Sighting(watch, None, f"{metric.id} is not known")
    if frame.day is None:
        return nothing
    value = reading_at(View(known, actual, metric, frame, frame.day)).value
    if value is None:
        return nothing
    bounds = watch.below, watch.above
    if bounds == (None, None):
        bounds = _own_bounds(question, footing(question, known, frame).value)
    words = _crossing(question, value, bounds)
    shown = words or f"{metric.id} is at {quantity(metric, value)}"
    return Sighting(watch, 2 if words else 0, shown, date.fromordinal(frame.day))


def _own_bounds(question: Question, before: float | None) -> tuple[float | None, float | None]:
    if before is None:
        return None, None
    rising = question.metric.better is Better.UP
    limit = before - abs(before) * SLACK if rising else before + abs(before) * SLACK
    return (limit, None) if rising else (None, limit)


def _crossing(question: Question, value: float, bounds: tuple[float | None, float | None]) -> str:
    metric, (below, above) = question.metric, bounds
    shown = f"{metric.id} is at {quantity(metric, value)}"
    if below is not None and beyond(below, value, 1):
        return f"{shown}, below {quantity(metric, below)}"
    if above is not None and beyond(value, above, 1):
        return f"{shown}, above {quantity(metric, above)}"
    return ""


def watch_goal(watch: Watch, key_result: KeyResult) -> KeyResult:
    """The goal that asks a watched metric over the watching goal's days."""
    name = f"{key_result.id}#{watch.name}"
    return KeyResult(name, name, key_result.cycle, "", key_result.span, metric=watch.name)


def guarded(answer: Evaluation, key_result: KeyResult, seen: Sequence[Sighting]) -> Evaluation:
    """The answer with its breached guardrails named beside the score, and the score held down."""
    breached = [one for one in seen if one.watch.role == "guardrail" and (one.depth or 0) >= 2]
    if not breached or answer.score is None:
        return answer
    score = min(answer.score, GUARDED_SCORE)
    names = tuple(one.watch.name for one in breached)
    facts = repr((answer.inputs_digest, names, score))
    return replace(
        answer,
        score=score,
        full_score=answer.score,
        breached=names,
        grade=grade_of(score, key_result.commitment) if answer.grade else "",
        flags=(*answer.flags, "guardrail_breached"),
        reason=f"{answer.reason.removesuffix('.')}; {_breach_words(breached, answer.score)}.",
        inputs_digest=hashlib.sha256(facts.encode()).hexdigest(),
    )


def _breach_words(breached: Sequence[Sighting], score: float) -> str:
    what = "guardrails are" if len(breached) > 1 else "guardrail is"
    names = ", ".join(one.words for one in breached)
    held = f", which holds the score at {GUARDED_SCORE}" if score > GUARDED_SCORE else ""
    return f"{len(breached)} {what} breached ({names}){held}"
