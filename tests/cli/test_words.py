"""Days and instants as people type them."""

from __future__ import annotations

from datetime import UTC, date, datetime

import click
import pytest

from krtracker.cli.words import DAY, INSTANT, span_between
from krtracker.periods import Span


def test_a_bare_day_means_its_last_moment_in_the_workspace_zone() -> None:
    moment = INSTANT.convert("2026-11-20", None, None).in_zone("Europe/Berlin")
    assert moment == datetime(2026, 11, 20, 22, 59, 59, 999_999, UTC)


def test_a_naive_instant_is_taken_in_the_workspace_zone() -> None:
    moment = INSTANT.convert("2026-07-01 08:00", None, None).in_zone("Europe/Berlin")
    assert moment == datetime(2026, 7, 1, 6, tzinfo=UTC)


def test_an_instant_with_its_own_offset_keeps_it() -> None:
    moment = INSTANT.convert("2026-07-01T08:00:00+05:30", None, None).in_zone("Europe/Berlin")
    assert moment == datetime(2026, 7, 1, 2, 30, tzinfo=UTC)


@pytest.mark.parametrize("text", ["yesterday", "2026-13-01", "2026-02-30", ""])
def test_what_is_no_day_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(click.UsageError, match="2026-11-20"):
        DAY.convert(text, None, None)


def test_what_is_no_instant_is_refused_with_an_example() -> None:
    with pytest.raises(click.UsageError, match="2026-11-20T08:00"):
        INSTANT.convert("2026-11-20T99:00", None, None)


def test_without_ends_the_newest_seven_days_are_asked() -> None:
    span = span_between(None, None, newest=date(2026, 11, 20), days=7)
    assert span == Span(date(2026, 11, 14), date(2026, 11, 20))


def test_a_span_the_wrong_way_round_is_refused() -> None:
    with pytest.raises(click.UsageError, match="swap them"):
        span_between(date(2026, 2, 1), date(2026, 1, 1), newest=date(2026, 3, 1), days=7)
