"""The store made again from the archive, compared with the old one, put in its place."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import duckdb

from krtracker.errors import StoreUnusableError
from krtracker.store.archive import Archive, sync
from krtracker.store.backup import set_aside
from krtracker.store.commit import load
from krtracker.store.database import Database
from krtracker.store.failures import understood
from krtracker.store.lock import StoreLock
from krtracker.store.paths import StorePaths
from krtracker.store.recovery import bring_up, make_folders
from krtracker.store.verify import verify


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """How a rebuild went: commits and observations now held, and where the old store lies."""

    commits: int
    observations: int
    replaced: Path | None
    differences: tuple[str, ...]


def rebuild(paths: StorePaths, *, now: datetime) -> Rebuilt:
    """Loads the whole archive into a new file and swaps it in; the old one is kept aside.

    Raises StoreBusyError while the store is held, StoreUnusableError when there is no archive or
    what it gives is not sound; then nothing was changed.
    """
    make_folders(paths)
    archive = Archive(paths.archive)
    lock = StoreLock(paths.lock, now=now)
    made = paths.hidden / "rebuilding.duckdb"
    try:
        if not archive.chapters():
            raise StoreUnusableError(
                f"the archive {paths.archive} is empty: there is nothing to rebuild from; "
                f"`krtracker backfill` reads the history again from the sources"
            )
        _remove(made)
        counts = _fill(paths, archive, made, now=now)
        differences = _differences(paths)
        replaced = set_aside(paths, now)
        os.replace(made, paths.store)
        sync(paths.hidden)
    except (duckdb.Error, OSError) as error:
        raise understood(error, paths, "rebuilding the store") from error
    finally:
        _remove(made)
        lock.release()
    return Rebuilt(*counts, replaced, differences)


def _fill(paths: StorePaths, archive: Archive, made: Path, *, now: datetime) -> tuple[int, int]:
    database = Database(paths, made)
    try:
        bring_up(database, paths, now=now)
        cursor = database.cursor()
        load(cursor, archive, archive.chapters())
        wrong = verify(cursor, archive)
        if wrong:
            raise StoreUnusableError(
                f"what the archive gives is not sound ({wrong[0]}): the store was left as it is"
            )
        counted = "SELECT (SELECT count(*) FROM batch), (SELECT count(*) FROM observation)"
        commits, observations = cursor.execute(counted).fetchall()[0]
        return commits, observations
    finally:
        database.close()


def _differences(paths: StorePaths) -> tuple[str, ...]:
    """What verify says of the store that is about to be replaced."""
    if not paths.store.exists():
        return ()
    old = Database(paths)
    try:
        return tuple(verify(old.cursor(), Archive(paths.archive)))
    except (duckdb.Error, StoreUnusableError) as error:
        return (f"the old store cannot be read: {str(error).splitlines()[0]}",)
    finally:
        old.close()


def _remove(made: Path) -> None:
    made.unlink(missing_ok=True)
    made.with_name(made.name + ".wal").unlink(missing_ok=True)
