"""One round of judging: measured key results, then what is made of them; stores nothing."""

from __future__ import annotations

from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass, replace
from datetime import date, datetime

from krtracker.evaluation import Question, evaluate
from krtracker.evaluation.derived import (
    Moment,
    evaluate_composite,
    evaluate_milestones,
    evaluate_objective,
)
from krtracker.evaluation.guardrails import (
    Sighting,
    guarded,
    sight_key_result,
    sight_metric,
    watch_goal,
)
from krtracker.model import (
    Evaluation,
    Forecast,
    KeyResult,
    KeyResultType,
    ObjectiveEvaluation,
    Vote,
    Workspace,
)
from krtracker.periods import ONE_DAY, Span, local_day
from krtracker.tracker.docket import Docket, below_objectives, children_of, parts_of
from krtracker.tracker.folding import behind, fold, one_a_data_day, pasts_of, with_vote
from krtracker.tracker.hindsight import FORETOLD_AT_ONCE, foretold, judged_before
from krtracker.tracker.questions import Material, questions

Votes = Mapping[str, tuple[Vote, ...]]
Timeline = dict[str, dict[date, Evaluation]]
"""By key result and day, what was said at the end of that day."""


@dataclass(frozen=True)
class Round:
    """One round's questions: of measured key results by id, and of what they watch."""

    docket: Docket
    put: Mapping[str, Question]
    watching: Mapping[str, Question]
    today: date

    @property
    def workspace(self) -> Workspace:
        return self.docket.workspace


def round_of(docket: Docket, material: Material, *, now: datetime) -> Round:
    """The questions of a docket at an instant, each at the local day of its metric."""
    workspace = docket.workspace
    put = questions(workspace, docket.measured, material, now=now)
    watching = questions(workspace, docket.watches, material, now=now)
    return Round(
        docket=docket,
        put={one.key_result.id: one for one in put},
        watching={one.key_result.id: one for one in watching},
        today=local_day(now, workspace.zone),
    )


def judge(asked: Round, votes: Votes) -> dict[str, Evaluation]:
    """Every key result of a round: measured, derived, then held down by guardrails."""
    answers = {name: evaluate(one) for name, one in asked.put.items()}
    return guard(asked, derive(asked, answers, votes))


def foretell(asked: Round, kept: MutableMapping[str, Forecast] | None = None) -> Round:
    """The round with the forecasts of its day, where a cycle goes by forecast.

    `kept` are earlier forecasts by key result, brought up to date here: one that nothing has
    changed for is not simulated again, and either way the answer is the same.
    """
    known = {} if kept is None else kept
    put = {name: foretold(one, known.get(name)) for name, one in asked.put.items()}
    for name, one in put.items():
        if isinstance(one.forecast, Forecast):
            known[name] = one.forecast
    return replace(asked, put=put)


def derive(asked: Round, answers: Mapping[str, Evaluation], votes: Votes) -> dict[str, Evaluation]:
    """The answers and those of milestones and composites."""
    whole = dict(answers)
    for one in asked.docket.derived:
        rule = asked.workspace.cycles[one.cycle].status
        moment = Moment(asked.today, rule, votes.get(one.id, ()))
        whole[one.id] = derived(one, moment, whole)
    return whole


def derived(key_result: KeyResult, moment: Moment, known: Mapping[str, Evaluation]) -> Evaluation:
    """One key result without a metric."""
    if key_result.type is KeyResultType.MILESTONES:
        return evaluate_milestones(key_result, moment)
    return evaluate_composite(key_result, moment, parts_of(key_result, known))


def guard(asked: Round, answers: Mapping[str, Evaluation]) -> dict[str, Evaluation]:
    """The answers with breached guardrails named and their scores held down."""
    held = dict(answers)
    for name, answer in answers.items():
        key_result = asked.workspace.key_results[name]
        if key_result.guardrails:
            held[name] = guarded(answer, key_result, sightings(asked, key_result, answers))
    return held


