"""A small real company for these tests: a SQLite source, TOML files, a store, a clock one sets."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from krtracker import settings, wiring
from krtracker.model import Evaluation, Workspace
from krtracker.store import Store, StorePaths
from krtracker.tracker import Sources, Tracker

WORKSPACE = """
schema = 1
name = "Company"
timezone = "Europe/Berlin"
include = ["metrics.toml", "okrs/*.toml"]

[store]
path = "krtracker.duckdb"

[sources.db]
connector = "sql"
url = "sqlite:///source.sqlite"
"""
METRICS = """
[metrics.dau]
kind = "count"
source = "db"
settles_in = "3d"
query = "select day, value from dau where day >= :start and day < :end"
"""
OKRS = """
[cycle]
id = "2026-q4"
start = 2026-10-01
end = 2026-12-31

[objectives.growth]
title = "Grow"

[key_results.dau-480]
objective = "growth"
metric = "dau"
target = 480
"""
NEW_YEAR = date(2026, 1, 1)


class Company:
    """One folder with everything in it; days are stored as text, one row a day and table."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.clock = datetime(2026, 11, 20, 8, tzinfo=UTC)
        self.write("krtracker.toml", WORKSPACE)
        self.write("metrics.toml", METRICS)
        self.write("okrs/q4.toml", OKRS)
        self.fill("dau", growing(NEW_YEAR, date(2026, 12, 31)))

    def write(self, name: str, text: str) -> None:
        path = self.folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def add(self, name: str, text: str) -> None:
        self.write(name, (self.folder / name).read_text(encoding="utf-8") + text)

    def fill(self, table: str, values: Mapping[date, float | str | None]) -> None:
        """Adds days to a table of the source, or changes what it says of them."""
        with closing(sqlite3.connect(self.folder / "source.sqlite")) as source, source:
            source.execute(f"create table if not exists {table} (day text primary key, value)")
            rows = [(str(day), value) for day, value in values.items()]
            source.executemany(f"insert or replace into {table} values (?, ?)", rows)

    def empty(self, table: str, days: Iterable[date]) -> None:
        with closing(sqlite3.connect(self.folder / "source.sqlite")) as source, source:
            source.executemany(f"delete from {table} where day = ?", [(str(day),) for day in days])

    def load(self) -> Workspace:
        return settings.load(self.folder / "krtracker.toml")

    def later(self, **by: float) -> None:
        self.clock += timedelta(**by)

    @contextmanager
    def tracking(self, sources: Sources | None = None) -> Iterator[Tracking]:
        """A tracker on the open store, as the program would build it, but on this clock."""
        workspace = self.load()
        opened = sources or wiring.sources(workspace, {})
        with Store.open(StorePaths(workspace.store_path), now=self.clock) as store:
            tracker = Tracker(
                workspace=workspace, store=store, sources=opened, now=lambda: self.clock
            )
            yield Tracking(tracker, store)
        opened.close()


class Tracking:
    """A tracker and its store."""

    def __init__(self, tracker: Tracker, store: Store) -> None:
        self.tracker, self.store = tracker, store
        self.reader = store.reader()

    def windows(self) -> list[str]:
        """The windows asked so far, oldest run first."""
        return [str(run.window) for run in reversed(self.reader.runs(limit=100))]

    def judged(self, name: str = "2026-q4/dau-480") -> Evaluation:
        return {one.key_result: one for one in self.tracker.evaluate()}[name]


def growing(first: date, last: date) -> dict[date, float | str | None]:
    """One more each day, 100 on the first of January 2026."""
    count = (last - first).days + 1
    days = [first + timedelta(days=number) for number in range(count)]
    return {day: 100.0 + (day - NEW_YEAR).days for day in days}
