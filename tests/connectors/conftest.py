"""The four engines the connector `sql` is held to, each with an empty database for a test."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest

from krtracker import registry
from krtracker.connector import Answer, Ask, Connector, ConnectorError, Deadline, Window

FIRST, LAST = date(2026, 3, 1), date(2026, 3, 7)
ZONE = "Europe/Berlin"
BY_DAY = "select day, v as value from k where day >= :start and day < :end"

ENDLESS = {
    "sqlite": "with recursive t(i) as (select 1 union all select i + 1 from t)"
    " select :start as day, max(i) as value from t",
    "duckdb": "select :start as day, sum(a.range * b.range) as value"
    " from range(10000000) a, range(10000000) b",
    "postgresql": "select :start as day, 1 as value from pg_sleep(60)",
    "mariadb": "select :start as day, sleep(60) as value",
}
"""A query that never ends, by engine."""


@dataclass(frozen=True)
class Engine:
    """A database of one kind; `run` executes statements with the rights to write."""

    name: str
    url: str
    run: Callable[..., Any]

    def one_of(self, **by_name: str) -> str:
        """The text for this engine, or the one for `other`."""
        return by_name.get(self.name, by_name.get("other", ""))


def opened(url: str, **source: Any) -> Connector[Any]:
    """The connector `sql` at this address."""
    kind = registry.load("sql")
    return kind(kind.SourceOptions.model_validate({"url": url, **source}))


@dataclass(frozen=True)
class Table:
    """What stands in a metric's or a source's table, over one window."""

    url: str
    first: date = FIRST
    last: date = LAST
    zone: str = ZONE
    seconds: float = 20.0

    def fetch(self, *queries: str, **source: Any) -> list[Answer | ConnectorError]:
        """One result a query, all in one fetch of a new connector."""
        connector = opened(self.url, **source)
        try:
            return list(connector.fetch(self.asks(queries), Deadline(self.seconds)))
        finally:
            connector.close()

    def asks(self, queries: Sequence[str]) -> list[Ask[Any]]:
        window = Window(self.first, self.last, self.zone)
        options = registry.load("sql").QueryOptions
        return [Ask(options.model_validate({"query": query}), window) for query in queries]

    def answer(self, query: str, **source: Any) -> Answer:
        """The answer of one query that must not fail."""
        (result,) = self.fetch(query, **source)
        assert isinstance(result, Answer), result
        return result

    def failure(self, query: str, **source: Any) -> ConnectorError:
        """The failure of one query that must fail."""
        (result,) = self.fetch(query, **source)
        assert isinstance(result, ConnectorError), result
        return result


def sqlite_engine(folder: Path) -> Engine:
    path = folder / "source.db"

    def run(*statements: str) -> list[Any]:
        connection = sqlite3.connect(path, isolation_level=None)
        try:
            return [connection.execute(one).fetchall() for one in statements][-1]
        finally:
            connection.close()

    run("pragma user_version = 1")
    return Engine("sqlite", f"sqlite:///{path}", run)


def duckdb_engine(folder: Path) -> Engine:
    path = folder / "source.duckdb"

    def run(*statements: str) -> list[Any]:
        with duckdb.connect(str(path)) as connection:
            return [connection.execute(one).fetchall() for one in statements][-1]

    run("select 1")
    return Engine("duckdb", f"duckdb:///{path}", run)


@pytest.fixture(params=["sqlite", "duckdb", "postgresql", "mariadb"])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Engine:
    """Each engine in turn."""
    if request.param == "sqlite":
        return sqlite_engine(tmp_path)
    if request.param == "duckdb":
        return duckdb_engine(tmp_path)
    fixture = {"postgresql": "postgres", "mariadb": "mariadb"}[request.param]
    server = request.getfixturevalue(fixture)
    server.execute("drop table if exists k")
    return Engine(request.param, server.url(), server.execute)


@pytest.fixture
def table(engine: Engine) -> Table:
    """An empty database of each engine, asked over 2026-03-01 to 2026-03-07 in Berlin."""
    return Table(engine.url)


def days(engine: Engine, *values: str, kind: str = "date") -> None:
    """A table k(day, v) with one row a value, from 2026-03-01 on."""
    rows = ", ".join(f"('2026-03-{n:02d}', {value})" for n, value in enumerate(values, 1))
    number = engine.one_of(mariadb="double", other="double precision")
    engine.run(f"create table k (day {kind}, v {number})", f"insert into k values {rows}")
