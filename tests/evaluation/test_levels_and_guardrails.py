"""Commit and stretch levels, guardrails that hold a score down, intervals of rates."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from krtracker.evaluation.guardrails import (
    guarded,
    sight_key_result,
    sight_metric,
    watch_goal,
)
from krtracker.evaluation.intervals import wilson
from krtracker.model import (
    Actual,
    Better,
    Commitment,
    Evaluation,
    KeyResult,
    Kind,
    Status,
    Target,
    Watch,
)
from tests.evaluation.given import LAST, ask, day, flat, goal, level, metric, points, question


def levels(commit: float | None, stretch: float | None) -> KeyResult:
    reach = {
        name: Target("reach", float(value))
        for name, value in (("commit", commit), ("stretch", stretch))
        if value is not None
    }
    return goal(100, 200, **reach)


LEVELS = [
    (149.0, ""),
    (150.0, "commit"),
    (199.0, "commit"),
    (200.0, "target"),
    (229.0, "target"),
    (230.0, "stretch"),
    (300.0, "stretch"),
]


@pytest.mark.parametrize("row", LEVELS)
def test_the_highest_level_met_is_told(row: tuple[float, str]) -> None:
    assert level(50, row[0], levels(150, 230)).level == row[1]


def test_levels_of_a_falling_goal_lie_below_each_other() -> None:
    kr = goal(100, 50, commit=Target("reach", 70.0), stretch=Target("percent", -60.0))
    assert [level(50, x, kr).level for x in (71, 70, 50, 41, 40)] == [
        "", "commit", "target", "target", "stretch",
    ]  # fmt: skip


def test_a_level_as_a_change_is_taken_from_the_baseline() -> None:
    kr = goal(100, 200, stretch=Target("change", 150.0))
    assert level(50, 249, kr).level == "target"
    assert level(50, 250, kr).level == "stretch"


def test_levels_out_of_order_are_invalid() -> None:
    for kr in (levels(210, None), levels(None, 190)):
        said = level(50, 150, kr)
        assert (said.status, said.reason[:30]) == (
            Status.INVALID, "Invalid (levels_out_of_order):",
        )  # fmt: skip


def test_a_level_stands_in_the_sentence_and_never_in_the_score() -> None:
    plain, with_levels = level(50, 150, goal(100, 200)), level(50, 150, levels(150, 230))
    assert with_levels.score == plain.score
    assert "the commit level 150 is met" in with_levels.reason
    assert "the stretch level 230 is met" in level(50, 240, levels(150, 230)).reason


# --- guardrails ----------------------------------------------------------------------------------


def judged(**changes: Any) -> Evaluation:
    said = level(50, 190, goal(100, 200))
    return replace(said, **changes)


GUARD = Watch("guardrail", "q/safe")
SEEN = {
    Status.ON_TRACK: (0, 0.9),
    Status.AT_RISK: (1, 0.9),
    Status.OFF_TRACK: (2, 0.6),
    Status.MISSED: (2, 0.6),
    Status.STALE: (0, 0.9),
    Status.NO_DATA: (None, 0.9),
    Status.INVALID: (None, 0.9),
}


@pytest.mark.parametrize("status", SEEN)
def test_a_guardrail_off_track_holds_the_score_at_six_tenths(status: Status) -> None:
    seen = sight_key_result(GUARD, judged(key_result="q/safe", status=status))
    held = guarded(judged(), goal(100, 200, guardrails=("q/safe",)), [seen])
    depth, score = SEEN[status]
    assert seen.depth == depth
    assert held.score == pytest.approx(score)
    assert held.full_score == (pytest.approx(0.9) if depth == 2 else None)


def test_a_breach_is_named_beside_the_score_and_grades_by_what_is_left() -> None:
    seen = sight_key_result(GUARD, judged(key_result="q/safe", status=Status.OFF_TRACK))
    kr = goal(100, 200, commitment=Commitment.ASPIRATIONAL)
    held = guarded(judged(grade="delivered"), kr, [seen])
    assert (held.breached, held.grade) == (("q/safe",), "progress")
    assert "guardrail_breached" in held.flags
    assert held.reason.endswith(
        "; 1 guardrail is breached (safe is off track), which holds the score at 0.6."
    )
    assert held.inputs_digest != judged().inputs_digest
    assert (held.status, held.progress) == (judged().status, judged().progress)


def test_a_score_below_is_left_as_it_is_and_a_goal_without_one_too() -> None:
    seen = sight_key_result(GUARD, judged(status=Status.OFF_TRACK))
    low = guarded(judged(score=0.3), goal(100, 200), [seen])
    assert (low.score, low.breached) == (0.3, ("q/safe",))
    assert guarded(judged(score=None), goal(100, 200), [seen]).breached == ()


METRICS = [
    ("above its line", Watch("guardrail", "m", True, below=40.0), 45, Better.UP, 0),
    ("on its line", Watch("guardrail", "m", True, below=40.0), 40, Better.UP, 0),
    ("below its line", Watch("guardrail", "m", True, below=40.0), 39, Better.UP, 2),
    ("above an upper line", Watch("guardrail", "m", True, above=40.0), 41, Better.DOWN, 2),
    ("a tenth worse than before is still fine", Watch("guardrail", "m", True), 45, Better.UP, 0),
    ("more than a tenth worse than before", Watch("guardrail", "m", True), 44.9, Better.UP, 2),
    ("better than before", Watch("guardrail", "m", True), 90, Better.UP, 0),
    ("a falling metric worse than before", Watch("guardrail", "m", True), 55.1, Better.DOWN, 2),
]


@pytest.mark.parametrize("row", METRICS, ids=lambda row: row[0])
def test_a_metric_crosses_its_own_line_or_falls_back(
    row: tuple[str, Watch, float, Better, int],
) -> None:
    """Before the cycle it stood at 50."""
    _, watch, value, better, depth = row
    series = points(flat(50, -9, 0) | flat(value, 1, 50))
    of = metric(LAST, id="m", better=better)
    asked = question(50, series, watch_goal(watch, goal(0, 1)), of=of)
    seen = sight_metric(watch, asked)
    assert (seen.depth, seen.data_day) == (depth, day(50))


def test_a_metric_nobody_knows_crosses_nothing() -> None:
    watch = Watch("guardrail", "m", True, below=40.0)
    asked = question(50, points({}), watch_goal(watch, goal(0, 1)), of=metric(LAST, id="m"))
    assert sight_metric(watch, asked).depth is None


# --- intervals -----------------------------------------------------------------------------------

Z2 = 1.959963984540054**2
WILSON = [
    (0.5, 100.0, 0.4038315, 0.5961685),
    (0.0, 20.0, 0.0, Z2 / (20 + Z2)),
    (1.0, 20.0, 20 / (20 + Z2), 1.0),
    (0.1, 10.0, 0.0178762, 0.4041500),
]


@pytest.mark.parametrize("row", WILSON)
def test_wilsons_interval_is_the_one_in_the_books(row: tuple[float, float, float, float]) -> None:
    rate, count, low, high = row
    assert wilson(rate, count) == pytest.approx((low, high), abs=1e-7)


def test_there_is_no_interval_of_what_is_no_rate() -> None:
    assert wilson(1.2, 10) is None
    assert wilson(0.5, 0) is None


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 400), st.integers(1, 400))
def test_an_interval_holds_its_rate_and_narrows_with_more_cases(hits: int, more: int) -> None:
    count = hits + more
    rate = float(Fraction(hits, count))
    found, wider = wilson(rate, count), wilson(rate, count * 4)
    assert found is not None
    assert wider is not None
    assert found[0] <= rate <= found[1]
    assert wider[1] - wider[0] < found[1] - found[0]


def test_a_rate_that_may_not_have_moved_is_called_noise() -> None:
    """210 of 700 against a start of 0.28: the interval 0.267 to 0.335 holds it."""
    of = metric(Actual("weighted_mean", 7, "7d weighted mean"), kind=Kind.RATIO)
    days, weights = flat(0.3, 44, 50), flat(100, 44, 50)
    near = ask(50, points(days, weights), goal(0.28, 0.4), of=of)
    assert near.interval == pytest.approx((0.2672, 0.3350), abs=1e-4)
    assert "within_noise" in near.flags
    assert "not distinguishable from noise (n = 700, 95% interval 26.72% to 33.5%)" in near.reason
    far = ask(50, points(days, weights), goal(0.2, 0.4), of=of)
    assert "within_noise" not in far.flags


def test_a_count_has_no_interval() -> None:
    assert level(50, 150, goal(100, 200)).interval is None
