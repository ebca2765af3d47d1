"""Reads numbers from CSV, Parquet and JSON files of one folder; never leaves it, never writes.

    [sources.exports]
    connector = "files"
    folder = "exports"
    tables = { events = "events/*.parquet", costs = "costs.csv" }

    [metrics.spend]
    title = "Spend"
    kind = "money"
    source = "exports"
    query = '''
    select cast(booked_at as date) as day, sum(amount) as value
    from   costs
    where  booked_at >= :start and booked_at < :end
    group  by 1
    '''

    [metrics.visits]
    title = "Visits"
    kind = "count"
    source = "exports"
    file = "visits-*.csv"
    columns = { day = "date", value = "visits", segment = "country" }

A query (DuckDB SQL) speaks of the names in `tables`; placeholders and columns are those of the
connector `sql`. `file` takes the rows as they stand: one a day and segment, other days left out;
without `columns` the files' own columns bear the names `day`, `value`, and so on.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import Field, field_validator, model_validator

from connectors._asking import OnDatabase, Watchdog
from connectors._events.options import EventsTable, StandardOptions
from connectors._formats import inside_the_folder, reader
from connectors._query import read_statement
from connectors._rows import answer
from connectors._tables import OnTables
from krtracker.connector import (
    Answer,
    Options,
    Secret,
    SourceRejectedError,
    Window,
)

if TYPE_CHECKING:
    import duckdb


class FilesSource(Options):
    """The connector's part of `[sources.ID]`; `tables` are names for globs below `folder`.

    `time_format` (strftime) is how CSV and JSON files write instants that are not ISO 8601.
    """

    folder: Path
    tables: Mapping[str, str] = Field(default_factory=dict)
    time_format: str | None = None
    max_rows: int = Field(default=100_000, gt=0)
    events: EventsTable | None = None

    @field_validator("folder", mode="before")
    @classmethod
    def _folder(cls, folder: object) -> object:
        return folder.reveal() if isinstance(folder, Secret) else folder

    @field_validator("tables")
    @classmethod
    def _tables(cls, tables: Mapping[str, str]) -> Mapping[str, str]:
        for name, pattern in tables.items():
            if not re.fullmatch(r"[A-Za-z_]\w*", name):
                raise ValueError(f"`{name}` cannot be a table's name: letters, digits and _")
            inside_the_folder(pattern)
        return tables

    @model_validator(mode="after")
    def _events_named(self) -> FilesSource:
        known = {name.lower() for name in self.tables}
        tables = (self.events, self.events and self.events.users_table)
        for name in (one.table for one in tables if one is not None):
            if name.lower() not in known:
                said = ", ".join(f"`{one}`" for one in self.tables) or "none"
                raise ValueError(f"`{name}` is not in `tables` ({said}): give the files that name")
        return self


class Columns(Options):
    """Which column of the files stands for which of the contract."""

    day: str = "day"
    value: str | None = None
    weight: str | None = None
    numerator: str | None = None
    denominator: str | None = None
    segment: str | None = None


class FilesQuery(StandardOptions):
    """The connector's part of `[metrics.ID]`: `query`, `standard`, or `file` with `columns`."""

    query: str | None = None
    file: str | None = None
    columns: Columns | None = None

    @model_validator(mode="after")
    def _one_way(self) -> FilesQuery:
        if [self.query, self.file, self.standard].count(None) != 2:
            raise ValueError("write either `query`, `file` or `standard`")
        if self.query is not None:
            read_statement(self.query)
        if self.file is not None:
            inside_the_folder(self.file)
        elif self.columns is not None:
            raise ValueError("`columns` belongs to `file`: name the columns in the query")
        return self


class FilesConnector(OnTables):
    """Files below one folder, read through an in-memory DuckDB that sees nothing else."""

    SourceOptions = FilesSource
    QueryOptions = FilesQuery

    def __init__(self, options: FilesSource) -> None:
        super().__init__(options.events, lambda _: FilesSession(options))


