"""The connector `sql` against real PostgreSQL, MariaDB, SQLite and DuckDB."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import date

import pytest

from krtracker.connector import (
    Point,
    UnexpectedAnswerError,
    Window,
)
from krtracker.testing import check_connector
from tests.connectors.conftest import BY_DAY, ENDLESS, FIRST, LAST, Engine, Table, days


def test_an_answer_holds_a_point_a_day_oldest_first(engine: Engine, table: Table) -> None:
    days(engine, "3", "1.5", "0")
    answer = table.answer(BY_DAY + " order by day desc")
    assert answer.points == [
        Point(date(2026, 3, 1), 3.0),
        Point(date(2026, 3, 2), 1.5),
        Point(date(2026, 3, 3), 0.0),
    ]
    assert answer.rows == 3


def test_the_receipt_names_what_was_bound(engine: Engine, table: Table) -> None:
    days(engine, "3")
    assert table.answer(BY_DAY).parameters == {"start": "2026-03-01", "end": "2026-03-08"}


def test_the_end_is_the_day_after_the_window(engine: Engine, table: Table) -> None:
    days(engine, *"123456789")
    assert [point.day for point in table.answer(BY_DAY).points] == [
        date(2026, 3, n) for n in range(1, 8)
    ]


def test_an_empty_answer_is_empty_and_not_zero(engine: Engine, table: Table) -> None:
    days(engine, "3")
    old = replace(table, first=date(2020, 1, 1), last=date(2020, 1, 7))
    assert list(old.answer(BY_DAY).points) == []


@pytest.mark.parametrize(
    "day",
    ["cast(day as char(10))", "day", "20260301 + 0 * v", "concat(day, ' 00:00:00')"],
    ids=["text", "date", "integer", "text of a timestamp"],
)
def test_a_day_may_be_a_date_text_or_an_integer(engine: Engine, table: Table, day: str) -> None:
    days(engine, "3")
    if engine.name == "sqlite":
        day = {"concat(day, ' 00:00:00')": "day || ' 00:00:00'"}.get(day, day)
    if "20260301" in day:
        day = engine.one_of(mariadb="cast(20260301 as signed)", other="cast(20260301 as integer)")
    query = f"select {day} as day, v as value from k where :start <= :end"
    assert table.answer(query).points == [Point(date(2026, 3, 1), 3.0)]


def test_a_naive_timestamp_is_a_local_day_already(engine: Engine, table: Table) -> None:
    stamp = engine.one_of(mariadb="datetime", sqlite="text", other="timestamp")
    engine.run(f"create table k (ts {stamp})", "insert into k values ('2026-03-01 23:30:00')")
    query = "select ts as day, 1 as value from k where :start < :end"
    assert table.answer(query).points == [Point(date(2026, 3, 1), 1.0)]


def instants(engine: Engine) -> None:
    """Three instants around midnight in Berlin, 23:00 UTC."""
    stamp = engine.one_of(mariadb="timestamp", sqlite="text", other="timestamptz")
    zone = engine.one_of(mariadb="", sqlite="", other="+00")
    clock = ("02-28 22:30:00", "02-28 23:30:00", "03-01 22:30:00", "03-01 23:30:00")
    rows = ", ".join(f"('2026-{one}{zone}')" for one in clock)
    session = engine.one_of(mariadb="set time_zone = '+00:00'", other="select 1")
    engine.run(session, f"create table k (ts {stamp} null)", f"insert into k values {rows}")


@pytest.mark.parametrize("engine", ["duckdb", "postgresql", "mariadb"], indirect=True)
def test_the_session_zone_is_the_metrics(engine: Engine, table: Table) -> None:
    instants(engine)
    query = """select cast(ts as date) as day, count(*) as value from k
               where ts >= :start and ts < :end group by 1"""
    assert table.answer(query).points == [
        Point(date(2026, 3, 1), 2.0),
        Point(date(2026, 3, 2), 1.0),
    ]


@pytest.mark.parametrize("engine", ["duckdb", "postgresql"], indirect=True)
def test_an_aware_timestamp_is_taken_to_the_metrics_zone(engine: Engine, table: Table) -> None:
    query = "select timestamptz '2026-03-01 23:30:00+00' as day, 1 as value where :start < :end"
    assert table.answer(query).points == [Point(date(2026, 3, 2), 1.0)]


def test_the_instants_of_the_window_are_bound(engine: Engine, table: Table) -> None:
    stamp = engine.one_of(mariadb="datetime", sqlite="text", other="timestamptz")
    zone = engine.one_of(mariadb="", sqlite="", other="+00")
    engine.run(
        f"create table k (ts {stamp})",
        f"insert into k values ('2026-02-28 22:59:59{zone}'), ('2026-02-28 23:00:00{zone}'),"
        f" ('2026-03-07 22:59:59{zone}'), ('2026-03-07 23:00:00{zone}')",
    )
    query = """select '2026-03-01' as day, count(*) as value from k
               where ts >= :start_utc and ts < :end_utc"""
    assert table.answer(query).points == [Point(FIRST, 2.0)]


def test_the_seconds_of_the_window_are_bound(table: Table) -> None:
    query = "select '2026-03-01' as day, :end_epoch - :start_epoch as value"
    spring = replace(table, first=date(2026, 3, 1), last=date(2026, 3, 31))
    assert spring.answer(query).points == [Point(FIRST, 31 * 86_400.0 - 3_600)]


def test_a_weight_comes_with_its_value(table: Table) -> None:
    query = "select '2026-03-01' as day, 2.5 as value, 4 as weight where :start < :end"
    assert table.answer(query).points == [Point(FIRST, 2.5, 4.0)]


def test_an_average_over_nothing_is_known_and_adds_nothing(table: Table) -> None:
    query = "select '2026-03-01' as day, null as value, 0 as weight where :start < :end"
    assert table.answer(query).points == [Point(FIRST, 0.0, 0.0)]


def test_a_ratio_carries_its_denominator_as_weight(table: Table) -> None:
    query = "select '2026-03-01' as day, 3 as numerator, 4 as denominator where :start < :end"
    assert table.answer(query).points == [Point(FIRST, 0.75, 4.0)]


@pytest.mark.parametrize(
    "parts", ["0 as numerator, 0", "null as numerator, null", "null as numerator, 0"]
)
def test_nothing_of_nothing_is_known_and_adds_nothing(table: Table, parts: str) -> None:
    query = f"select '2026-03-01' as day, {parts} as denominator where :start < :end"
    assert table.answer(query).points == [Point(FIRST, 0.0, 0.0)]


@pytest.mark.parametrize("bottom", ["0", "null"])
def test_a_numerator_without_denominator_is_refused(table: Table, bottom: str) -> None:
    query = (
        f"select '2026-03-01' as day, 3 as numerator, {bottom} as denominator where :start < :end"
    )
    with_day = "2026-03-01 has numerator 3 and no denominator: count both over the same rows"
    failure = table.failure(query)
    assert isinstance(failure, UnexpectedAnswerError)
    assert str(failure) == with_day


def test_one_query_feeds_many_segments(engine: Engine, table: Table) -> None:
    engine.run(
        "create table k (day date, country varchar(9), v integer)",
        "insert into k values ('2026-03-02','FR',4),('2026-03-01','FR',2),('2026-03-01','DE',1)",
    )
    query = "select day, country as segment, v as value from k where day >= :start and day < :end"
    assert table.answer(query).points == [
        Point(date(2026, 3, 1), 1.0, None, "DE"),
        Point(date(2026, 3, 1), 2.0, None, "FR"),
        Point(date(2026, 3, 2), 4.0, None, "FR"),
    ]


def test_decimals_and_wide_integers_are_numbers(table: Table) -> None:
    query = """select '2026-03-01' as day, cast(2.25 as decimal(9, 2)) as value where :start < :end
               union all select '2026-03-02', cast(5 as decimal(30, 2))"""
    assert [point.value for point in table.answer(query).points] == [2.25, 5.0]


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("null", "`value` of 2026-03-01 is NULL: leave the row out"),
        ("'12 %'", "`value` of 2026-03-01 is text '12 %', not a number: write cast("),
    ],
)
def test_what_is_no_number_is_refused_by_its_day(table: Table, value: str, words: str) -> None:
    failure = table.failure(f"select '2026-03-01' as day, {value} as value where :start < :end")
    assert isinstance(failure, UnexpectedAnswerError)
    assert str(failure).startswith(words)


@pytest.mark.parametrize("engine", ["duckdb", "postgresql"], indirect=True)
@pytest.mark.parametrize("value", ["NaN", "Infinity", "-Infinity"])
def test_what_is_not_finite_is_refused_by_its_day(table: Table, value: str) -> None:
    number = f"cast('{value}' as double precision)"
    failure = table.failure(f"select '2026-03-01' as day, {number} as value where :start < :end")
    assert isinstance(failure, UnexpectedAnswerError)
    assert str(failure).startswith("`value` of 2026-03-01 is not a finite number")


def test_two_rows_for_a_day_are_refused_by_the_day(engine: Engine, table: Table) -> None:
    days(engine, "3", "4", "5")
    engine.run("insert into k values ('2026-03-02', 4)")
    failure = table.failure(BY_DAY)
    assert isinstance(failure, UnexpectedAnswerError)
    assert str(failure).startswith("two rows for 2026-03-02: group by day")


def test_a_missing_column_is_refused_with_those_that_are_there(table: Table) -> None:
    failure = table.failure("select '2026-03-01' as day, 3 as n where :start < :end")
    assert isinstance(failure, UnexpectedAnswerError)
    assert "column `value` is missing (columns: `day`, `n`)" in str(failure)


def test_column_names_may_be_in_capitals(table: Table) -> None:
    query = "select '2026-03-01' as DAY, 3 as VALUE where :start < :end"
    assert table.answer(query).points == [Point(FIRST, 3.0)]


def test_a_column_nobody_reads_is_noted(table: Table) -> None:
    query = "select '2026-03-01' as day, 3 as value, 'x' as extra where :start < :end"
    assert table.answer(query).notes == ("not read: column `extra`",)


def test_days_outside_the_window_are_left_out_with_a_note(engine: Engine, table: Table) -> None:
    days(engine, *"123456789")
    answer = table.answer("select day, v as value from k where day >= :start")
    assert answer.points[-1].day == LAST
    left_out = "2 of the answer's points lie outside 2026-03-01 to 2026-03-07"
    assert answer.notes == (f"{left_out} (first: 2026-03-08) and are left out",)


def test_colons_and_percent_signs_in_a_query_are_left_alone(table: Table) -> None:
    query = """select '2026-03-01' as day, 3 as value -- :what % of it?
               where ':end 100%' like '%:end%' and '12:30' < '23:59' and :start < :end /* :x */"""
    assert table.answer(query).points == [Point(FIRST, 3.0)]


@pytest.mark.parametrize("engine", ["duckdb", "postgresql"], indirect=True)
def test_a_cast_by_colons_is_left_alone(table: Table) -> None:
    query = "select :start::date as day, '3'::double precision as value where :start < :end"
    assert table.answer(
        query.replace("double precision", "double") if table.url.startswith("duckdb") else query
    ).points == [Point(FIRST, 3.0)]


def test_a_value_is_bound_and_never_pasted(table: Table) -> None:
    query = "select '2026-03-01' as day, 1 as value where :start < '2026-03-02' or 'x' = ':start'"
    assert table.answer(query).parameters == {"start": "2026-03-01"}


def test_the_same_question_has_the_same_answer(engine: Engine, table: Table) -> None:
    days(engine, "3", "1.25")
    first, second = table.fetch(BY_DAY, BY_DAY)
    assert first == second


def test_values_are_exact_doubles(engine: Engine, table: Table) -> None:
    days(engine, repr(0.1 + 0.2), repr(math.pi))
    assert [point.value for point in table.answer(BY_DAY).points] == [0.1 + 0.2, math.pi]


def test_the_contract_is_kept_to_the_letter(engine: Engine, table: Table) -> None:
    days(engine, *"1234567")
    endless = {"query": ENDLESS[engine.name]}
    broken = {"url": "postgresql://u:c4nary-s3cret@127.0.0.1:1/x"}
    week = Window(FIRST, LAST, "Europe/Berlin")
    missing = {"query": "select day, v as value from nowhere where day < :end"}
    source, query = {"url": table.url}, {"query": BY_DAY}
    check_connector(
        "sql", source, query, window=week, failing=missing, broken=broken, hanging=endless
    )
