"""Two years of a real shop by `standard` metrics, each number against SQL written by hand.

All 1,067,371 invoice lines in DuckDB; in SQLite and PostgreSQL, for the sake of time, one line an
invoice and minute. Days are those of London.
`pytest -m bench -s tests/bench/retail_standard.py`
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pytest

from krtracker import registry
from krtracker.connector import Answer, Ask, Deadline, Window
from tests.bench.retail_by_hand import BY_HAND, PREPARED, WRITTEN
from tests.bench.retail_company import (
    COLUMNS,
    FIRST,
    LAST,
    TABLE,
    fill_postgres,
    fill_sqlite,
    invoice_file,
)
from tests.bench.retail_peer import read_lines
from tests.standard.examples.written import differences
from tests.standard.reference import Answer as Numbers

pytestmark = [pytest.mark.bench, pytest.mark.timeout(300)]
EPOCH = date(1970, 1, 1)
WINDOW = Window(FIRST, LAST, "Europe/London")
EVENTS = """
create view purchases as
select lines.*, case when invoice like 'C%' then 'cancelled' else 'bought' end as what from lines
"""
BOUGHT = {"events": "bought"}
CANCELLED = {"start_event": "bought", "goal_event": "cancelled", "window_days": 30}
ASKED: Mapping[str, tuple[str, dict[str, Any]]] = {
    "dau": ("dau", BOUGHT),
    "wau": ("wau", BOUGHT),
    "mau": ("mau", BOUGHT),
    "mau of months": ("mau", {**BOUGHT, "window": "calendar"}),
    "stickiness": ("stickiness", BOUGHT),
    "dau by country": ("dau", {**BOUGHT, "by": "country"}),
    "dau of Germany": ("dau", {**BOUGHT, "where": {"country": "Germany"}}),
    "new users": ("new_users", BOUGHT),
    "first sign-ups": ("sign_ups", BOUGHT),
    "buyers": ("sign_ups", {**BOUGHT, "count": "users"}),
    "lines": ("event_count", {}),
    "cancelled lines": ("event_count", {"exclude": "bought"}),
    "sessions": ("sessions", BOUGHT),
    "seconds of sessions": ("session_duration", BOUGHT),
    "lines of sessions": ("events_per_session", BOUGHT),
    "bounces": ("bounce_rate", BOUGHT),
    "median of sessions": ("session_duration", {**BOUGHT, "statistic": "median"}),
    "back on day 7": ("retention", {**BOUGHT, "day": 7}),
    "back after 30 days": ("retention", {**BOUGHT, "day": 30, "mode": "on_or_after"}),
    "back in the fourth week": ("retention", {**BOUGHT, "day": 4, "unit": "week"}),
    "any day's buyers back on day 7": (
        "retention",
        {**BOUGHT, "day": 7, "cohort": "recurring"},
    ),
    "cancelled in 30 days": ("activation", CANCELLED),
    "growth by day": ("growth", BOUGHT),
    "growth by month": ("growth", {**BOUGHT, "interval": "month"}),
}
SAME = {"first sign-ups": "new users"}
MONTHLY = {"mau of months", "growth by month"}
SEGMENTS = {"dau by country", "growth by day", "growth by month"}


@dataclass(frozen=True)
class Shop:
    """One database with the lines and a view of them as events, and a way to ask it by hand."""

    engine: str
    url: str
    run: Callable[..., list[list[Any]]]


@pytest.fixture(scope="module")
def lines() -> pd.DataFrame:
    return read_lines(invoice_file())


@pytest.fixture(scope="module", params=["sqlite", "duckdb", "postgres"])
def shop(request: pytest.FixtureRequest, lines: pd.DataFrame, tmp_path_factory: Any) -> Shop:
    path = tmp_path_factory.mktemp("retail-standard") / f"shop.{request.param}"
    if request.param == "duckdb":
        return in_duckdb(lines, path)
    invoices = lines.drop_duplicates(["Invoice", "at", "customer", "Country"])
    if request.param == "sqlite":
        return in_sqlite(invoices, path)
    return in_postgres(invoices, request.getfixturevalue("postgres"))


def in_sqlite(lines: pd.DataFrame, path: Path) -> Shop:
    url = fill_sqlite(lines, path)

    def run(*statements: str) -> list[list[Any]]:
        with closing(sqlite3.connect(path)) as database:
            return [list(map(list, database.execute(one))) for one in statements]

    run(EVENTS)
    return Shop("sqlite", url, run)


def in_duckdb(lines: pd.DataFrame, path: Path) -> Shop:
    def run(*statements: str) -> list[list[Any]]:
        with duckdb.connect(str(path)) as database:
            return [database.execute(one).fetchall() for one in statements]

    run(TABLE.format(time="timestamp").replace(" at ", ' "at" '))
    with duckdb.connect(str(path)) as database:
        database.register("given", lines[COLUMNS])
        database.execute("insert into lines select * from given")
    run(EVENTS)
    return Shop("duckdb", f"duckdb:///{path}", run)


def in_postgres(lines: pd.DataFrame, server: Any) -> Shop:
    import psycopg

    dsn = server.url().replace("+psycopg", "")

    def run(*statements: str) -> list[list[Any]]:
        with psycopg.connect(dsn, autocommit=True) as connection:
            made = [connection.execute(one.encode()) for one in statements]
            return [one.fetchall() if one.description else [] for one in made]

    run("drop table if exists lines cascade")
    fill_postgres(lines, dsn)
    run(EVENTS, "analyze lines")
    return Shop("postgres", server.url(), run)


def by_standard(shop: Shop) -> dict[str, Numbers]:
    """What the connector says, all metrics in one fetch."""
    kind = registry.load("sql")
    events = {"table": "purchases", "user": "customer", "time": "at", "event": "what"}
    source = {"url": shop.url, "events": {**events, "time_zone": WINDOW.zone}}
    connector = kind(kind.SourceOptions.model_validate(source))
    asks = [
        Ask(kind.QueryOptions.model_validate({"standard": name, **options}), WINDOW)
        for name, options in ASKED.values()
    ]
    found = {}
    for name, given in zip(ASKED, connector.fetch(asks, Deadline(300)), strict=True):
        assert isinstance(given, Answer), f"{name}: {given}"
        found[name] = {(one.day, one.segment): (one.value, one.weight) for one in given.points}
    connector.close()
    return found


def by_hand(shop: Shop) -> dict[str, Numbers]:
    words = {**WRITTEN[shop.engine]}
    words |= {name: str((day - EPOCH).days) for name, day in (("FIRST", FIRST), ("LAST", LAST))}
    statements = [*PREPARED, *BY_HAND.values()]
    for word, written in words.items():
        statements = [one.replace(word, written) for one in statements]
    rows = shop.run(*statements)[len(PREPARED) :]
    return {name: read(name, found) for name, found in zip(BY_HAND, rows, strict=True)}


def read(name: str, rows: list[list[Any]]) -> Numbers:
    """Rows as the connector's points; days and months after the window are none of it."""
    found: Numbers = {}
    for when, *left in rows:
        day = last_of_month(int(when)) if name in MONTHLY else EPOCH + timedelta(int(when))
        segment = left.pop(0) if name in SEGMENTS else ""
        if day <= LAST:
            found[day, segment] = (float(left[0]), float(left[1]) if left[1:] else None)
    if name.startswith("growth"):
        for day in {day for day, _ in found}:
            for segment in ("new", "retained", "resurrected", "churned"):
                found.setdefault((day, segment), (0.0, None))
    return found


def last_of_month(month: int) -> date:
    following = month + 1
    return date(following // 12, following % 12 + 1, 1) - timedelta(days=1)


def test_every_standard_number_is_that_of_the_sql_by_hand(shop: Shop) -> None:
    began = time.process_time()
    given = by_standard(shop)
    asked = time.process_time()
    wanted = by_hand(shop)
    print(f"\n{shop.engine}: standard {asked - began:.1f} s", end="")
    print(f" of CPU, by hand {time.process_time() - asked:.1f} s", end="")
    numbers = 0
    for name in ASKED:
        assert differences(given[name], wanted[SAME.get(name, name)])[:5] == [], name
        numbers += len(given[name])
    print(f", {len(ASKED)} metrics, {numbers:,} numbers alike")
    assert numbers > 18_000
