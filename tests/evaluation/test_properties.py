"""Properties that hold for any key result (rules.md T), and a slow reference in exact fractions."""

from __future__ import annotations

import itertools
import math
from dataclasses import replace
from datetime import timedelta
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from krtracker.evaluation import evaluate
from krtracker.model import Better, Evaluation, Series, Status, Vote
from krtracker.periods import Span
from tests.evaluation.given import (
    CYCLE,
    MEAN7,
    TOTAL,
    amended,
    ask,
    day,
    flat,
    goal,
    level,
    metric,
    pace,
    points,
    question,
    run,
)

few = settings(max_examples=60, deadline=None)
amounts = st.integers(-10_000, 10_000).map(lambda n: n / 8)
days = st.integers(1, 100)
KINDS = ("linear", "s-curve", "geometric", "step", "points")


def near(x: float | None, y: float | None) -> bool:
    if x is None or y is None:
        return x is y
    return x == y or math.isclose(x, y, rel_tol=1e-9, abs_tol=1e-9)


def compared(said: Evaluation) -> tuple[float | None, ...]:
    return said.progress, said.expected, said.catch_up


# --- the reference -------------------------------------------------------------------------------


def reference(
    values: list[float], start: Fraction, target: Fraction, *, n: int, total: bool
) -> tuple[Fraction, Fraction, Fraction | None]:
    """p, e and c of R7 to R9 from their definitions, in exact fractions; c None is infinite."""
    exact = [Fraction(value) for value in values]
    actual = sum(exact, Fraction(0)) if total else sum(exact[-7:], Fraction(0)) / 7
    origin = Fraction(0) if total else start
    p, e = (actual - origin) / (target - origin), Fraction(n, 100)
    if p >= 1:
        return p, e, Fraction(0)
    return p, e, None if e == 1 else (1 - p) / (1 - e)


@few
@given(st.data(), days, amounts, amounts, st.booleans())
def test_p_e_and_c_agree_with_exact_fractions(
    draw: st.DataObject, n: int, start: float, target: float, total: bool
) -> None:
    values = draw.draw(st.lists(amounts, min_size=n, max_size=n)) if total else None
    values = values or draw.draw(st.lists(amounts, min_size=n + 6, max_size=n + 6))
    origin = 0.0 if total else start
    if abs(target - origin) < 1:
        target = origin + 1
    direction = Better.UP if target > origin else Better.DOWN
    kr = goal(None if total else start, target, direction=direction)
    series = points(run(n - len(values) + 1, values))
    said = ask(n, series, kr, of=metric(TOTAL if total else MEAN7, settles_in=5))
    p, e, c = reference(values, Fraction(start), Fraction(target), n=n, total=total)
    assert near(said.progress, float(p))
    assert near(said.expected, float(e))
    if abs(p - 1) > Fraction(1, 10**6):
        assert near(said.catch_up, math.inf if c is None else float(c))


# --- properties ----------------------------------------------------------------------------------


@few
@given(st.lists(amounts, min_size=20, max_size=40), amounts, st.sampled_from([0.5, 2, 1024, 0.125]))
def test_the_unit_of_a_metric_changes_nothing(values: list[float], start: float, k: float) -> None:
    said = ask(len(values), points(run(1, values)), goal(start, start + 50))
    scaled = points(run(1, [k * value for value in values]))
    other = ask(len(values), scaled, goal(k * start, k * (start + 50)))
    assert all(map(near, compared(said), compared(other)))
    assert said.status is other.status


@few
@given(st.lists(amounts, min_size=20, max_size=40), amounts)
def test_a_falling_goal_is_a_rising_one_upside_down(values: list[float], start: float) -> None:
    said = ask(len(values), points(run(1, values)), goal(start, start + 50))
    negated = points(run(1, [-value for value in values]))
    other = ask(len(values), negated, goal(-start, -start - 50))
    assert all(map(near, compared(said), compared(other)))
    assert said.status is other.status


@few
@given(days, amounts, st.floats(0.01, 1000), st.booleans())
def test_progress_rises_with_the_actual_in_the_goals_direction(
    n: int, actual: float, more: float, rising: bool
) -> None:
    kr = goal(0, 100 if rising else -100)
    low, high = level(n, actual, kr), level(n, actual + (more if rising else -more), kr)
    assert low.progress is not None
    assert high.progress is not None
    assert high.progress > low.progress


