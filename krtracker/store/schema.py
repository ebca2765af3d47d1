"""The store's shape: numbered migrations and the published views; never changes a row's meaning."""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Callable, Sequence
from datetime import datetime
from importlib.resources import files
from typing import NamedTuple

import duckdb

from krtracker.errors import StoreUnusableError
from krtracker.store.columns import naive_utc


class Migration(NamedTuple):
    version: int
    name: str
    sql: str


def migrations() -> tuple[Migration, ...]:
    """The numbered scripts of this version, in order."""
    found = []
    for one in files("krtracker.store").joinpath("migrations").iterdir():
        if one.name.endswith(".sql"):
            name = one.name.removesuffix(".sql")
            found.append(Migration(int(name[:4]), name[5:], one.read_text("utf-8")))
    return tuple(sorted(found))


def our_version() -> str:
    """The version of this program; by way of sys.modules, as a room imports nothing above it."""
    return str(sys.modules["krtracker"].__dict__["__version__"])


def views() -> str:
    """The text that makes schema `krt`, the analysts' contract."""
    return files("krtracker.store").joinpath("views.sql").read_text("utf-8")


def views_digest() -> str:
    return hashlib.sha256(views().encode()).hexdigest()


def stored_version(cursor: duckdb.DuckDBPyConnection) -> int:
    """The newest migration the file has seen; 0 for an empty file."""
    try:
        newest = cursor.execute("SELECT max(version) FROM main.schema_migration").fetchall()
    except duckdb.CatalogException:
        return 0
    return int(newest[0][0] or 0)


def migrate(
    cursor: duckdb.DuckDBPyConnection,
    steps: Sequence[Migration],
    *,
    now: datetime,
    before: Callable[[int], object],
) -> bool:
    """Brings the file to the newest of `steps`, one transaction; True when something changed.

    `before(version)` is called ahead of a change of a store with data, to back it up. Raises
    StoreUnusableError, changing nothing, when the file comes from a newer version.
    """
    stored, newest = stored_version(cursor), steps[-1].version
    if stored > newest:
        raise StoreUnusableError(
            f"the store has version {stored}, this krtracker {our_version()} knows "
            f"version {newest}: install the newer krtracker that wrote it; nothing was changed"
        )
    missing = [one for one in steps if one.version > stored]
    if not missing:
        return False
    if stored:
        before(stored)
    _apply(cursor, missing, now)
    return True


def _apply(cursor: duckdb.DuckDBPyConnection, missing: Sequence[Migration], now: datetime) -> None:
    cursor.execute("BEGIN")
    try:
        cursor.execute(
            "CREATE TABLE IF NOT EXISTS schema_migration"
            "(version INTEGER, name VARCHAR, applied_at TIMESTAMP, krtracker VARCHAR)"
        )
        for one in missing:
            cursor.execute(one.sql)
            cursor.execute(
                "INSERT INTO schema_migration VALUES (?, ?, ?, ?)",
                [one.version, one.name, naive_utc(now), our_version()],
            )
        cursor.execute("COMMIT")
    except duckdb.Error:
        roll_back(cursor)
        raise
    cursor.execute("CHECKPOINT")


def refresh_views(cursor: duckdb.DuckDBPyConnection) -> None:
    """Makes the views of this version, unless the file already has exactly these."""
    wanted = views_digest()
    known = cursor.execute("SELECT value FROM fact WHERE name = 'views'").fetchall()
    if known == [(wanted,)]:
        return
    cursor.execute("BEGIN")
    try:
        cursor.execute("DROP SCHEMA IF EXISTS krt CASCADE")
        cursor.execute(views())
        cursor.execute("DELETE FROM fact WHERE name = 'views'")
        cursor.execute("INSERT INTO fact VALUES ('views', ?)", [wanted])
        cursor.execute("COMMIT")
    except duckdb.Error:
        roll_back(cursor)
        raise
    cursor.execute("CHECKPOINT")


def roll_back(cursor: duckdb.DuckDBPyConnection) -> None:
    """Ends the transaction if there still is one: a full disk has already ended it."""
    try:
        cursor.execute("ROLLBACK")
    except duckdb.Error:
        return
