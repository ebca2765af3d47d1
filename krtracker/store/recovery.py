"""Opening after anything: folders, leftovers, what must never be taken for a fresh start."""

from __future__ import annotations

from datetime import datetime

import duckdb

from krtracker.errors import StoreUnusableError
from krtracker.store.archive import Archive, sync
from krtracker.store.backup import back_up
from krtracker.store.database import Database
from krtracker.store.failures import understood, way_back
from krtracker.store.paths import StorePaths
from krtracker.store.publish import sweep
from krtracker.store.schema import migrate, migrations, refresh_views

PRIVATE = 0o700


def make_folders(paths: StorePaths) -> None:
    """The published file's folder and the private ones; raises StoreUnusableError."""
    try:
        paths.published.parent.mkdir(parents=True, exist_ok=True)
        for folder in paths.private_folders:
            folder.mkdir(mode=PRIVATE, exist_ok=True)
    except OSError as error:
        raise understood(error, paths, "making the store's folders") from error


def sweep_leftovers(paths: StorePaths, archive: Archive) -> None:
    """Removes half-written files of a process that died; the lock must be held."""
    archive.sweep()
    for target in (paths.published, paths.live):
        sweep(target)
    for backup in paths.backups.glob(".*.tmp*"):
        backup.unlink(missing_ok=True)


def refuse_false_start(paths: StorePaths, archive: Archive, *, create: bool) -> None:
    """A store that is gone, or emptied, is never made anew over its history (faults.md 25, 29)."""
    there = paths.store.exists() and paths.store.stat().st_size > 0
    if there:
        return
    newest = archive.newest()
    if newest:
        raise StoreUnusableError(
            f"{paths.store} is gone, but the archive has {newest} commits of it. {way_back(paths)}"
        )
    if not create:
        raise StoreUnusableError(
            f"no store yet at {paths.store}: run `krtracker backfill` to fill it"
        )


def bring_up(database: Database, paths: StorePaths, *, now: datetime) -> None:
    """Opens the file and brings its shape to this version's; raises StoreUnusableError."""
    created = not paths.store.exists()
    cursor = database.cursor()
    try:
        migrate(
            cursor,
            migrations(),
            now=now,
            before=lambda version: back_up(
                database, paths.backups / f"before-version-{version + 1}.duckdb"
            ),
        )
        refresh_views(cursor)
    except duckdb.Error as error:
        raise understood(error, paths, "reading the store") from error
    finally:
        cursor.close()
    if created:
        sync(paths.hidden)
