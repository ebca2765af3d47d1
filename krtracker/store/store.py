"""The one writer: every change of the store is one commit, archived first; judges no value."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from types import TracebackType
from typing import Any

import duckdb

from krtracker.model import Evaluation, Pull, Run, Workspace
from krtracker.store import publish, write
from krtracker.store.answers import ConfigurationVersion, Said
from krtracker.store.archive import Archive
from krtracker.store.backup import back_up, restore, stamp_of
from krtracker.store.catalogue import stage_catalogue
from krtracker.store.commit import Writer
from krtracker.store.configurations import in_force, stage_configuration
from krtracker.store.database import Database
from krtracker.store.evaluations import stage_evaluations, stage_frozen
from krtracker.store.failures import understood
from krtracker.store.forecasts import REPLACE_FORETOLD, stage_forecasts
from krtracker.store.inventory import describe
from krtracker.store.lock import StoreLock
from krtracker.store.objectives import stage_alarms, stage_objectives
from krtracker.store.paths import StorePaths
from krtracker.store.read import Reader
from krtracker.store.rebuild import Rebuilt, rebuild
from krtracker.store.recovery import (
    bring_up,
    make_folders,
    refuse_false_start,
    sweep_leftovers,
)
from krtracker.store.verify import verify
from krtracker.store.write import Filled, Stamp


class Store:
    """The private file, held by one process at a time; closed by `close` or as a context."""

    def __init__(self, paths: StorePaths, lock: StoreLock) -> None:
        self.paths = paths
        self._lock = lock
        self._database = Database(paths)
        self._archive = Archive(paths.archive)
        self._writer = Writer(self._database, self._archive, paths)

    @classmethod
    def open(cls, paths: StorePaths, *, now: datetime, create: bool = True) -> Store:
        """Takes the lock, sweeps, migrates and loads what only the archive has.

        Raises StoreBusyError naming the holder, StoreUnusableError with the way back.
        """
        make_folders(paths)
        store = cls(paths, StoreLock(paths.lock, now=now))
        with contextlib.ExitStack() as undo:
            undo.callback(store.close)
            store._start(now, create=create)
            undo.pop_all()
        return store

    def _start(self, now: datetime, *, create: bool) -> None:
        try:
            sweep_leftovers(self.paths, self._archive)
            refuse_false_start(self.paths, self._archive, create=create)
            bring_up(self._database, self.paths, now=now)
            self._writer.catch_up()
            cursor = self._database.cursor()
            self._archive.merge(cursor)
            cursor.close()
        except (duckdb.Error, OSError) as error:
            raise understood(error, self.paths, "opening the store") from error

    def close(self) -> None:
        """Lets the file and the lock go; harmless a second time."""
        self._database.close()
        self._lock.release()

    def __enter__(self) -> Store:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def reader(self) -> Reader:
        """Questions from the calling thread; goes on working when the file had to be reopened."""
        held: list[Any] = [0, None]

        def ask() -> duckdb.DuckDBPyConnection:
            if held[0] != self._database.generation or held[1] is None:
                held[1] = self._database.cursor()
                held[0] = self._database.generation
            cursor: duckdb.DuckDBPyConnection = held[1]
            return cursor

        return Reader(ask)

    def commit(
        self, pulls: Sequence[Pull], *, now: datetime, recorded_at: datetime | None = None
    ) -> tuple[Run, ...]:
        """Stores judged pulls in one transaction; only what changed becomes a new revision.

        `recorded_at` is for imports: the instant the values were known. Raises UsageError for a
        day known later than that, for a value that is not finite, for a day given twice.
        """
        if not pulls:
            return ()

        def fill(cursor: duckdb.DuckDBPyConnection, stamp: Stamp) -> Filled:
            return write.fill(
                cursor,
                pulls,
                names=self._writer.names,
                stamp=stamp,
                imported=recorded_at is not None,
            )

        runs: tuple[Run, ...] = self._writer.write(
            "observations", fill, now=now, recorded_at=recorded_at
        )
        return runs

    def accept_definition(
        self, metric: str, digest: str, *, now: datetime, kept: bool, day: date | None = None
    ) -> None:
        """Accepts a changed query: `kept` history goes on with a break at `day`, else anew."""

        def fill(cursor: duckdb.DuckDBPyConnection, stamp: Stamp) -> Filled:
            row = (metric, digest, stamp.recorded_at, kept, day, stamp.seq)
            write.stage_definitions(cursor, [row])
            names = self._writer.names
            return Filled(("definition",), None, lambda: names.defined.update({metric: digest}))

        self._writer.write("definition", fill, now=now)

    def save(
        self,
        said: Sequence[Evaluation] | Said,
        *,
        version: ConfigurationVersion,
        catalogue: Workspace,
        now: datetime,
        reconstructed: bool = False,
    ) -> datetime:
        """Stores answers, the configuration behind them and what they froze, in one transaction.

        An evaluation whose inputs are those of the last one of its key result and data day is
        left out. Returns the instant from which all this counts as known.
        """
        told = said if isinstance(said, Said) else Said(said)

        def fill(cursor: duckdb.DuckDBPyConnection, stamp: Stamp) -> Filled:
            configuration, fresh = in_force(cursor, version)
            tables: tuple[str, ...] = ()
            if fresh:
                stage_configuration(cursor, version, configuration, stamp=stamp)
                tables = ("configuration", *stage_catalogue(cursor, catalogue, configuration))
            staged = _stage_said(
                cursor, told, stamp, configuration=configuration, reconstructed=reconstructed
            )
            tables += tuple(table for table, rows in staged.items() if rows)
            foretold = REPLACE_FORETOLD if staged["forecast"] else ""
            then = f"{staged['evaluation'] or ''};{foretold}".strip(";")
            return Filled(tables, stamp.recorded_at, then=then)

        recorded: datetime = self._writer.write("evaluations", fill, now=now)
        return recorded

    def publish(self) -> None:
        """Puts a new snapshot in place; raises StoreUnusableError and leaves the old one."""
        try:
            with self._writer.standing_still():
                publish.copy_database(self._database, self.paths.published, seq=self._writer.seq)
            publish.write_live(self._database, self.paths)
            publish.write_names(self._database, self.paths)
        except (duckdb.Error, OSError) as error:
            raise understood(error, self.paths, "publishing the snapshot") from error

    def backup(self, to: Path | None = None) -> Path:
        """A verified copy of the store: at the file `to`, or dated in the folder `to`.

        Without `to` it lies among the store's own backups. Returns where it is.
        """
        folder = self.paths.backups if to is None else to
        target = folder
        if to is None or folder.is_dir():
            recorded = self._writer.recorded_at
            dated = "empty" if recorded is None else stamp_of(recorded)
            target = folder / f"{self.paths.published.stem}-{dated}-{self._writer.seq}.duckdb"
        try:
            with self._writer.standing_still():
                return back_up(self._database, target, seq=self._writer.seq)
        except (duckdb.Error, OSError) as error:
            raise understood(error, self.paths, f"making the backup {target}") from error

    def verify(self) -> list[str]:
        """Reads every row and holds it against the archive; each violation in a sentence."""
        cursor = self._database.cursor()
        try:
            return verify(cursor, self._archive)
        finally:
            cursor.close()

    def info(self) -> dict[str, Any]:
        """Sizes, counts and versions, for `krtracker db info`."""
        cursor = self._database.cursor()
        try:
            return describe(cursor, self.paths)
        finally:
            cursor.close()

    @staticmethod
    def restore(
        paths: StorePaths, backup: Path, *, now: datetime, newer_commits: bool = True
    ) -> Path | None:
        """See backup.restore; the store must be closed."""
        return restore(paths, backup, now=now, newer_commits=newer_commits)

    @staticmethod
    def rebuild(paths: StorePaths, *, now: datetime) -> Rebuilt:
        """See rebuild.rebuild; the store must be closed."""
        return rebuild(paths, now=now)


def _stage_said(
    cursor: duckdb.DuckDBPyConnection,
    told: Said,
    stamp: Stamp,
    *,
    configuration: int,
    reconstructed: bool,
) -> dict[str, Any]:
    """Stages what one round of judging said: by table what is new, of evaluations the SQL after."""
    frozen = [kept for one in told.evaluations for kept in one.freeze]
    return {
        "evaluation": stage_evaluations(
            cursor,
            told.evaluations,
            stamp=stamp,
            configuration=configuration,
            reconstructed=reconstructed,
        ),
        "frozen": stage_frozen(cursor, frozen, stamp),
        "objective_evaluation": stage_objectives(
            cursor, told.objectives, stamp=stamp, configuration=configuration
        ),
        "alarm": stage_alarms(cursor, told.alarms, stamp),
        "forecast": stage_forecasts(
            cursor, told.forecasts, stamp=stamp, configuration=configuration
        ),
    }
