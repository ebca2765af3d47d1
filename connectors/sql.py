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

from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

from pydantic import Field, field_validator

from connectors._asking import Asking, Session, Watchdog, within
from connectors._databases import DATABASES, Database, Verdict
from connectors._events import EventsTable
from connectors._query import Statement, read_statement
from connectors._rows import answer, take
from krtracker.connector import (
    Answer,
    Ask,
    ConnectorError,
    Deadline,
    Options,
    Secret,
    SourceRejectedError,
    SourceUnavailableError,
    Window,
)

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine
    from sqlalchemy.engine import URL

CHUNK = 5_000
"""Rows fetched at a time: what is in memory before the row cap is looked at."""


class SqlSource(Options):
    """The connector's part of `[sources.ID]`.

    `max_rows` is the most one query may answer. `session_zone = false` leaves the server's own
    session zone: for servers without zone tables whose columns are plain dates.
    """

    url: Secret
    max_rows: int = Field(default=100_000, gt=0)
    session_zone: bool = True
    events: EventsTable | None = None


class SqlQuery(Options):
    """The connector's part of `[metrics.ID]`."""

    query: str

    @field_validator("query")
    @classmethod
    def _readable(cls, text: str) -> str:
        read_statement(text)
        return text


class SqlConnector:
    """Any database SQLAlchemy reaches, and DuckDB files through their own driver."""

    SourceOptions = SqlSource
    QueryOptions = SqlQuery

    def __init__(self, options: SqlSource) -> None:
        self._options = options
        self._engine: Engine | None = None
        self._asking = Asking(self._open)

    def fetch(
        self, asks: Sequence[Ask[SqlQuery]], deadline: Deadline
    ) -> Iterator[Answer | ConnectorError]:
        return self._asking.fetch(asks, deadline)

    def close(self) -> None:
        self._asking.close()

    def _open(self, watchdog: Watchdog) -> Session:
        url = self._url()
        family = url.get_backend_name()
        if family == "duckdb":
            from connectors._duck import open_file

            return open_file(url.database or "", max_rows=self._options.max_rows)
        database = DATABASES.get(family, Database)()
        if self._engine is None:
            self._engine = _engine(url, database, watchdog.remaining)
        return _connect(self._engine, database, self._options, watchdog)

    def _url(self) -> URL:
        from sqlalchemy.engine import make_url
        from sqlalchemy.exc import ArgumentError

        try:
            url = make_url(self._options.url.reveal())
        except (ArgumentError, ValueError):
            raise SourceRejectedError(
                "`url` is not a database URL: write `postgresql://user:password@host/database`"
            ) from None
        return url.set(drivername=_driver(url.drivername))


def _driver(name: str) -> str:
    """The driver our extras install, where the URL names none and the usual one is absent."""
    from importlib.util import find_spec

    name = {"postgres": "postgresql"}.get(name, name)
    if name == "postgresql" and find_spec("psycopg2") is None:
        return "postgresql+psycopg"
    if name in {"mysql", "mariadb"} and find_spec("MySQLdb") is None:
        return f"{name}+pymysql"
    return name


def _engine(url: URL, database: Database, seconds: float) -> Engine:
    from sqlalchemy import create_engine
    from sqlalchemy.exc import NoSuchModuleError
    from sqlalchemy.pool import NullPool

    family = url.get_backend_name()
    try:
        return create_engine(url, poolclass=NullPool, **database.creator(url, seconds))
    except ImportError as missing:
        what = f"krtracker[{database.extra}]" if database.extra else missing.name or family
        how = f"uv tool install '{what}'" if database.extra else f"install the package `{what}`"
        raise SourceRejectedError(f"the driver for {family} is not installed: {how}") from None
    except NoSuchModuleError:
        raise SourceRejectedError(
            f"no driver for `{family}` databases is installed: install its SQLAlchemy dialect, "
            "or correct the url"
        ) from None


