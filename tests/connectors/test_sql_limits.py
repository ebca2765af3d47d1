"""What the connector `sql` never lets a query do: write, take forever, fill the memory."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import Any

import pytest

from krtracker.connector import SourceRejectedError, SourceUnavailableError
from tests.connectors.conftest import BY_DAY, ENDLESS, Engine, Table, days

# --- Reading only ---------------------------------------------------------------------------------

WRITES = {
    "sqlite": "with w as (select :start as s) delete from k",
    "duckdb": "select :start as day, nextval('s') as value",
    "postgresql": "select :start as day, nextval('s') as value",
    "mariadb": "select :start as day, writes() as value",
}
WITH_SIDE_EFFECTS = {
    "duckdb": ["create or replace sequence s"],
    "postgresql": ["create sequence if not exists s"],
    "mariadb": [
        "drop function if exists writes",
        """create function writes() returns int modifies sql data
           begin insert into k values ('2026-03-09', 9); return 1; end""",
    ],
}


def test_a_query_that_writes_is_refused_by_the_engine(engine: Engine, table: Table) -> None:
    days(engine, "3")
    for statement in WITH_SIDE_EFFECTS.get(engine.name, []):
        engine.run(statement)
    failure = table.failure(WRITES[engine.name])
    assert isinstance(failure, SourceRejectedError), failure
    assert "read" in str(failure).lower()
    assert len(engine.run("select * from k")) == 1


@pytest.mark.parametrize("engine", ["postgresql"], indirect=True)
def test_a_query_cannot_give_the_next_one_leave_to_write(engine: Engine, table: Table) -> None:
    engine.run("create sequence if not exists s")
    leave = """select :start as day, 1 as value
               where set_config('default_transaction_read_only', 'off', false) = 'off'"""
    results = table.fetch(leave, WRITES["postgresql"])
    assert isinstance(results[1], SourceRejectedError)
    assert "read-only transaction" in str(results[1])


@pytest.mark.parametrize("engine", ["postgresql"], indirect=True)
def test_a_cte_that_deletes_is_refused(engine: Engine, table: Table) -> None:
    days(engine, "3")
    gone = "with w as (delete from k where day < :end returning v) select v, :start as day from w"
    assert isinstance(table.failure(gone), SourceRejectedError)
    assert len(engine.run("select * from k")) == 1


@pytest.mark.parametrize("engine", ["duckdb"], indirect=True)
def test_a_duckdb_source_reads_no_other_file(table: Table) -> None:
    failure = table.failure(
        "select :start as day, content as value from read_text('/etc/hostname')"
    )
    assert isinstance(failure, SourceRejectedError)
    assert "Cannot access file" in str(failure)


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("delete from k where day < :end", "the query begins with DELETE"),
        ("select :start as day, 1 as value; drop table k", "more than one statement"),
        ("select day, value from k", "the query names no window"),
        ("select day, v as value from k where day > :strat", "did you mean `:start`?"),
        ("  -- nothing", "the query is empty"),
    ],
)
def test_a_query_that_cannot_work_is_refused_before_it_is_asked(query: str, words: str) -> None:
    with pytest.raises(ValueError, match=words.replace("?", r"\?")):
        Table("sqlite:///x.db").asks([query])


# --- Time and size --------------------------------------------------------------------------------


def test_a_query_that_never_ends_is_ended_at_the_deadline(engine: Engine, table: Table) -> None:
    begin = time.monotonic()
    failure = replace(table, seconds=0.5).failure(ENDLESS[engine.name])
    assert isinstance(failure, SourceUnavailableError)
    assert "no answer within the deadline of 0.5 s" in str(failure)
    assert time.monotonic() - begin < 1.5


HUGE = {
    "sqlite": "with recursive t(i) as (select 1 union all select i + 1 from t where i < 10000000)"
    " select :start as day, i as value from t",
    "duckdb": "select :start as day, range as value from range(10000000)",
    "postgresql": "select :start as day, i as value from generate_series(1, 10000000) i",
    "mariadb": "select :start as day, seq as value from seq_1_to_10000000",
}


def test_ten_million_rows_are_refused_at_the_row_cap(engine: Engine, table: Table) -> None:
    days(engine, "3")
    huge, after = table.fetch(HUGE[engine.name], BY_DAY)
    assert isinstance(huge, SourceRejectedError)
    assert str(huge).startswith("the query answers more than 100,000 rows: group by day")
    assert not isinstance(after, Exception), after


def test_the_row_cap_can_be_moved(engine: Engine, table: Table) -> None:
    days(engine, *"123")
    assert isinstance(table.failure(BY_DAY, max_rows=2), SourceRejectedError)


# --- Failures -------------------------------------------------------------------------------------


def test_a_failing_query_does_not_spoil_the_next(engine: Engine, table: Table) -> None:
    days(engine, "3")
    missing = "select day, v as value from nowhere where day < :end"
    bad = "select day v as as value from k where day < :end"
    results: list[Any] = table.fetch(BY_DAY, missing, BY_DAY, bad, BY_DAY)
    assert [type(result).__name__ for result in results] == [
        *("Answer", "SourceRejectedError", "Answer", "SourceRejectedError", "Answer")
    ]
    assert "nowhere" in str(results[1])
