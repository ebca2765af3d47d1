"""The snapshot: a verified copy put in place by rename; readers see the old or the new, whole."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
from collections.abc import Iterator
from operator import itemgetter
from pathlib import Path

import duckdb

from krtracker.errors import StoreUnusableError
from krtracker.store.archive import sync
from krtracker.store.database import FORMAT, Database, quoted
from krtracker.store.paths import StorePaths
from krtracker.store.schema import migrations, views

READ_ONLY_FOR_ALL = 0o444
NAMES = """
SELECT 'key_results', key_result, position FROM key_result WHERE configuration_id = $newest
UNION ALL SELECT 'metrics', metric, 0 FROM metric WHERE configuration_id = $newest
UNION ALL SELECT 'objectives', objective, position FROM objective WHERE configuration_id = $newest
UNION ALL SELECT 'cycles', cycle, 0 FROM cycle WHERE configuration_id = $newest
"""
NAMED = ("key_results", "metrics", "objectives", "cycles")

# A copy is whole when it has as many rows as its own commits say they wrote.
WHOLE = """
SELECT (SELECT count(*) FROM {0}.observation) = coalesce(sum(observations), 0)
AND (SELECT count(*) FROM {0}.evaluation) = coalesce(sum(evaluations), 0)
AND coalesce(max(seq), 0) >= ?
FROM {0}.batch
"""


def copy_database(database: Database, target: Path, *, seq: int) -> None:
    """Copies the whole store beside `target`, verifies, makes it read-only, renames; all or none.

    `seq` is the commit the copy must at least have. The caller sees to it that nothing is written
    meanwhile. Raises duckdb.Error, OSError or StoreUnusableError and leaves `target` as it was.
    """
    half = target.with_name(f".{target.name}.{os.getpid()}.tmp")
    sweep(target)
    try:
        _copy(database, half)
        _verify(database, half, seq)
        half.chmod(READ_ONLY_FOR_ALL)
        sync(half)
        # A journal left by somebody who opened the old file for writing would be replayed into
        # the new one.
        target.with_name(target.name + ".wal").unlink(missing_ok=True)
        os.replace(half, target)
        sync(target.parent)
    except (duckdb.Error, OSError, StoreUnusableError):
        sweep(target)
        raise


def _copy(database: Database, half: Path) -> None:
    """By the system's own copy, a fiftieth of the work; by DuckDB where that does not do.

    Another process copies: closing the store's file here, in whatever way, would drop DuckDB's
    lock on it (storage.md, trap 1).
    """
    journal = database.file.with_name(database.file.name + ".wal")
    if not journal.exists() and _copied_by_system(database.file, half):
        return
    half.unlink(missing_ok=True)
    with _attached(database, half, f"STORAGE_VERSION {quoted(FORMAT)}") as cursor:
        cursor.execute(f"COPY FROM DATABASE {database.catalog} TO published")


def _copied_by_system(file: Path, half: Path) -> bool:
    try:
        child = os.posix_spawnp("cp", ["cp", "--", str(file), str(half)], os.environ)
    except OSError:
        return False
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def _verify(database: Database, half: Path, seq: int) -> None:
    with _attached(database, half, "READ_ONLY") as cursor:
        whole = cursor.execute(WHOLE.format("published"), [seq]).fetchall()
    if whole != [(True,)]:
        raise StoreUnusableError(
            f"the copy {half} does not hold what the store says it wrote: "
            f"run `krtracker db verify`; the last good snapshot stays in place"
        )


@contextlib.contextmanager
def _attached(database: Database, half: Path, how: str) -> Iterator[duckdb.DuckDBPyConnection]:
    cursor = database.cursor()
    try:
        cursor.execute(f"ATTACH {quoted(half)} AS published ({how})")
        try:
            yield cursor
        finally:
            cursor.execute("DETACH published")
    finally:
        cursor.close()


def sweep(target: Path) -> None:
    """Removes what an interrupted copy to `target` left."""
    for path in target.parent.glob(f".{target.name}.*.tmp*"):
        path.unlink(missing_ok=True)


def write_live(database: Database, paths: StorePaths) -> None:
    """The constant file whose views read the newest snapshot at each query; made once."""
    mark = paths.hidden / "live.digest"
    wanted = _live_digest(paths)
    with contextlib.suppress(FileNotFoundError):
        if paths.live.exists() and mark.read_text("ascii") == wanted:
            return
    text = _live_views(database, paths)
    half = paths.live.with_name(f".{paths.live.name}.{os.getpid()}.tmp")
    sweep(paths.live)
    cursor = database.cursor()
    try:
        cursor.execute(f"ATTACH {quoted(half)} AS live (STORAGE_VERSION {quoted(FORMAT)})")
        try:
            cursor.execute("USE live")
            cursor.execute(text)
        finally:
            cursor.execute(f"USE {database.catalog}; DETACH live")
    finally:
        cursor.close()
    half.chmod(READ_ONLY_FOR_ALL)
    paths.live.with_name(paths.live.name + ".wal").unlink(missing_ok=True)
    os.replace(half, paths.live)
    write_text(mark, wanted)


def _live_digest(paths: StorePaths) -> str:
    """What the file follows from: where the snapshot lies, the tables' shape, the views."""
    parts = (str(paths.published), *(one.sql for one in migrations()), views())
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def _live_views(database: Database, paths: StorePaths) -> str:
    cursor = database.cursor()
    try:
        tables = cursor.execute(
            "SELECT table_name FROM duckdb_tables() WHERE database_name = current_database() "
            "AND schema_name = 'main' ORDER BY table_name"
        ).fetchall()
    finally:
        cursor.close()
    source = quoted(paths.published)
    through = "".join(
        f"CREATE VIEW main.{name} AS FROM read_duckdb({source}, table_name={quoted(name)});\n"
        for (name,) in tables
    )
    return through + views()


def write_names(database: Database, paths: StorePaths) -> None:
    """The small index that shell completion reads without opening DuckDB."""
    cursor = database.cursor()
    try:
        newest = cursor.execute("SELECT max(configuration_id) FROM configuration").fetchall()[0][0]
        rows = cursor.execute(NAMES, {"newest": newest}).fetchall()
    finally:
        cursor.close()
    found: dict[str, list[str]] = {what: [] for what in NAMED}
    for what, name, _ in sorted(rows, key=itemgetter(2)):
        found[what].append(name)
    write_text(paths.names, json.dumps(found, ensure_ascii=False))


def write_text(path: Path, text: str) -> None:
    """Replaces a small file whole."""
    half = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    half.write_text(text, "utf-8")
    os.replace(half, path)
