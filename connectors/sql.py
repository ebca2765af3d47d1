"""Asks any SQLAlchemy database one reading SELECT a metric; never writes, never pastes a value.

    [sources.product_db]
    connector = "sql"
    url = "${env:PRODUCT_DB_URL}"
    timeout = "60s"
    max_rows = 100_000

    [metrics.dau]
    title = "Daily active users"
    kind = "count"
    source = "product_db"
    query = '''
    select cast(ts as date) as day, count(distinct user_id) as value
    from   analytics.events
    where  ts >= :start and ts < :end
    group  by 1
    '''

A query answers `day, value[, weight]` or `day, numerator, denominator`, and optionally `segment`.
Bound are `:start` and `:end` (dates: the first day and the day after the last; the session's zone
is the metric's), `:start_utc`, `:end_utc` (instants), `:start_epoch`, `:end_epoch` (seconds).
SQLite has no types for them: dates are text `2026-01-31`, instants text `2026-01-31 22:00:00`.
PostgreSQL, MySQL, MariaDB, SQLite and DuckDB are held to reading by their own means; for any other
database use an account that may only read. DuckDB and SQLite files are let go after each fetch.
"""

from __future__ import annotations

from pydantic import Field, field_validator, model_validator

from connectors._events.options import EventsTable, StandardOptions
from connectors._query import read_statement
from connectors._sessions import Address
from connectors._tables import OnTables
from krtracker.connector import Options, Secret


class SqlSource(Options):
    """The connector's part of `[sources.ID]`.

    `max_rows` is the most one query may answer. `session_zone = false` leaves the server's own
    session zone: for servers without zone tables whose columns are plain dates.
    """

    url: Secret
    max_rows: int = Field(default=100_000, gt=0)
    session_zone: bool = True
    events: EventsTable | None = None


class SqlQuery(StandardOptions):
    """The connector's part of `[metrics.ID]`: `query`, or `standard` with its options."""

    query: str | None = None

    @field_validator("query")
    @classmethod
    def _readable(cls, text: str | None) -> str | None:
        if text is not None:
            read_statement(text)
        return text

    @model_validator(mode="after")
    def _one_way(self) -> SqlQuery:
        if (self.query is None) == (self.standard is None):
            raise ValueError("write either `query` or `standard`")
        return self


class SqlConnector(OnTables):
    """Any database SQLAlchemy reaches, and DuckDB files through their own driver."""

    SourceOptions = SqlSource
    QueryOptions = SqlQuery

    def __init__(self, options: SqlSource) -> None:
        address = Address(options.url, options.max_rows, options.session_zone)
        super().__init__(options.events, address.open)
