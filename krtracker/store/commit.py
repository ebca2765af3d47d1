"""One change of the store from staging to acknowledgement: archived, committed, checkpointed."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

import duckdb

from krtracker.errors import StoreUnusableError
from krtracker.store import columns
from krtracker.store.archive import Archive, Chapter
from krtracker.store.database import Database
from krtracker.store.evaluations import REMAKE_NOW
from krtracker.store.failures import understood
from krtracker.store.forecasts import REMAKE_FORETOLD
from krtracker.store.incoming import Names
from krtracker.store.paths import StorePaths
from krtracker.store.schema import roll_back
from krtracker.store.write import Filled, Stamp

SMALLEST_STEP = timedelta(microseconds=1)
Fill = Callable[[duckdb.DuckDBPyConnection, Stamp], Filled]


class Writer:
    """Writes commits one after the other; `seq` is the last one the store holds.

    The order is archive, COMMIT, CHECKPOINT (decisions.md 33). Where the archive got ahead of the
    store, because the disk filled up or the process died, the store catches up from it first.
    """

    def __init__(self, database: Database, archive: Archive, paths: StorePaths) -> None:
        self._database = database
        self._archive = archive
        self._paths = paths
        self._guard = threading.RLock()
        self._cursor: duckdb.DuckDBPyConnection | None = None
        self._filled: Filled | None = None
        self._behind = True
        self.seq = 0
        self.recorded_at: datetime | None = None
        self.names = Names()

    def write(
        self, kind: str, fill: Fill, *, now: datetime, recorded_at: datetime | None = None
    ) -> Any:
        """Commits what `fill` stages and returns what it tells; nothing staged, nothing written.

        Raises DiskFullError or another StoreUnusableError; the next call tries anew.
        """
        with self._guard:
            try:
                self.catch_up()
                stamp = Stamp(self.seq + 1, recorded_at or self._instant(now))
                try:
                    return self._commit(kind, fill, stamp)
                except duckdb.FatalException:
                    return self._once_more(kind, fill, stamp)
            except (duckdb.Error, OSError) as error:
                self._let_go()
                raise understood(error, self._paths, f"storing the {kind}") from error

    def catch_up(self) -> None:
        """Loads commits that only the archive has; free of charge when there are none."""
        with self._guard:
            if not self._behind:
                return
            cursor = self._open_cursor()
            newer = self._archive.after(_last(cursor)[0])
            if newer:
                load(cursor, self._archive, newer)
            self._learn(cursor)
            self._behind = False

    @contextlib.contextmanager
    def standing_still(self) -> Iterator[None]:
        """While inside, nothing is committed and the journal is folded into the file."""
        with self._guard:
            try:
                self._open_cursor().execute("CHECKPOINT")
            except duckdb.Error:
                # DuckDB may have given the instance up; the next call opens it anew.
                self._let_go()
                self._database.close()
                raise
            yield

    def _instant(self, now: datetime) -> datetime:
        """Never backwards, even when the clock is (faults.md 34)."""
        return now if self.recorded_at is None else max(now, self.recorded_at + SMALLEST_STEP)

    def _once_more(self, kind: str, fill: Fill, stamp: Stamp) -> Any:
        """After DuckDB gave the instance up: the commit may have happened, the archive knows."""
        self._let_go()
        self._database.reopen()
        self.catch_up()
        if self.seq >= stamp.seq and self._filled is not None:
            return self._filled.told
        return self._commit(kind, fill, stamp)

    def _commit(self, kind: str, fill: Fill, stamp: Stamp) -> Any:
        cursor = self._open_cursor()
        self._filled = None
        cursor.execute("BEGIN")
        done = False
        try:
            filled = self._filled = fill(cursor, stamp)
            if filled.tables:
                self._insert(cursor, kind, filled, stamp=stamp)
                self._archive.write(cursor, stamp.seq, (*filled.tables, "batch"))
                self._behind = True
                cursor.execute("COMMIT")
                done = True
        finally:
            if not done:
                roll_back(cursor)
        if filled.tables:
            self._settle(cursor, filled, stamp)
        return filled.told

    def _insert(
        self, cursor: duckdb.DuckDBPyConnection, kind: str, filled: Filled, *, stamp: Stamp
    ) -> None:
        """Before the archive is written, so that what it holds is known to fit the tables."""
        for table in filled.tables:
            _insert_all(cursor, table)
        if filled.then:
            cursor.execute(filled.then)
        counts = [
            f"(SELECT count(*) FROM stage_{table})" if table in filled.tables else "0"
            for table in ("observation", "evaluation")
        ]
        cursor.execute(
            "CREATE OR REPLACE TEMP TABLE stage_batch AS SELECT ?::BIGINT AS seq, "
            f"?::TIMESTAMP AS recorded_at, ? AS kind, {counts[0]} AS observations, "
            f"{counts[1]} AS evaluations",
            [stamp.seq, columns.naive_utc(stamp.recorded_at), kind],
        )
        cursor.execute("INSERT INTO batch BY NAME FROM stage_batch")

    def _settle(self, cursor: duckdb.DuckDBPyConnection, filled: Filled, stamp: Stamp) -> None:
        """The commit is durable: remember it, and fold the journal into the file."""
        self._behind = False
        self.seq = stamp.seq
        self.recorded_at = max(self.recorded_at or stamp.recorded_at, stamp.recorded_at)
        filled.after()
        try:
            for table in (*filled.tables, "batch"):
                cursor.execute(f"DROP TABLE IF EXISTS temp.stage_{table}")
            cursor.execute("CHECKPOINT")
        except duckdb.Error:
            # What was acknowledged is in the journal; DuckDB may have given the instance up.
            self._let_go()
            self._database.close()

    def _open_cursor(self) -> duckdb.DuckDBPyConnection:
        if self._cursor is None:
            self._cursor = self._database.cursor()
        return self._cursor

    def _let_go(self) -> None:
        """Takes a fresh cursor next time, and looks at the archive before anything else."""
        cursor, self._cursor = self._cursor, None
        if cursor is not None:
            with contextlib.suppress(duckdb.Error):
                cursor.close()
        self._behind = True

    def _learn(self, cursor: duckdb.DuckDBPyConnection) -> None:
        self.seq, newest = _last(cursor)
        self.recorded_at = columns.aware(newest)
        series = cursor.execute("SELECT metric, segment, series_id FROM series").fetchall()
        statements = cursor.execute("SELECT statement FROM statement").fetchall()
        failed = cursor.execute("SELECT words, failed FROM expectation").fetchall()
        defined = cursor.execute("SELECT metric, arg_max(digest, seq) FROM definition GROUP BY 1")
        self.names = Names(
            series={(metric, segment): number for metric, segment, number in series},
            statements=dict.fromkeys((one for (one,) in statements), ""),
            expectations=dict(failed),
            defined=dict(defined.fetchall()),
            next_run=int(
                cursor.execute("SELECT coalesce(max(run_id), 0) + 1 FROM run").fetchall()[0][0]
            ),
        )


def _insert_all(cursor: duckdb.DuckDBPyConnection, table: str) -> None:
    """Trusts no engine with a count: see columns.make_stage for one that lost rows silently."""
    staged = cursor.execute(f"SELECT count(*) FROM stage_{table}").fetchall()
    inserted = cursor.execute(f"INSERT INTO {table} BY NAME FROM stage_{table}").fetchall()
    if staged != inserted:
        raise StoreUnusableError(
            f"DuckDB {duckdb.__version__} took {inserted[0][0]} of {staged[0][0]} rows into "
            f"{table}: nothing was stored; install another version of duckdb and report this"
        )


def _last(cursor: duckdb.DuckDBPyConnection) -> tuple[int, datetime | None]:
    rows = cursor.execute("SELECT coalesce(max(seq), 0), max(recorded_at) FROM batch").fetchall()
    return rows[0][0], rows[0][1]


def load(cursor: duckdb.DuckDBPyConnection, archive: Archive, chapters: Sequence[Chapter]) -> None:
    """Takes commits from the archive into the store, all in one transaction."""
    cursor.execute("BEGIN")
    done = False
    try:
        archive.load(cursor, chapters)
        cursor.execute(REMAKE_NOW)
        cursor.execute(REMAKE_FORETOLD)
        cursor.execute("COMMIT")
        done = True
    finally:
        if not done:
            roll_back(cursor)
    cursor.execute("CHECKPOINT")
