"""What was accepted, one Parquet file a commit: the spool, the witness and the way to rebuild.

A file holds the rows of every table the commit wrote: observations in columns of their own, all
other rows as JSON in `body`. It is complete, synced and named before the commit, so that whatever
the archive has and the store lacks is loaded at the next start. Never judges what it holds.
"""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from krtracker.errors import StoreUnusableError
from krtracker.store.database import quoted

NAME = re.compile(r"^(\d{10})(?:-(\d{10}))?\.parquet$")
OBSERVATION = (
    "series_id",
    "day",
    "value",
    "weight",
    "recorded_at",
    "run_id",
    "revision",
    "failed",
)
# The order matters: a table is loaded after those it speaks of.
TABLES = (
    "series",
    "statement",
    "expectation",
    "run",
    "definition",
    "configuration",
    "cycle",
    "metric",
    "objective",
    "key_result",
    "amendment",
    "frozen",
    "evaluation",
    "objective_evaluation",
    "alarm",
    "forecast",
    "batch",
)
LOOSE_FILES = 1000


@dataclass(frozen=True, slots=True, order=True)
class Chapter:
    """One file of the archive and the commits (first to last sequence number) it holds."""

    first: int
    last: int
    path: Path


class Archive:
    """The archive folder of one store."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def chapters(self) -> tuple[Chapter, ...]:
        """All files in order; one that a merged file already holds is left out."""
        found = []
        for path in self.folder.iterdir() if self.folder.is_dir() else ():
            name = NAME.match(path.name)
            if name:
                found.append(Chapter(int(name[1]), int(name[2] or name[1]), path))
        kept: list[Chapter] = []
        for one in sorted(found, key=lambda one: (one.first, -one.last)):
            if not kept or one.first > kept[-1].last:
                kept.append(one)
        return tuple(kept)

    def newest(self) -> int:
        """The sequence number of the last commit acknowledged or spooled; 0 when there is none."""
        found = self.chapters()
        return found[-1].last if found else 0

    def after(self, seq: int) -> tuple[Chapter, ...]:
        """The files that hold commits the store does not have."""
        return tuple(one for one in self.chapters() if one.last > seq)

    def write(self, cursor: duckdb.DuckDBPyConnection, seq: int, tables: Sequence[str]) -> Path:
        """Writes the `stage_TABLE`s of the running transaction; whole and synced when it returns.

        Raises duckdb.Error or OSError, leaving no file behind.
        """
        return self._place(cursor, _staged(tables), f"{seq:010d}.parquet")

    def _place(self, cursor: duckdb.DuckDBPyConnection, select: str, name: str) -> Path:
        target, half = self.folder / name, self.folder / f".{name}.tmp"
        try:
            cursor.execute(f"COPY ({select}) TO {quoted(half)} (FORMAT parquet, COMPRESSION zstd)")
            sync(half)
            os.replace(half, target)
            sync(self.folder)
        except (duckdb.Error, OSError):
            half.unlink(missing_ok=True)
            raise
        return target

    def load(self, cursor: duckdb.DuckDBPyConnection, chapters: Sequence[Chapter]) -> None:
        """Inserts the rows of these files into the tables, inside the caller's transaction.

        Rows of commits the store already has are skipped. Raises StoreUnusableError naming a file
        that cannot be read.
        """
        for chapter in chapters:
            _readable(cursor, chapter.path)
        paths = ", ".join(quoted(one.path) for one in chapters)
        cursor.execute(
            "CREATE OR REPLACE TEMP TABLE loaded AS "
            f"SELECT l.* FROM read_parquet([{paths}]) l ANTI JOIN batch b ON b.seq = l.seq"
        )
        cursor.execute(
            f"INSERT INTO observation BY NAME SELECT {', '.join(OBSERVATION)} FROM loaded "
            "WHERE part = 'observation'"
        )
        for table in TABLES:
            _load_bodies(cursor, table)
        cursor.execute("DROP TABLE loaded")

    def merge(self, cursor: duckdb.DuckDBPyConnection, *, more_than: int = LOOSE_FILES) -> None:
        """Puts many small files into one, when there are more than `more_than` of them."""
        loose = [one for one in self.chapters() if one.first == one.last]
        if len(loose) <= more_than:
            return
        paths = ", ".join(quoted(one.path) for one in loose)
        name = f"{loose[0].first:010d}-{loose[-1].last:010d}.parquet"
        self._place(cursor, f"FROM read_parquet([{paths}])", name)
        for one in loose:
            one.path.unlink(missing_ok=True)

    def sweep(self) -> None:
        """Removes what an interrupted write or merge left."""
        kept = {one.path for one in self.chapters()}
        for path in list(self.folder.iterdir()):
            if path.name.endswith(".tmp") or (NAME.match(path.name) and path not in kept):
                path.unlink(missing_ok=True)


def _staged(tables: Sequence[str]) -> str:
    """One SELECT over the staged rows of all tables."""
    seq = "(SELECT seq FROM stage_batch)"
    columns = ", ".join(f"o.{name}" for name in OBSERVATION)
    rows = f"SELECT {seq} AS seq, 'observation' AS part, {columns}, NULL::VARCHAR AS body FROM "
    parts = [rows + ("stage_observation o" if "observation" in tables else _no_observation())]
    for table in tables:
        if table != "observation":
            parts.append(
                f"SELECT {seq} AS seq, '{table}' AS part, "
                f"to_json(r)::VARCHAR AS body FROM stage_{table} r"
            )
    return " UNION ALL BY NAME ".join(parts)


def _no_observation() -> str:
    return "(FROM observation LIMIT 0) o"


def _load_bodies(cursor: duckdb.DuckDBPyConnection, table: str) -> None:
    columns = cursor.execute(
        "SELECT column_name, data_type FROM duckdb_columns() WHERE table_name = ? "
        "AND schema_name = 'main' AND database_name = current_database() ORDER BY column_index",
        [table],
    ).fetchall()
    shape = "{" + ", ".join(f'"{name}": "{kind}"' for name, kind in columns) + "}"
    cursor.execute(
        f"INSERT INTO {table} BY NAME SELECT unnest(from_json(body, {quoted(shape)})) "
        f"FROM loaded WHERE part = {quoted(table)}"
    )


def _readable(cursor: duckdb.DuckDBPyConnection, path: Path) -> None:
    try:
        cursor.execute(f"SELECT count(part) FROM read_parquet({quoted(path)})").fetchall()
    except duckdb.Error as error:
        raise StoreUnusableError(
            f"the archive file {path} cannot be read ({str(error).splitlines()[0]}): bring it back "
            f"from a copy, or move it away to give up what it holds, and start again"
        ) from error


def sync(path: Path) -> None:
    """Makes a file's bytes, or a folder's names, survive a power cut."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        with contextlib.suppress(OSError):
            os.close(handle)
