"""Every status says why, in one sentence, with its numbers in the metric's own unit."""

from __future__ import annotations

import pytest

from krtracker.evaluation import quantity
from krtracker.model import Kind, Series, Status, Vote
from tests.evaluation.given import LAST, ask, day, flat, goal, level, metric, points, total

QUANTITIES = [
    (Kind.COUNT, "", 46_400.0, "46,400"),
    (Kind.COUNT, "", 46_412.25, "46,412.2"),
    (Kind.COUNT, "", 12.345, "12.35"),
    (Kind.COUNT, "", -1_000.0, "-1,000"),
    (Kind.COUNT, "users", 7.0, "7 users"),
    (Kind.RATIO, "", 0.314, "31.4%"),
    (Kind.RATIO, "", 0.38, "38%"),
    (Kind.RATIO, "", 0.99825, "99.83%"),
    (Kind.RATIO, "", -0.05, "-5%"),
    (Kind.NUMBER, "%", 45.5, "45.5%"),
    (Kind.NUMBER, "points", 0.12345, "0.1235 points"),
    (Kind.DURATION, "s", 432.0, "7 min 12 s"),
    (Kind.DURATION, "min", 9.0, "9 min"),
    (Kind.DURATION, "s", 1.8, "1.8 s"),
    (Kind.DURATION, "ms", 250.0, "250 ms"),
    (Kind.DURATION, "ms", 1800.0, "1.8 s"),
    (Kind.DURATION, "h", 2.5, "2 h 30 min"),
    (Kind.DURATION, "s", 59.99, "1 min"),
    (Kind.DURATION, "s", 3599.9, "1 h"),
    (Kind.DURATION, "s", 0.0, "0 s"),
    (Kind.DURATION, "s", -90.0, "-1 min 30 s"),
    (Kind.MONEY, "€", 12_500.0, "€12,500"),
    (Kind.MONEY, "€", -12_500.5, "-€12,500.5"),
    (Kind.MONEY, "EUR", 12_500.0, "12,500 EUR"),
]


@pytest.mark.parametrize(("kind", "unit", "value", "text"), QUANTITIES)
def test_a_quantity_reads_as_people_write_it(
    kind: Kind, unit: str, value: float, text: str
) -> None:
    assert quantity(metric(kind=kind, unit=unit), value) == text


def test_a_level_tells_where_it_stands_and_what_the_rest_needs() -> None:
    assert level(50, 46_000, goal(41_800, 50_000)).reason == (
        "On track: 46,000 of 50,000 on 2026-02-19, 51.2% of the way from 41,800 where 45,900 (50%)"
        " was expected; going on as planned is enough (0.98 times the plan, on track to 1.10,"
        " at risk to 1.50)."
    )


def test_a_goal_behind_tells_how_much_faster_the_rest_must_go() -> None:
    assert level(50, 44_000, goal(40_000, 50_000)).reason == (
        "At risk: 44,000 of 50,000 on 2026-02-19, 40% of the way from 40,000 where 45,000 (50%)"
        " was expected; the rest needs 1.20 times the planned pace (on track to 1.10,"
        " at risk to 1.50)."
    )


def test_a_total_tells_its_share() -> None:
    assert total(50, 399, goal(None, 1000)).reason == (
        "Off track: 399 of 1,000 (39.9%) on 2026-02-19 where 500 (50%) was expected;"
        " the rest needs 1.20 times the planned pace (on track to 1.02, at risk to 1.20)."
    )


def test_a_duration_is_told_in_minutes() -> None:
    of = metric(LAST, kind=Kind.DURATION, unit="s")
    said = level(50, 450, goal(432, 540), of=of)
    assert "7 min 30 s of 9 min on 2026-02-19, 16.7% of the way from 7 min 12 s" in said.reason


def test_an_unconfirmed_change_says_what_the_day_alone_says() -> None:
    votes = (Vote(day(49), Status.ON_TRACK, Status.ON_TRACK),)
    said = level(50, 100, goal(100, 200), votes=votes)
    assert said.reason.startswith("On track: ")
    assert said.reason.endswith("; this day alone says off track, two in a row are needed.")


def test_worse_than_the_start_is_shown_as_such() -> None:
    assert "-25% of the way from 100" in level(10, 75, goal(100, 200)).reason


def test_the_end_is_told_with_its_date() -> None:
    assert level(100, 196, goal(100, 200)).reason == (
        "Missed: 196 of 200, 96% of the way from 100, at the end, 2026-04-10."
    )


def test_nothing_known_says_so() -> None:
    assert ask(50, Series((), ()), goal(0, 9)).reason == (
        "No data: no day up to 2026-02-19 is known."
    )


ONE_OF_EACH = {
    Status.ACHIEVED: total(50, 1000, goal(None, 1000)),
    Status.ON_TRACK: level(50, 150, goal(100, 200)),
    Status.AT_RISK: level(50, 140, goal(100, 200)),
    Status.OFF_TRACK: level(50, 100, goal(100, 200)),
    Status.MISSED: level(100, 100, goal(100, 200)),
    Status.STALE: ask(60, points(flat(150, 1, 50)), goal(100, 200)),
    Status.NO_DATA: ask(50, Series((), ()), goal(100, 200)),
    Status.INVALID: level(50, 1, goal(100, None)),
    Status.NOT_STARTED: level(0, 100, goal(100, 200)),
}


@pytest.mark.parametrize("status", list(Status))
def test_every_status_has_its_sentence(status: Status) -> None:
    said = ONE_OF_EACH[status]
    assert said.status is status
    assert said.reason.startswith(status.words.capitalize())
    assert said.reason.endswith(".")
    assert "\n" not in said.reason
    assert any(letter.isdigit() for letter in said.reason) or status is Status.INVALID