class FilesSession:
    """One fetch: files are looked for anew in each, so that new ones are seen."""

    lost = False

    def __init__(self, options: FilesSource) -> None:
        from connectors._duck import Duck

        self._tables, self._time_format = options.tables, options.time_format
        self._folder = options.folder.resolve()
        if not self._folder.is_dir():
            raise SourceRejectedError(f"there is no folder `{options.folder}`: correct `folder`")
        self._duck = Duck(self._opened, options.max_rows)

    def ask(self, query: FilesQuery | OnDatabase, window: Window, watchdog: Watchdog) -> Answer:
        from connectors._duck import DuckStandard, rendered

        if not isinstance(query, FilesQuery):
            views = partial(self._views, self._tables, "UTC", watchdog)
            return query.answer(DuckStandard(self._duck, watchdog, views))
        if query.file is not None:
            return self._from_file(query.file, query.columns, window, watchdog=watchdog)
        statement = read_statement(query.query or "")
        self._views(filter(statement.mentions, self._tables), window.zone, watchdog)
        values = statement.values(window)
        names, rows = self._duck.rows(rendered(statement), values, window, watchdog=watchdog)
        shown = {name: str(value) for name, value in values.items()}
        return answer(names, rows, window, parameters=shown)

    def close(self) -> None:
        self._duck.close()

    def _opened(self) -> duckdb.DuckDBPyConnection:
        import duckdb

        from connectors._duck import quoted_text

        connection = duckdb.connect(":memory:")
        connection.execute(f"SET allowed_directories = [{quoted_text(f'{self._folder}/')}]")
        connection.execute("SET enable_external_access = false")
        return connection

    def _views(self, names: Iterable[str], zone: str, watchdog: Watchdog) -> None:
        from connectors._duck import quoted_name, translated

        connection = self._duck.connection(zone, watchdog)
        for name in names:
            source = self._reading(self._tables[name])
            with translated(watchdog), watchdog.over(connection.interrupt):
                view = f"CREATE VIEW IF NOT EXISTS {quoted_name(name)} AS FROM {source}"
                connection.execute(view)

    def _from_file(
        self, pattern: str, columns: Columns | None, window: Window, *, watchdog: Watchdog
    ) -> Answer:
        from connectors._duck import quoted_name

        day = quoted_name(columns.day if columns else "day")
        named = columns.model_dump(exclude_none=True) if columns else {}
        wanted = ", ".join(f"{quoted_name(column)} AS {name}" for name, column in named.items())
        # A day as eight digits, whatever its type; what is no day stays in, to be refused by name.
        # A day more on either side: the text of an aware instant may belong to its neighbour.
        key = f"replace(left(CAST({day} AS VARCHAR), 10), '-', '')"
        known = f"regexp_full_match({key}, '[0-9]{{8}}')"
        kept = f"coalesce(NOT {known} OR {key} BETWEEN $first AND $last, true)"
        parts = ("SELECT", wanted or "*", "FROM", self._reading(pattern), "WHERE", kept)
        edges = window.first - timedelta(days=1), window.last + timedelta(days=1)
        values = dict(zip(("first", "last"), (f"{edge:%Y%m%d}" for edge in edges), strict=True))
        names, rows = self._duck.rows(" ".join(parts), values, window, watchdog=watchdog)
        shown = {"start": str(window.first), "end": str(window.end)}
        return answer(names, rows, window, parameters=shown, clipped=True)

    def _reading(self, pattern: str) -> str:
        """The table function that reads these files; SourceRejectedError when there are none."""
        from connectors._duck import quoted_text

        if next(self._folder.glob(pattern), None) is None:
            raise SourceRejectedError(f"no file matches `{pattern}` in `{self._folder}`")
        how = reader(pattern, timed=self._time_format is not None)
        return how.format(*map(quoted_text, (f"{self._folder}/{pattern}", self._time_format or "")))
