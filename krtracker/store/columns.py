"""Columns in memory handed to DuckDB in one piece; never a row at a time, never by pandas."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import duckdb

# Later than every row: the answer as of now.
EVER = datetime(9999, 1, 1, tzinfo=UTC)
EPOCH_ORDINAL = date(1970, 1, 1).toordinal()
ROWS = 2_500
"""How many rows one statement brings: bound lists are held twice while it runs."""


@dataclass(frozen=True, slots=True)
class Column:
    """Values of one SQL type, None as NULL."""

    type: str
    values: Sequence[Any]


def stage(cursor: duckdb.DuckDBPyConnection, table: str, columns: Mapping[str, Column]) -> bool:
    """Fills the temporary table `stage_TABLE`, shaped like TABLE, from columns of equal length.

    Returns False, having made nothing, when there are no rows.
    """
    if not next(iter(columns.values())).values:
        return False
    make_stage(cursor, table)
    insert(cursor, f"stage_{table}", columns)
    return True


def insert(cursor: duckdb.DuckDBPyConnection, table: str, columns: Mapping[str, Column]) -> None:
    """Appends columns of equal length to a table, some thousand rows a statement.

    As bound lists: as quick as arrays of NumPy with less memory, and nothing has to be imported.
    """
    length = len(next(iter(columns.values())).values)
    for start in range(0, length, ROWS):
        parts, bound = [], {}
        for name, column in columns.items():
            values = column.values[start : start + ROWS]
            # What is the same in every row is sent once.
            once = values.count(values[0]) == len(values)
            bound[name] = values[0] if once else values
            parts.append(f"${name}::{column.type}" if once else f"unnest(${name}::{column.type}[])")
        named = ", ".join(f"{part} AS {name}" for part, name in zip(parts, bound, strict=True))
        cursor.execute(f"INSERT INTO {table} BY NAME SELECT {named}", bound)


def make_stage(cursor: duckdb.DuckDBPyConnection, table: str) -> None:
    """An empty `stage_TABLE` with the columns of TABLE.

    Spelt out, since DuckDB 2.0.0 reads nothing from a table made by `AS FROM x LIMIT 0` once a
    whole row group (122,880 rows) was inserted into it in the same transaction.
    """
    described = cursor.execute(f"DESCRIBE {table}").fetchall()
    spelt = ", ".join(f'"{row[0]}" {row[1]}' for row in described)
    cursor.execute(f"CREATE OR REPLACE TEMP TABLE stage_{table} ({spelt})")


def texts(values: Iterable[str | None]) -> Column:
    return Column("VARCHAR", list(values))


def numbers(values: Iterable[float | None]) -> Column:
    return Column("DOUBLE", [None if one is None else float(one) for one in values])


def integers(values: Iterable[int | None]) -> Column:
    return Column("BIGINT", list(values))


def truths(values: Iterable[bool]) -> Column:
    return Column("BOOLEAN", list(values))


def days(values: Iterable[date | None]) -> Column:
    return Column("DATE", list(values))


def instants(values: Iterable[datetime | None]) -> Column:
    """Aware instants as UTC."""
    return Column("TIMESTAMP", [naive_utc(one) for one in values])


def naive_utc(instant: datetime | None) -> datetime | None:
    """What a TIMESTAMP column holds: the UTC wall clock without its zone."""
    return None if instant is None else instant.astimezone(UTC).replace(tzinfo=None)


def aware(instant: datetime | None) -> datetime | None:
    """A TIMESTAMP column's value as the instant it is."""
    return None if instant is None else instant.replace(tzinfo=UTC)


def known_instant(instant: datetime) -> datetime:
    """The same for a column that is never NULL."""
    return instant.replace(tzinfo=UTC)


def until(as_of: datetime | None) -> datetime | None:
    """The bound of an as-of question as TIMESTAMP; None asks for everything."""
    return naive_utc(EVER if as_of is None else as_of)


def table_of(rows: Sequence[Sequence[Any]], shape: Mapping[str, Any]) -> dict[str, Column]:
    """Rows turned into columns; `shape` names each column with the function that makes it."""
    by_column = list(zip(*rows, strict=True)) if rows else [()] * len(shape)
    return {
        name: make(column) for (name, make), column in zip(shape.items(), by_column, strict=True)
    }
