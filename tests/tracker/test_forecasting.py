"""Live judging by forecast: odds from the first live day on, the same for ever."""

from __future__ import annotations

from datetime import date, timedelta

from krtracker.model import Evaluation
from krtracker.tracker import answer_as_of, answer_day
from krtracker.tracker.questions import first_needed_days
from tests.tracker.company import Company, Tracking

PACE = '\n[cycle.status]\nby = "pace"\n'


def replayed(company: Company, at: Tracking, said: dict[int, Evaluation]) -> list[bool]:
    """Whether each answer is said again, word for word, as of a minute later."""
    now = company.clock
    same = []
    for back, one in said.items():
        then = now - timedelta(days=back) + timedelta(minutes=1)
        (again,) = answer_as_of(at.reader, instant=then, folder=company.folder).evaluations
        same.append(again == one and again.reason == one.reason)
    return same


def test_a_status_goes_by_the_chance_and_says_so(company: Company) -> None:
    """423 and one more each day ends near 465 of 480: by pace at risk, and it will not be met."""
    with company.tracking() as at:
        at.tracker.collect()
        said = at.judged()
    assert said.probability is not None
    assert said.probability < 0.02
    assert "the chance of reaching it is <2% (on track from " in said.reason


def test_a_cycle_by_pace_has_no_odds(company: Company) -> None:
    company.add("okrs/q4.toml", PACE)
    with company.tracking() as at:
        at.tracker.collect()
        said = at.judged()
    assert (said.probability, "chance" in said.reason) == (None, False)


def test_few_days_leave_the_pace_to_decide_and_say_why(company: Company) -> None:
    first, last = date(2026, 1, 1), date(2026, 9, 20)
    company.empty("dau", [first + timedelta(days=one) for one in range((last - first).days)])
    company.empty("dau", [date(2026, 10, 20) + timedelta(days=one) for one in range(20)])
    with company.tracking() as at:
        at.tracker.collect()
        said = at.judged()
    assert said.probability is None
    assert "no forecast: only 22 of the 42 days to 2026-11-16 are known" in said.reason


def test_what_was_said_by_chance_is_said_again_byte_for_byte(company: Company) -> None:
    with company.tracking() as at:
        at.tracker.collect()
        said = {4: at.judged()}
        for back in (3, 2, 1, 0):
            company.later(days=1)
            at.tracker.collect()
            said[back] = at.judged()
        assert replayed(company, at, said) == [True] * 5
    assert len({one.data_day for one in said.values()}) == 5


def test_a_forecast_kept_since_the_last_round_is_the_one_a_new_program_makes(
    company: Company,
) -> None:
    with company.tracking() as at:
        at.tracker.collect()
        at.judged()
        kept = at.judged()
    with company.tracking() as at:
        assert at.judged() == kept
    assert kept.probability is not None


def test_days_before_the_first_live_one_have_no_odds(company: Company) -> None:
    with company.tracking() as at:
        at.tracker.collect()
        at.judged()
        _, rows = at.reader.sql(
            "select count(*), count(probability) from evaluation where data_day < '2026-11-19'"
        )
        (said,) = answer_day(
            at.reader, at.tracker.workspace, day=date(2026, 11, 1), now=company.clock
        ).evaluations
    assert rows == [(49, 0)]
    assert said.probability is None


def test_no_source_is_asked_for_days_that_only_a_forecast_would_like(company: Company) -> None:
    by_forecast = first_needed_days(company.load())
    company.add("okrs/q4.toml", PACE)
    assert by_forecast == first_needed_days(company.load())
