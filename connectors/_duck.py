"""Asks DuckDB as a reader only: no other file, no setting, no statement but SELECT."""

from __future__ import annotations

import re
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb

from connectors._asking import MOST_AGGREGATES, OnDatabase, Watchdog
from connectors._query import AsksSql, Statement, read_statement
from connectors._rows import answer, take
from krtracker.connector import (
    Answer,
    SourceRejectedError,
    SourceUnavailableError,
    UnexpectedAnswerError,
    Window,
)

if TYPE_CHECKING:
    from sqlalchemy import Select

CHUNK = 5_000
"""Rows fetched at a time: what is in memory before the row cap is looked at."""

UNREADABLE = re.compile(r"CSV Error|Malformed JSON|not a valid Parquet|Invalid Parquet", re.I)
Names = tuple[str, ...]


class Duck:
    """A connection in one zone; another zone opens another, since settings are locked.

    `opening` gives a fresh connection whose settings are still to be locked.
    """

    def __init__(self, opening: Callable[[], duckdb.DuckDBPyConnection], max_rows: int) -> None:
        self._opening, self._max_rows = opening, max_rows
        self._zone = ""
        self._connection: duckdb.DuckDBPyConnection | None = None

    def connection(self, zone: str, watchdog: Watchdog) -> duckdb.DuckDBPyConnection:
        """Open, in this zone, locked."""
        if self._connection is not None and self._zone == zone:
            return self._connection
        self.close()
        with translated(watchdog):
            self._connection = self._opening()
            self._connection.execute(f"SET TimeZone = {quoted_text(zone)}")
            self._connection.execute("SET lock_configuration = true")
        self._zone = zone
        return self._connection

    def rows(
        self, text: str, values: Mapping[str, Any], window: Window, *, watchdog: Watchdog
    ) -> tuple[Names, list[Sequence[Any]]]:
        """Column names and rows of one SELECT; refuses any other statement."""
        return self.run(text, values, window.zone, watchdog=watchdog)

    def run(
        self,
        text: str,
        values: Mapping[str, Any],
        zone: str,
        *,
        watchdog: Watchdog,
        most: int | None = None,
    ) -> tuple[Names, list[Sequence[Any]]]:
        """The same in any zone, up to `most` rows."""
        connection = self.connection(zone, watchdog)
        with translated(watchdog), watchdog.over(connection.interrupt):
            statements = connection.extract_statements(text)
            if len(statements) != 1 or statements[0].type != duckdb.StatementType.SELECT:
                raise SourceRejectedError("the query is not one SELECT: write one SELECT")
            connection.execute(statements[0], dict(values))
            names = tuple(str(column[0]) for column in connection.description or ())
            return names, take(_chunks(connection), most or self._max_rows)

    def close(self) -> None:
        if self._connection is not None:
            with suppress(duckdb.Error):
                self._connection.close()
        self._connection = None


class DuckStandard:
    """A connection as the standard metrics use it; `prepare` makes what a statement reads."""

    def __init__(
        self, duck: Duck, watchdog: Watchdog, prepare: Callable[[], None] | None = None
    ) -> None:
        from connectors._events.dialects import compiling

        self.dialect = compiling("duckdb")
        self._duck, self._watchdog, self._prepare = duck, watchdog, prepare

    def rows(self, statement: Select[Any]) -> Sequence[Sequence[Any]]:
        if self._prepare is not None:
            self._prepare()
        made = statement.compile(dialect=self.dialect)
        values = dict(made.params)
        return self._duck.run(
            str(made), values, "UTC", watchdog=self._watchdog, most=MOST_AGGREGATES
        )[1]

    def paths(self, _table: str) -> None:
        return None


class DuckSession:
    """A DuckDB file through its own driver, let go with the fetch: its writer waits for us."""

    lost = False

    def __init__(self, path: str, max_rows: int) -> None:
        self._duck = Duck(lambda: open_read_only(path), max_rows)

    def ask(self, query: AsksSql | OnDatabase, window: Window, watchdog: Watchdog) -> Answer:
        if not hasattr(query, "query"):
            return query.answer(DuckStandard(self._duck, watchdog))
        statement = read_statement(query.query or "")
        values = statement.values(window)
        names, rows = self._duck.rows(rendered(statement), values, window, watchdog=watchdog)
        shown = {name: str(value) for name, value in values.items()}
        return answer(names, rows, window, parameters=shown)

    def close(self) -> None:
        self._duck.close()


def open_read_only(path: str) -> duckdb.DuckDBPyConnection:
    """A DuckDB file that cannot be written and reaches no other file."""
    if path in {"", ":memory:"}:
        raise SourceRejectedError("the url names no file: write `duckdb:////path/to/file.duckdb`")
    if not Path(path).exists():
        raise SourceRejectedError(f"there is no database file `{path}`: correct the url")
    limits: dict[str, str | bool | int | float | list[str]] = {"enable_external_access": "false"}
    return duckdb.connect(path, read_only=True, config=limits)


def rendered(statement: Statement) -> str:
    """The text as DuckDB writes placeholders."""
    return statement.rendered(lambda name: f"${name}")


def quoted_text(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def quoted_name(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _chunks(connection: duckdb.DuckDBPyConnection) -> Iterator[list[Any]]:
    while chunk := connection.fetchmany(CHUNK):
        yield chunk


@contextmanager
def translated(watchdog: Watchdog) -> Generator[None]:
    """Turns DuckDB's exceptions into one of the contract's three."""
    try:
        yield
    except duckdb.Error as error:
        if not watchdog.remaining or isinstance(error, duckdb.InterruptException):
            raise watchdog.late from None
        words = _words(error)
        if isinstance(error, duckdb.IOException) and "lock" in words:
            raise SourceUnavailableError(f"the file is being written now: {words}") from None
        if isinstance(error, duckdb.ConversionException) or UNREADABLE.search(words):
            raise UnexpectedAnswerError(f"what stands there cannot be read: {words}") from None
        raise SourceRejectedError(f"DuckDB refused: {words}") from None


def _words(error: duckdb.Error) -> str:
    """What DuckDB says, on one line, without the excerpt of the query."""
    return " ".join(re.split(r"\n\s*\n?LINE \d+:", str(error))[0].split())[:300]
