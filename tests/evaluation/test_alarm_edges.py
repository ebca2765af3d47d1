"""Early warnings at their edges: how long a history, which side, how deep, what counts as over."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from krtracker.evaluation.alarms import Scene, alarms_of
from krtracker.evaluation.guardrails import Sighting
from krtracker.evaluation.steps import step_change
from krtracker.model import AlarmState, Vote, Watch
from tests.evaluation.given import (
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
from tests.evaluation.test_alarms import ON, STEPS, weekly

STEPPED = (1, "visits stepped to 300 where 100 is usual (45 times its usual scatter)")
"""The wobble is 3 on every day: 200 / (1.4826 x 3) is 45."""


def stepped(values: dict[int, float], n: int = 40) -> tuple[int, str] | None:
    return step_change(question(n, points(values), goal(100, 200), of=metric(LAST)), day(n))


def test_a_step_names_the_newest_day_its_usual_value_and_how_far_it_lies() -> None:
    """Of the two days the first is a 110, the second a 100 of the pattern."""
    assert stepped(weekly(40, [290.0, 300.0])) == STEPPED


def test_a_step_is_warning_4_of_depth_1() -> None:
    asked = question(40, points(weekly(40, [290.0, 300.0])), goal(100, 200), of=metric(LAST))
    said = replace(level(40, 150, goal(100, 200)), actual=300.0)
    (told,) = alarms_of(Scene(said, (Vote(day(39), ON, ON, None, ON),), asked), {})
    assert (told.rule, told.depth, told.words) == ("W4", *STEPPED)


@pytest.mark.parametrize("row", STEPS, ids=lambda row: row[0])
def test_the_unit_of_a_metric_makes_and_hides_no_step(row: tuple[str, list[float], int]) -> None:
    found = stepped({n: value / 1000 for n, value in weekly(40, row[1]).items()})
    assert found is not None
    assert found[0] == row[2]


def test_what_lies_further_back_than_eight_weeks_is_not_learnt_from() -> None:
    """The eight weeks before days 39 and 40 begin with day -17."""
    wild = dict.fromkeys(range(-40, -17), 1e6)
    assert stepped(weekly(40, [290.0, 300.0]) | wild) == STEPPED
    assert stepped(weekly(40, [290.0, 300.0]) | {-17: 1e6}) == (0, "")


@pytest.mark.parametrize(("first", "known"), [(11, True), (12, False)])
def test_four_weeks_before_the_two_days_are_enough_to_know_a_step(first: int, known: bool) -> None:
    values = {n: value for n, value in weekly(40).items() if n >= first}
    assert stepped(values) == ((0, "") if known else None)


def test_days_that_are_not_neighbours_are_no_step() -> None:
    values = weekly(40, [290.0, 300.0])
    del values[39]
    assert stepped(values) is None


def test_a_gap_in_the_history_leaves_each_day_to_its_own_weekday() -> None:
    values = {n: value for n, value in weekly(40, [290.0, 300.0]).items() if n not in (20, 21, 22)}
    assert stepped(values) == STEPPED


def test_a_step_out_of_perfect_quiet_was_never_seen() -> None:
    words = "visits stepped to 9 where 5 is usual (never seen)"
    assert stepped({**flat(5, 1, 38), 39: 9.0, 40: 9.0}) == (1, words)


# --- the others ----------------------------------------------------------------------------------


def test_of_several_leading_indicators_the_deepest_counts_and_all_that_crossed_are_named() -> None:
    watch = Watch("leading", "a", True, below=0.3)
    seen = [Sighting(watch, depth, f"{name} is low") for name, depth in [("a", 1), ("b", 2)]]
    scene = Scene(level(50, 150, goal(100, 200)), sightings=(*seen, Sighting(watch, 0, "fine")))
    (told,) = alarms_of(scene, {})
    words = "a is low, which moves ahead, b is low, which moves ahead"
    assert (told.rule, told.depth, told.words) == ("W5", 2, words)


FALLING: list[tuple[tuple[float, float], list[str]]] = [
    ((90.0, 150.0), []),
    ((100.0, 150.0), []),
    ((101.0, 150.0), ["W7"]),
    ((50.0, 99.0), []),
]


@pytest.mark.parametrize("row", FALLING, ids=lambda row: str(row[0]))
def test_a_falling_target_below_the_interval_is_told(
    row: tuple[tuple[float, float], Sequence[str]],
) -> None:
    asked = question(50, points(flat(150, 20, 50)), goal(200, 100))
    said = level(50, 150, goal(200, 100))
    told = alarms_of(Scene(said, (), asked, interval=row[0]), {})
    assert [one.rule for one in told] == row[1]


def test_doubtful_data_and_a_daily_need_are_of_depth_1() -> None:
    known = flat(10, 1, 50)
    del known[20]
    asked = question(50, points(known), goal(None, 9000), of=metric(TOTAL))
    said = ask(50, points(known), goal(None, 9000), of=metric(TOTAL))
    told = {one.rule: one.depth for one in alarms_of(Scene(said, (), asked), {})}
    assert told == {"W6": 1, "W8": 1}


def test_a_need_is_over_once_the_total_is_reached() -> None:
    asked = question(50, points(flat(10, 1, 50)), goal(None, 500), of=metric(TOTAL))
    said = replace(level(50, 150, goal(100, 200)), actual=500.0, target=500.0)
    (told,) = alarms_of(Scene(said, (), asked), {"W8": AlarmState(day(20))})
    assert (told.rule, told.raised, told.words) == ("W8", False, "over")
