"""The fingerprint of everything an answer follows from; two equal ones mean two equal answers."""

from __future__ import annotations

import hashlib
import marshal
from array import array
from collections.abc import Sequence
from typing import Any

from krtracker.evaluation.days import Frame, Known
from krtracker.evaluation.question import Question, actual_of
from krtracker.model import (
    Baseline,
    Forecast,
    KeyResult,
    Metric,
    NoForecast,
    StatusRule,
    Target,
    Vote,
)

METHOD = "krtracker evaluation 2"
"""Changes whenever the same inputs would be answered otherwise."""


def inputs_digest(
    question: Question,
    known: Known,
    frame: Frame,
    *,
    votes: Sequence[Vote],
    in_force: Sequence[object],
) -> str:
    """SHA-256 over series, key result, metric, limits, day, votes and what is in force.

    Whether a baseline was frozen before or just now makes no difference: only its value counts.
    """
    facts: Any = (
        METHOD,
        _goal_facts(question.key_result),
        _metric_facts(question.key_result, question.metric),
        _limits(question.cycle.status),
        (frame.today, frame.expected, question.probability, _forecast_facts(question.forecast)),
        [one.data_day.toordinal() for one in votes],
        "|".join([word for one in votes for word in (one.vote, one.published)]),
        [day.toordinal() for day in question.holidays],
        tuple(in_force),
    )
    # marshal writes numbers and texts as they are, ten times as fast as repr; format 2 is fixed.
    digest = hashlib.sha256(marshal.dumps(facts, 2))
    digest.update(array("q", known.days).tobytes())
    digest.update(array("d", known.values).tobytes())
    if known.weights is not None:
        digest.update(array("d", known.weights).tobytes())
    return digest.hexdigest()


def _forecast_facts(forecast: Forecast | NoForecast | None) -> tuple[object, ...]:
    if isinstance(forecast, Forecast):
        return forecast.inputs_digest, forecast.probability
    return () if forecast is None else (forecast.code, forecast.words)


def _limits(rule: StatusRule) -> tuple[object, ...]:
    chances = (rule.on_track, rule.at_risk, rule.committed)
    return rule.by, chances, rule.pace_level, rule.pace_total


def _goal_facts(key_result: KeyResult) -> tuple[object, ...]:
    target, pace, touch = key_result.target, key_result.pace, key_result.touch_days
    names = (key_result.id, key_result.cycle, key_result.segment, key_result.type)
    return (
        "|".join((*names, key_result.commitment or "", key_result.direction or "")),
        (key_result.span.first.toordinal(), key_result.span.last.toordinal()),
        key_result.baseline and _baseline_facts(key_result.baseline),
        [_target_facts(one) for one in (target, key_result.commit, key_result.stretch)],
        (pace.kind, pace.weekday_weights, pace.step and pace.step.toordinal()),
        [(one.day.toordinal(), one.quantity, one.share) for one in pace.points],
        [(one.day.toordinal(), one.old, one.new) for one in key_result.amendments],
        (touch, key_result.share, key_result.score_override, key_result.score_reason),
    )


def _target_facts(target: Target | None) -> tuple[object, ...] | None:
    if target is None:
        return None
    return target.kind, target.value, target.high, target.text


def _baseline_facts(baseline: Baseline) -> tuple[object, ...]:
    span = baseline.span
    days = span and (span.first.toordinal(), span.last.toordinal())
    return baseline.kind, baseline.value, days, baseline.about, baseline.days


def _metric_facts(key_result: KeyResult, metric: Metric) -> tuple[object, ...]:
    actual = actual_of(key_result, metric)
    return (
        "|".join((metric.id, metric.kind, metric.unit, metric.better, metric.grain)),
        (actual.how, actual.size, actual.text, metric.additive, metric.domain),
        (metric.settles_in, metric.late_by, metric.stale_after, metric.manual),
    )
