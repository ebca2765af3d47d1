"""The open DuckDB instance of the store: settings, cursors, reopening; holds no table's name."""

from __future__ import annotations

import contextlib
import threading
import weakref
from pathlib import Path

import duckdb

from krtracker.store.failures import understood
from krtracker.store.paths import StorePaths

# Every version from 1.2 on opens it; the engine's own default could not be read by any 1.x. One
# format for the store and the published file, so that publishing is a copy of bytes.
FORMAT = "v1.2.0"
MEMORY = "256MB"


class Database:
    """One instance on one file; cursors are given out and closed with it.

    `generation` counts openings, so that whoever keeps a cursor knows when it went stale.
    """

    def __init__(self, paths: StorePaths, file: Path | None = None) -> None:
        self._paths = paths
        self.file = paths.store if file is None else file
        self.generation = 0
        self._guard = threading.RLock()
        self._main: duckdb.DuckDBPyConnection | None = None
        self._given: weakref.WeakSet[duckdb.DuckDBPyConnection] = weakref.WeakSet()

    @property
    def catalog(self) -> str:
        """The name DuckDB gives the open file in SQL."""
        return self.file.stem

    def open(self) -> None:
        """Opens the file, creating it where it is not; raises StoreUnusableError."""
        with self._guard:
            try:
                self._main = duckdb.connect(
                    str(self.file), config={"storage_compatibility_version": FORMAT}
                )
                configure(self._main, self._paths)
            except duckdb.Error as error:
                self.close()
                raise understood(error, self._paths, "opening the store") from error
            self.generation += 1

    def cursor(self) -> duckdb.DuckDBPyConnection:
        """A connection of its own for the calling thread."""
        with self._guard:
            if self._main is None:
                self.open()
            assert self._main is not None
            made = self._main.cursor()
            self._given.add(made)
            return made

    def close(self) -> None:
        """Closes every cursor and the file; DuckDB checkpoints on the way out."""
        with self._guard:
            for one in list(self._given):
                with contextlib.suppress(duckdb.Error):
                    one.close()
            self._given.clear()
            if self._main is not None:
                main, self._main = self._main, None
                with contextlib.suppress(duckdb.Error):
                    main.close()

    def reopen(self) -> None:
        """What cures an instance that DuckDB has invalidated: close everything, open again."""
        with self._guard:
            self.close()
            self.open()


def configure(connection: duckdb.DuckDBPyConnection, paths: StorePaths) -> None:
    """The settings block of storage.md section 4; the order matters, the last line locks it."""
    folders = ", ".join(quoted(f"{folder}/") for folder in (paths.hidden, paths.published.parent))
    connection.execute(
        f"SET memory_limit='{MEMORY}'; SET threads=2; SET TimeZone='UTC';"
        "SET enable_progress_bar=false;"
        # Packing texts this way saves a tenth of the file; trying it is half of a small publish.
        "SET disabled_compression_methods='fsst';"
        f"SET temp_directory={quoted(paths.temporary)}; SET max_temp_directory_size='2GB';"
        "SET autoinstall_known_extensions=false; SET autoload_known_extensions=false;"
        "SET allow_community_extensions=false; SET allow_persistent_secrets=false;"
        "SET python_enable_replacements=false;"
        f"SET allowed_directories=[{folders}];"
        "SET enable_external_access=false; SET lock_configuration=true"
    )


def quoted(text: object) -> str:
    """A text as an SQL literal."""
    return "'" + str(text).replace("'", "''") + "'"
