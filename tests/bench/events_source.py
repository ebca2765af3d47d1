"""A generated SQLite event log of a million rows for the benches; not a thing of the product."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import date, datetime, time, timedelta
from pathlib import Path
from random import Random

EVENTS = 1_000_000
KINDS, COUNTRIES = 20, 25
FIRST = date(2025, 11, 20)
DAYS = 365
LAST = FIRST + timedelta(days=DAYS - 1)
NEXT = tuple(LAST + timedelta(days=number) for number in range(1, 6))
"""The days that pass after the backfill, one by one."""
LATE_ROWS = 1_500
WINDOW = timedelta(days=7)
"""What is read again on a day: settled after 3 days, and 4 more."""
INSERT = "insert into events values (?, ?, ?, ?)"

QUERY = """
select date(ts) as day, count(distinct user_id) as value
from   events
where  name = '{kind}' and country = '{country}' and ts >= :start and ts < :end
group  by 1
"""


def metrics(count: int) -> dict[str, str]:
    """The first `count` of 500 metrics and their queries: users of a kind of event in a country."""
    return {
        f"m{number:03}": QUERY.format(
            kind=f"e{number % KINDS:02}", country=f"c{number // KINDS:02}"
        )
        for number in range(count)
    }


def make_events(path: Path, *, events: int = EVENTS) -> Path:
    """365 days of events, oldest first and indexed by time, as an event log is."""
    with closing(sqlite3.connect(path)) as database, database:
        database.execute("create table events (ts text, name text, country text, user_id integer)")
        database.executemany(INSERT, _rows(Random(1), FIRST, DAYS, events))
        database.execute("create index events_ts on events (ts)")
    return path


def a_day_passes(path: Path, day: date) -> None:
    """The events of one more day arrive, and late rows for the three days before it."""
    draw, daily, late = Random(str(day)), EVENTS // DAYS, day - timedelta(days=3)
    with closing(sqlite3.connect(path)) as database, database:
        database.executemany(INSERT, _rows(draw, day, 1, daily))
        database.executemany(INSERT, _rows(draw, late, 3, LATE_ROWS))


def _rows(draw: Random, first: date, days: int, count: int) -> Iterator[tuple[str, str, str, int]]:
    kinds = [f"e{number:02}" for number in range(KINDS)]
    countries = [f"c{number:02}" for number in range(COUNTRIES)]
    start, step = datetime.combine(first, time()), timedelta(days=days) / count
    for number in range(count):
        at = str(start + step * number)[:19]
        kind, country = int(draw.random() * KINDS), int(draw.random() * COUNTRIES)
        yield at, kinds[kind], countries[country], int(draw.random() * 50_000)
