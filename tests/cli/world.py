"""A small real workspace to run commands in: a SQLite source, three metrics, three key results."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from click.testing import CliRunner, Result

from krtracker.cli import krtracker

TODAY = datetime.now(UTC).date()
START = TODAY - timedelta(days=30)
END = START + timedelta(days=89)

SETTINGS = """\
schema = 1
name = "Testhouse"
timezone = "UTC"
include = ["metrics.toml", "okrs/*.toml"]

[store]
path = "data/krtracker.duckdb"

[sources.shop]
connector = "sql"
url = "sqlite:///shop.db"

[people.ann]
name = "Ann"
"""

METRICS = '''\
[metrics.visits]
title = "Visits"
kind = "count"
source = "shop"
query = """
select day, visits as value from days where day >= :start and day < :end
"""
actual = "7d mean"
history = "60d"
settles_in = "2d"

[metrics.orders]
title = "Orders"
kind = "count"
source = "shop"
query = "select day, orders as value from days where day >= :start and day < :end"
actual = "cycle sum"
history = "60d"

[metrics.mood]
title = "Mood of the team"
kind = "number"
source = "manual"
actual = "last"
'''


OKRS = f"""\
[cycle]
id = "now"
title = "This cycle"
start = {START}
end = {END}

[cycle.status]
by = "pace"

[objectives.shop]
title = "A busy shop"
owner = "ann"
level = "company"

[key_results.visits-up]
objective = "shop"
title = "Half more visits"
metric = "visits"
baseline = 100
target = 150
owner = "ann"

[key_results.orders-900]
objective = "shop"
metric = "orders"
baseline = 0
target = 900
owner = "ann"

[key_results.mood-8]
objective = "shop"
metric = "mood"
baseline = 6
target = 8
owner = "ann"
"""


@dataclass(frozen=True)
class World:
    """The folder, and the program run in it as a person would."""

    folder: Path

    @property
    def toml(self) -> Path:
        return self.folder / "krtracker.toml"

    def run(self, *words: str, given: str = "", environ: Mapping[str, str] | None = None) -> Result:
        call = ["--config", str(self.toml), *words]
        return CliRunner().invoke(krtracker, call, input=given, env=environ)

    def json(self, *words: str) -> dict[str, Any]:
        """The JSON a command prints, its schema number checked."""
        answer: dict[str, Any] = json.loads(self.run(*words, "--json").stdout)
        assert answer["schema"] == 1
        return answer

    def write(self, name: str, text: str) -> Path:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    def days(self, rows: Sequence[tuple[date, Any, Any]]) -> None:
        """Replaces what the shop's database says."""
        with closing(sqlite3.connect(self.folder / "shop.db")) as database, database:
            database.execute("drop table if exists days")
            database.execute("create table days (day text, visits, orders)")
            database.executemany(
                "insert into days values (?, ?, ?)", [(str(day), v, o) for day, v, o in rows]
            )


def steady(visits: float = 140, orders: float = 10, days: int = 60) -> list[tuple[date, Any, Any]]:
    """The same numbers for each of the last complete days."""
    return [(TODAY - timedelta(days=n), visits, orders) for n in range(days, 0, -1)]


def made(folder: Path) -> World:
    """A workspace that never collected anything."""
    world = World(folder)
    world.write("krtracker.toml", SETTINGS)
    world.write("metrics.toml", METRICS)
    world.write("okrs/now.toml", OKRS)
    world.days(steady())
    return world
