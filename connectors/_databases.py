"""What differs between database servers: reading only, session zone, time limits, their failures.

Every entry takes an open SQLAlchemy connection; this room never opens one and never reads a row.
"""

from __future__ import annotations

import math
import os
import re
import socket
import sqlite3
from collections.abc import Mapping
from contextlib import suppress
from datetime import date, datetime
from enum import Enum
from typing import TYPE_CHECKING, Any, ClassVar
from urllib.parse import quote

from connectors._zones import only_offset
from krtracker.connector import SourceRejectedError, Window

if TYPE_CHECKING:
    from sqlalchemy import Connection


class Verdict(Enum):
    """What a driver's error means to us."""

    LATER = "later"
    SLOW = "slow"
    NO = "no"


class Database:
    """A server we know nothing special of: only the account's rights keep it from being written."""

    extra: ClassVar[str] = ""
    # Ended by the server a moment before our own watchdog does, so that the connection survives.
    ahead: ClassVar[float] = 0.95

    def __init__(self, path: str, seconds: float) -> None:
        self.path, self.seconds = path, seconds

    def arguments(self) -> dict[str, Any]:
        """For `create_engine`: how a connection is opened within `seconds`."""
        return {}

    def opened(self, connection: Connection) -> None:
        """Once per connection."""

    def begin(self, connection: Connection, window: Window | None, seconds: float) -> None:
        """Once per query: a reading transaction that ends after `seconds`, in the window's zone
        unless that is None."""

    def bound(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """The values of placeholders as this server compares them."""
        return dict(values)

    def cancel(self, driver: Any) -> None:
        """Ends the running statement; called from another thread, more than once."""
        if callable(getattr(driver, "cancel", None)):
            driver.cancel()

    def drop(self, driver: Any) -> None:
        """Before a connection with an answer not read to its end is thrown away."""

    def judge(self, error: BaseException) -> Verdict:
        """What the driver's own exception means."""
        kinds = {kind.__name__ for kind in type(error).__mro__}
        return Verdict.LATER if kinds & {"OperationalError", "InterfaceError"} else Verdict.NO


class PostgreSql(Database):
    extra = "postgres"
    LATER = ("08", "40", "53", "55", "57", "58", "XX")
    REFUSED = re.compile(
        r"authentication failed|no password supplied|no pg_hba\.conf entry"
        r"|(database|role) .* does not exist|is not permitted to log in"
    )

    def arguments(self) -> dict[str, Any]:
        return {"connect_args": {"connect_timeout": max(2, math.ceil(self.seconds))}}

    def opened(self, connection: Connection) -> None:
        driver: Any = connection.connection.driver_connection
        if hasattr(driver, "prepare_threshold"):
            driver.prepare_threshold = None  # a pooler's next server would not know the statement
        connection.execution_options(postgresql_readonly=True)
        connection.exec_driver_sql("SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY")
        connection.commit()

    def begin(self, connection: Connection, window: Window | None, seconds: float) -> None:
        from sqlalchemy import text

        # Local to the transaction, so that it also holds behind a pooler such as PgBouncer.
        settings = {"cursor_tuple_fraction": "1"}
        settings["statement_timeout"] = str(max(1, int(seconds * self.ahead * 1000)))
        if window:
            settings["TimeZone"] = window.zone
        setting = ", ".join(f"set_config('{name}', :{name}, true)" for name in settings)
        connection.execute(text(f"select {setting}"), settings)

    def cancel(self, driver: Any) -> None:
        with suppress(OSError, ValueError), socket.socket(fileno=os.dup(driver.fileno())) as line:
            line.shutdown(socket.SHUT_RDWR)

    def judge(self, error: BaseException) -> Verdict:
        state = getattr(error, "sqlstate", None) or getattr(error, "pgcode", None)
        if state is None:
            if self.REFUSED.search(str(error)):
                return Verdict.NO
            return super().judge(error)
        if state == "57014":
            return Verdict.SLOW
        return Verdict.LATER if state.startswith(self.LATER) else Verdict.NO


class MySql(Database):
    """MySQL and MariaDB, through PyMySQL or mysqlclient."""

    extra = "mysql"
    UNKNOWN_ZONE = 1298
    SLOW = frozenset({1028, 1317, 1969, 3024})
    LATER = frozenset(
        {1040, 1041, 1042, 1043, 1053, 1077, 1129, 1152, 1153, 1158, 1159, 1160, 1161, 1184}
        | {1203, 1205, 1213, 1226, 1836, 1927, 4031, *range(2000, 2060)}
    )

    def arguments(self) -> dict[str, Any]:
        return {"connect_args": {"connect_timeout": max(1, math.ceil(self.seconds))}}

    def begin(self, connection: Connection, window: Window | None, seconds: float) -> None:
        allowed = max(0.001, seconds * self.ahead)
        if getattr(connection.dialect, "is_mariadb", False):
            limits = f"max_statement_time = {allowed:.3f}, tx_read_only = 1"
        else:
            limits = f"max_execution_time = {int(allowed * 1000)}, transaction_read_only = 1"
        connection.exec_driver_sql(f"SET SESSION {limits}")
        if window:
            self._set_zone(connection, window)
        connection.exec_driver_sql("START TRANSACTION READ ONLY")

    def _set_zone(self, connection: Connection, window: Window) -> None:
        from sqlalchemy.exc import DBAPIError

        try:
            connection.exec_driver_sql("SET SESSION time_zone = %s", (window.zone,))
        except DBAPIError as error:
            if _code(error.orig) != self.UNKNOWN_ZONE:
                raise
            connection.exec_driver_sql("SET SESSION time_zone = %s", (only_offset(window),))

    def bound(self, values: Mapping[str, Any]) -> dict[str, Any]:
        return {
            name: raw.replace(tzinfo=None) if isinstance(raw, datetime) else raw
            for name, raw in values.items()
        }

    def cancel(self, driver: Any) -> None:
        held = getattr(driver, "_sock", None)
        if held is not None:
            with suppress(OSError, ValueError):
                # Past any TLS layer: the thread that waits on this line sees its end at once.
                socket.socket.shutdown(held, socket.SHUT_RDWR)

    def drop(self, driver: Any) -> None:
        # PyMySQL would read all that is left of it first, ten million rows if need be.
        unread = getattr(driver, "_result", None)
        if unread is not None:
            unread.unbuffered_active = False

    def judge(self, error: BaseException) -> Verdict:
        code = _code(error)
        if code in self.SLOW:
            return Verdict.SLOW
        return Verdict.LATER if code in self.LATER else Verdict.NO


class Sqlite(Database):
    """A file opened with `mode=ro`; other files cannot be attached."""

    LATER = frozenset({sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_IOERR})
    WAIT = 5.0

    def arguments(self) -> dict[str, Any]:
        path = self.path.removeprefix("file:")
        if path in {"", ":memory:"}:
            raise SourceRejectedError("the url names no file: write `sqlite:///path/to/file.db`")
        place = f"file:{quote(path)}?mode=ro"
        wait = min(self.WAIT, self.seconds * self.ahead)

        def connect() -> sqlite3.Connection:
            return sqlite3.connect(place, uri=True, timeout=wait, check_same_thread=False)

        return {"creator": connect}

    def opened(self, connection: Connection) -> None:
        driver = connection.connection.driver_connection
        if isinstance(driver, sqlite3.Connection):
            driver.execute("PRAGMA query_only = on")
            driver.set_authorizer(_reading)

    def bound(self, values: Mapping[str, Any]) -> dict[str, Any]:
        return {
            name: f"{raw:%Y-%m-%d %H:%M:%S}"
            if isinstance(raw, datetime)
            else str(raw)
            if isinstance(raw, date)
            else raw
            for name, raw in values.items()
        }

    def cancel(self, driver: Any) -> None:
        driver.interrupt()

    def judge(self, error: BaseException) -> Verdict:
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF
        if code == sqlite3.SQLITE_INTERRUPT:
            return Verdict.SLOW
        return Verdict.LATER if code in self.LATER else Verdict.NO


DATABASES: dict[str, type[Database]] = {
    "postgresql": PostgreSql,
    "mysql": MySql,
    "mariadb": MySql,
    "sqlite": Sqlite,
}


def _code(error: BaseException | None) -> int:
    first = error.args[0] if error is not None and error.args else None
    return first if isinstance(first, int) else 0


def _reading(action: int, *_: object) -> int:
    forbidden = {sqlite3.SQLITE_ATTACH, sqlite3.SQLITE_DETACH, sqlite3.SQLITE_PRAGMA}
    return sqlite3.SQLITE_DENY if action in forbidden else sqlite3.SQLITE_OK
