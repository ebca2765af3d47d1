"""Early warnings W1 to W8 by worked examples: what raises them, how long they stay silent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from krtracker.evaluation.alarms import COOL_DOWN, Restated, Scene, alarms_of, remembered
from krtracker.evaluation.guardrails import Sighting
from krtracker.evaluation.steps import step_change
from krtracker.model import Alarm, AlarmState, Evaluation, Status, Vote, Watch
from tests.evaluation.given import (
    LAST,
    MEAN7,
    TOTAL,
    ask,
    day,
    flat,
    goal,
    level,
    metric,
    points,
    question,
    run,
)

ON, AT, OFF = Status.ON_TRACK, Status.AT_RISK, Status.OFF_TRACK


def vote(n: int, chance: float | None = None, pace: Status = ON) -> Vote:
    return Vote(day(n), pace, pace, chance, pace)


def answer(n: int = 50, **changes: Any) -> Evaluation:
    """On track, halfway, nothing odd."""
    return replace(level(n, 150, goal(100, 200)), **changes)


def rules(scene: Scene, **state: AlarmState) -> list[str]:
    return [one.rule for one in alarms_of(scene, state) if one.raised]


def test_nothing_odd_raises_nothing() -> None:
    assert alarms_of(Scene(answer(), (vote(49),)), {}) == ()


CHANCES: list[tuple[str, Sequence[float | None], float | None, list[str]]] = [
    ("below one half on two days", [0.49], 0.49, ["W1"]),
    ("below one half for the first time", [0.5], 0.49, []),
    ("back above", [0.4], 0.5, []),
    ("no chance known before", [None], 0.4, []),
    ("no chance known at all", [0.4], None, []),
    ("on the first day", [], 0.4, []),
    ("fell by 0.2 in a day", [0.9], 0.7, ["W2"]),
    ("fell by a little less", [0.9], 0.71, []),
    ("fell by 0.2 in seven days", [0.9, 0.85, 0.8, 0.8, 0.75, 0.75, 0.75], 0.7, ["W2"]),
    ("fell by 0.2 in eight days", [0.9, 0.85, 0.8, 0.8, 0.8, 0.75, 0.75, 0.75], 0.7, []),
    ("rose", [0.5], 0.9, []),
    ("fell and low", [0.8, 0.45], 0.4, ["W1", "W2"]),
]


@pytest.mark.parametrize("row", CHANCES, ids=lambda row: row[0])
def test_chances_that_are_low_or_fall(
    row: tuple[str, Sequence[float | None], float | None, list[str]],
) -> None:
    _, before, now, expected = row
    votes = tuple(vote(50 - len(before) + n, chance) for n, chance in enumerate(before))
    assert rules(Scene(answer(probability=now), votes)) == expected


def test_a_chance_is_worded_as_odds() -> None:
    (told,) = alarms_of(Scene(answer(probability=0.38), (vote(49, 0.4),)), {})
    assert told == Alarm(
        "q/kr", "W1", "q", day(50), True, "the chance of reaching the target is 38%"
    )


PACES = [
    ("at risk on two days", AT, AT, 1),
    ("off track on two days", OFF, OFF, 2),
    ("the milder of two counts", AT, OFF, 1),
    ("one day alone", ON, OFF, 0),
    ("back on track", OFF, ON, 0),
]


@pytest.mark.parametrize("row", PACES, ids=lambda row: row[0])
def test_a_pace_that_crossed_a_limit_on_two_days(row: tuple[str, Status, Status, int]) -> None:
    _, before, now, depth = row
    told = alarms_of(Scene(answer(pace_status=now, catch_up=1.3), (vote(49, pace=before),)), {})
    assert [(one.rule, one.depth) for one in told] == ([("W3", depth)] if depth else [])


# --- cool-down and re-arming ---------------------------------------------------------------------


def bad(n: int, *, since: int = 1) -> Scene:
    """At risk on day n, and on all data days since another."""
    votes = tuple(vote(one, pace=AT) for one in range(since, n))[-8:]
    return Scene(answer(n, pace_status=AT, catch_up=1.3), votes)


def good(n: int) -> Scene:
    return Scene(answer(n), (vote(n - 1),))


def test_a_warning_is_told_once_while_it_lasts() -> None:
    told, state = alarms_of(bad(20), {}), dict[str, AlarmState]()
    state = remembered(state, told)
    assert state == {"W3": AlarmState(day(20), 1)}
    assert [alarms_of(bad(n), state) for n in range(21, 60)] == [()] * 39


def test_a_warning_that_is_over_is_told_as_over_once() -> None:
    state = {"W3": AlarmState(day(20), 1)}
    (over,) = alarms_of(good(25), state)
    assert (over.rule, over.raised, over.depth) == ("W3", False, 0)
    state = remembered(state, [over])
    assert state == {"W3": AlarmState(day(20), 1, over=True)}
    assert alarms_of(good(26), state) == ()


@pytest.mark.parametrize(("n", "told"), [(26, []), (27, ["W3"])])
def test_it_comes_again_after_recovery_and_seven_data_days(n: int, told: list[str]) -> None:
    assert rules(bad(n), W3=AlarmState(day(20), 1, over=True)) == told


def test_it_comes_again_without_recovery_when_it_gets_deeper() -> None:
    votes = tuple(vote(n, pace=OFF) for n in range(42, 50))
    scene = Scene(answer(pace_status=OFF, catch_up=2.0), votes)
    assert rules(scene, W3=AlarmState(day(40), 1)) == ["W3"]
    assert rules(scene, W3=AlarmState(day(40), 2)) == []


def test_days_without_data_do_not_cool_anything_down() -> None:
    """Thirty days on, but only the third data day since."""
    scene = Scene(
        answer(50, pace_status=AT, catch_up=1.3), (vote(20, pace=AT), vote(48), vote(49, pace=AT))
    )
    assert rules(scene, W3=AlarmState(day(20), 1, over=True)) == []


@pytest.mark.parametrize(
    "status", [Status.ACHIEVED, Status.MISSED, Status.NO_DATA, Status.INVALID, Status.NOT_STARTED]
)
def test_what_is_over_or_unknown_warns_of_nothing(status: Status) -> None:
    scene = Scene(answer(status=status, probability=0.1), (vote(49, 0.1),))
    assert alarms_of(scene, {}) == ()


@settings(max_examples=60, deadline=None)
@given(st.lists(st.booleans(), min_size=5, max_size=60))
def test_two_warnings_of_one_key_are_seven_data_days_apart_and_alternate(
    days: list[bool],
) -> None:
    state: dict[str, AlarmState] = {}
    told: list[tuple[int, bool]] = []
    for n, is_bad in enumerate(days, start=2):
        scene = bad(n) if is_bad else good(n)
        scene = replace(scene, votes=tuple(vote(one, pace=AT) for one in range(max(1, n - 8), n)))
        found = [one for one in alarms_of(scene, state) if one.rule == "W3"]
        told += [(n, one.raised) for one in found]
        state = remembered(state, found)
    raised = [n for n, is_raised in told if is_raised]
    assert all(b - a >= COOL_DOWN for a, b in pairwise(raised))
    assert [is_raised for _, is_raised in told] == [n % 2 == 0 for n in range(len(told))]


# --- the other rules -----------------------------------------------------------------------------

WEEK = [100.0, 110.0, 120.0, 110.0, 100.0, 40.0, 30.0]


def weekly(n: int, last: Sequence[float] = ()) -> dict[int, float]:
    """A steady weekly pattern with a small wobble up to day n; the last days as given."""
    values = {d: WEEK[(d - 1) % 7] + (3 if d % 2 else -3) for d in range(-30, n + 1)}
    return values | {n - len(last) + 1 + k: value for k, value in enumerate(last)}


STEPS = [
    ("the usual week", [], 0),
    ("two days far above", [300.0, 300.0], 1),
    ("two days far below", [0.0, 0.0], 1),
    ("one day far above", [300.0], 0),
    ("one above and one below", [300.0, -200.0], 0),
]


@pytest.mark.parametrize("row", STEPS, ids=lambda row: row[0])
def test_a_step_is_two_days_far_off_their_weekdays(row: tuple[str, list[float], int]) -> None:
    asked = question(40, points(weekly(40, row[1])), goal(100, 200), of=metric(LAST))
    found = step_change(asked, day(40))
    assert found is not None
    assert found[0] == row[2]


def test_a_weekend_is_no_step() -> None:
    """Days 38 and 39 are a Saturday and a Sunday's worth of the pattern."""
    for n in range(34, 48):
        found = step_change(question(n, points(weekly(n)), goal(100, 200)), day(n))
        assert found == (0, "")


