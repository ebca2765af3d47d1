"""Values to words and small pictures: each expected text is written out by hand."""

from __future__ import annotations

import math
from datetime import date

import pytest

from krtracker.cli.figures import (
    ICONS,
    bar,
    catch_up_words,
    compact,
    duration,
    percent,
    quantity,
    several,
    short_day,
    size_of,
    sparkline,
)
from krtracker.model import Status


@pytest.mark.parametrize(
    ("value", "kind", "unit", "text"),
    [
        (46_412.0, "count", "", "46.4k"),
        (812.0, "count", "", "812"),
        (1_234.0, "count", "", "1,234"),
        (9_999.0, "count", "", "9,999"),
        (3_400_000.0, "count", "", "3.4M"),
        (0.382, "ratio", "", "38.2 %"),
        (0.9981, "ratio", "", "99.81 %"),
        (7.2, "duration", "min", "7.2 min"),
        (432.0, "duration", "s", "7.2 min"),
        (90.0, "duration", "s", "90 s"),
        (9_000.0, "duration", "s", "2.5 h"),
        (819_203.0, "money", "EUR", "819.2k EUR"),
        (12_500.0, "money", "€", "€12.5k"),
        (-12_500.0, "money", "€", "-€12.5k"),
        (0.0, "count", "", "0"),
        (None, "count", "", "–"),
    ],
)
def test_a_quantity_is_shown_in_the_words_of_its_kind(
    value: float | None, kind: str, unit: str, text: str
) -> None:
    assert quantity(value, kind, unit) == text


def test_a_number_just_below_ten_thousand_rounds_into_the_next_unit() -> None:
    assert compact(9_999.9) == "10.0k"


@pytest.mark.parametrize(
    ("share", "text"),
    [(0.56, "56 %"), (-0.25, "-25 %"), (0.999, "99 %"), (1.0, "100 %"), (1.34, "134 %")],
)
def test_a_share_never_shows_as_100_percent_before_it_is(share: float, text: str) -> None:
    assert percent(share) == text


def test_a_negative_share_near_zero_has_no_minus_sign() -> None:
    assert percent(-0.0001) == "0 %"


def test_a_missing_or_infinite_share_is_a_dash() -> None:
    assert [percent(None), percent(math.inf)] == ["–", "–"]


@pytest.mark.parametrize(
    ("factor", "text"),
    [
        (1.3, "from here 1.3 times as fast as planned"),
        (1.04, "from here 1.04 times as fast as planned"),
        (0.8, "from here 0.8 times the planned pace is enough"),
        (1.0, "exactly at the planned pace"),
        (0.0, "target reached"),
        (math.inf, "the time is up"),
        (450.0, "from here over 100 times as fast as planned"),
        (None, ""),
    ],
)
def test_the_catch_up_factor_is_a_sentence_a_person_says(factor: float | None, text: str) -> None:
    assert catch_up_words(factor) == text


def test_a_sparkline_runs_from_the_lowest_to_the_highest_mark() -> None:
    assert sparkline([0, 1, 2, 3, 4, 5, 6, 7]) == "▁▂▃▄▅▆▇█"


def test_a_missing_value_leaves_a_gap_in_the_sparkline() -> None:
    assert sparkline([1, None, 8]) == "▁ █"


def test_a_flat_series_is_a_line_in_the_middle() -> None:
    assert sparkline([5.0, 5.0]) == "▅▅"


def test_a_long_series_keeps_its_first_and_newest_value() -> None:
    shown = sparkline([*range(99), 1000], width=5)
    assert (len(shown), shown[0], shown[-1]) == (5, "▁", "█")


def test_a_terminal_without_unicode_gets_plain_marks() -> None:
    assert (sparkline([0, 7], unicode=False), bar(0.5, 4, unicode=False)) == ("_#", "##--")


@pytest.mark.parametrize(
    ("share", "text"), [(0.56, "▰▰▱▱"), (-1.0, "▱▱▱▱"), (2.0, "▰▰▰▰"), (None, "▱▱▱▱")]
)
def test_a_bar_is_clamped_to_its_ends(share: float | None, text: str) -> None:
    assert bar(share, 4) == text


def test_a_bar_is_full_only_at_the_target() -> None:
    assert bar(0.9999, 10) == "▰" * 9 + "▱"


def test_no_two_statuses_share_a_shape() -> None:
    assert len({one[0] for one in ICONS.values()}) == len(Status)


def test_a_day_of_another_year_shows_its_year() -> None:
    assert short_day(date(2025, 12, 31), date(2026, 1, 2)) == "31 Dec 2025"


def test_spans_of_time_and_sizes_are_said_in_their_largest_unit() -> None:
    assert [duration(4.21), duration(720), duration(3 * 86400), size_of(1_400_000)] == [
        "4.2 s",
        "12 min",
        "3 days",
        "1.4 MB",
    ]


def test_one_and_many_differ() -> None:
    assert [several(1, "metric"), several(1200, "metric")] == ["1 metric", "1,200 metrics"]
