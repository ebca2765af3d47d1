"""What an answer is worth, day by day and as a whole."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from krtracker.collect import Judged, Memory, judge
from krtracker.collect.judging import freshness_note
from krtracker.connector import UnexpectedAnswerError, Window
from krtracker.model import Actual, Expectations, Kind, Metric, Point, Refresh, Series
from krtracker.periods import Grain

FIRST = date(2026, 3, 2)
WINDOW = Window(FIRST, FIRST + timedelta(days=27), "Europe/Berlin")
METRIC = Metric(
    "dau", "DAU", Kind.COUNT, "db", "Europe/Berlin", Refresh("daily 06:00"), Actual("mean", 7)
)
NONE = Expectations()
Anything: Any = Point


def day(number: int) -> date:
    return FIRST + timedelta(days=number)


def points(*values: float) -> list[Point]:
    return [Point(day(number), value) for number, value in enumerate(values)]


def judged(given_points: Sequence[Point], expect: Expectations = NONE) -> Judged:
    return judge(replace(METRIC, expect=expect), given_points, WINDOW, memory=Memory())


def suspects(verdict: Judged) -> list[date]:
    return sorted(key[0] for key in verdict.quarantined)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (Point(day(3), math.nan), "2026-03-05 is not a finite number"),
        (Point(day(3), math.inf), "2026-03-05 is not a finite number"),
        (Anything(day(3), "7"), "str, not a number"),
        (Point(day(3), True), "bool, not a number"),
        (Anything(day(3), None), "NoneType, not a number"),
        (Point(day(3), 10**400), "too large"),
        (Point(datetime(2026, 3, 5, tzinfo=UTC), 1.0), "datetime, not a date"),
        (Point(day(28), 1.0), "2026-03-30 is outside the asked days 2026-03-02 to 2026-03-29"),
        (Point(day(-1), 1.0), "2026-03-01 is outside"),
        (Point(day(0), 9.0), "two values for 2026-03-02"),
        (Point(day(3), 1.0, 5.0), "2026-03-02 has no weight while other days have one"),
        (Anything(day(3), 1.0, None, None), "a segment is not text"),
        ((day(3), 1.0), "not a point"),
    ],
)
def test_one_breach_of_the_contract_refuses_the_whole_batch(wrong: Any, said: str) -> None:
    with pytest.raises(UnexpectedAnswerError, match=said):
        judged([*points(1.0, 2.0), wrong])


def test_a_weight_below_zero_is_a_breach() -> None:
    with pytest.raises(UnexpectedAnswerError, match="2026-03-03 has a weight below 0"):
        judged([Point(day(0), 0.5, 3.0), Point(day(1), 0.5, -1.0)])


def test_two_segments_may_have_the_same_day() -> None:
    both = [Point(day(0), 1.0, None, "DE"), Point(day(0), 2.0, None, "FR")]
    assert judged(both).points == both


@given(st.permutations(points(*map(float, range(12)))), st.integers(0, 11))
@settings(max_examples=25, deadline=None)
def test_order_and_equal_duplicates_change_nothing(mixed: list[Point], twice: int) -> None:
    assert list(judged([*mixed, mixed[twice]]).points) == points(*map(float, range(12)))


def test_whole_numbers_become_floats() -> None:
    assert [type(point.value) for point in judged(points(1, 2)).points] == [float, float]


def test_a_day_outside_the_domain_is_set_apart_and_takes_no_other_with_it() -> None:
    ratio = replace(METRIC, domain=(0.0, 1.0))
    verdict = judge(ratio, points(0.2, 1.3, 0.4), WINDOW, memory=Memory())
    assert [point.value for point in verdict.points] == [0.2, 1.3, 0.4]
    assert verdict.quarantined == {(day(1), ""): "1.3: the metric's domain is between 0 and 1"}


def test_the_edge_of_an_expected_range_counts_as_inside() -> None:
    verdict = judged(points(9.999, 10.0, 20.0, 20.001), Expectations(between=(10.0, 20.0)))
    assert suspects(verdict) == [day(0), day(3)]


def test_a_change_against_the_same_weekday_looks_a_week_back() -> None:
    verdict = judged(
        points(100, 50, 100, 100, 100, 20, 20, 139, 71, 141),
        Expectations(max_change=0.4, change_against="same weekday"),
    )
    assert suspects(verdict) == [day(8), day(9)]
    assert verdict.quarantined[day(8), ""] == (
        "71 is +42% from 50: expected at most 40% vs same weekday"
    )


def test_a_suspect_day_is_not_what_the_next_is_compared_with() -> None:
    verdict = judged(
        points(100, 1000, 110, 120), Expectations(max_change=0.5, change_against="previous day")
    )
    assert suspects(verdict) == [day(1)]


def test_stored_days_are_compared_with_too() -> None:
    memory = Memory()
    memory.learn({"": Series([day(-7).toordinal()], [100.0])})
    metric = replace(METRIC, expect=Expectations(max_change=0.1))
    verdict = judge(metric, points(150.0), WINDOW, memory=memory)
    assert suspects(verdict) == [day(0)]


def test_from_zero_no_change_in_percent_can_be_told() -> None:
    wide = Expectations(max_change=0.1, change_against="previous day")
    assert suspects(judged(points(0, 50), wide)) == []


def test_segments_are_compared_with_themselves_only() -> None:
    mixed = [
        Point(day(0), 100.0, None, "DE"),
        Point(day(0), 10.0, None, "FR"),
        Point(day(1), 101.0, None, "DE"),
        Point(day(1), 30.0, None, "FR"),
    ]
    verdict = judged(mixed, Expectations(max_change=0.5, change_against="previous day"))
    assert list(verdict.quarantined) == [(day(1), "FR")]


def test_a_count_that_only_grows_may_stand_still_but_not_fall() -> None:
    verdict = judged(points(5, 5, 4, 6), Expectations(monotonic="up"))
    assert verdict.quarantined == {(day(2), ""): "4 after 5: expected only to go up"}


def test_a_day_of_nothing_at_all_meets_every_expectation() -> None:
    verdict = judged([Point(day(0), 0.0, 0.0)], Expectations(between=(0.2, 0.9)))
    assert suspects(verdict) == []


def test_a_week_is_dated_by_its_last_day_whichever_day_the_source_named() -> None:
    weekly = replace(METRIC, grain=Grain.WEEK)
    verdict = judge(weekly, [Point(day(0), 5.0), Point(day(13), 6.0)], WINDOW, memory=Memory())
    assert [point.day for point in verdict.points] == [date(2026, 3, 8), date(2026, 3, 15)]


def test_two_values_inside_one_week_refuse_a_weekly_answer() -> None:
    weekly = replace(METRIC, grain=Grain.WEEK)
    with pytest.raises(UnexpectedAnswerError, match="two values for 2026-03-08"):
        judge(weekly, points(5.0, 6.0), WINDOW, memory=Memory())


@pytest.mark.parametrize(
    ("now", "note"),
    [
        (datetime(2026, 3, 30, 6, tzinfo=UTC), ""),
        (
            datetime(2026, 3, 31, 6, tzinfo=UTC),
            "expected data within 32 h: the newest day is 2026-03-28",
        ),
    ],
)
def test_fresh_is_counted_from_the_end_of_the_newest_day(now: datetime, note: str) -> None:
    """Berlin left winter time in the night to the 29th: its day ends at 22:00 UTC."""
    metric = replace(METRIC, expect=Expectations(fresh_within=32 * 3600.0))
    last = date(2026, 3, 29) if not note else date(2026, 3, 28)
    window = Window(FIRST, now.date() - timedelta(days=1), "Europe/Berlin")
    assert freshness_note(metric, last, window, now=now) == note


def test_old_history_is_not_called_stale() -> None:
    metric = replace(METRIC, expect=Expectations(fresh_within=3600.0))
    assert freshness_note(metric, day(3), WINDOW, now=datetime(2026, 9, 1, tzinfo=UTC)) == ""