def test_a_short_history_knows_no_step() -> None:
    assert step_change(question(20, points(flat(5, 1, 20)), goal(1, 9)), day(20)) is None


def test_a_leading_indicator_that_crossed_is_told_with_its_lead() -> None:
    watch = Watch("leading", "activation", True, below=0.3, lead=14)
    scene = Scene(answer(), (vote(49),), sightings=(Sighting(watch, 2, "activation is at 28%"),))
    (told,) = alarms_of(scene, {})
    assert (told.rule, told.words) == ("W5", "activation is at 28%, which moves 14 days ahead")
    fine = replace(scene, sightings=(Sighting(watch, 0, "activation is at 35%"),))
    assert alarms_of(fine, {}) == ()
    unknown = replace(scene, sightings=(Sighting(watch, None, ""),))
    assert alarms_of(unknown, {"W5": AlarmState(day(20))}) == ()


def on_data(**changes: Any) -> Scene:
    asked = question(50, points(flat(150, 20, 50)), goal(100, 200))
    restated = changes.pop("restated", ())
    return Scene(answer(**changes), (vote(49),), asked, restated=restated)


DATA: list[tuple[str, dict[str, Any], str]] = [
    ("all is well", {}, ""),
    ("a day is missing", {"days_missing": 1}, "1 days of the window are missing"),
    ("the source is late", {"status": Status.STALE, "age": 5}, "the source is 5 days late"),
    ("late within what it may be", {"age": 2}, ""),
    ("restated by 3 %", {"restated": (Restated(day(40), 100, 103),)},
     "2026-02-09 was restated from 100 to 103"),
    ("restated by 2 %", {"restated": (Restated(day(40), 100, 102),)}, ""),
    ("the baseline drifted", {"flags": ("baseline_drift",)},
     "the baseline's days were restated by over 1%"),
]  # fmt: skip


