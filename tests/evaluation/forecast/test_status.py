"""The seam: a forecast given to the evaluator becomes status, odds and words (R10.8, R10.9)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from krtracker.evaluation import Question, evaluate, forecast_of
from krtracker.model import (
    Commitment,
    Cycle,
    Evaluation,
    Forecast,
    KeyResult,
    NoForecast,
    Status,
    StatusRule,
)
from tests.evaluation.forecast.given import asking, noisy
from tests.evaluation.given import TOTAL, goal, metric

NOISY = noisy()


def judged(asked: Question) -> Evaluation:
    """The evaluation with the forecast of the question itself."""
    return evaluate(replace(asked, forecast=forecast_of(asked)))


def judge(key_result: KeyResult, values: dict[int, float] = NOISY) -> Evaluation:
    return judged(asking(values, key_result))


def test_the_chance_of_a_forecast_is_the_evaluation_s() -> None:
    asked = asking(NOISY, goal(900, 930))
    made = forecast_of(asked)
    assert isinstance(made, Forecast)
    assert judged(asked).probability == made.probability


@pytest.mark.parametrize(
    ("target", "status"),
    [(905, Status.AT_RISK), (1100, Status.OFF_TRACK)],
)
def test_the_status_follows_the_odds(target: float, status: Status) -> None:
    assert judge(goal(900, target)).status is status


def test_a_likely_goal_is_on_track_however_slow_its_pace() -> None:
    said = judge(goal(1200, 1100, commitment=Commitment.COMMITTED))
    assert said.status is Status.ON_TRACK
    assert said.probability is not None
    assert said.probability > 0.8


def test_odds_limits_and_range_are_told() -> None:
    asked = asking(NOISY, goal(900, 1000))
    made = forecast_of(asked)
    assert isinstance(made, Forecast)
    said = judged(asked).reason
    share = f"{made.probability * 100:.0f}%"
    assert f"the chance of reaching it is {share} (on track from 70%, at risk from 30%)" in said
    low, high = (f"{end:.2f}" for end in (made.final.low80, made.final.high80))
    assert f"80% of the paths end between {low} and" in said
    assert float(high) > 1000
    assert "by pace alone" in said


def test_where_odds_and_pace_agree_pace_is_not_told() -> None:
    said = judge(goal(900, 1500))
    assert said.status is said.pace_status is Status.OFF_TRACK
    assert "by pace alone" not in said.reason


@pytest.mark.parametrize(
    ("key_result", "words"),
    [
        (goal(900, 1100, commitment=Commitment.ASPIRATIONAL), "the chance of scoring 0.7 is"),
        (goal(900, 1100, touch_days=3), "the chance of touching it for 3 days in a row is"),
        (goal(900, 1100, touch_days=1), "the chance of touching it is"),
    ],
)
def test_the_words_say_what_the_odds_are_of(key_result: KeyResult, words: str) -> None:
    assert words in judge(key_result).reason


def test_odds_are_never_told_as_certain() -> None:
    assert "the chance of reaching it is <2%" in judge(goal(900, 50_000)).reason
    sure = asking(NOISY, goal(None, 40_000), of=metric(TOTAL))
    assert "the chance of reaching it is >98%" in judged(sure).reason


def test_without_a_forecast_the_pace_decides_and_says_why() -> None:
    young = {n: NOISY[n] for n in range(20, 41)}
    said = judge(goal(900, 1000), young)
    assert said.probability is None
    assert said.status is said.pace_status
    assert "no forecast: only 21 of the 42 days to 2026-02-09 are known" in said.reason


def test_a_question_nobody_forecast_says_nothing_of_it() -> None:
    said = evaluate(asking(NOISY, goal(900, 1000)))
    assert said.probability is None
    assert "forecast" not in said.reason


def test_a_cycle_judged_by_pace_shows_the_chance_and_ignores_it() -> None:
    asked = asking(NOISY, goal(1200, 1100))
    by_pace = Cycle("q", "Q", asked.key_result.span, status=StatusRule(by="pace"))
    said = judged(replace(asked, cycle=by_pace))
    assert said.status is said.pace_status
    assert said.probability is not None
    refused = NoForecast("q/kr", "too_few_days", "too few days")
    assert "too few" not in evaluate(replace(asked, cycle=by_pace, forecast=refused)).reason


def test_the_fingerprint_knows_the_forecast() -> None:
    asked = asking(NOISY, goal(900, 1000))
    made = forecast_of(asked)
    assert isinstance(made, Forecast)
    none = NoForecast("q/kr", "too_few_days", "too few days")
    given = (None, none, made, replace(made, probability=0.5))
    digests = {evaluate(replace(asked, forecast=one)).inputs_digest for one in given}
    assert len(digests) == 4
