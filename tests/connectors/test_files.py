"""The connector `files`: CSV, Parquet and JSON of one folder, and nothing outside it."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest
from pydantic import ValidationError

from krtracker import registry
from krtracker.connector import (
    Answer,
    Ask,
    ConnectorError,
    Deadline,
    Point,
    SourceRejectedError,
    UnexpectedAnswerError,
    Window,
)
from krtracker.testing import check_connector

WEEK = Window(date(2026, 3, 1), date(2026, 3, 7), "Europe/Berlin")
VISITS = "day,value\n2026-02-28,9\n2026-03-01,3\n2026-03-02,4.5\n2026-03-08,9\n"
POINTS = [Point(date(2026, 3, 1), 3.0), Point(date(2026, 3, 2), 4.5)]


def ask(folder: Path, window: Window = WEEK, tables: Any = None, **query: Any) -> Any:
    """The one result of asking the folder."""
    kind = registry.load("files")
    source = kind.SourceOptions.model_validate({"folder": str(folder), "tables": tables or {}})
    asked = Ask(kind.QueryOptions.model_validate(query), window)
    (result,) = kind(source).fetch([asked], Deadline(20))
    return result


def written(folder: Path, kind: str) -> str:
    """The visits as a file of a kind; gives its name."""
    (folder / "visits.csv").write_text(VISITS)
    if kind != "csv":
        path = folder / f"visits.{kind}"
        how = {"parquet": "parquet", "json": "json, array true", "ndjson": "json"}[kind]
        duckdb.sql(f"copy (from '{folder}/visits.csv') to '{path}' (format {how})")
    return f"visits.{kind}"


@pytest.mark.parametrize("kind", ["csv", "parquet", "json", "ndjson"])
def test_a_file_of_days_and_values_needs_nothing_else(tmp_path: Path, kind: str) -> None:
    answer = ask(tmp_path, file=written(tmp_path, kind))
    assert answer.points == POINTS
    assert answer.notes == ()


@pytest.mark.parametrize("kind", ["csv", "parquet", "json", "ndjson"])
def test_a_query_speaks_of_the_tables(tmp_path: Path, kind: str) -> None:
    query = (
        "select day, sum(value) as value from visits where day >= :start and day < :end group by 1"
    )
    answer = ask(tmp_path, tables={"visits": written(tmp_path, kind)}, query=query)
    assert answer.points == POINTS
    assert answer.parameters == {"start": "2026-03-01", "end": "2026-03-08"}


def test_columns_are_mapped_by_name(tmp_path: Path) -> None:
    (tmp_path / "v.csv").write_text("date,n,of,country\n2026-03-01,1,4,DE\n2026-03-01,0,0,FR\n")
    columns = {"day": "date", "numerator": "n", "denominator": "of", "segment": "country"}
    assert ask(tmp_path, file="v.csv", columns=columns).points == [
        Point(date(2026, 3, 1), 0.25, 4.0, "DE"),
        Point(date(2026, 3, 1), 0.0, 0.0, "FR"),
    ]


@pytest.mark.parametrize("day", ["20260301", "2026-03-01T10:00:00", "2026-02-28T23:30:00Z"])
def test_days_may_be_integers_timestamps_and_instants(tmp_path: Path, day: str) -> None:
    (tmp_path / "v.csv").write_text(f"day,value\n{day},3\n")
    assert ask(tmp_path, file="v.csv").points == POINTS[:1]


def test_a_glob_reads_all_its_files_and_sees_new_ones(tmp_path: Path) -> None:
    (tmp_path / "2026").mkdir()
    (tmp_path / "2026" / "a.csv").write_text("day,value\n2026-03-01,3\n")
    assert ask(tmp_path, file="*/*.csv").points == POINTS[:1]
    (tmp_path / "2026" / "b.csv").write_text("value,day\n4.5,2026-03-02\n")
    assert ask(tmp_path, file="*/*.csv").points == POINTS


def test_a_value_that_is_text_is_refused_by_its_day(tmp_path: Path) -> None:
    (tmp_path / "v.csv").write_text("day,value\n2026-03-01,3\n2026-03-02,n/a\n")
    failure = ask(tmp_path, file="v.csv")
    assert isinstance(failure, UnexpectedAnswerError)
    assert "`value` of 2026-03-01 is text" in str(failure)


def test_a_day_that_is_none_is_refused(tmp_path: Path) -> None:
    (tmp_path / "v.csv").write_text("day,value\nlater,3\n")
    failure = ask(tmp_path, file="v.csv")
    assert isinstance(failure, UnexpectedAnswerError)
    assert "a `day` is text 'later'" in str(failure)


def test_two_rows_for_a_day_are_refused(tmp_path: Path) -> None:
    (tmp_path / "v.csv").write_text("day,value\n2026-03-01,3\n2026-03-01,4\n")
    assert "two rows for 2026-03-01" in str(ask(tmp_path, file="v.csv"))


@pytest.mark.parametrize("pattern", ["../x.csv", "a/../../x.csv", "/etc/x.csv", "http://h/x.csv"])
@pytest.mark.parametrize("where", ["file", "table"])
def test_a_path_that_leaves_the_folder_is_refused_at_once(
    tmp_path: Path, pattern: str, where: str
) -> None:
    file, table = (pattern, "x.csv") if where == "file" else ("x.csv", pattern)
    with pytest.raises(ValidationError, match="leaves the folder"):
        ask(tmp_path, tables={"t": table}, file=file)


@pytest.mark.parametrize(
    "reach",
    [
        "read_csv('{}/secret.csv')",
        "'{}/inside/../secret.csv'",
        "read_text('/etc/hostname')",
        "glob('/etc/*')",
        "read_csv('https://example.org/x.csv')",
    ],
)
def test_a_query_reaches_no_file_outside_the_folder(tmp_path: Path, reach: str) -> None:
    (tmp_path / "secret.csv").write_text(VISITS)
    inside = tmp_path / "inside"
    inside.mkdir()
    query = f"select day, value from {reach.format(tmp_path)} where day >= :start"
    failure = ask(inside, query=query)
    assert isinstance(failure, SourceRejectedError)
    assert "Cannot access file" in str(failure)


@pytest.mark.parametrize("query", ["copy (select :start) to 'x.csv'", "select :start; select 2"])
def test_only_one_reading_statement_is_taken(tmp_path: Path, query: str) -> None:
    with pytest.raises(ValidationError, match="one SELECT"):
        ask(tmp_path, query=query)


def test_a_missing_file_is_rejected_naming_the_folder(tmp_path: Path) -> None:
    failure = ask(tmp_path, file="visits-*.csv")
    assert isinstance(failure, SourceRejectedError)
    assert str(failure) == f"no file matches `visits-*.csv` in `{tmp_path}`"


def test_a_missing_folder_is_rejected_by_its_name(tmp_path: Path) -> None:
    failure = ask(tmp_path / "gone", file="visits.csv")
    assert isinstance(failure, SourceRejectedError)
    assert f"there is no folder `{tmp_path / 'gone'}`" in str(failure)


def test_a_table_without_files_spoils_only_its_own_queries(tmp_path: Path) -> None:
    tables = {"visits": written(tmp_path, "csv"), "costs": "costs/*.csv"}
    good = "select day, value from visits where day >= :start and day < :end"
    assert ask(tmp_path, tables=tables, query=good).points == POINTS
    bad = good.replace("visits", "costs")
    assert isinstance(ask(tmp_path, tables=tables, query=bad), SourceRejectedError)


def test_an_ending_nobody_reads_is_refused_at_once(tmp_path: Path) -> None:
    with pytest.raises(ValidationError, match="has no ending we read"):
        ask(tmp_path, file="visits.xlsx")


@pytest.mark.parametrize(
    "query",
    [{}, {"file": "a.csv", "query": "select :start"}, {"query": "select :start", "columns": {}}],
)
def test_either_a_query_or_a_file_is_asked(tmp_path: Path, query: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        ask(tmp_path, **query)


def test_a_broken_file_fails_and_the_next_ask_is_answered(tmp_path: Path) -> None:
    written(tmp_path, "csv")
    (tmp_path / "bad.parquet").write_text("not parquet")
    kind = registry.load("files")
    connector = kind(kind.SourceOptions.model_validate({"folder": str(tmp_path)}))
    asks = [
        Ask(kind.QueryOptions.model_validate({"file": name}), WEEK)
        for name in ("bad.parquet", "visits.csv")
    ]
    bad, good = connector.fetch(asks, Deadline(20))
    assert isinstance(bad, ConnectorError)
    assert isinstance(good, Answer)


def test_the_contract_is_kept_to_the_letter(tmp_path: Path) -> None:
    source = {"folder": str(tmp_path), "tables": {"visits": written(tmp_path, "csv")}}
    pairs = "range(9999999) a, range(9999999) b"
    endless = f"select :start as day, sum(a.range * b.range) as value from {pairs}"
    cases: dict[str, Any] = {
        "failing": {"file": "nowhere.csv"},
        "broken": {"folder": str(tmp_path / "gone")},
        "hanging": {"query": endless},
    }
    check_connector("files", source, {"file": "visits.csv"}, window=WEEK, **cases)


def test_events_must_be_one_of_the_tables(tmp_path: Path) -> None:
    events = {"table": "logs", "user": "u", "time": "t", "event": "e"}
    source = {"folder": tmp_path, "tables": {"visits": "*.csv"}, "events": events}
    with pytest.raises(ValidationError, match="`logs` is not in `tables` \\(`visits`\\)"):
        registry.load("files").SourceOptions.model_validate(source)
