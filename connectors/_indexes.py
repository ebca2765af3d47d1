"""By which columns a database finds rows of a table; reads its catalogue and nothing else."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlalchemy import Connection

LISTED = re.compile(r"\bON\b[^(]*\((.*)\)", re.IGNORECASE | re.DOTALL)

PARTITIONED = {
    "postgresql": """
        select attname, null
        from   pg_partitioned_table
               join pg_class on pg_class.oid = partrelid
               join pg_namespace on pg_namespace.oid = relnamespace
               join pg_attribute on attrelid = partrelid and attnum = partattrs[0]
        where  partstrat = 'r' and relname = :name
               and (nspname = :place or :place = '' and pg_table_is_visible(pg_class.oid))
    """,
    "mysql": """
        select distinct partition_expression, partition_method
        from   information_schema.partitions
        where  partition_method like 'RANGE%' and table_name = :name
               and table_schema = coalesce(nullif(:place, ''), database())
    """,
}
KEEPS_ORDER = re.compile(
    r"(?:(?:to_days|to_seconds|year|unix_timestamp)\()?\W*(\w+)", re.IGNORECASE
)
"""A key that lets a server leave out partitions by bounds on the bare column."""


@dataclass(frozen=True)
class Paths:
    """The columns of each index, in their order, and columns whose ranges make partitions."""

    indexes: Sequence[tuple[str, ...]]
    partitions: Sequence[str] = ()


def paths_of(connection: Connection, table: str) -> Paths:
    """Of a table by its dotted name; its primary key is among its indexes."""
    if connection.dialect.name == "sqlite":
        return Paths(_of_sqlite(connection, table))
    from sqlalchemy import inspect

    *before, name = table.split(".")
    place = ".".join(before)
    looking = inspect(connection)
    found: list[Sequence[str | None]] = [
        one["column_names"] for one in looking.get_indexes(name, place or None)
    ]
    found.append(looking.get_pk_constraint(name, place or None)["constrained_columns"])
    indexes = [tuple(filter(None, columns)) for columns in found]
    return Paths(indexes, _partitions(connection, place, name))


def _partitions(connection: Connection, place: str, name: str) -> list[str]:
    from sqlalchemy import text

    family = {"mariadb": "mysql"}.get(connection.dialect.name, connection.dialect.name)
    if family not in PARTITIONED:
        return []
    rows = connection.execute(text(PARTITIONED[family]), {"name": name, "place": place})
    if family == "postgresql":
        return [str(column) for column, _ in rows]
    found = [KEEPS_ORDER.match(str(expression)) for expression, _ in rows]
    return [one[1] for one in found if one]


def _of_sqlite(connection: Connection, table: str) -> list[tuple[str, ...]]:
    """From the statements that made them: pragmas are closed to a reader."""
    from sqlalchemy import text

    asked = "select sql from sqlite_master where type = 'index' and tbl_name = :name"
    rows = connection.execute(text(asked), {"name": table.rsplit(".", 1)[-1]})
    made = [found[1] for (sql,) in rows if sql and (found := LISTED.search(sql))]
    return [tuple(one.split()[0].strip('"`[]') for one in columns.split(",")) for columns in made]
