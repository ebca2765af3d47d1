"""Asks ClickHouse embedded in this process (package chdb) over a folder of its own; only reads."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import date, datetime
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from connectors._asking import MOST_AGGREGATES, OnDatabase, Watchdog, within
from connectors._indexes import Paths
from connectors._query import AsksSql, read_statement
from connectors._rows import answer, take
from krtracker.connector import Answer, SourceRejectedError, SourceUnavailableError, Window

if TYPE_CHECKING:
    from sqlalchemy import Select


FORMAT = "JSONCompactEachRowWithNamesAndTypes"
INSTANT = re.compile(r"DateTime(?:64)?\((?:\d+, )?'(?P<zone>[^']+)'\)|DateTime")
KEYS = (
    "select sorting_key, partition_key from system.tables where name = {name:String}"
    " and database = if({place:String} = '', currentDatabase(), {place:String})"
)
COLUMN = re.compile(r"([A-Za-z_]\w*)(?=`?\s*(?:[,)]|$))")
"""A name in a key that is no function's."""

TOO_LONG = "TIMEOUT_EXCEEDED"
BUSY = ("already initialized", "CANNOT_OPEN_FILE", "Cannot lock", "MEMORY_LIMIT_EXCEEDED")


class ChdbSession:
    """One connection to `chdb:////path/to/folder`; the engine holds one folder a process."""

    lost = False

    def __init__(self, path: str, max_rows: int, watchdog: Watchdog) -> None:
        if find_spec("chdb") is None:
            raise SourceRejectedError(
                "embedded ClickHouse is not installed: uv tool install 'krtracker[clickhouse]'"
            )
        if not Path(path).is_dir():
            raise SourceRejectedError(f"there is no folder `{path}`: correct the url")
        self._max_rows = max_rows
        self._connection = within(watchdog, lambda: _connect(path), lambda late: late.close())

    def ask(self, query: AsksSql | OnDatabase, window: Window, watchdog: Watchdog) -> Answer:
        if not hasattr(query, "query"):
            return query.answer(_ChdbStandard(self, watchdog))
        statement = read_statement(query.query or "")
        values = {name: _bound(value) for name, value in statement.values(window).items()}
        kinds = {name: _kind(value) for name, value in statement.values(window).items()}
        text = statement.rendered(lambda name: f"{{{name}:{kinds[name]}}}")
        names, rows = self.run(text, values, window.zone, watchdog=watchdog, most=self._max_rows)
        return answer(names, rows, window, parameters={k: str(v) for k, v in values.items()})

    def run(
        self, text: str, values: Mapping[str, Any], zone: str, *, watchdog: Watchdog, most: int
    ) -> tuple[Sequence[str], list[Sequence[Any]]]:
        """Column names and rows of one SELECT; the engine itself ends it at the deadline."""
        limits = f"max_execution_time = {max(0.001, watchdog.remaining):.3f}"
        full = f"{text}\nSETTINGS {limits}, session_timezone = '{ZoneInfo(zone).key}'"
        try:
            given = str(self._connection.query(full, FORMAT, params=dict(values)))
        except RuntimeError as error:
            raise _translated(error, watchdog) from None
        names, kinds, *rows = map(json.loads, filter(None, given.splitlines()))
        places = [(n, found["zone"]) for n, k in enumerate(kinds) if (found := INSTANT.search(k))]
        for row in rows:
            for place, place_zone in places:
                row[place] = _instant(row[place], place_zone or zone)
        return names, take([rows], most)

    def close(self) -> None:
        with suppress(RuntimeError):
            self._connection.close()


class _ChdbStandard:
    """A connection as the standard metrics use it."""

    def __init__(self, session: ChdbSession, watchdog: Watchdog) -> None:
        from connectors._events.dialects import compiling

        self.dialect = compiling("clickhouse")
        self._session, self._watchdog = session, watchdog

    def rows(self, statement: Select[Any]) -> Sequence[Sequence[Any]]:
        made = statement.compile(dialect=self.dialect)
        values = {name: _bound(value) for name, value in made.params.items()}
        run = self._session.run
        return run(str(made), values, "UTC", watchdog=self._watchdog, most=MOST_AGGREGATES)[1]

    def paths(self, table: str) -> Paths:
        """The sorting key as an index, and the columns partitions are made of."""
        *before, name = table.split(".")
        values = {"place": ".".join(before), "name": name}
        run = self._session.run
        rows = run(KEYS, values, "UTC", watchdog=self._watchdog, most=1)[1]
        found = [tuple(COLUMN.findall(key)) for row in rows for key in row]
        return Paths(found[:1], [column for key in found[1:] for column in key])


def _connect(path: str) -> Any:
    import chdb

    connect: Callable[[str], Any] = chdb.connect
    try:
        return connect(f"file:{path}?mode=ro")
    except RuntimeError as error:
        words = " ".join(str(error).split())[:300]
        raise SourceUnavailableError(f"ClickHouse cannot open the folder now: {words}") from None


def _translated(error: Exception, watchdog: Watchdog) -> Exception:
    words = " ".join(str(error).split())[:300]
    if TOO_LONG in words or not watchdog.remaining:
        return watchdog.late
    if any(sign in words for sign in BUSY):
        return SourceUnavailableError(f"ClickHouse cannot answer now: {words}")
    return SourceRejectedError(f"ClickHouse refused: {words}")


ESCAPED = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


def _bound(value: Any) -> Any:
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M:%S.%f}"
    if isinstance(value, str):
        # A parameter's text is read as a field of TSV: its own marks are written out.
        return value.translate(ESCAPED)
    return str(value) if isinstance(value, date) else value


def _kind(value: Any) -> str:
    if isinstance(value, datetime):
        return "DateTime64(6, 'UTC')"
    return "Date" if isinstance(value, date) else "Int64"


def _instant(text: str | None, zone: str) -> datetime | None:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)) if text else None
