"""`doctor` knows by which columns an events table is read: indexes, partitions, sorting keys."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest

from krtracker.connector import Deadline
from tests.services import MariaDbServer, PostgreSqlServer
from tests.standard.engines import Engine, opened, server_engine
from tests.standard.reference import Log

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
DAY = NOON.date()
ROW = "insert into events values ('ann', '2026-03-02 09:00:00', 'view')"
MARIADB_DAYS = "(to_days(ts)) (partition a values less than maxvalue)"
BOTH = ["time", "user, time"]


@pytest.fixture
def postgresql(postgres: PostgreSqlServer) -> Iterator[Engine]:
    yield from emptied(server_engine("postgresql", postgres))


@pytest.fixture
def maria(mariadb: MariaDbServer) -> Iterator[Engine]:
    yield from emptied(server_engine("mariadb", mariadb))


def emptied(engine: Engine) -> Iterator[Engine]:
    engine.run("drop table if exists events")
    yield engine
    engine.run("drop table if exists events")


def missing(engine: Engine, *statements: str) -> list[str]:
    """What doctor misses of a table made so: a path by time, a path by user and time."""
    engine.run(*statements, ROW)
    settings = engine.settings(Log([], DAY, DAY))
    made = engine.kind(engine.kind.SourceOptions.model_validate(settings))
    found: Sequence[str] = [one.words for one in made.examine(NOON, Deadline(30))]
    made.close()
    kinds = {"no index or partition on `ts`": "time", "no index on (`user_id`": "user, time"}
    return [kind for words, kind in kinds.items() for one in found if one.startswith(words)]


def test_a_plain_table_of_postgresql_has_neither(postgresql: Engine) -> None:
    made = "create table events (user_id text, ts timestamptz, name text)"
    assert missing(postgresql, made) == BOTH


def test_ranges_of_time_are_a_path_in_postgresql(postgresql: Engine) -> None:
    made = "create table events (user_id text, ts timestamptz, name text) partition by range (ts)"
    part = "create table march partition of events for values from ('2026-03-01') to ('2026-04-01')"
    assert missing(postgresql, made, part) == ["user, time"]


def test_ranges_of_another_column_are_none_in_postgresql(postgresql: Engine) -> None:
    made = "create table events (user_id text, ts timestamptz, name text)"
    ends = "from ('a', minvalue) to ('z', minvalue)"
    part = f"create table all_names partition of events for values {ends}"
    assert missing(postgresql, f"{made} partition by range (name, ts)", part) == BOTH


def test_ranges_of_a_computed_day_are_none_in_postgresql(postgresql: Engine) -> None:
    made = "create table events (user_id text, ts timestamp, name text)"
    part = "create table days partition of events for values from ('2026-03-01') to ('2026-04-01')"
    assert missing(postgresql, f"{made} partition by range (date(ts))", part) == BOTH


def test_indexes_of_a_partitioned_table_are_paths_too(postgresql: Engine) -> None:
    made = "create table events (user_id text, ts timestamptz, name text) partition by hash (name)"
    part = "create table one partition of events for values with (modulus 1, remainder 0)"
    assert missing(postgresql, made, part, "create index on events (user_id, ts)") == ["time"]


@pytest.mark.parametrize(
    "key", ["columns (ts) (partition a values less than ('2027-01-01'))", MARIADB_DAYS]
)
def test_ranges_of_time_are_a_path_in_mariadb(maria: Engine, key: str) -> None:
    made = "create table events (user_id varchar(9), ts datetime, name varchar(9))"
    assert missing(maria, f"{made} partition by range {key}") == ["user, time"]


def test_other_partitions_are_none_in_mariadb(maria: Engine) -> None:
    made = "create table events (user_id varchar(9), ts datetime, name varchar(9))"
    assert missing(maria, f"{made} partition by key (ts) partitions 2") == BOTH


@pytest.mark.parametrize(
    ("keys", "misses"),
    [
        ("order by (user_id, ts)", ["time"]),
        ("order by (toDate(ts), user_id)", []),
        ("partition by toYYYYMM(ts) order by user_id", []),
        ("order by tuple()", ["time"]),
    ],
)
@pytest.mark.soak
def test_sorting_and_partition_keys_are_paths_in_clickhouse(
    tmp_path: Path, keys: str, misses: list[str]
) -> None:
    engine = opened("clickhouse", tmp_path, str)
    made = "create table events (user_id String, ts DateTime64(6, 'UTC'), name String)"
    assert missing(engine, f"{made} engine = MergeTree {keys}") == misses
