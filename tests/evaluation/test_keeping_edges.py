"""R11 at its edges: nothing known, what was frozen, flags on the last days, whole sentences."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from krtracker.evaluation.formulas import formula_series, zero_filled
from krtracker.evaluation.guardrails import sight_metric
from krtracker.model import Frozen, Kind, Status, Vote, Watch
from krtracker.periods import Span
from tests.evaluation.given import (
    CYCLE,
    LAST,
    ask,
    day,
    flat,
    goal,
    metric,
    points,
    question,
)
from tests.evaluation.test_keeping import AT, GOOD, LOST, ON, WON, days, keep

NOW = datetime(2026, 4, 12, 8, tzinfo=UTC)


def closed(*values: float) -> Frozen:
    """Newest value, score, whether achieved, bad days."""
    return Frozen("q/kr", "final", values, CYCLE, recorded_at=NOW)


def said(n: int, series: Any, **changes: Any) -> tuple[Status, tuple[str, ...]]:
    made = ask(n, series, keep(), of=metric(LAST, settles_in=3), **changes)
    return made.status, made.flags


def test_nothing_known_of_a_goal_to_be_kept_counts_no_day() -> None:
    made = ask(10, points({}), keep(), of=metric(LAST))
    assert (made.status, made.flags, made.window) == (Status.NO_DATA, (), None)
    assert (made.days_used, made.days_missing, made.bad_days) == (0, 0, 0)
    assert (made.progress, made.expected, made.compliance) == (None, None, None)


def test_a_running_goal_to_be_kept_has_no_flags() -> None:
    assert said(50, days(50)) == (ON, ())


FLAGS = [(99, ON, ()), (100, ON, ("awaiting_final_data",)), (103, WON, ())]


@pytest.mark.parametrize(("n", "status", "flags"), FLAGS)
def test_the_last_days_are_awaited_until_they_are_settled(
    n: int, status: Status, flags: tuple[str, ...]
) -> None:
    assert said(n, days(min(n, 100))) == (status, flags)


def test_a_day_that_alone_says_otherwise_is_unconfirmed() -> None:
    before = (Vote(day(49), ON, ON, None, ON),)
    assert said(50, days(50, (50,)), votes=before) == (ON, ("unconfirmed",))


def test_stale_is_stale_and_not_unconfirmed() -> None:
    assert said(50, days(40, (40,))) == (Status.STALE, ())


def test_what_was_frozen_at_the_end_stands_whatever_is_counted_now() -> None:
    """Missed with one bad day, by the frozen word; two bad days are counted now."""
    made = ask(101, days(100, (3, 9)), keep(), of=metric(LAST), frozen=(closed(50, 0.4, 0, 1),))
    assert (made.status, made.score, made.actual) == (LOST, 0.4, 50.0)
    assert made.flags == ("restated_since_final",)
    kept = ask(101, days(100, (3,)), keep(), of=metric(LAST), frozen=(closed(50, 1, 1, 1),))
    assert (kept.status, kept.flags) == (WON, ())


def test_two_frozen_words_are_two_fingerprints() -> None:
    one, other = (
        ask(101, days(100), keep(), of=metric(LAST), frozen=(closed(value, 1, 1, 0),))
        for value in (50, 51)
    )
    assert one.inputs_digest != other.inputs_digest


def test_at_the_end_a_sentence_tells_days_share_and_budget() -> None:
    assert ask(101, days(100, (3, 9)), keep(), of=metric(LAST)).reason == (
        "Achieved: 98 of 100 known days at or above 10 (98%, 95% promised);"
        " 2 of 5 bad days used up, at the end, 2026-04-10."
    )


def test_on_the_way_it_tells_how_far_and_whether_the_newest_is_outside() -> None:
    assert ask(80, days(80, (80,)), keep(), of=metric(LAST)).reason == (
        "At risk: 79 of 80 known days at or above 10 (98.75%, 95% promised);"
        " 1 of 5 bad days used up when 80 of 100 are gone; the newest, 2026-03-21, is outside: 5."
    )


def test_a_day_with_nothing_to_count_was_not_observed() -> None:
    """0 of 0 is no bad day, though its value lies below."""
    known = flat(GOOD, 1, 10) | {4: 0.0}
    weights = flat(8, 1, 10) | {4: 0.0}
    made = ask(10, points(known, weights), keep(), of=metric(LAST, kind=Kind.RATIO))
    assert (made.status, made.bad_days, made.days_used, made.days_missing) == (ON, 0, 9, 1)


def test_half_the_budget_at_half_time_is_on_track_and_one_more_at_risk() -> None:
    allowed_four = keep(0.96)
    found = [
        ask(50, days(50, tuple(range(1, bad + 1))), allowed_four, of=metric(LAST)).status
        for bad in (2, 3)
    ]
    assert found == [ON, AT]


# --- metrics that are watched, and formulas ------------------------------------------------------


@pytest.mark.parametrize(("value", "depth"), [(0.31, 0), (0.30, 0), (0.29, 2)])
def test_a_watched_metric_on_its_line_has_not_crossed_it(value: float, depth: int) -> None:
    watch = Watch("leading", "visits", True, below=0.3)
    asked = question(50, points(flat(value, 40, 50)), goal(0.2, 0.5), of=metric(LAST))
    assert sight_metric(watch, asked).depth == depth


def test_a_metrics_name_may_end_in_a_number() -> None:
    made = formula_series(["visits_2", "2", "*"], {"visits_2": points({1: 4.0})})
    assert list(made.values) == [8.0]


def test_a_filled_day_weighs_nothing_and_the_others_what_they_did() -> None:
    known = points({1: 0.5, 3: 0.25}, {1: 10, 3: 20})
    made = zero_filled(known, (Span(day(1), day(3)),), withheld=(), last=day(3))
    assert list(made.values) == [0.5, 0.0, 0.25]
    assert made.weights is not None
    assert list(made.weights) == [10.0, 0.0, 20.0]
