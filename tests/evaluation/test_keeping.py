"""R11 by worked examples: 100 days, one line each; bad days against the error budget."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import Any, NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from krtracker.evaluation import evaluate
from krtracker.model import (
    Commitment,
    KeyResult,
    KeyResultType,
    Kind,
    Series,
    Status,
    Target,
    Vote,
)
from krtracker.periods import Grain
from tests.evaluation.given import (
    CYCLE,
    LAST,
    amended,
    ask,
    day,
    flat,
    goal,
    metric,
    points,
    question,
)

ABOVE, BELOW, BETWEEN = (
    KeyResultType.KEEP_ABOVE,
    KeyResultType.KEEP_BELOW,
    KeyResultType.KEEP_BETWEEN,
)
GOOD, BAD = 50.0, 5.0


def keep(share: float = 0.95, **changes: Any) -> KeyResult:
    """Keep above 10, on 95 % of 100 days: 5 bad ones are allowed."""
    plain = goal(None, Target("reach", 10.0), type=ABOVE, share=share)
    return replace(plain, **changes)


def days(n: int, bad: tuple[int, ...] = (), missing: tuple[int, ...] = ()) -> Series:
    known = flat(GOOD, 1, n) | dict.fromkeys(bad, BAD)
    return points({one: value for one, value in known.items() if one not in missing})


class Row(NamedTuple):
    what: str
    n: int
    bad: tuple[int, ...]
    share: float
    status: Status
    score: Fraction
    missing: tuple[int, ...] = ()


ON, AT, OFF = Status.ON_TRACK, Status.AT_RISK, Status.OFF_TRACK
WON, LOST = Status.ACHIEVED, Status.MISSED
ROWS = [
    Row("no bad day", 50, (), 0.95, ON, Fraction(1)),
    Row("the first day of all", 1, (), 0.95, ON, Fraction(1)),
    Row("two of five allowed at half time", 50, (3, 9), 0.95, ON, Fraction(1)),
    Row("three of five at half time burn too fast", 50, (3, 9, 30), 0.95, AT,
        Fraction(94, 95)),
    Row("two of four allowed at half time burn as fast as time", 50, (3, 9), 0.96, ON, Fraction(1)),
    Row("the newest day is outside", 80, (80,), 0.95, AT, Fraction(1)),
    Row("a sixth bad day cannot be made good", 50, (1, 2, 3, 4, 5, 6), 0.95, OFF,
        Fraction(44, 50) / Fraction(95, 100)),
    Row("compliance below q is scored by its share", 10, (2, 4), 0.95, AT,
        Fraction(8, 10) / Fraction(95, 100)),
    Row("all days asked for, none bad", 50, (), 1.0, ON, Fraction(1)),
    Row("all days asked for, one bad", 50, (7,), 1.0, OFF, Fraction(49, 50)),
    Row("a tenth of 100 days is ten, whatever floats say", 100, tuple(range(1, 11)), 0.9, WON,
        Fraction(1)),
    Row("one more than a tenth", 100, tuple(range(1, 12)), 0.9, LOST, Fraction(89, 90)),
    Row("kept to the end", 100, (1, 2, 3, 4, 5), 0.95, WON, Fraction(1)),
    Row("one bad last day of a quarter does not score 0", 100, (100,), 0.95, WON, Fraction(1)),
    Row("one bad day of all asked for, at the end", 100, (100,), 1.0, LOST, Fraction(99, 100)),
    Row("a missing day is neither good nor bad", 50, (3, 9), 0.95, ON, Fraction(1), (20, 21)),
    Row("compliance counts observed days only", 20, (3,), 0.95, ON, Fraction(1), ()),
    Row("half of the days suffice", 50, tuple(range(1, 26)), 0.5, ON, Fraction(1)),
    Row("half of the days suffice, 26 of 50 do not burn to the end", 50, tuple(range(1, 27)), 0.5,
        AT, Fraction(24, 50) / Fraction(1, 2)),
]  # fmt: skip


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.what)
def test_a_budget_of_bad_days_is_judged(row: Row) -> None:
    said = ask(row.n, days(row.n, row.bad, row.missing), keep(row.share), of=metric(LAST))
    assert said.status is row.status
    assert said.score == pytest.approx(float(row.score), abs=1e-12)
    observed = row.n - len(row.missing)
    assert said.compliance == pytest.approx(1 - len(row.bad) / observed, abs=1e-12)
    assert said.expected == row.n / 100
    assert said.progress == pytest.approx(float(row.score) * row.n / 100, abs=1e-12)


BOUNDS = [
    (ABOVE, Target("reach", 10), (10, 9.999), 1),
    (ABOVE, Target("reach", 0.3), (0.1 + 0.2, 0.3 - 1e-6), 1),
    (BELOW, Target("reach", 10), (10, 10.001), 1),
    (BELOW, Target("reach", -5), (-5, -6), 0),
    (BETWEEN, Target("range", 10, 20), (10, 20), 0),
    (BETWEEN, Target("range", 10, 20), (9.99, 20.01), 2),
]


@pytest.mark.parametrize("row", BOUNDS, ids=lambda row: f"{row[0]}-{row[2][1]}")
def test_bounds_are_inside(
    row: tuple[KeyResultType, Target, tuple[float, float], int],
) -> None:
    kind, target, values, bad = row
    kr = replace(keep(), type=kind, target=target)
    said = ask(2, points({1: values[0], 2: values[1]}), kr, of=metric(LAST))
    assert said.bad_days == bad


def test_a_day_is_judged_on_its_raw_value_whatever_the_metrics_mean() -> None:
    said = ask(50, days(50, (50,)), keep(), of=metric())
    assert (said.actual, said.bad_days) == (BAD, 1)


def test_a_moved_bound_counts_from_its_day_on() -> None:
    kr = keep(target=Target("reach", 60.0), amendments=(amended(30, 10, 60),))
    said = ask(40, points(flat(GOOD, 1, 40)), kr, of=metric(LAST))
    assert (said.bad_days, said.target) == (11, 60.0)


def test_a_day_on_which_nothing_was_counted_was_not_observed() -> None:
    series = points({1: 0.5, 2: 0.0, 3: 0.9}, {1: 10, 2: 0, 3: 10})
    kr = keep(target=Target("reach", 0.4))
    said = ask(3, series, kr, of=metric(LAST, kind=Kind.RATIO))
    assert (said.bad_days, said.days_used, said.compliance) == (0, 2, 1.0)


def test_weeks_are_counted_as_weeks() -> None:
    """2026-01-04 is a Sunday; 14 Sundays lie in the cycle, a tenth of them is one."""
    known = dict.fromkeys(range(4, 60, 7), GOOD) | {11: BAD}
    said = ask(60, points(known), keep(0.9), of=metric(LAST, grain=Grain.WEEK))
    assert (said.bad_days, said.allowed_days, said.expected) == (1, 1, 8 / 14)


def test_before_its_first_day_it_has_not_started_and_without_data_it_has_none() -> None:
    assert ask(0, days(0), keep(), of=metric(LAST)).status is Status.NOT_STARTED
    assert ask(9, days(0), keep(), of=metric(LAST)).status is Status.NO_DATA


def test_an_old_newest_day_is_stale_and_keeps_its_numbers() -> None:
    said = ask(54, days(50, (2,)), keep(), of=metric(LAST))
    assert (said.status, said.vote, said.bad_days, said.age) == (Status.STALE, ON, 1, 4)


def test_one_bad_day_does_not_move_a_published_status_two_do() -> None:
    before = (Vote(day(48), ON, ON), Vote(day(49), ON, ON))
    one = ask(50, days(50, (50,)), keep(), of=metric(LAST), votes=before)
    assert (one.status, one.vote) == (ON, AT)
    after = (*before, Vote(day(50), AT, ON))
    assert ask(51, days(51, (50, 51)), keep(), of=metric(LAST), votes=after).status is AT


def test_the_end_is_frozen_and_a_restatement_only_annotates_it() -> None:
    said = ask(100, days(100, (1,)), keep(), of=metric(LAST))
    assert (said.status, said.final, said.grade) == (WON, True, "met")
    again = ask(120, days(100, tuple(range(1, 30))), keep(), of=metric(LAST), frozen=said.freeze)
    assert (again.status, again.score) == (WON, 1.0)
    assert "restated_since_final" in again.flags


def test_an_aspirational_promise_is_graded_by_its_score() -> None:
    bad = tuple(range(1, 41))
    kr = keep(0.95, commitment=Commitment.ASPIRATIONAL)
    said = ask(100, days(100, bad), kr, of=metric(LAST))
    assert (said.status, said.grade) == (LOST, "progress")


REFUSED = [
    keep(target=None),
    keep(target=Target("change", 5.0)),
    keep(type=BETWEEN),
    keep(type=BETWEEN, target=Target("range", 20.0, 10.0)),
]


@pytest.mark.parametrize("kr", REFUSED)
def test_bounds_that_mean_nothing_are_invalid(kr: KeyResult) -> None:
    assert ask(50, days(50), kr, of=metric(LAST)).status is Status.INVALID


def test_the_sentence_has_the_numbers() -> None:
    said = ask(50, days(50, (3, 50)), keep(), of=metric(LAST))
    assert said.reason == (
        "At risk: 48 of 50 known days at or above 10 (96%, 95% promised); 2 of 5 bad days used up "
        "when 50 of 100 are gone; the newest, 2026-02-19, is outside: 5."
    )


@settings(max_examples=60, deadline=None)
@given(st.lists(st.booleans(), min_size=100, max_size=100), st.integers(50, 100))
def test_at_the_end_achieved_scored_1_and_within_budget_are_one_and_the_same(
    good: list[bool], percent: int
) -> None:
    series = points({n: GOOD if one else BAD for n, one in enumerate(good, start=1)})
    said = ask(100, series, keep(percent / 100), of=metric(LAST))
    within = good.count(False) <= 100 - percent
    assert (said.status is WON, said.score == 1.0) == (within, within)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.floats(-100, 100), min_size=5, max_size=60), st.floats(0.5, 1))
def test_keeping_below_is_keeping_above_upside_down(values: list[float], share: float) -> None:
    n = len(values)
    up = points(dict(enumerate(values, start=1)))
    down = points({d: -value for d, value in enumerate(values, start=1)})
    above = ask(n, up, keep(share), of=metric(LAST))
    below = ask(n, down, keep(share, type=BELOW, target=Target("reach", -10.0)), of=metric(LAST))
    assert (above.status, above.score, above.bad_days) == (
        below.status, below.score, below.bad_days,
    )  # fmt: skip


def test_the_same_question_replays_to_the_same_bytes() -> None:
    asked = question(100, days(100, (4,)), keep(), of=metric(LAST))
    said = evaluate(asked)
    again = evaluate(replace(asked, frozen=said.freeze))
    assert repr(replace(again, freeze=said.freeze)) == repr(said)
    assert said.window is not None
    assert said.window == CYCLE
