"""What was known at an instant, what is said of a day with all known now; stores nothing.

The two questions of decisions.md 1: `--as-of T` and `--day D`.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path

from krtracker.errors import UsageError
from krtracker.evaluation import Question, evaluate
from krtracker.model import Evaluation, Workspace
from krtracker.periods import ONE_DAY, Span, local_day
from krtracker.settings import parse
from krtracker.store import Reader
from krtracker.tracker.folding import behind, fold, knowing
from krtracker.tracker.questions import goals, questions, read_material


@dataclass(frozen=True)
class Answers:
    """Evaluations with the configuration they follow from and the instant they are known at."""

    evaluations: tuple[Evaluation, ...]
    workspace: Workspace
    instant: datetime


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
    asked = goals(workspace, names)
    material = read_material(reader, asked, as_of=instant)
    stored = reader.evaluations(as_of=instant)
    answers = []
    for one in questions(workspace, asked, material, now=instant):
        answer, kept = evaluate(one), stored.get(one.key_result.id)
        if kept is not None and _is_same(kept.evaluation, answer):
            # Only there does it say what it measured for good: by now that counts as known.
            answer = kept.evaluation
        answers.append(answer)
    return Answers(tuple(answers), workspace, instant)


def answer_day(
    reader: Reader,
    workspace: Workspace,
    *,
    day: date,
    now: datetime,
    names: Collection[str] | None = None,
) -> Answers:
    """What is said of a day with all that is known now: every day of the cycle judged in turn.

    Raises UsageError for a day that is not over in the zone of a metric asked for.
    """
    asked = goals(workspace, names)
    for goal in asked:
        if day >= local_day(now, goal.metric.zone):
            raise UsageError(f"{day} is not over yet: name an earlier day, or leave `--day` out")
    material = replace(read_material(reader, asked), votes={})
    put = questions(workspace, asked, material, now=now)
    answers = tuple(_at_end_of(day, knowing(one, now)) for one in put)
    return Answers(answers, workspace, now)


def _at_end_of(day: date, asked: Question) -> Evaluation:
    """The answer of a day, after all days of the cycle before it were judged."""
    span = asked.key_result.span
    before = fold(asked, Span(span.first, min(day - ONE_DAY, span.last)))
    return evaluate(replace(behind(asked, before), today=day + ONE_DAY, ready=True))


def _is_same(stored: Evaluation, answer: Evaluation) -> bool:
    return stored.inputs_digest == answer.inputs_digest and stored.today == answer.today
