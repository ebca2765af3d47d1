"""When a refresh is due: weekdays by name, and the clock changes of 2026, worked out by hand."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from krtracker.model import Refresh
from krtracker.schedule import next_runs
from krtracker.schedule.slots import SlotTrigger, named_weekdays


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def cron(line: str) -> Refresh:
    return Refresh(text=line, cron=line)


def every(seconds: int) -> Refresh:
    return Refresh(text=f"every {seconds} s", every_seconds=seconds)


# zone, local time of a daily refresh, asked from, the three runs from then on (UTC).
TRANSITIONS_2026 = [
    # Gap: 29 March 02:00 -> 03:00 (01:00 UTC).
    ("Europe/Berlin", "30 2 * * *", "03-28 00:00", ("03-28 01:30", "03-29 01:00", "03-30 00:30")),
    # Overlap: 25 October 03:00 -> 02:00 (01:00 UTC); 02:30 comes at 00:30 and 01:30 UTC.
    ("Europe/Berlin", "30 2 * * *", "10-24 00:00", ("10-24 00:30", "10-25 00:30", "10-26 01:30")),
    # Gap: 8 March 02:00 -> 03:00 (07:00 UTC).
    (
        "America/New_York",
        "30 2 * * *",
        "03-07 00:00",
        ("03-07 07:30", "03-08 07:00", "03-09 06:30"),
    ),
    # Overlap: 1 November 02:00 -> 01:00 (06:00 UTC).
    (
        "America/New_York",
        "30 1 * * *",
        "10-31 00:00",
        ("10-31 05:30", "11-01 05:30", "11-02 06:30"),
    ),
    # Gap of half an hour: 4 October 02:00 -> 02:30 (3 October 15:30 UTC).
    (
        "Australia/Lord_Howe",
        "15 2 * * *",
        "10-02 00:00",
        ("10-02 15:45", "10-03 15:30", "10-04 15:15"),
    ),
    # Overlap of half an hour: 5 April 02:00 -> 01:30 (4 April 15:00 UTC).
    (
        "Australia/Lord_Howe",
        "45 1 * * *",
        "04-03 00:00",
        ("04-03 14:45", "04-04 14:45", "04-05 15:15"),
    ),
    # Gap at midnight: 6 September 00:00 -> 01:00 (04:00 UTC).
    (
        "America/Santiago",
        "30 0 * * *",
        "09-05 00:00",
        ("09-05 04:30", "09-06 04:00", "09-07 03:30"),
    ),
    # Overlap before midnight: 4 April 24:00 -> 23:00 (5 April 03:00 UTC).
    (
        "America/Santiago",
        "30 23 * * *",
        "04-04 00:00",
        ("04-04 02:30", "04-05 02:30", "04-06 03:30"),
    ),
    # Gap at midnight of a Friday: 24 April 00:00 -> 01:00 (23 April 22:00 UTC).
    ("Africa/Cairo", "0 0 * * *", "04-22 12:00", ("04-22 22:00", "04-23 22:00", "04-24 21:00")),
    # Half past five eastward, no clock changes.
    ("Asia/Kolkata", "10 6 * * *", "03-29 00:00", ("03-29 00:40", "03-30 00:40", "03-31 00:40")),
]


@pytest.mark.parametrize(("zone", "line", "after", "expected"), TRANSITIONS_2026)
def test_a_daily_refresh_runs_once_a_day_across_the_clock_changes_of_2026(
    zone: str, line: str, after: str, expected: tuple[str, ...]
) -> None:
    found = next_runs(cron(line), zone, at(f"2026-{after}"), count=3)
    assert [f"{one:%m-%d %H:%M}" for one in found] == list(expected)


@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe"])
def test_a_whole_year_of_a_nightly_refresh_has_one_run_on_each_local_day(zone: str) -> None:
    place = ZoneInfo(zone)
    start = datetime(2026, 1, 1, tzinfo=place).astimezone(UTC) - timedelta(seconds=1)
    days = [
        one.astimezone(place).date()
        for one in next_runs(cron("30 2 * * *"), zone, start, count=365)
    ]
    assert days == [date(2026, 1, 1) + timedelta(days=n) for n in range(365)]


def test_slots_that_fall_into_one_gap_run_once_together() -> None:
    found = next_runs(cron("*/20 * * * *"), "Europe/Berlin", at("2026-03-29 00:30"), count=4)
    assert [f"{one:%H:%M}" for one in found] == ["00:40", "01:00", "01:20", "01:40"]


def test_the_second_coming_of_an_hour_has_no_slots() -> None:
    found = next_runs(cron("0 * * * *"), "Europe/Berlin", at("2026-10-24 23:30"), count=4)
    assert [f"{one:%H:%M}" for one in found] == ["00:00", "02:00", "03:00", "04:00"]


def test_asking_from_within_the_second_coming_gives_the_next_day() -> None:
    found = next_runs(cron("30 2 * * *"), "Europe/Berlin", at("2026-10-25 01:10"), count=1)
    assert found == [at("2026-10-26 01:30")]


def test_a_day_that_a_zone_skipped_runs_at_the_jump() -> None:
    """Samoa went from 29 to 31 December 2011: the run of the 30th is at the jump, 10:00 UTC."""
    found = next_runs(cron("0 6 * * *"), "Pacific/Apia", at("2011-12-29 00:00"), count=3)
    assert [f"{one:%d %H:%M}" for one in found] == ["29 16:00", "30 10:00", "30 16:00"]


def test_every_n_seconds_counts_from_the_epoch_so_that_a_restart_moves_nothing() -> None:
    found = next_runs(every(900), "Europe/Berlin", at("2026-05-04 10:07:12"), count=3)
    assert [f"{one:%H:%M:%S}" for one in found] == ["10:15:00", "10:30:00", "10:45:00"]


def test_an_instant_that_is_a_slot_is_not_its_own_next_slot() -> None:
    assert next_runs(every(5), "UTC", at("2026-05-04 10:00"), count=1) == [
        at("2026-05-04 10:00:05")
    ]
    assert next_runs(cron("0 10 * * *"), "UTC", at("2026-05-04 10:00"), count=1) == [
        at("2026-05-05 10:00")
    ]


@pytest.mark.parametrize(
    ("field", "names"),
    [
        ("*", "*"),
        ("1-5", "mon,tue,wed,thu,fri"),
        ("0", "sun"),
        ("7", "sun"),
        ("5-7", "fri,sat,sun"),
        ("0-2", "mon,tue,sun"),
        ("fri-mon", "mon,fri,sat,sun"),
        ("*/2", "tue,thu,sat,sun"),
        ("1,3", "mon,wed"),
        ("0-7", "mon,tue,wed,thu,fri,sat,sun"),
        ("MON", "mon"),
    ],
)
def test_crons_weekdays_are_translated_to_names(field: str, names: str) -> None:
    assert named_weekdays(field) == names


def test_a_monday_in_crons_numbers_is_a_monday() -> None:
    found = next_runs(cron("0 9 * * 1"), "Europe/Berlin", at("2026-11-21 00:00"), count=2)
    assert [f"{one.astimezone(ZoneInfo('Europe/Berlin')):%a %d %H:%M}" for one in found] == [
        "Mon 23 09:00",
        "Mon 30 09:00",
    ]


def test_a_day_of_the_month_and_a_weekday_together_mean_either_as_in_cron() -> None:
    found = next_runs(cron("0 0 13 * 5"), "UTC", at("2026-11-01 00:00"), count=4)
    assert [f"{one:%a %d}" for one in found] == ["Fri 06", "Fri 13", "Fri 20", "Fri 27"]
    found = next_runs(cron("0 0 12 * 5"), "UTC", at("2026-11-09 00:00"), count=3)
    assert [f"{one:%a %d}" for one in found] == ["Thu 12", "Fri 13", "Fri 20"]


def test_the_29th_of_february_is_waited_for() -> None:
    assert next_runs(cron("0 0 29 2 *"), "UTC", at("2026-01-01 00:00"), count=1) == [
        at("2028-02-29")
    ]


def test_a_day_that_never_comes_has_no_runs() -> None:
    assert next_runs(cron("0 0 31 2 *"), "UTC", at("2026-01-01 00:00"), count=3) == []


def test_three_days_asleep_are_one_run_not_three() -> None:
    trigger = SlotTrigger(cron("10 6 * * *"), "UTC")
    due = trigger.get_next_fire_time(None, at("2026-11-02 00:00"))
    assert due == at("2026-11-02 06:10")
    assert trigger.get_next_fire_time(due, at("2026-11-05 09:00")) == at("2026-11-06 06:10")


def test_a_clock_set_back_an_hour_runs_no_slot_twice() -> None:
    trigger = SlotTrigger(cron("10 6 * * *"), "UTC")
    due = trigger.get_next_fire_time(None, at("2026-11-02 00:00"))
    trigger.get_next_fire_time(due, at("2026-11-02 06:10"))
    assert trigger.get_next_fire_time(None, at("2026-11-02 05:30")) == at("2026-11-03 06:10")


def test_a_clock_set_forward_a_day_and_back_again_leaves_tomorrows_slot_to_tomorrow() -> None:
    trigger = SlotTrigger(cron("10 6 * * *"), "UTC")
    due = trigger.get_next_fire_time(None, at("2026-11-02 00:00"))
    trigger.get_next_fire_time(due, at("2026-11-03 07:00"))
    assert trigger.get_next_fire_time(None, at("2026-11-02 07:00")) == at("2026-11-03 06:10")