@pytest.mark.parametrize("row", DATA, ids=lambda row: row[0])
def test_doubtful_data_is_told(row: tuple[str, dict[str, Any], str]) -> None:
    told = [one.words for one in alarms_of(on_data(**row[1]), {}) if one.rule == "W6"]
    assert told == ([row[2]] if row[2] else [])


INTERVALS = [((150.0, 210.0), []), ((150.0, 199.0), ["W7"]), ((210.0, 250.0), [])]


@pytest.mark.parametrize("row", INTERVALS, ids=lambda row: str(row[0]))
def test_a_target_beyond_the_interval_is_told(
    row: tuple[tuple[float, float], list[str]],
) -> None:
    scene = replace(on_data(), interval=row[0])
    assert rules(scene) == row[1]


@pytest.mark.parametrize(("target", "told"), [(1000, []), (1001, ["W8"])])
def test_a_total_that_needs_more_than_its_best_week_gave(target: int, told: list[str]) -> None:
    """500 in 50 days, the best week 10 a day; 50 days are left."""
    series = points(flat(10, 1, 50))
    asked = question(50, series, goal(None, target), of=metric(TOTAL))
    said = ask(50, series, goal(None, target), of=metric(TOTAL))
    assert [one for one in rules(Scene(said, (), asked)) if one == "W8"] == told


def test_the_best_week_is_one_without_gaps() -> None:
    known = {n: 100.0 for n in range(1, 51) if n % 7} | run(44, [10.0] * 7)
    asked = question(50, points(known), goal(None, 9000), of=metric(TOTAL))
    said = ask(50, points(known), goal(None, 9000), of=metric(TOTAL))
    told = [one.words for one in alarms_of(Scene(said, (), asked), {}) if one.rule == "W8"]
    assert told == ["104.6 a day is needed, the best week had 22.86"]


def test_a_level_has_no_daily_need() -> None:
    asked = question(50, points(flat(10, 1, 50)), goal(1, 9000), of=metric(MEAN7))
    assert "W8" not in rules(Scene(level(50, 10, goal(1, 9000)), (), asked))
