"""R6 and decisions.md 14: targets from phrases, directions, and the goals that are refused."""

from __future__ import annotations

from typing import Any

import pytest

from krtracker.evaluation import check_goal
from krtracker.model import (
    Actual,
    Baseline,
    Better,
    KeyResult,
    KeyResultType,
    Kind,
    Metric,
    Status,
    Target,
)
from tests.evaluation.given import (
    LAST,
    MEAN7,
    TOTAL,
    amended,
    ask,
    flat,
    goal,
    level,
    metric,
    pace,
    points,
)

WEEK_BEFORE = Baseline("previous", days=7)

# baseline, target, T by hand
TARGETS = [
    (40, Target("reach", 55), 55),
    (40, Target("percent", 15), 46),
    (0.4, Target("change", 0.15), 0.55),
    (40, Target("percent", -50), 20),
    (-40, Target("percent", 25), -30),
    (-40, Target("percent", -25), -50),
    (40, Target("change", 2), 42),
    (40, Target("change", -5), 35),
    (0, Target("change", 5), 5),
    (40, Target("percent", 150), 100),
]


@pytest.mark.parametrize("row", TARGETS, ids=str)
def test_a_target_follows_from_its_phrase_and_the_baseline(
    row: tuple[float, Target, float],
) -> None:
    start, phrase, by_hand = row
    assert level(50, start, goal(start, phrase)).target == pytest.approx(by_hand, rel=1e-12)


SHARE = metric(LAST, kind=Kind.RATIO, domain=(0.0, 1.0))
REFUSED: list[tuple[str, KeyResult, Metric]] = [
    ("percent_of_zero_baseline", goal(0, Target("percent", 15)), metric()),
    ("percent_of_zero_baseline", goal(0, Target("percent", -15)), metric()),
    ("target_behind_baseline", goal(50, 40, direction=Better.UP), metric()),
    ("target_behind_baseline", goal(40, 50, direction=Better.DOWN), metric()),
    (
        "target_behind_baseline",
        goal(40, Target("percent", 10), direction=Better.DOWN),
        metric(),
    ),
    ("target_out_of_domain", goal(0.4, 1.2), SHARE),
    ("target_out_of_domain", goal(0.9, Target("change", 0.15)), SHARE),
    ("target_out_of_domain", goal(0.1, Target("change", -0.2)), SHARE),
    ("mean_of_ratios", goal(0.1, 0.2), metric(MEAN7, kind=Kind.RATIO)),
    ("mean_of_ratios", goal(None, 0.2), metric(TOTAL, kind=Kind.RATIO)),
    ("not_additive", goal(None, 900), metric(TOTAL, additive=False)),
    ("not_additive", goal(1, 9), metric(Actual("last_full_month"), additive=False)),
    ("no_target", goal(1, None), metric()),
    ("no_baseline", goal(None, Target("percent", 20)), metric(TOTAL)),
    ("falling_total", goal(None, 100), metric(TOTAL, better=Better.DOWN)),
    ("falling_total", goal(None, -100), metric(TOTAL)),
    ("falling_total", goal(500, Target("percent", -20)), metric(TOTAL)),
    ("geometric_total", goal(None, 100, pace=pace("geometric")), metric(TOTAL)),
    ("geometric_needs_positive", goal(-1, 100, pace=pace("geometric")), metric()),
    ("geometric_needs_positive", goal(0, 100, pace=pace("geometric")), metric()),
    ("path_of_totals", goal(1, 100, pace=pace("weekday")), metric()),
    ("path_of_totals", goal(1, 100, pace=pace("last-year")), metric()),
    ("no_bounds", goal(None, Target("change", 5), type=KeyResultType.KEEP_ABOVE), metric()),
    ("target_behind_baseline", goal(40, 50, amendments=(amended(9, 50, 30),)), metric()),
]


