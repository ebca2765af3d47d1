"""The clock as the daemon minds it: jumps told from corrections, days as they begin."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from krtracker.daemon.clock import Clock

START = datetime(2026, 11, 21, 22, 59, 50, tzinfo=UTC)


class Hands:
    """Two clocks set by hand: the one on the wall, and the one that only runs."""

    def __init__(self) -> None:
        self.wall, self.seconds = START, 1_000.0

    def pass_(self, wall: float, monotonic: float) -> None:
        self.wall += timedelta(seconds=wall)
        self.seconds += monotonic

    def clock(self) -> Clock:
        return Clock(lambda: self.wall, lambda: self.seconds)


def test_time_that_passes_is_no_jump() -> None:
    hands = Hands()
    clock = hands.clock()
    hands.pass_(3_600, 3_600)
    assert clock.jump() == 0.0


def test_a_machine_that_slept_three_days_jumps_once() -> None:
    hands = Hands()
    clock = hands.clock()
    hands.pass_(3 * 86_400 + 1, 1)
    assert clock.jump() == 3 * 86_400
    hands.pass_(1, 1)
    assert clock.jump() == 0.0


def test_a_clock_set_back_an_hour_is_told() -> None:
    hands = Hands()
    clock = hands.clock()
    hands.pass_(-3_599, 1)
    assert clock.jump() == -3_600


def test_a_small_correction_is_no_jump() -> None:
    hands = Hands()
    clock = hands.clock()
    hands.pass_(-2, 1)
    assert clock.jump() == 0.0


def test_a_day_begins_in_its_own_zone() -> None:
    """At 23:00 UTC it is midnight in Berlin; UTC itself waits another hour."""
    hands = Hands()
    clock = hands.clock()
    zones = ("UTC", "Europe/Berlin")
    assert not clock.new_day(zones)
    hands.pass_(10, 10)
    assert clock.new_day(zones)
    assert not clock.new_day(zones)
    hands.pass_(3_600, 3_600)
    assert clock.new_day(zones)
