"""What is said of standard metrics besides points: SQL, other buckets, the state of events."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from connectors.files import FilesConnector
from connectors.sql import SqlConnector, SqlQuery
from krtracker.connector import (
    Answer,
    Ask,
    Bucket,
    ConnectorError,
    Deadline,
    Explained,
    Finding,
    SourceRejectedError,
    Window,
)
from tests.services import MariaDbServer
from tests.standard.engines import Engine, duckdb_engine, server_engine, sqlite_engine
from tests.standard.reference import Event, Log, compute

MONDAY = datetime(2026, 3, 2, 9, tzinfo=UTC)
ROWS = [
    Event("ann", MONDAY),
    Event("ann", MONDAY + timedelta(minutes=20), "buy"),
    Event("bob", MONDAY + timedelta(days=1)),
    Event("ann", MONDAY + timedelta(days=1, hours=14, minutes=30)),
    Event(None, MONDAY + timedelta(days=2)),
    Event("cy", MONDAY + timedelta(days=8)),
    Event("ann", MONDAY + timedelta(days=8)),
]
LOG = Log(ROWS, date(2026, 3, 2), date(2026, 3, 10), "Europe/Berlin")


@pytest.fixture(params=["sqlite", "duckdb"])
def stored(request: pytest.FixtureRequest, tmp_path: Path) -> Engine:
    made = {"sqlite": sqlite_engine, "duckdb": duckdb_engine}[request.param](tmp_path)
    made.load(LOG)
    return made


def connector(engine: Engine, log: Log = LOG) -> Any:
    return engine.kind(engine.kind.SourceOptions.model_validate(engine.settings(log)))


def buckets(engine: Engine, interval: Any, standard: str, **options: Any) -> dict[str, float]:
    ask = Ask(engine.query(standard, options), Window(LOG.first, LOG.last, LOG.zone))
    found: list[Bucket] = connector(engine).explore(ask, interval, Deadline(30))
    return {one.label + one.segment: one.value for one in found}


FIRST_WEEK, SECOND_WEEK = "2026-03-02 to 2026-03-08", "2026-03-09 to 2026-03-10"
ALL = "2026-03-02 to 2026-03-10"


def test_a_user_counts_once_in_a_week_and_once_in_the_whole_window(stored: Engine) -> None:
    assert buckets(stored, "week", "dau") == {FIRST_WEEK: 2, SECOND_WEEK: 2}
    assert buckets(stored, "range", "dau") == {ALL: 3}


def test_hours_are_those_of_the_zone(stored: Engine) -> None:
    found = buckets(stored, "hour", "event_count")
    assert found["2026-03-02 10:00"] == 2
    assert found["2026-03-04 00:00"] == 1


def test_an_average_over_a_week_is_over_its_sessions(stored: Engine) -> None:
    assert math.isclose(buckets(stored, "week", "session_duration")[FIRST_WEEK], 1200 / 3)


def test_a_trailing_window_is_that_of_a_buckets_last_day(stored: Engine) -> None:
    assert buckets(stored, "week", "wau") == {FIRST_WEEK: 2, SECOND_WEEK: 2}
    assert buckets(stored, "range", "mau") == {ALL: 3}


def test_stickiness_of_a_bucket_is_the_mean_of_its_days(stored: Engine) -> None:
    daily = buckets(stored, "day", "stickiness")
    assert math.isclose(buckets(stored, "range", "stickiness")[ALL], sum(daily.values()) / 9)


def test_growth_is_told_by_its_own_buckets(stored: Engine) -> None:
    assert buckets(stored, "week", "growth")["2026-03-08new"] == 2
    with pytest.raises(SourceRejectedError, match="day, week or month"):
        buckets(stored, "range", "growth")


def test_retention_of_a_week_pools_its_cohorts(stored: Engine) -> None:
    assert buckets(stored, "week", "retention", day=2) == {FIRST_WEEK: 0.5, SECOND_WEEK: 0}


def test_the_sql_is_told_with_its_values_and_not_run(stored: Engine) -> None:
    ask = Ask(stored.query("dau", {"events": "buy"}), Window(LOG.first, LOG.last, LOG.zone))
    [told] = connector(stored).explain(ask, Deadline(30))
    assert isinstance(told, Explained)
    assert told.text.startswith("SELECT")
    assert "buy" in told.values.values()


def test_a_query_is_told_as_it_stands(stored: Engine) -> None:
    query = SqlQuery(query="select 1 as day where :start < :end")
    [told] = connector(stored).explain(Ask(query, Window(LOG.first, LOG.last)), Deadline(30))
    assert told.values == {"start": LOG.first, "end": date(2026, 3, 11)}


def findings(engine: Engine, rows: list[Event], now: datetime) -> list[Finding]:
    log = Log(rows, LOG.first, LOG.last)
    engine.load(log)
    found: list[Finding] = connector(engine, log).examine(now, Deadline(30))
    return found


def warned(found: list[Finding]) -> Iterator[str]:
    return (one.words for one in found if one.verdict != "ok" and "index" not in one.words)


def test_an_events_table_in_order_is_told_so(stored: Engine) -> None:
    found = findings(stored, [Event("ann", MONDAY), Event("bob", MONDAY)], MONDAY)
    assert list(warned(found)) == []
    assert any("2026-03-02" in one.words for one in found)


def test_events_of_nobody_are_counted(stored: Engine) -> None:
    found = findings(stored, [Event(None, MONDAY), Event("ann", MONDAY)], MONDAY)
    assert list(warned(found)) == ["1 of the newest 2 events have no user"]


def test_rows_that_are_there_twice_are_counted(stored: Engine) -> None:
    found = findings(stored, [Event("ann", MONDAY)] * 3, MONDAY)
    assert list(warned(found)) == ["2 of the newest 3 events are there twice"]


def test_a_clock_that_is_ahead_is_noticed(stored: Engine) -> None:
    found = findings(stored, [Event("ann", MONDAY + timedelta(hours=5))], MONDAY)
    assert list(warned(found)) == ["the newest event is 5.0 h in the future"]


def test_seconds_taken_for_milliseconds_are_noticed(tmp_path: Path) -> None:
    engine = duckdb_engine(tmp_path).stored_as("epoch_s")
    engine.load(LOG)
    settings = engine.settings(LOG)
    settings["events"]["time_kind"] = "epoch_ms"
    made = engine.kind(engine.kind.SourceOptions.model_validate(settings))
    assert "cannot be right" in next(warned(made.examine(MONDAY, Deadline(30))))


def test_an_empty_table_is_told_so(stored: Engine) -> None:
    assert list(warned(findings(stored, [], MONDAY))) == ["`events` holds no events"]


def test_a_wrong_column_fails_with_its_fix(stored: Engine) -> None:
    settings = stored.settings(LOG)
    settings["events"]["time"] = "nothing"
    made = stored.kind(stored.kind.SourceOptions.model_validate(settings))
    [found] = made.examine(MONDAY, Deadline(30))
    assert (found.verdict, "[sources.ID.events]" in found.fix) == ("FAIL", True)


def test_missing_indexes_are_named_with_what_they_are_for(tmp_path: Path) -> None:
    engine = sqlite_engine(tmp_path)
    engine.load(LOG)
    lines = [one.words for one in connector(engine).examine(MONDAY, Deadline(30))]
    assert sum("no index" in one for one in lines) == 2
    engine.run("create index a on events (ts)", "create index b on events (user_id, ts)")
    lines = [one.words for one in connector(engine).examine(MONDAY, Deadline(30))]
    assert sum("no index" in one for one in lines) == 0


def in_files(folder: Path, times: Sequence[str], **settings: str) -> Answer | ConnectorError:
    """What a folder of CSV answers to `dau`, ann's and bob's events being at these times."""
    rows = [f"{who},{at},view" for who, at in zip(("ann", "bob"), times, strict=True)]
    (folder / "events.csv").write_text("\n".join(["user_id,ts,name", *rows, ""]))
    events = {"table": "events", "user": "user_id", "time": "ts", "event": "name"}
    source = {"folder": folder, "tables": {"events": "*.csv"}, "events": events, **settings}
    made = FilesConnector(FilesConnector.SourceOptions.model_validate(source))
    asked = FilesConnector.QueryOptions.model_validate({"standard": "dau"})
    [answer] = made.fetch([Ask(asked, Window(LOG.first, LOG.last, LOG.zone))], Deadline(30))
    return answer


def test_files_know_the_same_metrics(tmp_path: Path) -> None:
    answer = in_files(tmp_path, ["2026-03-02 09:00:00", "2026-03-02 23:30:00"])
    assert isinstance(answer, Answer), answer
    assert [(str(p.day), p.value) for p in answer.points] == [("2026-03-02", 1), ("2026-03-03", 1)]


def test_files_may_write_times_in_a_form_of_their_own(tmp_path: Path) -> None:
    times = ["3/2/2026 9:00", "3/2/2026 23:30"]
    answer = in_files(tmp_path, times, time_format="%m/%d/%Y %H:%M")
    assert isinstance(answer, Answer), answer
    assert [(str(p.day), p.value) for p in answer.points] == [("2026-03-02", 1), ("2026-03-03", 1)]


def test_text_that_is_no_iso_time_is_refused_by_its_column_and_value(tmp_path: Path) -> None:
    """As text it would compare with no day at all: an empty answer instead of a mistake."""
    answer = in_files(tmp_path, ["3/2/2026 9:00", "3/2/2026 23:30"])
    assert isinstance(answer, SourceRejectedError)
    assert "`ts` holds `3/2/2026 9:00`" in str(answer)
    assert "`time_format`" in str(answer)


def test_a_source_without_events_says_what_to_write(tmp_path: Path) -> None:
    engine = sqlite_engine(tmp_path)
    made = SqlConnector(SqlConnector.SourceOptions.model_validate(engine.source))
    ask = Ask(SqlQuery(standard="dau"), Window(LOG.first, LOG.last))
    engine.run("create table x (a)")
    [failure] = made.fetch([ask], Deadline(30))
    assert isinstance(failure, SourceRejectedError)
    assert "[sources.ID.events]" in str(failure)


def test_one_bad_metric_does_not_take_those_it_was_joined_with(stored: Engine) -> None:
    asks: tuple[tuple[str, dict[str, Any]], ...] = (
        ("dau", {}),
        ("mau", {}),
        ("dau", {"by": "nowhere"}),
        ("wau", {}),
    )
    given = stored.fetch(LOG, *asks)
    assert [isinstance(one, Answer) for one in given] == [True, True, False, True]


@pytest.mark.parametrize(
    ("table", "words"),
    [
        ({"standard": "dau", "day": 7}, "no option of dau"),
        ({"standard": "mau", "window": "calendar", "days": 28}, "leave out one"),
        ({"standard": "mau", "window": "rolling_24h"}, "trailing, calendar"),
        ({"standard": "retention", "mode": "bracket"}, "brackets"),
        ({"standard": "retention", "unit": "min"}, "day, week, month"),
        ({"standard": "activation", "start_event": "a"}, "goal_event"),
        ({"standard": "dau", "query": "select :start"}, "either"),
        ({"day": 7, "query": "select :start"}, "add `standard`"),
        ({}, "either"),
    ],
)
def test_options_that_cannot_stand_together_are_refused(table: Any, words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        SqlQuery.model_validate(table)


def test_a_duration_is_told_in_the_metrics_unit(stored: Engine) -> None:
    seconds = stored.answers(LOG, ("session_duration", {}))[0]
    minutes = stored.answers(LOG, ("session_duration", {"unit": "min"}))[0]
    assert minutes == {key: (value / 60, weight) for key, (value, weight) in seconds.items()}


def test_names_of_any_spelling_are_quoted(tmp_path: Path) -> None:
    engine = duckdb_engine(tmp_path)
    engine.run(
        'create table "select" ("at" timestamp, "user id" text, "%s:x" text)',
        "insert into \"select\" values ('2026-03-02 09:00', 'ann', 'view')",
    )
    events = {"table": "select", "user": "user id", "time": "at", "event": "%s:x"}
    made = engine.kind(
        engine.kind.SourceOptions.model_validate({**engine.source, "events": events})
    )
    [answer] = made.fetch(
        [Ask(SqlQuery(standard="dau"), Window(LOG.first, LOG.first))], Deadline(9)
    )
    assert [point.value for point in answer.points] == [1]


def test_a_timestamp_of_mariadb_is_an_instant_whatever_the_zone_of_naive_times(
    mariadb: MariaDbServer,
) -> None:
    engine = server_engine("mariadb", mariadb).stored_as("aware")
    engine.load(LOG)
    settings = engine.settings(LOG)
    settings["events"]["time_zone"] = "America/New_York"
    made = engine.kind(engine.kind.SourceOptions.model_validate(settings))
    ask = Ask(SqlQuery(standard="dau"), Window(LOG.first, LOG.last, LOG.zone))
    [answer] = made.fetch([ask], Deadline(30))
    assert {(p.day, p.segment): (p.value, p.weight) for p in answer.points} == compute(LOG, "dau")