@pytest.mark.parametrize("row", REFUSED, ids=lambda row: row[0])
def test_a_goal_that_cannot_be_judged_is_refused_before_anything_runs(
    row: tuple[str, KeyResult, Metric],
) -> None:
    code, key_result, of = row
    refused = check_goal(key_result, of)
    assert refused is not None
    assert refused[0] == code
    said = ask(50, points(flat(0.5, -9, 50)), key_result, of=of)
    assert (said.status, said.vote, said.score) == (Status.INVALID, Status.INVALID, None)
    assert said.reason == f"Invalid ({code}): {refused[1]}."


ACCEPTED: list[tuple[KeyResult, Metric]] = [
    (goal(40, 55), metric()),
    (goal(55, 40), metric()),
    (goal(WEEK_BEFORE, Target("percent", 25)), metric()),
    (goal(None, Target("percent", -50)), metric()),
    (goal(0.2, 0.3), metric(Actual("weighted_mean", 28), kind=Kind.RATIO)),
    (goal(0.2, 0.3), metric(LAST, kind=Kind.RATIO)),
    (goal(None, 30_000), metric(TOTAL)),
    (goal(0, 30_000), metric(TOTAL)),
    (goal(None, 30_000), metric(TOTAL, domain=(0, 1000))),  # the domain is of days, not of sums
    (goal(1, 100, pace=pace("geometric")), metric()),
    (goal(None, 100, pace=pace("weekday")), metric(TOTAL)),
    (goal(40, 40), metric()),
    (goal(None, 100, direction=Better.UP), metric(TOTAL, better=Better.DOWN)),
]


@pytest.mark.parametrize("row", ACCEPTED, ids=lambda row: f"{row[0].target.text}")
def test_a_goal_that_can_be_judged_is_taken(row: tuple[KeyResult, Metric]) -> None:
    assert check_goal(*row) is None


def measured(value: float, target: float | Target, **changes: Any) -> Status:
    better = changes.pop("better", Better.UP)
    series = points(flat(value, -6, 5))
    return ask(5, series, goal(WEEK_BEFORE, target, **changes), of=metric(better=better)).status


def test_a_measured_baseline_already_beyond_the_target_is_no_silent_decrease_goal() -> None:
    assert measured(60, 50) is Status.INVALID
    said = ask(5, points(flat(60, -6, 5)), goal(WEEK_BEFORE, 50))
    assert "already_reached" in said.reason
    assert "the measured baseline 60 is already beyond the target 50" in said.reason


def test_the_direction_says_which_side_is_beyond() -> None:
    assert measured(60, 50, better=Better.DOWN) is Status.ON_TRACK
    assert measured(60, 50, direction=Better.DOWN) is Status.ON_TRACK
    assert measured(40, 50, better=Better.DOWN) is Status.INVALID
    assert measured(40, 50, direction=Better.UP, better=Better.DOWN) is Status.ON_TRACK


def test_a_change_says_its_own_direction() -> None:
    assert measured(60, Target("percent", -50)) is Status.ON_TRACK
    assert measured(60, Target("change", 5), better=Better.DOWN) is Status.ON_TRACK


def test_a_measured_baseline_of_zero_has_no_percentage() -> None:
    said = ask(5, points(flat(0, -6, 5)), goal(WEEK_BEFORE, Target("percent", 25, text="+25%")))
    assert said.status is Status.INVALID
    assert "percent_of_zero_baseline" in said.reason
    assert "`+25%`" in said.reason


def test_a_measured_target_outside_the_domain_is_refused_when_it_is_known() -> None:
    of = metric(LAST, kind=Kind.RATIO, domain=(0.0, 1.0))
    kr = goal(WEEK_BEFORE, Target("change", 0.15))
    assert check_goal(kr, of) is None
    assert ask(5, points(flat(0.9, -6, 5)), kr, of=of).status is Status.INVALID


def test_a_guessed_baseline_tells_the_direction() -> None:
    from krtracker.periods import Span
    from tests.evaluation.given import day

    bugs = Baseline("mean", span=Span(day(-6), day(0)), about=200)
    said = ask(5, points(flat(180, -6, 5)), goal(bugs, 100))
    assert (said.status, said.progress) == (Status.ON_TRACK, 0)
