"""Generated events in DuckDB and PostgreSQL for the bench of standards; no thing of the product."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

FIRST, LAST = date(2025, 1, 1), date(2025, 12, 31)
DAYS = 457
"""History begins before the year asked for, so that trailing windows and firsts have a past."""

GENERATED = """
create table events as
with times as (
    select i as visit, cast(hash(i * 7 + 2) % ({days} * 86400) as bigint) as second
    from range({visits}) counted(i)
),
visits as (
    select visit, timestamp '2024-10-01' + to_seconds(second) as t,
        cast(floor({users} * (0.1 + 0.9 * second / ({days} * 86400.0))
            * pow((hash(visit * 7 + 1) % 1000003) / 1000003.0, 2)) as bigint) as user_id
    from times
)
select format('u-{{:07d}}', user_id) as user_id,
    t + to_seconds(cast(step * 60 + hash(visit * 11 + step) % (step * 700 + 1) as bigint)) as ts,
    case
        when step = 0 and hash(visit * 7 + 4) % 20 = 0 then 'sign_up'
        when hash(visit * 13 + step) % 10 = 0 then 'publish'
        else 'view'
    end as name
from visits, range(7) steps(step)
where step <= hash(visit * 7 + 3) % 7
order by ts
"""
"""Visits of one to seven events, some over half an hour apart; few users make most of them, and
new ones arrive all the time. Ids of users are text, as in most tables of events.
"""


def generate(path: Path, events: int) -> Path:
    """A DuckDB file with about that many events, the same ones every time."""
    with duckdb.connect(str(path)) as database:
        visits, users = events // 4, max(1000, events // 50)
        database.execute(GENERATED.format(users=users, days=DAYS, visits=visits))
    return path


def fill_postgres(source: Path, server: Any) -> None:
    """Copies the events, with an index on the time and one on user and time, and explains all."""
    import psycopg

    with duckdb.connect(str(source), read_only=True) as database:
        rows = database.execute("select user_id, ts, name from events order by ts").fetchall()
    shape = "create table events (user_id text, ts timestamp, name text)"
    with closing(psycopg.connect(server.url().replace("+psycopg", ""))) as connection:
        with connection.cursor() as cursor:
            cursor.execute(shape)
            with cursor.copy("copy events from stdin") as copy:
                for row in rows:
                    copy.write_row(row)
        connection.commit()
    server.execute(
        "create index events_ts on events (ts)",
        "create index events_user on events (user_id, ts)",
        "vacuum analyze events",
        "alter database app set session_preload_libraries = 'auto_explain'",
        "alter database app set auto_explain.log_min_duration = 0",
        "alter database app set auto_explain.log_analyze = on",
        "alter database app set auto_explain.log_timing = off",
        "alter database app set auto_explain.log_format = 'json'",
    )


def plans(log: str) -> list[dict[str, Any]]:
    """What PostgreSQL wrote down of statements it ran: the text and the plan of each."""
    found, lines = [], iter(log.splitlines())
    for line in lines:
        if line.endswith("plan:"):
            found.append(json.loads("\n".join(_indented(lines))))
    return found


def _indented(lines: Iterator[str]) -> Iterator[str]:
    for line in lines:
        yield line
        if line == "\t}":
            return


def nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for one in plan.get("Plans", ()):
        yield from nodes(one)


def scans(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The steps of a plan that read the events."""
    return (one for one in nodes(plan["Plan"]) if one.get("Relation Name") == "events")


def rows_read(scan: dict[str, Any]) -> float:
    """Rows looked at, whether kept or not."""
    kept = scan["Actual Rows"] + scan.get("Rows Removed by Filter", 0)
    return float((kept + scan.get("Rows Removed by Index Recheck", 0)) * scan["Actual Loops"])