@few
@given(st.sampled_from(KINDS), st.integers(1, 99), st.integers(101, 400))
def test_a_path_runs_from_nothing_to_all_and_never_falls(kind: str, turn: int, target: int) -> None:
    from krtracker.model import PacePoint

    shape = pace(kind, step=day(turn), points=(PacePoint(day(turn), share=0.3),))
    kr = goal(100, target, pace=shape)
    shares = [level(n, 100, kr).expected or 0.0 for n in range(0, 101, 5)]
    assert shares[0] == 0
    assert shares[-1] == pytest.approx(1)
    assert all(before <= after + 1e-12 for before, after in itertools.pairwise(shares))


@few
@given(days, amounts, st.sampled_from(KINDS))
def test_a_catch_up_factor_is_never_negative(n: int, actual: float, kind: str) -> None:
    said = level(n, actual, goal(100, 200, pace=pace(kind, step=day(50))), of=metric(settles_in=9))
    assert said.catch_up is not None
    assert said.catch_up >= 0


@few
@given(st.integers(2, 100), st.integers(101, 400), st.sampled_from(KINDS))
def test_an_amended_path_is_unbroken_and_ends_at_the_new_target(
    effective: int, new: int, kind: str
) -> None:
    shape = pace(kind, step=day(1))
    kr = goal(100, new, pace=shape, amendments=(amended(effective, 200, new),))
    plain = goal(100, 200, pace=shape)
    eve = effective - 1
    assert near(level(eve, 100, kr).expected_value, level(eve, 100, plain).expected_value)
    assert near(level(100, 100, kr).expected_value, new)


@few
@given(st.permutations(range(7)), st.lists(amounts, min_size=7, max_size=7))
def test_a_missing_day_put_in_as_its_own_mean_leaves_the_mean(
    order: list[int], values: list[float]
) -> None:
    known = run(44, values)
    gap = 44 + order[0] % 6
    known.pop(gap)
    short = ask(50, points(known), goal(0, 10))
    assert short.actual is not None
    whole = ask(50, points({**known, gap: short.actual}), goal(0, 10))
    assert near(short.actual, whole.actual)


@few
@given(st.lists(amounts, min_size=5, max_size=40))
def test_the_order_days_came_in_is_no_part_of_a_sum(values: list[float]) -> None:
    n = len(values)
    forward = ask(n, points(run(1, values)), goal(None, 1e6), of=metric(TOTAL))
    backward = ask(n, points(run(1, values[::-1])), goal(None, 1e6), of=metric(TOTAL))
    assert forward.actual == backward.actual


@few
@given(st.lists(st.sampled_from([1.0, 1.07, 1.3, 1.45, 2.0]), min_size=3, max_size=30))
def test_two_published_changes_are_at_least_two_data_days_apart(factors: list[float]) -> None:
    votes: list[Vote] = []
    for n, factor in enumerate(factors, start=40):
        actual = 100 + 100 * (1 - factor * (1 - n / 100))
        said = level(n, actual, goal(100, 200), votes=tuple(votes[-8:]))
        votes.append(Vote(day(n), said.vote, said.status))
    published = [one.published for one in votes]
    changes = [n for n in range(1, len(published)) if published[n] is not published[n - 1]]
    assert all(after - before >= 2 for before, after in itertools.pairwise(changes))


@few
@given(st.integers(-50, 160), st.lists(st.booleans(), min_size=170, max_size=170))
def test_whatever_is_known_there_is_one_answer_with_a_sentence(n: int, present: list[bool]) -> None:
    known = {day_: 50.0 for day_, here in enumerate(present, start=-30) if here}
    said = ask(n, points(known), goal(0, 100))
    assert said.status in set(Status)
    assert said.reason.endswith(".")
    assert said.data_day is None or said.data_day <= min(said.today - timedelta(days=1), CYCLE.last)


@few
@given(st.integers(1, 400), st.integers(0, 3000))
def test_any_cycle_on_any_calendar_counts_its_days(length: int, offset: int) -> None:
    """Leap days, years of 53 weeks: tau is days gone by days in all."""
    first = day(1) + timedelta(days=offset)
    span = Span(first, first + timedelta(days=length - 1))
    half = length // 2 + 1
    start = first.toordinal()
    series = Series([start + n for n in range(half)], [1.0] * half)
    kr = goal(None, length, span=span)
    asked = question(1, series, kr, of=metric(TOTAL, settles_in=2))
    said = evaluate(replace(asked, today=first + timedelta(days=half)))
    assert near(said.expected, half / length)
    assert near(said.progress, half / length)
    assert said.catch_up == pytest.approx(0 if half == length else 1)


def test_points_outside_the_question_cannot_be_seen() -> None:
    known = flat(50, -9, 50)
    future = points({**known, **flat(9_999, 51, 120)})
    assert ask(50, future, goal(0, 100)) == ask(50, points(known), goal(0, 100))