def _connect(
    engine: Engine, database: Database, options: SqlSource, watchdog: Watchdog
) -> SqlSession:
    def connect() -> Connection:
        connection = engine.connect()
        database.opened(connection)
        return connection

    with _translated(database, engine.url, watchdog, "refused the connection"):
        connection = within(watchdog, connect, lambda late: late.close())
    return SqlSession(connection, database, options)


class SqlSession:
    """One connection of SQLAlchemy; a transaction an ask."""

    def __init__(self, connection: Connection, database: Database, options: SqlSource) -> None:
        self.lost = False
        self._connection, self._database, self._options = connection, database, options

    def ask(self, query: SqlQuery, window: Window, watchdog: Watchdog) -> Answer:
        statement = read_statement(query.query)
        values = self._database.bound(statement.values(window))
        driver = self._connection.connection.driver_connection
        try:
            with (
                _translated(self._database, self._connection.engine.url, watchdog, "refused"),
                watchdog.over(lambda: self._database.cancel(driver)),
            ):
                names, rows = self._rows(statement, values, window, watchdog.remaining)
        finally:
            self._end(watchdog)
        shown = {name: str(value) for name, value in values.items()}
        return answer(names, rows, window, parameters=shown)

    def _rows(
        self, statement: Statement, values: dict[str, Any], window: Window, seconds: float
    ) -> tuple[Sequence[str], list[Sequence[Any]]]:
        from sqlalchemy import text

        zoned = window if self._options.session_zone else None
        self._database.begin(self._connection, zoned, seconds)
        # A colon that is not ours (a cast, a slice, text) is not SQLAlchemy's either.
        clause = text(statement.rendered(lambda name: f":{name}", _unmarked))
        result = self._connection.execute(
            clause.execution_options(yield_per=CHUNK, stream_results=True), values
        )
        self.lost = True  # until all rows are here: half-read answers are not drained, but dropped
        rows = take(result.partitions(), self._options.max_rows)
        self.lost = False
        return tuple(result.keys()), rows

    def _end(self, watchdog: Watchdog) -> None:
        from sqlalchemy.exc import SQLAlchemyError

        self.lost = self.lost or self._connection.invalidated or not watchdog.remaining
        if not self.lost:
            try:
                self._connection.rollback()
            except SQLAlchemyError:
                self.lost = True

    def close(self) -> None:
        from sqlalchemy.exc import SQLAlchemyError

        with suppress(SQLAlchemyError, OSError):
            if self.lost and not self._connection.invalidated:
                self._connection.invalidate()
            self._connection.close()


@contextmanager
def _translated(database: Database, url: URL, watchdog: Watchdog, refused: str) -> Generator[None]:
    """Turns a driver's exception into one of the contract's three, without a secret in it."""
    from sqlalchemy.exc import DBAPIError, SQLAlchemyError

    try:
        yield
    except (SQLAlchemyError, OSError) as error:
        cause = (error.orig if isinstance(error, DBAPIError) else None) or error
        verdict = Verdict.LATER if isinstance(cause, OSError) else database.judge(cause)
        if not watchdog.remaining or verdict is Verdict.SLOW:
            raise watchdog.late from None
        words = _words(cause, url)
        if verdict is Verdict.LATER:
            raise SourceUnavailableError(f"the database cannot answer now: {words}") from None
        raise SourceRejectedError(f"the database {refused}: {words}") from None


def _unmarked(text: str) -> str:
    return text.replace(":", r"\:")


def _words(error: BaseException, url: URL) -> str:
    """What the driver says, on one line, without the password or the URL in any spelling."""
    primary = getattr(getattr(error, "diag", None), "message_primary", None)
    last = error.args[-1] if error.args and isinstance(error.args[-1], str) else str(error)
    words = " ".join(str(primary or last).split())
    hidden = [str(url.password or ""), *(str(value) for value in url.query.values())]
    for secret in [url.render_as_string(hide_password=False), *hidden]:
        if len(secret) > 2:
            words = words.replace(secret, "***")
    return words[:300]
