"""A short name means the running cycle's key result."""

from __future__ import annotations

from datetime import date

import pytest

from krtracker.errors import UnknownNameError
from krtracker.periods import Span
from krtracker.tracker import resolve_key_result
from tests.tracker.company import Company

Q3 = Span(date(2026, 7, 1), date(2026, 9, 30))
Q4 = Span(date(2026, 10, 1), date(2026, 12, 31))
Q1 = Span(date(2027, 1, 1), date(2027, 3, 31))
KNOWN = {
    "2026-q3/dau": Q3,
    "2026-q4/dau": Q4,
    "2027-q1/dau": Q1,
    "2026-q3/old": Q3,
    "2027-q1/new": Q1,
}


@pytest.mark.parametrize(
    ("name", "today", "full"),
    [
        ("2026-q3/dau", date(2026, 11, 1), "2026-q3/dau"),
        ("dau", date(2026, 11, 1), "2026-q4/dau"),
        ("dau", date(2026, 9, 30), "2026-q3/dau"),
        ("old", date(2026, 11, 1), "2026-q3/old"),
        ("new", date(2026, 11, 1), "2027-q1/new"),
        ("dau", date(2030, 1, 1), "2027-q1/dau"),
        ("dau", date(2020, 1, 1), "2027-q1/dau"),
    ],
)
def test_the_running_cycle_comes_first_then_the_latest(name: str, today: date, full: str) -> None:
    assert resolve_key_result(KNOWN, name, today) == full


def test_an_unknown_name_is_answered_with_the_nearest(company: Company) -> None:
    with pytest.raises(UnknownNameError, match="did you mean `dau-480`"):
        resolve_key_result(company.load(), "dau-48", date(2026, 11, 20))
    with pytest.raises(UnknownNameError, match="did you mean `2026-q4/dau-480`"):
        resolve_key_result(company.load(), "2026-q4/dau-48", date(2026, 11, 20))
