"""Accepted configurations, kept whole, numbered in the order they were accepted."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from krtracker.store import columns

if TYPE_CHECKING:
    import duckdb

    from krtracker.store.answers import ConfigurationVersion
    from krtracker.store.write import Stamp


def in_force(cursor: duckdb.DuckDBPyConnection, version: ConfigurationVersion) -> tuple[int, bool]:
    """The number of the configuration in force, and whether it is a new one."""
    rows = cursor.execute(
        "SELECT configuration_id, digest FROM configuration ORDER BY configuration_id DESC LIMIT 1"
    ).fetchall()
    number, digest = rows[0] if rows else (0, None)
    return (number, False) if digest == version.digest else (number + 1, True)


def stage_configuration(
    cursor: duckdb.DuckDBPyConnection, version: ConfigurationVersion, number: int, *, stamp: Stamp
) -> None:
    files = json.dumps(dict(version.files), ensure_ascii=False)
    row = (number, version.digest, version.file, files, stamp.recorded_at, stamp.seq)
    shape = {
        "configuration_id": columns.integers,
        "digest": columns.texts,
        "file": columns.texts,
        "files": columns.texts,
        "recorded_at": columns.instants,
        "seq": columns.integers,
    }
    columns.stage(cursor, "configuration", columns.table_of([row], shape))
