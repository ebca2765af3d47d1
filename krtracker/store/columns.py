"""Columns in memory handed to DuckDB in one piece; never a row at a time, never by pandas."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import duckdb
    import numpy as np
    from numpy.typing import NDArray

# Later than every row: the answer as of now.
EVER = datetime(9999, 1, 1, tzinfo=UTC)
EPOCH_ORDINAL = date(1970, 1, 1).toordinal()


def stage(
    cursor: duckdb.DuckDBPyConnection, table: str, columns: Mapping[str, NDArray[Any]]
) -> None:
    """Fills the temporary table `stage_TABLE`, shaped like TABLE, from arrays of equal length."""
    make_stage(cursor, table)
    if not len(next(iter(columns.values()))):
        return
    cursor.register("incoming_columns", dict(columns))
    try:
        cursor.execute(f"INSERT INTO stage_{table} BY NAME FROM incoming_columns")
    finally:
        cursor.unregister("incoming_columns")


def make_stage(cursor: duckdb.DuckDBPyConnection, table: str) -> None:
    """An empty `stage_TABLE` with the columns of TABLE.

    Spelt out, since DuckDB 2.0.0 reads nothing from a table made by `AS FROM x LIMIT 0` once a
    whole row group (122,880 rows) was inserted into it in the same transaction.
    """
    described = cursor.execute(f"DESCRIBE {table}").fetchall()
    spelt = ", ".join(f'"{row[0]}" {row[1]}' for row in described)
    cursor.execute(f"CREATE OR REPLACE TEMP TABLE stage_{table} ({spelt})")


def texts(values: Iterable[str | None]) -> NDArray[np.object_]:
    """Text, None as NULL."""
    import numpy as np

    listed = list(values)
    made = np.empty(len(listed), dtype=object)
    made[:] = listed
    return made


def numbers(values: Iterable[float | None]) -> NDArray[np.float64]:
    """Numbers, None as NaN, which DuckDB takes for NULL."""
    import numpy as np

    return np.array(list(values), dtype=np.float64)


def integers(values: Iterable[int]) -> NDArray[np.int64]:
    import numpy as np

    return np.array(list(values), dtype=np.int64)


def truths(values: Iterable[bool]) -> NDArray[np.bool_]:
    import numpy as np

    return np.array(list(values), dtype=np.bool_)


def days(values: Iterable[date | None]) -> NDArray[np.datetime64]:
    """Civil days; DuckDB reads them as midnights and casts them back to DATE."""
    import numpy as np

    return np.array(list(values), dtype="datetime64[D]").astype("datetime64[us]")


def instants(values: Iterable[datetime | None]) -> NDArray[np.datetime64]:
    """Aware instants as UTC."""
    import numpy as np

    return np.array([naive_utc(one) for one in values], dtype="datetime64[us]")


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


def table_of(rows: Sequence[Sequence[Any]], shape: Mapping[str, Any]) -> dict[str, NDArray[Any]]:
    """Rows turned into arrays; `shape` names each column with the function that makes it."""
    by_column = list(zip(*rows, strict=True)) if rows else [()] * len(shape)
    return {
        name: make(column) for (name, make), column in zip(shape.items(), by_column, strict=True)
    }
