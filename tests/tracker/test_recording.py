"""Values a person gives: recorded, taken back, imported with their own time of knowledge."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from krtracker.connector import Point
from krtracker.errors import UsageError
from krtracker.model import Outcome
from krtracker.periods import Span
from krtracker.tracker import ImportRow
from tests.tracker.company import Company, Tracking

MANUAL = '[metrics.nps]\nkind = "number"\nsource = "manual"\ndomain = [-100, 100]\n'
DAY = date(2026, 11, 18)


@pytest.fixture
def manual(company: Company) -> Company:
    company.add("metrics.toml", MANUAL)
    return company


def known(at: Tracking, as_of: datetime | None = None) -> dict[int, float]:
    span = Span(date(2020, 1, 1), date(2026, 12, 31))
    series = at.reader.series({("nps", ""): span}, as_of=as_of)["nps", ""]
    pairs = zip(series.days, series.values, strict=True)
    return {date.fromordinal(day).day: value for day, value in pairs}


def test_a_value_by_hand_is_a_run_with_its_note(manual: Company) -> None:
    with manual.tracking() as at:
        run = at.tracker.record("nps", [Point(DAY, 41)], note="survey of autumn")
        assert (run.outcome, run.source, str(run.window)) == (
            Outcome.RECORDED, "manual", "2026-11-18",
        )  # fmt: skip
        assert at.reader.run(run.id).note == "survey of autumn"
        assert known(at) == {18: 41.0}


def test_a_value_taken_back_stays_in_the_history(manual: Company) -> None:
    with manual.tracking() as at:
        at.tracker.record("nps", [Point(DAY, 41)])
        before = manual.clock + timedelta(minutes=1)
        manual.later(hours=1)
        at.tracker.retract("nps", DAY)
        assert known(at) == {}
        assert known(at, before) == {18: 41.0}


@pytest.mark.parametrize(
    ("points", "said"),
    [
        ([Point(DAY, 101.0)], "101 for 2026-11-18 is outside -100 to 100"),
        ([Point(DAY, float("nan"))], "is not a finite number"),
        ([Point(date(2026, 11, 21), 1.0)], "2026-11-21 is still to come"),
        ([Point(DAY, 1.0), Point(DAY, 2.0)], "two values for 2026-11-18"),
        ([], "no value"),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_is_stored(
    manual: Company, points: list[Point], said: str
) -> None:
    with manual.tracking() as at:
        with pytest.raises(UsageError, match=said):
            at.tracker.record("nps", points)
        assert at.reader.runs("nps") == []


def test_a_metric_of_a_source_is_not_recorded_by_hand(company: Company) -> None:
    with company.tracking() as at, pytest.raises(UsageError, match="krtracker import dau FILE"):
        at.tracker.record("dau", [Point(DAY, 1.0)])


def test_a_day_that_is_not_known_cannot_be_taken_back(manual: Company) -> None:
    with manual.tracking() as at, pytest.raises(UsageError, match="nothing to take back"):
        at.tracker.retract("nps", DAY)


def instant(day: int) -> datetime:
    return datetime(2026, 11, day, 12, tzinfo=UTC)


def test_an_import_is_one_run_for_each_instant_it_was_known_at(manual: Company) -> None:
    rows = [
        ImportRow(date(2026, 11, 3), 33.0),
        ImportRow(date(2026, 11, 1), 12.0, recorded_at=instant(9)),
        ImportRow(date(2026, 11, 1), 11.0, recorded_at=instant(5)),
        ImportRow(date(2026, 11, 2), 22.0, recorded_at=instant(5)),
    ]
    with manual.tracking() as at:
        runs = at.tracker.import_rows("nps", rows)
        assert [(run.written, run.recorded_at >= manual.clock) for run in runs] == [
            (2, False), (1, False), (1, True),
        ]  # fmt: skip
        assert known(at, instant(4)) == {}
        assert known(at, instant(6)) == {1: 11.0, 2: 22.0}
        assert known(at, instant(10)) == {1: 12.0, 2: 22.0}
        assert known(at) == {1: 12.0, 2: 22.0, 3: 33.0}


def test_an_imported_line_without_a_value_takes_the_day_back(manual: Company) -> None:
    rows = [
        ImportRow(DAY, 5.0, recorded_at=instant(18)),
        ImportRow(DAY, None, recorded_at=instant(19)),
    ]
    with manual.tracking() as at:
        at.tracker.import_rows("nps", rows)
        assert known(at, instant(18)) == {18: 5.0}
        assert known(at) == {}


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (ImportRow(DAY, 1.0, recorded_at=instant(18).replace(tzinfo=None)), "has no time zone"),
        (ImportRow(DAY, 1.0, recorded_at=instant(21)), "still to come"),
        (ImportRow(DAY, 500.0), "outside -100 to 100"),
    ],
)
def test_one_bad_line_refuses_the_whole_file(manual: Company, row: Any, said: str) -> None:
    with manual.tracking() as at:
        with pytest.raises(UsageError, match=said):
            at.tracker.import_rows("nps", [ImportRow(date(2026, 11, 1), 1.0), row])
        assert at.reader.runs("nps") == []


def test_history_kept_elsewhere_comes_in_for_a_metric_of_a_source_too(company: Company) -> None:
    with company.tracking() as at:
        at.tracker.import_rows("dau", [ImportRow(date(2025, 1, 1), 5.0)])
        assert at.reader.coverage()["dau"] == (Span(date(2025, 1, 1), date(2025, 1, 1)),)


def test_a_manual_key_result_counts_what_was_recorded(manual: Company) -> None:
    manual.add(
        "okrs/q4.toml",
        '[key_results.nps-50]\nobjective = "growth"\nmetric = "nps"\nactual = "last"\n'
        "baseline = 30\ntarget = 50\n",
    )
    with manual.tracking() as at:
        at.tracker.record("nps", [Point(DAY, 45)])
        assert at.judged("2026-q4/nps-50").progress == pytest.approx(0.75)


def test_a_key_result_whose_newest_day_is_taken_back_stands_where_it_stood(manual: Company) -> None:
    """The answer of the day before was known already, so it was left out and the retracted day
    stayed what analysts and `krtracker status` saw."""
    manual.add(
        "okrs/q4.toml",
        '[key_results.nps-50]\nobjective = "growth"\nmetric = "nps"\nbaseline = 30\ntarget = 50\n',
    )
    with manual.tracking() as at:
        at.tracker.record("nps", [Point(DAY, 41)])
        at.judged("2026-q4/nps-50")
        at.tracker.record("nps", [Point(DAY + timedelta(days=1), 45)])
        at.judged("2026-q4/nps-50")
        at.tracker.retract("nps", DAY + timedelta(days=1))
        said = at.judged("2026-q4/nps-50")
        assert (said.data_day, said.actual) == (DAY, 41.0)
        assert at.reader.evaluations()["2026-q4/nps-50"].evaluation == said
        rows = at.reader.sql("select fresh_at, actual from krt.key_results where name = 'nps-50'")[
            1
        ]
        assert rows == [(DAY, 41.0)]
        before = at.store.info()["evaluations"]
        at.judged("2026-q4/nps-50")
        assert at.store.info()["evaluations"] == before
        assert at.store.verify() == []
