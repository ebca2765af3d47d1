"""Copies of the whole store, and the way back from them; a backup is named only once verified."""

from __future__ import annotations

from pathlib import Path

from krtracker.store.database import STORE_FORMAT, Database
from krtracker.store.publish import copy_database


def back_up(database: Database, target: Path) -> Path:
    """A verified copy in the store's own format at `target`."""
    copy_database(database, target, seq=0, storage=STORE_FORMAT)
    return target