def sightings(
    asked: Round, key_result: KeyResult, answers: Mapping[str, Evaluation]
) -> tuple[Sighting, ...]:
    """What is seen of everything a key result watches."""
    seen = []
    for watch in key_result.watched:
        if watch.is_metric:
            question = asked.watching.get(watch_goal(watch, key_result).id)
            if question is not None:
                seen.append(sight_metric(watch, question))
        elif watch.name in answers:
            seen.append(sight_key_result(watch, answers[watch.name]))
    return tuple(seen)


def judge_objectives(
    asked: Round, answers: Mapping[str, Evaluation], votes: Votes
) -> tuple[ObjectiveEvaluation, ...]:
    """The objectives from what was said of key results, in the order of the files."""
    said: dict[str, ObjectiveEvaluation] = {}
    below = below_objectives(asked.workspace)
    for one in asked.docket.objectives:
        rule = asked.workspace.cycles[one.cycle].status
        moment = Moment(asked.today, rule, votes.get(one.id, ()))
        said[one.id] = evaluate_objective(one, moment, children_of(below[one.id], answers, said))
    return tuple(said[one] for one in asked.workspace.objectives if one in said)


def at_end_of(asked: Round, day: date) -> Round:
    """The same round as asked on the evening of a day."""

    def then(question: Question) -> Question:
        return replace(question, today=day + ONE_DAY, ready=True)

    return replace(
        asked,
        put={name: then(one) for name, one in asked.put.items()},
        watching={name: then(one) for name, one in asked.watching.items()},
        today=day + ONE_DAY,
    )


def derive_days(
    asked: Round, timeline: Timeline, votes: Votes, *, until: date
) -> dict[str, tuple[Vote, ...]]:
    """Adds to the timeline what was said of milestones and composites up to the end of a day.

    Only those without votes and with every part in the timeline. Returns their votes.
    """
    made: dict[str, tuple[Vote, ...]] = {}
    for one in asked.docket.derived:
        parts = [part.key_result for part in one.parts]
        if votes.get(one.id) or not all(part in timeline for part in parts):
            continue
        rule, kept = asked.workspace.cycles[one.cycle].status, list[Vote]()
        said: dict[date, Evaluation] = {}
        for day in Span(one.span.first, min(until, one.span.last)):
            known = {part: newest_by(timeline[part], day) for part in parts}
            judged = {name: answer for name, answer in known.items() if answer is not None}
            answer = derived(one, Moment(day + ONE_DAY, rule, tuple(kept)), judged)
            kept = with_vote(kept, answer)
            said[day] = answer
        timeline[one.id], made[one.id] = said, tuple(kept)
    return made


def with_past(
    asked: Round, votes: Votes, now: datetime
) -> tuple[Round, dict[str, tuple[Vote, ...]], list[Evaluation]]:
    """The round with the votes of past days, all votes, and what was said of those days.

    Only key results that were never judged have a past; guardrails hold no past score down.
    """
    judged = judged_before if len(asked.put) <= FORETOLD_AT_ONCE else fold
    pasts = pasts_of(list(asked.put.values()), now, judged=judged)
    put = {
        name: behind(one, pasts[name]) if name in pasts else one for name, one in asked.put.items()
    }
    timeline: Timeline = {
        name: {one.today - ONE_DAY: one for one in past} for name, past in pasts.items()
    }
    made = derive_days(asked, timeline, votes, until=asked.today - 2 * ONE_DAY)
    said = [one for past in pasts.values() for one in past]
    for name in made:
        said += one_a_data_day(timeline[name].values())
    return replace(asked, put=put), {**votes, **made}, said


def newest_by(said: Mapping[date, Evaluation], day: date) -> Evaluation | None:
    """What was last said by the end of a day."""
    exact = said.get(day)
    if exact is not None:
        return exact
    earlier = [one for one in said if one < day]
    return said[max(earlier)] if earlier else None
