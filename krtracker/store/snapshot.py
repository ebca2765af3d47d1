"""The published file, opened to read; it blocks nobody and changes nothing."""

from __future__ import annotations

import threading
from pathlib import Path
from types import TracebackType

import duckdb

from krtracker.errors import StoreUnusableError
from krtracker.store.failures import understood
from krtracker.store.paths import StorePaths
from krtracker.store.read import Reader


class Snapshot(Reader):
    """A Reader on the published file; it goes on showing the state it was opened on."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection
        self._local = threading.local()
        super().__init__(self._cursor)

    @classmethod
    def open(cls, published: Path) -> Snapshot:
        """Raises StoreUnusableError when there is none yet, or it cannot be read."""
        paths = StorePaths(published)
        if not paths.published.exists():
            raise StoreUnusableError(
                f"no snapshot yet at {paths.published}: run `krtracker backfill` to fill it, "
                f"or `krtracker demo` to see one"
            )
        try:
            connection = duckdb.connect(str(paths.published), read_only=True)
            connection.execute("SET enable_progress_bar=false; SET TimeZone='UTC'")
        except duckdb.Error as error:
            raise understood(error, paths, f"opening {paths.published}") from error
        return cls(connection)

    @property
    def connection(self) -> duckdb.DuckDBPyConnection:
        """The read-only connection, for relations."""
        return self._connection

    def _cursor(self) -> duckdb.DuckDBPyConnection:
        if not hasattr(self._local, "cursor"):
            self._local.cursor = self._connection.cursor()
        cursor: duckdb.DuckDBPyConnection = self._local.cursor
        return cursor

    def close(self) -> None:
        self._connection.close()

    def __enter__(self) -> Snapshot:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()
