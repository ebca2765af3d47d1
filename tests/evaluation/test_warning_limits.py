"""Warnings and roll-ups at their exact limits: a day's own vote, inner limits, whole words."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from krtracker.evaluation.alarms import Scene, alarms_of
from krtracker.evaluation.derived import Moment, evaluate_composite, evaluate_objective
from krtracker.evaluation.guardrails import Sighting
from krtracker.evaluation.rollups import Child, roll_up, verdict_of
from krtracker.evaluation.steps import step_change
from krtracker.model import KeyResultType, Objective, Status, Vote, Watch
from tests.evaluation.given import (
    BY_PACE,
    LAST,
    TOTAL,
    ask,
    day,
    flat,
    goal,
    level,
    metric,
    points,
    question,
)

ON, AT, OFF = Status.ON_TRACK, Status.AT_RISK, Status.OFF_TRACK
NONE = Status.NO_DATA


def vote(n: int, chance: float | None = None, pace_status: Status = ON) -> Vote:
    return Vote(day(n), pace_status, pace_status, chance, pace_status)


def told(*votes: Vote, **seen: Any) -> list[tuple[str, str]]:
    said = level(50, 150, goal(100, 200), probability=seen.pop("chance", None))
    return [(one.rule, one.words) for one in alarms_of(Scene(said, votes, **seen), {})]


def test_a_days_own_vote_is_not_the_day_before() -> None:
    assert told(vote(49, 0.6), vote(50, 0.4), chance=0.4) == [
        ("W2", "the chance fell from 60% to 40% within a week")
    ]
    assert told(vote(49, 0.4), chance=0.4) == [("W1", "the chance of reaching the target is 40%")]


def test_a_fall_is_worded_within_the_odds_shown() -> None:
    words = "the chance fell from {} to {} within a week"
    assert told(vote(49, 0.98), chance=0.7) == [("W2", words.format("98%", "70%"))]
    assert told(vote(49, 0.99), chance=0.7) == [("W2", words.format(">98%", "70%"))]
    low = told(vote(49, 0.5), chance=0.02)
    assert low == [("W2", words.format("50%", "2%"))]


def test_a_guardrail_is_no_leading_indicator() -> None:
    watch = Watch("guardrail", "errors", True, above=0.3)
    assert told(sightings=(Sighting(watch, 2, "errors are high"),)) == []


@pytest.mark.parametrize(("target", "rules"), [(1000, []), (1001, ["W8"])])
def test_on_the_eve_of_the_end_one_day_must_bring_the_rest(target: int, rules: list[str]) -> None:
    """990 in 99 days and one to go, the best week 10 a day."""
    series, of = points(flat(10, 1, 99)), metric(TOTAL)
    said = ask(99, series, goal(None, target), of=of)
    found = alarms_of(Scene(said, (), question(99, series, goal(None, target), of=of)), {})
    assert [one.rule for one in found] == rules


@pytest.mark.parametrize(("height", "depth"), [(35.0, 0), (50.0, 1)])
def test_a_step_lies_beyond_half_the_deviation_of_a_wild_history(height: float, depth: int) -> None:
    """Two days of 100 among 56 of 0: the deviation is 18.56, four halves are 37.1."""
    known = flat(0, -17, 38) | {0: 100.0, 20: 100.0, 39: height, 40: height}
    found = step_change(question(40, points(known), goal(0, 9), of=metric(LAST)), day(40))
    assert found is not None
    assert found[0] == depth


def child(status: Status, progress: float | None = 0.5) -> Child:
    return Child("a", 1.0, status, progress, 0.5, day(50))


def test_why_nothing_is_rolled_up_is_told() -> None:
    assert roll_up([], how="weighted", rule=BY_PACE).words == "it has no children"
    weightless = [replace(child(ON), weight=0.0)]
    words = "none of its children has a weight"
    assert roll_up(weightless, how="weighted", rule=BY_PACE).words == words


def test_on_the_way_back_a_parent_passes_the_inner_limits() -> None:
    risky = [vote(48, None, AT), vote(49, None, AT)]
    assert [verdict_of(factor, BY_PACE, risky) for factor in (1.08, 1.05)] == [AT, ON]
    pending = Vote(day(49), AT, ON, None, AT)
    assert verdict_of(1.08, BY_PACE, [vote(48), pending]) is ON


def test_an_objective_without_data_has_no_score_and_no_flags() -> None:
    objective, moment = Objective("q/o", "q", "O"), Moment(day(51), BY_PACE)
    silent = evaluate_objective(objective, moment, [child(NONE, None)])
    assert (silent.status, silent.score, silent.flags, silent.coverage) == (NONE, None, (), 0.0)
    said = evaluate_objective(objective, moment, [child(ON, 0.5)])
    assert (said.status, said.score, said.flags) == (ON, 0.5, ())


def test_a_share_of_the_way_is_told_to_a_tenth_of_a_percent() -> None:
    kr = goal(None, None, type=KeyResultType.COMPOSITE)
    said = evaluate_composite(kr, Moment(day(51), BY_PACE), [child(OFF, 0.12345)])
    assert said.reason.startswith("Off track: 12.3% of the way where 50% was expected")
