"""Open connections to databases for the connector `sql`: SQLAlchemy's, and DuckDB's own."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from contextlib import contextmanager, suppress
from datetime import date
from typing import TYPE_CHECKING, Any

from connectors._asking import MOST_AGGREGATES, OnDatabase, Session, Watchdog, within
from connectors._databases import DATABASES, Database, Verdict
from connectors._query import AsksSql, read_statement
from connectors._rows import answer, take
from krtracker.connector import (
    Answer,
    Secret,
    SourceRejectedError,
    SourceUnavailableError,
    Window,
)

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine, Executable, Select
    from sqlalchemy.engine import URL, Dialect

    from connectors._indexes import Paths


CHUNK = 5_000
"""Rows fetched at a time: what is in memory before the row cap is looked at."""

IN_UTC = Window(date(1970, 1, 1), date(1970, 1, 1), "UTC")
"""The session's zone for standard metrics: civil days are worked out by themselves."""


class Address:
    """Where a database is, and how much one query may answer; opens a session a fetch."""

    def __init__(self, url: Secret, max_rows: int, session_zone: bool) -> None:
        self.max_rows, self.session_zone = max_rows, session_zone
        self._url = url
        self._engine: Engine | None = None

    def open(self, watchdog: Watchdog) -> Session:
        """Raises one of the contract's three failures."""
        url = self._parsed()
        family = url.get_backend_name()
        if family == "duckdb":
            from connectors._duck import DuckSession

            return DuckSession(url.database or "", self.max_rows)
        if family == "chdb":
            from connectors._clickhouse import ChdbSession

            return ChdbSession(url.database or "", self.max_rows, watchdog)
        database = DATABASES.get(family, Database)(url.database or "", watchdog.remaining)
        if self._engine is None:
            self._engine = _engine(url, database)
        return SqlSession(_connect(self._engine, database, watchdog), database, self)

    def _parsed(self) -> URL:
        from sqlalchemy.engine import make_url
        from sqlalchemy.exc import ArgumentError

        try:
            url = make_url(self._url.reveal())
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


def _engine(url: URL, database: Database) -> Engine:
    from sqlalchemy import create_engine
    from sqlalchemy.exc import NoSuchModuleError
    from sqlalchemy.pool import NullPool

    family = url.get_backend_name()
    try:
        return create_engine(url, poolclass=NullPool, **database.arguments())
    except ImportError as missing:
        what = f"krtracker[{database.extra}]" if database.extra else missing.name or family
        how = f"uv tool install '{what}'" if database.extra else f"install the package `{what}`"
        raise SourceRejectedError(f"the driver for {family} is not installed: {how}") from None
    except NoSuchModuleError:
        raise SourceRejectedError(
            f"no driver for `{family}` databases is installed: install its SQLAlchemy dialect, "
            "or correct the url"
        ) from None


def _connect(engine: Engine, database: Database, watchdog: Watchdog) -> Connection:
    def connect() -> Connection:
        connection = engine.connect()
        database.opened(connection)
        return connection

    with _translated(database, engine.url, watchdog, refused="refused the connection"):
        return within(watchdog, connect, lambda late: late.close())


class SqlSession:
    """One connection of SQLAlchemy; a transaction an ask."""

    def __init__(self, connection: Connection, database: Database, address: Address) -> None:
        self.lost = False
        self._connection, self._database, self._address = connection, database, address
        self._driver = connection.connection.driver_connection

    def ask(self, query: AsksSql | OnDatabase, window: Window, watchdog: Watchdog) -> Answer:
        from sqlalchemy import text

        if not hasattr(query, "query"):
            return query.answer(_Standard(self, watchdog))
        statement = read_statement(query.query or "")
        values = self._database.bound(statement.values(window))
        # A colon that is not ours (a cast, a slice, text) is not SQLAlchemy's either.
        clause = text(statement.rendered(lambda name: f":{name}", _unmarked)).bindparams(**values)
        zoned = window if self._address.session_zone else None
        names, rows = self.run(clause, zoned, watchdog, most=self._address.max_rows)
        shown = {name: str(value) for name, value in values.items()}
        return answer(names, rows, window, parameters=shown)

    def run(
        self, clause: Executable, zoned: Window | None, watchdog: Watchdog, *, most: int
    ) -> tuple[Sequence[str], list[Sequence[Any]]]:
        """Column names and rows of one statement, in a reading transaction of its own."""
        url = self._connection.engine.url
        try:
            with (
                _translated(self._database, url, watchdog, refused="refused"),
                watchdog.over(lambda: self._database.cancel(self._driver)),
            ):
                self._database.begin(self._connection, zoned, watchdog.remaining)
                return self._rows(clause, most)
        finally:
            self._end(watchdog)

    def paths(self, table: str, watchdog: Watchdog) -> Paths:
        """By which columns rows of a table are found."""
        from connectors._indexes import paths_of

        with _translated(self._database, self._connection.engine.url, watchdog, refused="refused"):
            return paths_of(self._connection, table)

    @property
    def dialect(self) -> Dialect:
        return self._connection.dialect

    def _rows(self, clause: Executable, most: int) -> tuple[Sequence[str], list[Sequence[Any]]]:
        options = {"yield_per": CHUNK, "stream_results": True}
        result = self._connection.execute(clause.execution_options(**options))
        self.lost = True  # until all rows are here: half-read answers are not drained, but dropped
        rows = take(result.partitions(CHUNK), most)
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
        if self.lost:
            self._database.drop(self._driver)

    def close(self) -> None:
        from sqlalchemy.exc import SQLAlchemyError

        with suppress(SQLAlchemyError, OSError):
            if self.lost and not self._connection.invalidated:
                self._connection.invalidate()
            self._connection.close()


class _Standard:
    """A connection as the standard metrics use it: in UTC, with room for their aggregates."""

    def __init__(self, session: SqlSession, watchdog: Watchdog) -> None:
        self.dialect = session.dialect
        self._session, self._watchdog = session, watchdog

    def rows(self, statement: Select[Any]) -> Sequence[Sequence[Any]]:
        return self._session.run(statement, IN_UTC, self._watchdog, most=MOST_AGGREGATES)[1]

    def paths(self, table: str) -> Paths:
        return self._session.paths(table, self._watchdog)


@contextmanager
def _translated(
    database: Database, url: URL, watchdog: Watchdog, *, refused: str
) -> Generator[None]:
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
    words = " ".join(str(primary or last).split()).removeprefix("connection failed: ")
    words = words.partition(" Is the server running")[0]
    if words == "unable to open database file":  # all that SQLite says
        words = f"cannot open {url.database}: it is not there, or may not be read"
    hidden = [str(url.password or ""), *(str(value) for value in url.query.values())]
    for secret in [url.render_as_string(hide_password=False), *hidden]:
        if len(secret) > 2:
            words = words.replace(secret, "***")
    return words[:300]
