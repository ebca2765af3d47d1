"""What stands in an answer becomes points, or is refused by its day with what to write instead."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from connectors._rows import answer, take
from krtracker.connector import Point, SourceRejectedError, UnexpectedAnswerError, Window

WEEK = Window(date(2026, 3, 1), date(2026, 3, 7), "Europe/Berlin")
DAY = date(2026, 3, 1)


def points(names: str, *rows: Sequence[Any]) -> list[Point]:
    return list(answer(names.split(), rows, WEEK, parameters={}).points)


def refusal(names: str, *rows: Sequence[Any]) -> str:
    with pytest.raises(UnexpectedAnswerError) as caught:
        points(names, *rows)
    return str(caught.value)


@pytest.mark.parametrize(
    "day",
    [
        DAY,
        datetime(2026, 3, 1, 23, 59, tzinfo=UTC) - timedelta(hours=1),
        datetime(2026, 2, 28, 23, 0, tzinfo=UTC),
        "2026-03-01",
        "20260301",
        "2026-03-01 13:00",
        "2026-03-01T13:00:00+01:00",
        "2026-02-28T23:00:00Z",
        20260301,
    ],
)
def test_every_sort_of_day_is_read(day: object) -> None:
    assert points("day value", (day, 1)) == [Point(DAY, 1.0)]


@pytest.mark.parametrize(
    "day",
    ["1 March 2026", "2026-W10-1", "2026-02-30", "", 1772323200, 20260230, 3.5, True, None, b"x"],
)
def test_what_is_no_day_is_refused_with_what_to_write(day: object) -> None:
    assert "write a date, a timestamp, `2026-01-31` or 20260131" in refusal("day value", (day, 1))


def test_seconds_for_a_day_are_told_how_to_become_one() -> None:
    assert "seconds since 1970 must become a date" in refusal("day value", (1772323200, 1))


@pytest.mark.parametrize("value", [2, 2.0, Decimal("2.00")])
def test_every_sort_of_number_is_read(value: object) -> None:
    assert points("day value", (DAY, value)) == [Point(DAY, 2.0)]


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (None, "is NULL: leave the row out"),
        (True, "is True, not a number"),
        ("2", "is text '2', not a number: write cast(value as double precision)"),
        (b"2", "is bytes \"b'2'\", not a number"),
        (timedelta(seconds=2), "is timedelta '0:00:02', not a number"),
        (float("nan"), "is not a finite number (nan)"),
        (float("-inf"), "is not a finite number (-inf)"),
        (Decimal("sNaN"), "is not a finite number (sNaN)"),
        (10**400, "is not a finite number"),
    ],
)
def test_what_is_no_finite_number_is_refused_by_its_day(value: object, words: str) -> None:
    assert refusal("day value", (DAY, value)).startswith(f"`value` of 2026-03-01 {words}")


def test_a_text_is_shown_without_its_control_characters() -> None:
    assert "text 'a?[31mb'" in refusal("day value", (DAY, "a\x1b[31mb"))


@pytest.mark.parametrize(
    ("names", "row", "words"),
    [
        ("day value weight", (DAY, 1, -1), "`weight` of 2026-03-01 is negative"),
        ("day value weight", (DAY, 1, None), "`weight` of 2026-03-01 is NULL"),
        ("day value weight", (DAY, None, 2), "`value` of 2026-03-01 is NULL"),
        ("day numerator denominator", (DAY, 1, -2), "`denominator` of 2026-03-01 is negative"),
        ("day numerator denominator", (DAY, None, 2), "`numerator` of 2026-03-01 is NULL"),
        ("day numerator denominator", (DAY, 1e300, 1e-300), "`value` of 2026-03-01 is not a fin"),
        ("day value segment", (DAY, 1, None), "`segment` of 2026-03-01 is NULL"),
        ("day value numerator denominator", (DAY, 1, 1, 1), "answer either `value[, weight]` or"),
        ("day value Value", (DAY, 1, 1), "column `value` is there twice"),
        ("value", (1,), "column `day` is missing"),
        ("day numerator", (DAY, 1), "column `denominator` is missing"),
    ],
)
def test_what_breaks_the_contract_is_refused(names: str, row: Sequence[Any], words: str) -> None:
    assert refusal(names, row).startswith(words)


def test_columns_are_judged_even_when_there_are_no_rows() -> None:
    assert "column `value` is missing" in refusal("day n")


def test_two_rows_of_a_segment_are_refused_by_day_and_segment() -> None:
    rows = [(DAY, 1, "DE"), (DAY, 2, "FR"), (DAY, 3, "DE")]
    assert refusal("day value segment", *rows).startswith("two rows for 2026-03-01 of segment `DE`")


def test_the_order_of_rows_does_not_matter() -> None:
    rows = [(DAY + timedelta(n), n, segment) for n in range(7) for segment in ("", "a", "b")]
    straight = points("day value segment", *rows)
    mixed = random.Random(3).sample(rows, len(rows))
    assert points("day value segment", *mixed) == straight


def test_days_of_mixed_types_are_read_one_by_one() -> None:
    assert points("day value", ("2026-03-02", 1), (DAY, Decimal(2))) == [
        Point(DAY, 2.0),
        Point(date(2026, 3, 2), 1.0),
    ]


def test_rows_are_taken_up_to_the_cap_and_no_chunk_further() -> None:
    asked: list[int] = []

    def chunks() -> Any:
        for number in range(100):
            asked.append(number)
            yield [(DAY, 1)] * 10

    with pytest.raises(SourceRejectedError, match="more than 25 rows"):
        take(chunks(), 25)
    assert asked == [0, 1, 2]
