"""What a store weighs and holds, for people; reads only."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb

from krtracker.store.archive import Archive
from krtracker.store.columns import aware
from krtracker.store.failures import newest_backup
from krtracker.store.paths import StorePaths
from krtracker.store.schema import stored_version

COUNTED = ("series", "observation", "run", "evaluation", "forecast", "configuration")


def describe(cursor: duckdb.DuckDBPyConnection, paths: StorePaths) -> dict[str, Any]:
    """Paths as text, sizes in bytes, instants as ISO text; None for what is not there."""
    newest = cursor.execute("SELECT coalesce(max(seq), 0), max(recorded_at) FROM batch").fetchall()
    commits, recorded = newest[0]
    known = aware(recorded)
    archived = Archive(paths.archive).chapters()
    backup = newest_backup(paths.backups)
    counts = {
        f"{table}s": cursor.execute(f"SELECT count(*) FROM {table}").fetchall()[0][0]
        for table in COUNTED
    }
    counts["series"] = counts.pop("seriess")
    return {
        "store": str(paths.store),
        "published": str(paths.published),
        "duckdb": duckdb.__version__,
        "version": stored_version(cursor),
        "commits": commits,
        "recorded_at": None if known is None else known.isoformat(),
        **counts,
        "store_bytes": _bytes(paths.store),
        "published_bytes": _bytes(paths.published),
        "archive_files": len(archived),
        "archive_bytes": sum(_bytes(one.path) or 0 for one in archived),
        "newest_backup": None if backup is None else str(backup),
    }


def _bytes(path: Path) -> int | None:
    return path.stat().st_size if path.exists() else None
