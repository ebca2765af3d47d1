"""A generated SQLite event log of a million rows for the benches; not a thing of the product."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path
from random import Random

EVENTS = 1_000_000
NAMES = 500
FIRST = date(2025, 11, 20)
DAYS = 365
LAST = FIRST + timedelta(days=DAYS - 1)
NEXT = LAST + timedelta(days=1)
LATE_ROWS = 1_500
INSERT = "insert into events values (?, ?, ?)"

QUERY = """
select date(ts) as day, count(distinct user_id) as value
from   events
where  name = '{name}' and ts >= :start and ts < :end
group  by 1
"""


def names(count: int) -> list[str]:
    """The first `count` event names; each is a metric of its own."""
    return [f"e{number:03}" for number in range(count)]


def make_events(path: Path, *, events: int = EVENTS) -> Path:
    """365 days of events of 500 kinds, spread evenly."""
    with closing(sqlite3.connect(path)) as database, database:
        database.execute("create table events (ts text, name text, user_id integer)")
        database.executemany(INSERT, _rows(Random(1), FIRST, DAYS, events))
        database.execute("create index events_name on events (name, ts, user_id)")
    return path


def add_a_day(path: Path) -> None:
    """One more day, and late rows for the three days before it."""
    draw, daily = Random(2), EVENTS // DAYS
    with closing(sqlite3.connect(path)) as database, database:
        database.executemany(INSERT, _rows(draw, NEXT, 1, daily))
        late = NEXT - timedelta(days=3)
        database.executemany(INSERT, _rows(draw, late, 3, LATE_ROWS))


def _rows(draw: Random, first: date, days: int, count: int) -> Iterator[tuple[str, str, int]]:
    stamps = [str(first + timedelta(days=number)) for number in range(days)]
    for number in range(count):
        second = draw.randrange(86400)
        clock = f"{second // 3600:02}:{second // 60 % 60:02}:{second % 60:02}"
        name = f"e{number % NAMES:03}"
        yield f"{stamps[draw.randrange(days)]} {clock}", name, draw.randrange(50_000)
