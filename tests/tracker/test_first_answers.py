"""A metric's first answers: nothing at all, ever, is not taken for a fact."""

from __future__ import annotations

from datetime import date

from krtracker.model import Outcome
from krtracker.periods import Span
from krtracker.tracker import How
from tests.tracker.company import METRICS, Company

YEAR = Span(date(2026, 1, 1), date(2026, 12, 31))


def test_a_metric_that_answers_nothing_at_first_fails_loudly_and_covers_nothing(
    company: Company,
) -> None:
    company.empty("dau", YEAR)
    with company.tracking() as at:
        found = at.tracker.collect()
        (failed,) = found.failed
        assert failed.outcome is Outcome.UNEXPECTED
        assert "no row for 2025-10-16 to 2026-11-19, and none ever before" in failed.message
        assert "krtracker try dau" in failed.message
        assert {run.outcome for run in found.runs} == {Outcome.UNEXPECTED}
        assert at.reader.coverage() == {}


def test_it_heals_with_its_first_rows(company: Company) -> None:
    company.empty("dau", YEAR)
    with company.tracking() as at:
        at.tracker.collect()
        company.fill("dau", {date(2026, 11, 18): 5.0})
        assert at.tracker.collect().failed == ()
        assert at.reader.coverage()["dau"] == (Span(date(2025, 10, 16), date(2026, 11, 19)),)


def test_who_accepts_that_there_is_nothing_yet_is_not_told_again(company: Company) -> None:
    company.empty("dau", YEAR)
    with company.tracking() as at:
        accepted = at.tracker.collect(["dau"], how=How(accept_empty=True))
        assert {run.outcome for run in accepted.runs} == {Outcome.EMPTY}
        assert at.reader.coverage()["dau"] == (Span(date(2025, 10, 16), date(2026, 11, 19)),)
        company.later(days=1)
        again = at.tracker.collect()
        assert (again.failed, [run.outcome for run in again.runs]) == ((), [Outcome.EMPTY])


def test_empty_windows_before_the_first_day_are_a_fact(company: Company) -> None:
    """A history of 1,000 days is asked in three windows; the source begins in the second."""
    company.write("metrics.toml", METRICS + 'history = "1000d"\n')
    with company.tracking() as at:
        found = at.tracker.collect()
        outcomes = [run.outcome for run in found.runs]
        assert (found.failed, outcomes) == ((), [Outcome.EMPTY, Outcome.OK, Outcome.OK])
        assert len(at.reader.coverage()["dau"]) == 1
