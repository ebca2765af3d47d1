"""What a time column holds, by one of its values and, where that does not tell, by its type."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, Protocol

from sqlalchemy import Select, column, func, literal, select, table
from sqlalchemy.engine.interfaces import Dialect

from connectors._events.options import TimeKind
from connectors._indexes import Paths
from krtracker.connector import SourceRejectedError

MILLISECONDS = 100_000_000_000
"""A number from here on is milliseconds since 1970, below it seconds (until the year 5138)."""

ISO = re.compile(r"\s*\d{4}-\d\d-\d\d([T ]|\s*$)")
INSTANTS = frozenset({"clickhouse", "clickhousedb", "spark", "databricks", "hive"})
"""Dialects whose usual time type is an instant, although their drivers leave the zone out."""


class Database(Protocol):
    """An open database that runs a reading statement in UTC."""

    dialect: Dialect

    def rows(self, statement: Select[Any]) -> Sequence[Sequence[Any]]:
        """All rows of a statement; raises one of the contract's three failures."""
        ...

    def paths(self, table: str, /) -> Paths | None:
        """By which columns rows of a table are found; None where that is not to be seen."""
        ...


def kind_of(database: Database, value: Any, place: tuple[str, str]) -> TimeKind:
    """The kind of the time column at (table, column). Raises SourceRejectedError for no time."""
    if isinstance(value, datetime):
        return "aware" if value.tzinfo or _is_instant(database, place) else "naive"
    if isinstance(value, int | float | Decimal):
        return "epoch_ms" if abs(float(value)) >= MILLISECONDS else "epoch_s"
    if isinstance(value, str):
        return _text(value, place[1])
    raise SourceRejectedError(
        f"the time column holds {type(value).__name__}: name the right column, or set `time_kind`"
    )


def _text(value: str, name: str) -> TimeKind:
    """Text compares as time only in ISO 8601; anything else would find no day, silently."""
    if ISO.match(value):
        return "text"
    raise SourceRejectedError(
        f"the time column `{name}` holds `{value[:40]}`: text must be like 2026-01-31 12:30:00 "
        "(ISO 8601); name a view that converts it, or set `time_format` for files"
    )


def _is_instant(database: Database, place: tuple[str, str]) -> bool:
    """Whether a column whose values come without a zone holds instants all the same."""
    if database.dialect.name in INSTANTS:
        return True
    if database.dialect.name not in {"mysql", "mariadb"}:
        return False
    *before, name = place[0].split(".")
    told = ("table_schema", "table_name", "column_name", "data_type")
    listed = table("columns", *map(column, told), schema="information_schema")
    schema = literal(before[-1]) if before else func.database()
    here = (listed.c.table_schema == schema, listed.c.table_name == name)
    asked = select(listed.c.data_type).where(*here, listed.c.column_name == place[1])
    return any(str(kind).lower() == "timestamp" for (kind,) in database.rows(asked))
