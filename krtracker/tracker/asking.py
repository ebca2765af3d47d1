"""What was known at an instant, what is said of a day with all known now; stores nothing.

The two questions of decisions.md 1: `--as-of T` and `--day D`.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from pathlib import Path

from krtracker.errors import UsageError
from krtracker.evaluation import Question
from krtracker.model import Evaluation, Forecast, NoForecast, ObjectiveEvaluation, Vote, Workspace
from krtracker.periods import ONE_DAY, Span, local_day
from krtracker.settings import parse
from krtracker.store import Reader
from krtracker.tracker.docket import Docket, docket
from krtracker.tracker.folding import behind, knowing
from krtracker.tracker.foretelling import forecasts_of
from krtracker.tracker.hindsight import judged_before
from krtracker.tracker.judging import (
    Round,
    Timeline,
    at_end_of,
    derive_days,
    foretell,
    judge,
    judge_objectives,
    round_of,
)
from krtracker.tracker.questions import read_material


@dataclass(frozen=True)
class Answers:
    """Evaluations with the configuration they follow from and the instant they are known at.

    `parts` are, by composite, the answers of its parts. `forecasts` are those behind the answers,
    by key result, where a cycle goes by forecast.
    """

    evaluations: tuple[Evaluation, ...]
    workspace: Workspace
    instant: datetime
    objectives: tuple[ObjectiveEvaluation, ...] = ()
    parts: Mapping[str, tuple[Evaluation, ...]] = field(default_factory=dict)
    forecasts: Mapping[str, Forecast | NoForecast] = field(default_factory=dict)


def configuration_at(reader: Reader, instant: datetime, folder: Path | None = None) -> Workspace:
    """The configuration in force at an instant. Raises UsageError before the first one.

    `folder` is what its relative paths are resolved against; nothing is read from it.
    """
    version = reader.configuration(as_of=instant)
    if version is None:
        raise UsageError(
            f"nothing was evaluated by {instant.astimezone(UTC):%Y-%m-%d %H:%M} UTC: "
            "what is said of a day with all that is known now is `--day DATE`"
        )
    return parse(version.files, folder=folder or Path(), file=version.file)


def answer_as_of(
    reader: Reader,
    *,
    instant: datetime,
    folder: Path | None = None,
    names: Collection[str] | None = None,
) -> Answers:
    """What was known at an instant, under the configuration in force then.

    Where the store holds the very answer, it is given as stored.
    """
    workspace = configuration_at(reader, instant, folder)
    whole = docket(workspace, names)
    material = read_material(reader, whole.asked, as_of=instant, more=whole.unmeasured)
    stored = reader.evaluations(as_of=instant)
    made = forecasts_of(reader.forecasts(as_of=instant))
    asked = foretell(round_of(whole, material, now=instant), made)
    answers = judge(asked, material.votes)
    for name, answer in answers.items():
        kept = stored.get(name)
        if kept is not None and _is_same(kept.evaluation, answer):
            # Only there does it say what it measured for good: by now that counts as known.
            answers[name] = kept.evaluation
    objectives = judge_objectives(asked, answers, reader.objective_votes(as_of=instant))
    said = _chosen(whole, answers, names)
    parts = _parts(whole, answers)
    return Answers(said, workspace, instant, objectives, parts, forecasts=_odds(asked))


def answer_now(
    reader: Reader, workspace: Workspace, *, now: datetime, names: Collection[str]
) -> Answers:
    """What would be said of key results now, under a configuration nobody evaluated yet."""
    whole = docket(workspace, names)
    material = read_material(reader, whole.asked, more=whole.unmeasured)
    made = forecasts_of(reader.forecasts())
    asked = foretell(round_of(whole, material, now=now), made)
    answers = judge(asked, material.votes)
    said, parts = _chosen(whole, answers, names), _parts(whole, answers)
    return Answers(said, workspace, now, parts=parts, forecasts=_odds(asked))


def answer_day(
    reader: Reader,
    workspace: Workspace,
    *,
    day: date,
    now: datetime,
    names: Collection[str] | None = None,
) -> Answers:
    """What is said of a day with all that is known now: every day of the cycle judged in turn.

    Nothing is taken from what was said then, not even the odds: they are made anew.

    Raises UsageError for a day that is not over in the zone of a metric asked for.
    """
    whole = docket(workspace, names)
    zones = {workspace.zone, *(goal.metric.zone for goal in whole.asked)}
    if any(day >= local_day(now, zone) for zone in zones):
        raise UsageError(f"{day} is not over yet: name an earlier day, or leave `--day` out")
    material = replace(read_material(reader, whole.asked), votes={})
    asked, votes = _at_end_of(day, round_of(whole, material, now=now), now)
    answers = judge(asked, votes)
    objectives = judge_objectives(asked, answers, {})
    said, parts = _chosen(whole, answers, names), _parts(whole, answers)
    return Answers(said, workspace, now, objectives, parts, forecasts=_odds(asked))


def _odds(asked: Round) -> dict[str, Forecast | NoForecast]:
    made = ((name, one.forecast) for name, one in asked.put.items())
    return {name: one for name, one in made if one is not None}


def _parts(whole: Docket, answers: Mapping[str, Evaluation]) -> dict[str, tuple[Evaluation, ...]]:
    return {
        one.id: tuple(answers[part.key_result] for part in one.parts if part.key_result in answers)
        for one in whole.derived
        if one.parts
    }


def _at_end_of(
    day: date, asked: Round, now: datetime
) -> tuple[Round, Mapping[str, tuple[Vote, ...]]]:
    """The round as asked on the evening of a day, after all days of the cycle before it."""
    timeline: Timeline = {}
    put: dict[str, Question] = {}
    then = at_end_of(asked, day)
    for name, question in then.put.items():
        span = question.key_result.span
        known = replace(question, frozen=knowing(asked.put[name], now).frozen)
        before = judged_before(known, Span(span.first, min(day - ONE_DAY, span.last)))
        timeline[name] = {said.today - ONE_DAY: said for said in before}
        put[name] = behind(known, before)
    votes = derive_days(asked, timeline, {}, until=day - ONE_DAY)
    return foretell(replace(then, put=put)), votes


def _chosen(
    whole: Docket, answers: Mapping[str, Evaluation], names: Collection[str] | None
) -> tuple[Evaluation, ...]:
    """What was asked for; what it hangs on was judged too."""
    ordered = whole.in_order(answers)
    return tuple(one for one in ordered if names is None or one.key_result in names)


def _is_same(stored: Evaluation, answer: Evaluation) -> bool:
    return stored.inputs_digest == answer.inputs_digest and stored.today == answer.today
