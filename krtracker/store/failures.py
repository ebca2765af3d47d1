"""DuckDB's errors in words that say what to do next; never handles them."""

from __future__ import annotations

import re
from pathlib import Path

import duckdb

from krtracker.errors import KrtrackerError, StoreBusyError, StoreUnusableError
from krtracker.store.paths import StorePaths

FULL = re.compile(r"no space left|disk quota|file too large|\berror: 28\b", re.IGNORECASE)
FORBIDDEN = re.compile(r"permission denied|read-only file system", re.IGNORECASE)
LOCKED = re.compile(r"could not set lock", re.IGNORECASE)
TOO_NEW = re.compile(r"version number (\d+), but we can only read", re.IGNORECASE)


class DiskFullError(StoreUnusableError):
    """The disk is full: free some space; nothing acknowledged is lost."""


def is_disk_full(error: BaseException) -> bool:
    """Whether the error says that there was no room to write."""
    return FULL.search(str(error)) is not None


def understood(error: duckdb.Error | OSError, paths: StorePaths, doing: str) -> KrtrackerError:
    """The same failure as one of ours, with the next step in its message."""
    said = str(error).splitlines()[0] if str(error) else type(error).__name__
    if is_disk_full(error):
        return DiskFullError(
            f"the disk of {paths.hidden} is full ({doing}): free some space and run the command "
            f"again; nothing acknowledged is lost"
        )
    if LOCKED.search(said):
        holder = re.search(r"PID (\d+)", str(error))
        who = f"process {holder[1]}" if holder else "another process"
        return StoreBusyError(f"{paths.store} is open in {who}: close it there, then try again")
    if TOO_NEW.search(said):
        return StoreUnusableError(
            f"{paths.store} was written by a newer DuckDB than {duckdb.__version__}: "
            f"install the krtracker version that wrote it"
        )
    if isinstance(error, PermissionError) or FORBIDDEN.search(said):
        return StoreUnusableError(
            f"no right to write {paths.hidden} ({doing}): give the user of krtracker write access "
            f"to that folder and to {paths.published.parent}"
        )
    return StoreUnusableError(f"{doing} failed: {said}. {way_back(paths)}")


def way_back(paths: StorePaths) -> str:
    """The commands that bring a broken store back, the newest backup named."""
    newest = newest_backup(paths.backups)
    if newest is not None:
        return f"Run `krtracker db restore {newest}`, or `krtracker db rebuild` from the archive."
    return "There is no backup yet; run `krtracker db rebuild` to make it again from the archive."


def newest_backup(folder: Path) -> Path | None:
    """The backup made last; a backup has its final name only once it was verified."""
    found = sorted(folder.glob("*.duckdb"), key=lambda one: one.stat().st_mtime_ns)
    return found[-1] if found else None
