"""The phrases of the language: schedules, lengths of time, ways to take the actual."""

from __future__ import annotations

import re
from datetime import time

import pytest
from apscheduler.triggers.cron import CronTrigger

from krtracker.model import Actual
from krtracker.periods import Grain
from krtracker.settings import phrases
from krtracker.settings.phrases import (
    PhraseError,
    days_in_periods,
    in_periods,
    longest_gap_days,
    read_actual,
    read_change,
    read_days,
    read_duration,
    read_refresh,
    read_share,
    read_success,
    read_time,
)


@pytest.mark.parametrize(
    ("phrase", "cron"),
    [
        ("hourly", "0 * * * *"),
        ("daily 06:10", "10 6 * * *"),
        ("daily", "0 6 * * *"),
        ("weekly mon 09:00", "0 9 * * mon"),
        ("10 6 * * *", "10 6 * * *"),
        ("10 6 * * 1-5", "10 6 * * mon,tue,wed,thu,fri"),
        ("10 6 * * 0", "10 6 * * sun"),
        ("10 6 * * 7", "10 6 * * sun"),
        ("10 6 * * sun", "10 6 * * sun"),
        ("10 6 * * fri-sun", "10 6 * * fri,sat,sun"),
        ("10 6 * * */2", "10 6 * * tue,thu,sat,sun"),
        ("10 6 * * 0-6", "10 6 * * *"),
        ("*/15 8-18 1,15 * *", "*/15 8-18 1,15 * *"),
        ("0 0 1 jan *", "0 0 1 jan *"),
    ],
)
def test_a_schedule_becomes_a_cron_line_with_weekdays_by_name(phrase: str, cron: str) -> None:
    assert read_refresh(phrase).cron == cron
    minute, hour, day, month, weekday = cron.split()
    CronTrigger(minute=minute, hour=hour, day=day, month=month, day_of_week=weekday, timezone="UTC")


@pytest.mark.parametrize(
    ("phrase", "seconds"),
    [("every 5 s", 5), ("every 15 min", 900), ("every 2 h", 7_200), ("every 15min", 900)],
)
def test_every_so_often_is_in_seconds(phrase: str, seconds: int) -> None:
    assert read_refresh(phrase).every_seconds == seconds


@pytest.mark.parametrize(
    "phrase",
    [
        "",
        "never",
        "daily 6:10",
        "weekly 09:00",
        "every 0 s",
        "every 4 s",
        "every day",
        "weekly xyz 09:00",
        "60 6 * * *",
        "10 24 * * *",
        "10 6 0 * *",
        "10 6 * 13 *",
        "10 6 * * 8",
        "a b c d e",
        "5-1 * * * *",
    ],
)
def test_what_is_no_schedule_is_refused(phrase: str) -> None:
    with pytest.raises(PhraseError):
        read_refresh(phrase)


@pytest.mark.parametrize(
    ("phrase", "days"),
    [
        ("daily 06:10", 1),
        ("hourly", 1),
        ("every 15 min", 1),
        ("every 48 h", 2),
        ("weekly mon 09:00", 7),
        ("10 6 * * mon-fri", 3),
        ("10 6 1 * *", 31),
        ("10 6 1,15 * *", 17),
        ("10 6 1 jan *", 366),
    ],
)
def test_the_longest_gap_between_two_ticks_is_in_days(phrase: str, days: int) -> None:
    assert longest_gap_days(read_refresh(phrase)) == days


@pytest.mark.parametrize(
    ("phrase", "how", "size"),
    [
        ("last", "last", 0),
        ("7d mean", "mean", 7),
        ("28d weighted mean", "weighted_mean", 28),
        ("28d run rate", "run_rate", 28),
        ("cycle sum", "cycle_sum", 0),
        ("month to date", "month_to_date", 0),
        ("last full month", "last_full_month", 0),
        ("cycle max", "cycle_max", 0),
        ("cycle min", "cycle_min", 0),
        ("cycle p95", "cycle_percentile", 95),
        ("cycle p99.9", "cycle_percentile", 99.9),
        ("last 3", "last_n", 3),
    ],
)
def test_each_way_to_take_the_actual(phrase: str, how: str, size: float) -> None:
    assert read_actual(phrase) == Actual(how, size, phrase)
    assert re.match(phrases.ACTUAL_PATTERN, phrase)


@pytest.mark.parametrize("phrase", ["", "mean", "0d mean", "7d median", "cycle p100", "last 0"])
def test_what_is_no_way_is_refused(phrase: str) -> None:
    with pytest.raises(PhraseError):
        read_actual(phrase)
    assert not re.match(phrases.ACTUAL_PATTERN, phrase)


@pytest.mark.parametrize(
    ("phrase", "grain", "size"),
    [
        ("4w mean", Grain.DAY, 28),
        ("28d mean", Grain.WEEK, 4),
        ("4w mean", Grain.WEEK, 4),
        ("3m mean", Grain.MONTH, 3),
        ("10d mean", Grain.WEEK, None),
        ("28d mean", Grain.MONTH, None),
        ("3m mean", Grain.DAY, None),
        ("last 3", Grain.MONTH, 3),
    ],
)
def test_a_window_counts_periods_of_the_grain(
    phrase: str, grain: Grain, size: float | None
) -> None:
    found = in_periods(read_actual(phrase), grain)
    assert (found.size if found else None) == size


def test_days_are_rounded_up_to_whole_periods() -> None:
    assert [days_in_periods(10, grain) for grain in Grain] == [10, 2, 1]


def test_lengths_of_time_are_in_seconds_and_days() -> None:
    assert [read_duration(text) for text in ("60s", "15 min", "30h", "2d")] == [
        60,
        900,
        108_000,
        172_800,
    ]
    assert [read_days(text) for text in ("3d", "2w", "0d")] == [3, 14, 0]


def test_shares_changes_times_and_rules_of_success() -> None:
    assert read_share("95%") == 0.95
    assert read_change("40% vs same weekday") == (0.4, "same weekday")
    assert read_change("10% vs previous day") == (0.1, "previous day")
    assert read_change("40%") == (0.4, "same weekday")
    assert read_time("06:10") == time(6, 10)
    assert (read_success("touch for 3d"), read_success("at the end")) == (3, None)
