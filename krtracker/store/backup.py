"""Copies of the whole store, and the way back from them; a backup is named only once verified."""

from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path

import duckdb

from krtracker.errors import UsageError
from krtracker.store.archive import Archive, sync
from krtracker.store.database import Database
from krtracker.store.failures import understood
from krtracker.store.lock import StoreLock
from krtracker.store.paths import StorePaths
from krtracker.store.publish import copy_database

PRIVATE_FILE = 0o600


def back_up(database: Database, target: Path, *, seq: int = 0) -> Path:
    """A verified copy in the store's own format at `target`, holding at least commit `seq`."""
    copy_database(database, target, seq=seq)
    return target


def restore(
    paths: StorePaths, backup: Path, *, now: datetime, newer_commits: bool = True
) -> Path | None:
    """Puts a backup in the store's place; returns where the store it replaces now lies.

    Commits that only the archive has come back at the next start; with `newer_commits=False` they
    are set aside, so that the store is what it was when the backup was made. Raises
    StoreBusyError while another process holds the store, UsageError for what is no backup.
    """
    lock = StoreLock(paths.lock, now=now)
    try:
        seq = _last_commit(paths, backup)
        half = paths.hidden / ".restored.tmp"
        _copy_file(backup, half)
        if not newer_commits:
            _set_archive_aside(paths, seq, now)
        aside = set_aside(paths, now)
        os.replace(half, paths.store)
        sync(paths.hidden)
    except OSError as error:
        raise understood(error, paths, f"restoring {backup}") from error
    finally:
        lock.release()
    return aside


def set_aside(paths: StorePaths, now: datetime) -> Path | None:
    """Renames the store, if there is one, with its journal, which belongs to no other file."""
    if not paths.store.exists():
        return None
    aside = paths.hidden / f"store-before-{stamp_of(now)}.duckdb"
    os.replace(paths.store, aside)
    journal = paths.hidden / (paths.store.name + ".wal")
    if journal.exists():
        os.replace(journal, paths.hidden / (aside.name + ".wal"))
    return aside


def stamp_of(instant: datetime) -> str:
    """An instant as part of a file's name."""
    return instant.strftime("%Y%m%dT%H%M%S")


def _last_commit(paths: StorePaths, backup: Path) -> int:
    """Reads every block of the backup; raises UsageError when it is none or is broken."""
    if not backup.is_file():
        raise UsageError(f"no backup at {backup}: `krtracker db backup` makes one")
    connection = None
    try:
        connection = duckdb.connect(str(backup), read_only=True)
        for table in ("observation", "evaluation", "run"):
            connection.execute(f"SELECT bit_xor(hash(t)) FROM {table} t").fetchall()
        found = connection.execute("SELECT coalesce(max(seq), 0) FROM batch").fetchall()
        return int(found[0][0])
    except duckdb.Error as error:
        raise UsageError(
            f"{backup} is not a whole backup of a store ({str(error).splitlines()[0]}): "
            f"choose another one from {paths.backups}"
        ) from error
    finally:
        if connection is not None:
            connection.close()


def _copy_file(source: Path, target: Path) -> None:
    with source.open("rb") as read, target.open("wb") as written:
        while block := read.read(1 << 20):
            written.write(block)
    target.chmod(PRIVATE_FILE)
    sync(target)


def _set_archive_aside(paths: StorePaths, seq: int, now: datetime) -> None:
    newer = Archive(paths.archive).after(seq)
    aside = paths.hidden / f"archive-after-{seq}-{stamp_of(now)}"
    for one in newer:
        if one.first <= seq:
            raise UsageError(
                f"the archive file {one.path.name} holds commits from before and after the "
                f"backup: restore with the newer commits, or from a newer backup"
            )
        aside.mkdir(exist_ok=True)
        os.replace(one.path, aside / one.path.name)
    sync(paths.archive)
