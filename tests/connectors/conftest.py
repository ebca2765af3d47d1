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
from krtracker.connector import Answer, Ask, ConnectorError, Deadline, Window

FIRST, LAST = date(2026, 3, 1), date(2026, 3, 7)
ZONE = "Europe/Berlin"


@dataclass(frozen=True)
class Engine:
    """A database of one kind; `run` executes statements with the rights to write."""

    name: str
    url: str
    run: Callable[..., Any]

    def one_of(self, **by_name: str) -> str:
        """The text for this engine, or the one for `other`."""
        return by_name.get(self.name, by_name.get("other", ""))


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
        kind = registry.load("sql")
        connector = kind(kind.SourceOptions(url=self.url, **source))
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
