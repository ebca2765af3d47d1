"""Which columns a database has indexes on; reads its catalogue and nothing else."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlalchemy import Connection

LISTED = re.compile(r"\bON\b[^(]*\((.*)\)", re.IGNORECASE | re.DOTALL)


def indexes_of(connection: Connection, table: str) -> list[tuple[str, ...]]:
    """The columns of each index of a table, its primary key among them, in their order."""
    if connection.dialect.name == "sqlite":
        return _of_sqlite(connection, table)
    from sqlalchemy import inspect

    *before, name = table.split(".")
    schema = ".".join(before) or None
    looking = inspect(connection)
    found: list[Sequence[str | None]] = [
        one["column_names"] for one in looking.get_indexes(name, schema)
    ]
    found.append(looking.get_pk_constraint(name, schema)["constrained_columns"])
    return [tuple(filter(None, columns)) for columns in found]


def _of_sqlite(connection: Connection, table: str) -> list[tuple[str, ...]]:
    """From the statements that made them: pragmas are closed to a reader."""
    from sqlalchemy import text

    asked = "select sql from sqlite_master where type = 'index' and tbl_name = :name"
    rows = connection.execute(text(asked), {"name": table.rsplit(".", 1)[-1]})
    made = [found[1] for (sql,) in rows if sql and (found := LISTED.search(sql))]
    return [tuple(one.split()[0].strip('"`[]') for one in columns.split(",")) for columns in made]
