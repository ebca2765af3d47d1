"""Puts before the evaluator what early warnings look at (A.3); raises and stores nothing itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from krtracker.evaluation.alarms import Restated, Scene, alarms_of
from krtracker.model import Alarm, Evaluation, Forecast
from krtracker.periods import ONE_DAY, local_day
from krtracker.store import Reader, Restatement
from krtracker.tracker.judging import Round, Votes, sightings

Restatements = Mapping[tuple[str, str], Sequence[Restatement]]


def told(
    asked: Round, answers: Mapping[str, Evaluation], votes: Votes, *, reader: Reader
) -> tuple[Alarm, ...]:
    """The warnings to be told of answers that say something new, and those that are over."""
    states, known = reader.alarm_states(), reader.input_digests()
    restated = _by_series(reader.restatements())
    found: list[Alarm] = []
    for name, answer in answers.items():
        state = states.get((name, answer.cycle), {})
        if known.get(name) == (answer.data_day, answer.inputs_digest) and not restated:
            continue
        scene = _scene(asked, answer, answers, votes=votes, restated=restated)
        found += alarms_of(scene, state)
    return tuple(found)


def _scene(
    asked: Round,
    answer: Evaluation,
    answers: Mapping[str, Evaluation],
    *,
    votes: Votes,
    restated: Restatements,
) -> Scene:
    key_result = asked.workspace.key_results[answer.key_result]
    question = asked.put.get(answer.key_result)
    own = question.votes if question is not None else votes.get(answer.key_result, ())
    forecast = question.forecast if question is not None else None
    interval = None
    if isinstance(forecast, Forecast):
        interval = forecast.final.low95, forecast.final.high95
    seen = sightings(asked, key_result, answers) if key_result.leading else ()
    return Scene(answer, own, question, interval, _settled(asked, answer, restated), seen)


def _by_series(found: Sequence[Restatement]) -> dict[tuple[str, str], list[Restatement]]:
    by_series: dict[tuple[str, str], list[Restatement]] = {}
    for one in found:
        by_series.setdefault((one.metric, one.segment), []).append(one)
    return by_series


def _settled(asked: Round, answer: Evaluation, restated: Restatements) -> tuple[Restated, ...]:
    """Restatements of days that were settled when they came (R2), inside the answer's window."""
    question = asked.put.get(answer.key_result)
    if question is None or answer.window is None or not restated:
        return ()
    metric = question.metric
    key = metric.id, question.key_result.segment
    return tuple(
        Restated(one.day, one.before, one.after)
        for one in restated.get(key, ())
        if one.day in answer.window
        and one.day <= local_day(one.recorded_at, metric.zone) - ONE_DAY * (1 + metric.settles_in)
    )
