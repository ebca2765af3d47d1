"""The daily step of PostgreSQL reads its own days, the look-back, and the users of the window."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from sqlalchemy import create_engine
from sqlalchemy.pool import NullPool

from connectors._events.metrics import finish
from connectors._events.options import EventsTable, StandardOptions
from connectors._events.questions import Question
from connectors._events.rows import Ground, Shape
from krtracker.periods import Span
from tests.services import PostgreSqlServer

START, DAYS = date(2026, 1, 1), 300
WINDOW = Span(date(2026, 10, 20), date(2026, 10, 22))
TABLE = EventsTable(table="daily", user="user_id", time="ts", event="name")
A_DAY = 40
"""Events of a day: each of 2,000 users is there every fifty days or so."""

INDEXED = {"Index Scan", "Index Only Scan", "Bitmap Index Scan", "Bitmap Heap Scan"}
Node = dict[str, Any]


@pytest.fixture(scope="module")
def events(postgres: PostgreSqlServer) -> Iterator[PostgreSqlServer]:
    """Three hundred days of events, indexed by (ts) and (user_id, ts)."""
    postgres.execute(
        "drop table if exists daily",
        "create table daily (user_id text not null, ts timestamptz not null, name text not null)",
        f"insert into daily select 'u' || (n * 7919 % 2000), timestamptz '{START} 00:00+00'"
        f" + n * interval '{86400 / A_DAY} seconds', case n % 3 when 0 then 'buy' else 'view' end"
        f" from generate_series(0, {A_DAY * DAYS - 1}) n",
        "create index on daily (ts)",
        "create index on daily (user_id, ts)",
        "vacuum analyze daily",
    )
    yield postgres
    postgres.execute("drop table daily")


def plans(server: PostgreSqlServer, standard: str, **options: Any) -> list[Node]:
    """What PostgreSQL did for each statement of a metric, by EXPLAIN ANALYZE."""
    asked = StandardOptions.model_validate({"standard": standard, **options})
    engine = create_engine(server.url(), poolclass=NullPool)
    found = []
    with engine.connect() as connection:
        ground = Ground(TABLE, Shape("aware", text_user=True), connection.dialect, "Europe/Berlin")
        for scan in finish(Question(asked, WINDOW, TABLE)).scans:
            made = scan.statement(ground).compile(dialect=connection.dialect)
            text = f"EXPLAIN (ANALYZE, FORMAT JSON) {made}"
            given = connection.exec_driver_sql(text, made.params).scalar_one()
            found.append((given if isinstance(given, list) else json.loads(given))[0]["Plan"])
    return found


def scans(node: Node) -> Iterator[Node]:
    """Every place at which a plan touches the table."""
    if node.get("Relation Name") == "daily" or "Index Name" in node:
        yield node
    for child in node.get("Plans", ()):
        yield from scans(child)


def read(node: Node) -> float:
    """Rows a scan touched, those it threw away among them."""
    rows = node["Actual Rows"] + node.get("Rows Removed by Filter", 0)
    return float(rows) * float(node["Actual Loops"])


def test_dau_reads_only_its_days_by_the_index_on_time(events: PostgreSqlServer) -> None:
    (plan,) = plans(events, "dau")
    touched = list(scans(plan))
    assert {one["Node Type"] for one in touched} <= INDEXED
    assert sum(map(read, touched)) == 3 * A_DAY * (2 if len(touched) > 1 else 1)


def test_mau_reads_its_days_and_the_look_back(events: PostgreSqlServer) -> None:
    (plan,) = plans(events, "mau")
    touched = list(scans(plan))
    assert {one["Node Type"] for one in touched} <= INDEXED
    assert max(map(read, touched)) == 32 * A_DAY


def test_sessions_read_a_day_more_on_either_side(events: PostgreSqlServer) -> None:
    (plan,) = plans(events, "sessions")
    assert max(map(read, scans(plan))) == 5 * A_DAY


@pytest.mark.parametrize("standard", ["new_users", "growth", "retention"])
def test_first_events_are_looked_up_for_users_of_the_window_only(
    events: PostgreSqlServer, standard: str
) -> None:
    options = {"day": 1} if standard == "retention" else {}
    touched = [one for plan in plans(events, standard, **options) for one in scans(plan)]
    assert {one["Node Type"] for one in touched} <= INDEXED
    looked_up = [one for one in touched if one["Actual Loops"] > 10]
    users = 3 * A_DAY
    assert len(looked_up) == 1
    assert looked_up[0]["Actual Loops"] == users
    assert "user_id" in looked_up[0]["Index Cond"]
    assert read(looked_up[0]) <= users * 2
    others = sum(read(one) for one in touched if one is not looked_up[0])
    assert others <= A_DAY * 3 * 8


def test_the_window_is_said_of_the_raw_column(events: PostgreSqlServer) -> None:
    (plan,) = plans(events, "dau")
    conditions = [one["Index Cond"] for one in scans(plan) if "Index Cond" in one]
    assert all("ts >=" in one and "ts <" in one for one in conditions)
