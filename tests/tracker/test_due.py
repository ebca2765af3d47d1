"""Which days are asked follows from what is known, never from the tick."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from krtracker.model import Actual, Kind, Metric, Refresh
from krtracker.periods import Grain, Span, merge_spans, period_first_day, period_last_day
from krtracker.store import MetricState
from krtracker.tracker import due_span, due_windows
from krtracker.tracker.due import history_start
from krtracker.tracker.planning import is_ready

METRIC = Metric("dau", "DAU", Kind.COUNT, "db", "UTC", Refresh("daily"), Actual("mean", 7))
TODAY = date(2026, 11, 20)
START = date(2026, 1, 1)


def covered(*spans: Span) -> MetricState:
    return MetricState("dau", coverage=spans)


def due(metric: Metric = METRIC, *, first: date = START, ready: bool = True) -> Span:
    span = due_span(metric, TODAY, first=first, ready=ready)
    assert span is not None
    return span


def asked(metric: Metric, *spans: Span) -> str:
    return "; ".join(map(str, due_windows(metric, covered(*spans), due(metric))))


def test_today_is_never_due() -> None:
    assert due() == Span(START, date(2026, 11, 19))


def test_before_ready_at_yesterday_is_not_due_either() -> None:
    assert due(ready=False).last == date(2026, 11, 18)


def test_ready_is_told_by_the_metrics_own_clock() -> None:
    """10:30 in Berlin is 09:30 UTC in November."""
    metric = replace(METRIC, zone="Europe/Berlin", ready_at=time(10, 30))
    before, after = (datetime.fromisoformat(f"2026-11-20T09:{m}:00+00:00") for m in (29, 30))
    assert (is_ready(metric, before), is_ready(metric, after)) == (False, True)


def test_a_source_that_is_late_by_nature_is_not_asked_for_days_it_cannot_know() -> None:
    assert due(replace(METRIC, late_by=8)).last == date(2026, 11, 11)


def test_the_first_ask_is_the_whole_history() -> None:
    assert asked(METRIC) == "2026-01-01 to 2026-11-19"


def test_an_ordinary_day_asks_the_new_day_and_reads_the_last_ones_again() -> None:
    known = Span(START, date(2026, 11, 18))
    assert asked(replace(METRIC, settles_in=3), known) == "2026-11-13 to 2026-11-19"


def test_asking_again_on_the_same_day_reads_settles_in_and_four_more() -> None:
    assert asked(replace(METRIC, settles_in=3), due()) == "2026-11-13 to 2026-11-19"


def test_after_a_week_off_one_window_holds_the_gap_and_what_was_unsettled_before_it() -> None:
    known = Span(START, date(2026, 11, 12))
    assert asked(replace(METRIC, settles_in=3), known) == "2026-11-06 to 2026-11-19"


def test_a_hole_in_the_past_is_asked_by_itself() -> None:
    before, after = Span(START, date(2026, 4, 30)), Span(date(2026, 5, 4), date(2026, 11, 19))
    assert asked(METRIC, before, after) == "2026-05-01 to 2026-05-03; 2026-11-16 to 2026-11-19"


def test_a_longer_history_comes_in_chunks_of_at_most_366_days_oldest_first() -> None:
    windows = due_windows(METRIC, None, due(first=date(2024, 1, 1)))
    assert [str(one) for one in windows] == [
        "2024-01-01 to 2024-12-31",
        "2025-01-01 to 2026-01-01",
        "2026-01-02 to 2026-11-19",
    ]


def test_nothing_is_due_before_the_first_day_is_over() -> None:
    assert due_span(METRIC, TODAY, first=TODAY, ready=True) is None


@pytest.mark.parametrize(
    ("grain", "last"), [(Grain.WEEK, date(2026, 11, 15)), (Grain.MONTH, date(2026, 10, 31))]
)
def test_a_week_or_month_is_due_when_it_is_over(grain: Grain, last: date) -> None:
    assert due(replace(METRIC, grain=grain)).last == last


def test_lateness_of_a_weekly_metric_counts_weeks() -> None:
    assert due(replace(METRIC, grain=Grain.WEEK, late_by=1)).last == date(2026, 11, 8)


def test_history_reaches_back_400_days_unless_it_is_said_or_a_goal_needs_more() -> None:
    assert history_start(METRIC, TODAY, None) == TODAY - timedelta(days=400)
    assert history_start(replace(METRIC, history=10), TODAY, None) == date(2026, 11, 10)
    assert history_start(METRIC, TODAY, date(2025, 1, 1)) == date(2025, 1, 1)


SPANS = st.tuples(st.integers(0, 700), st.integers(0, 90)).map(
    lambda one: Span(START + timedelta(days=one[0]), START + timedelta(days=one[0] + one[1]))
)


@given(
    st.lists(SPANS, max_size=5),
    st.integers(0, 8),
    st.sampled_from(list(Grain)),
    st.dates(date(2026, 6, 1), date(2028, 6, 1)),
)
@settings(max_examples=60, deadline=None)
def test_every_missing_day_is_asked_once_in_whole_periods_and_none_that_is_not_due(
    known: list[Span], settles_in: int, grain: Grain, today: date
) -> None:
    metric = replace(METRIC, settles_in=settles_in, grain=grain)
    whole = due_span(metric, today, first=START, ready=True)
    assert whole is not None
    windows = due_windows(metric, covered(*merge_spans(known)), whole)
    days = [day for window in windows for day in window]
    assert len(days) == len(set(days))
    assert days == sorted(days)
    held = {day for span in known for day in span}
    assert set(whole) - held <= set(days) <= set(whole)
    for window in windows:
        assert window.days <= 366
        assert period_first_day(window.first, grain) == window.first
        assert period_last_day(window.last, grain) == window.last
