"""The engines a standard metric must agree on: each takes a small event log and answers an ask.

An `Engine` stores the log in a real database and asks the real connector, as a workspace would.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import duckdb
import pytest

from krtracker import registry
from krtracker.connector import Answer as Answered
from krtracker.connector import Ask, ConnectorError, Deadline, Options, Window
from tests.services import optional
from tests.standard.reference import Answer, Event, Log

NAMES = ("sqlite", "duckdb", "postgresql", "mariadb", "clickhouse", "spark")
REST = ("user_id", "ts", "name", "session_id")

KINDS: Mapping[str, Mapping[str, str]] = {
    "sqlite": {"naive": "text", "text": "text", "epoch_s": "real", "epoch_ms": "integer"},
    "duckdb": {
        "naive": "timestamp",
        "aware": "timestamptz",
        "text": "varchar",
        "epoch_s": "double",
        "epoch_ms": "bigint",
    },
    "postgresql": {
        "naive": "timestamp",
        "aware": "timestamptz",
        "text": "text",
        "epoch_s": "double precision",
        "epoch_ms": "bigint",
    },
    "mariadb": {
        "naive": "datetime(6)",
        "aware": "timestamp(6) null",
        "text": "varchar(40)",
        "epoch_s": "double",
        "epoch_ms": "bigint",
    },
    "clickhouse": {
        "aware": "DateTime64(6, 'UTC')",
        "text": "String",
        "epoch_s": "Float64",
        "epoch_ms": "Int64",
    },
    "spark": {
        "aware": "timestamp",
        "naive": "timestamp_ntz",
        "text": "string",
        "epoch_s": "double",
        "epoch_ms": "bigint",
    },
}
"""How each engine can hold an instant; the first is what it holds it in unless told otherwise."""


@dataclass(frozen=True)
class Engine:
    """One database with a table `events` (user_id, ts, name, session_id, and the log's columns).

    `answer(log, "retention", day=1, ...)` gives {(day, segment): (value, weight)}, as the reference
    does; options are those of a metric's table. `session_column="session_id"` names the column.
    """

    name: str
    run: Callable[..., Any]
    kind: Any
    source: Mapping[str, Any]
    time_kind: str
    time_zone: str = "UTC"
    text: str = "varchar(80)"
    place: str = ""

    def at(self, place: str) -> Engine:
        """The same engine with its tables named `events` and `users` and this after it."""
        return replace(self, place=place)

    def stored_as(self, time_kind: str, time_zone: str = "UTC") -> Engine:
        """The same engine holding instants in another way; naive ones as `time_zone` shows them."""
        return replace(self, time_kind=time_kind, time_zone=time_zone)

    def answer(self, log: Log, standard: str, **options: Any) -> Answer:
        """One metric over the log's window. Fails the test if the connector fails."""
        self.load(log)
        return self.answers(log, (standard, options))[0]

    def answers(self, log: Log, *asks: tuple[str, Mapping[str, Any]]) -> list[Answer]:
        """Several metrics over a log that is loaded, in one fetch: what can be fused, is."""
        return [self._read(one) for one in self.fetch(log, *asks)]

    def fetch(
        self, log: Log, *asks: tuple[str, Mapping[str, Any]], seconds: float = 120
    ) -> list[Answered | ConnectorError]:
        """What the connector gives for metrics over a log that is loaded."""
        connector = self.kind(self.kind.SourceOptions.model_validate(self.settings(log)))
        window = Window(log.first, log.last, log.zone)
        try:
            queries = [self.query(standard, options) for standard, options in asks]
            return list(connector.fetch([Ask(one, window) for one in queries], Deadline(seconds)))
        finally:
            connector.close()

    def query(self, standard: str, options: Mapping[str, Any]) -> Options:
        made: Options = self.kind.QueryOptions.model_validate({"standard": standard, **options})
        return made

    def settings(self, log: Log) -> dict[str, Any]:
        """The source's table: where events are."""
        events: dict[str, Any] = {"table": f"events{self.place}", "user": "user_id"}
        events |= {"time": "ts", "event": "name", "time_zone": self.time_zone}
        events["placeholders"] = list(log.placeholders)
        if self.name == "spark":  # both kinds of its times look the same from Python
            events["time_kind"] = self.time_kind
        if log.users:
            users = f"users{self.place}"
            events["users_table"] = {"table": users, "user": "id", "created_at": "created_at"}
        return {**self.source, "events": events}

    def load(self, log: Log) -> None:
        """Writes the log's events and users, in the place of those that were there."""
        self.run(*self.loading(log))

    def loading(self, log: Log) -> Iterator[str]:
        """The statements that do so."""
        extra = sorted({name for event in log.events for name in event.columns})
        instant = KINDS[self.name][self.time_kind]
        kinds = [self.text, instant, *(self.text for _ in (*REST[2:], *extra))]
        rows = [self._row(event, extra) for event in log.events]
        columns = dict(zip((*REST, *extra), kinds, strict=True))
        yield from self._table(f"events{self.place}", columns, rows)
        users = [(self._quoted(one), self._instant(at)) for one, at in log.users]
        if users:
            columns = {"id": self.text, "created_at": instant}
            yield from self._table(f"users{self.place}", columns, users)

    def _table(
        self, name: str, columns: Mapping[str, str], rows: Sequence[Sequence[str]]
    ) -> Iterator[str]:
        null = "Nullable({})" if self.name == "clickhouse" else "{}"
        shape = ", ".join(f"{column} {null.format(kind)}" for column, kind in columns.items())
        end = " engine = MergeTree order by tuple()" if self.name == "clickhouse" else ""
        yield f"drop table if exists {name}"
        yield f"create table {name} ({shape}){end}"
        values = ", ".join(f"({', '.join(row)})" for row in rows)
        if values:
            yield f"insert into {name} values {values}"

    def _row(self, event: Event, extra: Sequence[str]) -> list[str]:
        texts = [event.name, event.session, *(event.columns.get(name) for name in extra)]
        return [self._quoted(event.user), self._instant(event.at), *map(self._quoted, texts)]

    def _instant(self, at: datetime) -> str:
        if self.time_kind == "epoch_s":
            return repr(at.timestamp())
        if self.time_kind == "epoch_ms":
            return str(round(at.timestamp() * 1000))
        local = at.astimezone(UTC if self.time_kind == "aware" else ZoneInfo(self.time_zone))
        mark = "T" if self.time_kind == "text" else " "
        bare = local.replace(tzinfo=None).isoformat(
            mark, "microseconds" if local.microsecond else "seconds"
        )
        if self.time_kind == "text" and self.time_zone == "UTC":
            bare += "Z"
        if self.time_kind == "aware" and self.name in {"postgresql", "duckdb"}:
            bare += "+00:00"
        return f"timestamp '{bare}'" if self.name == "spark" else f"'{bare}'"

    def _quoted(self, text: str | None) -> str:
        if text is None:
            return "null"
        if self.name in {"mariadb", "clickhouse", "spark"}:
            text = text.replace("\\", "\\\\")
        return "'" + text.replace("'", "''") + "'"

    def _read(self, given: Answered | ConnectorError) -> Answer:
        assert isinstance(given, Answered), f"{self.name}: {given}"
        found = {(one.day, one.segment): (one.value, one.weight) for one in given.points}
        assert len(found) == len(given.points), "two points for one day and segment"
        return found


def sqlite_engine(folder: Path) -> Engine:
    path = folder / "events.db"

    def run(*statements: str) -> None:
        connection = sqlite3.connect(path, isolation_level=None)
        try:
            for one in ("pragma synchronous = off", "begin", *statements, "commit"):
                connection.execute(one)
        finally:
            connection.close()

    return _sql("sqlite", f"sqlite:///{path}", run, text="text")


def duckdb_engine(folder: Path) -> Engine:
    path = folder / "events.duckdb"

    def run(*statements: str) -> None:
        with duckdb.connect(str(path)) as connection:
            for one in ("set TimeZone = 'UTC'", "begin", *statements, "commit"):
                connection.execute(one)

    return _sql("duckdb", f"duckdb:///{path}", run)


def _sql(name: str, url: str, run: Callable[..., Any], *, text: str = "varchar(80)") -> Engine:
    kind = next(iter(KINDS[name]))
    return Engine(name, run, registry.load("sql"), {"url": url}, kind, text=text)


def server_engine(name: str, server: Any) -> Engine:
    """PostgreSQL or MariaDB, emptied; `run` writes in UTC."""

    def run(*statements: str) -> None:
        zone = "set time_zone = '+00:00'" if name == "mariadb" else "set time zone 'UTC'"
        server.execute(*(one.replace(":", r"\:") for one in (zone, *statements)))

    plain = "?ssl_disabled=true" if name == "mariadb" else ""  # TLS takes longer than an example
    return _sql(name, server.url() + plain, run)


def clickhouse_engine(folder: Path) -> Engine:
    """ClickHouse embedded in this process, which holds one folder open at a time."""
    chdb = optional("chdb", "ClickHouse (package chdb)")

    def run(*statements: str) -> None:
        connection = chdb.connect(str(folder))
        try:
            for one in statements:
                connection.query(one)
        finally:
            connection.close()

    return _sql("clickhouse", f"chdb:///{folder}", run, text="String")


def spark_engine(folder: Path) -> Engine:
    """Spark SQL in local mode, in this process."""
    from tests.standard.sparks import SparkConnector, session

    spark = session(folder)

    def run(*statements: str) -> None:
        for one in statements:
            spark.sql(one)

    return Engine("spark", run, SparkConnector, {"url": str(folder)}, "aware", text="string")


def opened(name: str, folder: Path, fixture: Callable[[str], Any]) -> Engine:
    """The engine of that name; `fixture` is pytest's `request.getfixturevalue`."""
    if name in {"postgresql", "mariadb"}:
        return server_engine(name, fixture({"postgresql": "postgres"}.get(name, name)))
    makers = {
        "sqlite": sqlite_engine,
        "duckdb": duckdb_engine,
        "clickhouse": clickhouse_engine,
        "spark": spark_engine,
    }
    return makers[name](folder)


def soaked(*names: str) -> list[Any]:
    """All engines as a fixture's parameters; those named only in a soak."""
    soak = pytest.mark.soak
    return [pytest.param(one, marks=soak) if one in names else one for one in NAMES]


# Embedded ClickHouse takes long over an example: it has a run of its own.
@pytest.fixture(params=soaked("clickhouse"), scope="module")
def engine(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Engine:
    """Each engine in turn, one database a test module."""
    return opened(request.param, tmp_path_factory.mktemp(request.param), request.getfixturevalue)
