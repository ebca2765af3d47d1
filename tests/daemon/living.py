"""A real daemon over a real SQLite source, followed through its log lines: waits on events only."""

from __future__ import annotations

import json
import os
import queue
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
PATIENCE = 40.0
PROGRAM = """
import os, sys
from pathlib import Path
from krtracker import wiring
from krtracker.daemon import life
from krtracker.errors import KrtrackerError
try:
    sys.exit(life.run(Path(sys.argv[1]), wiring=wiring, environ=os.environ))
except KrtrackerError as error:
    print(error, file=sys.stderr)
    sys.exit(error.exit_code)
"""
MAIN = """\
schema = 1
name = "Shop"
timezone = "UTC"
include = ["metrics.toml", "okrs/*.toml"]

[store]
path = "data/krtracker.duckdb"

[sources.shop]
connector = "sql"
url = "sqlite:///shop.db"
timeout = "5s"
"""
METRIC = """
[metrics.{name}]
title = "{name}"
kind = "count"
source = "{source}"
refresh = "{refresh}"
history = "60d"
query = "select day, {column} as value from days where day >= :start and day < :end"
"""
OKRS = """\
[cycle]
id = "now"
title = "Now"
start = {first}
end = {last}

[objectives.grow]
title = "Grow"

[key_results.orders-up]
objective = "grow"
title = "More orders"
metric = "orders"
baseline = 100
target = {target}
"""


def metric(
    name: str, refresh: str = "daily 06:10", source: str = "shop", column: str = "orders"
) -> str:
    return METRIC.format(name=name, refresh=refresh, source=source, column=column)


@dataclass
class Shop:
    """A folder with a configuration and the database of a small shop with sixty days of orders."""

    folder: Path

    @property
    def configuration(self) -> Path:
        return self.folder / "krtracker.toml"

    @property
    def published(self) -> Path:
        return self.folder / "data" / "krtracker.duckdb"

    @property
    def hidden(self) -> Path:
        return self.folder / "data" / ".krtracker"

    def write(self, metrics: str = "", *, sources: str = "", target: int = 200) -> None:
        today = datetime.now(UTC).date()
        (self.folder / "okrs").mkdir(exist_ok=True)
        self.configuration.write_text(MAIN + sources)
        (self.folder / "metrics.toml").write_text(metrics or metric("orders"))
        okrs = OKRS.format(
            first=today - timedelta(days=20), last=today + timedelta(days=40), target=target
        )
        (self.folder / "okrs" / "now.toml").write_text(okrs)

    def fill(self) -> None:
        with sqlite3.connect(self.folder / "shop.db") as database:
            database.execute("create table days (day text, orders integer, visits integer)")
            today = datetime.now(UTC).date()
            rows = [(str(today - timedelta(days=n)), 150 - n, 900 + n) for n in range(80)]
            database.executemany("insert into days values (?, ?, ?)", rows)
        database.close()

    def restate(self, value: int, day: date | None = None) -> None:
        day = day or datetime.now(UTC).date() - timedelta(days=1)
        with sqlite3.connect(self.folder / "shop.db", timeout=30) as database:
            database.execute("update days set orders = ? where day = ?", (value, str(day)))
        database.close()


@dataclass
class Daemon:
    """A running daemon; `lines` are its log lines so far."""

    process: subprocess.Popen[str]
    lines: list[dict[str, Any]] = field(default_factory=list)
    _coming: queue.SimpleQueue[str | None] = field(default_factory=queue.SimpleQueue)

    def listen(self) -> None:
        """Reads stderr in a thread of its own, so that waiting for a line can have an end."""
        assert self.process.stderr is not None
        for line in self.process.stderr:
            self._coming.put(line)
        self._coming.put(None)

    def wait_for(self, event: str, holds: Callable[[dict[str, Any]], bool] | None = None) -> Any:
        """The next line of this event for which `holds` is true."""
        end = time.monotonic() + PATIENCE
        while True:
            try:
                line = self._coming.get(timeout=max(0.0, end - time.monotonic()))
            except queue.Empty:
                raise AssertionError(f"no `{event}` came; there were {self.lines}") from None
            if line is None:
                raise AssertionError(f"ended without `{event}`; there were {self.lines}")
            said = json.loads(line) if line.startswith("{") else {"event": "", "message": line}
            self.lines.append(said)
            if said["event"] == event and (holds is None or holds(said)):
                return said

    def rest(self) -> list[str]:
        """What it says from now to its end, as it stands in the log."""
        return list(iter(lambda: self._coming.get(timeout=PATIENCE), None))

    def end(self, number: int = signal.SIGTERM) -> tuple[int, float]:
        """Sends the signal: the exit code, and the seconds it took."""
        begun = time.monotonic()
        self.process.send_signal(number)
        code = self.process.wait(PATIENCE)
        return code, time.monotonic() - begun


@contextmanager
def daemon(shop: Shop, **environ: str) -> Generator[Daemon, None, None]:
    """A daemon over this shop; killed at the end if it still runs."""
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, str(shop.configuration)],
        cwd=ROOT,
        env={**os.environ, **environ},
        stderr=subprocess.PIPE,
        text=True,
    )
    living = Daemon(process)
    thread = threading.Thread(target=living.listen, daemon=True)
    thread.start()
    try:
        yield living
    finally:
        process.kill()
        process.wait(PATIENCE)
        thread.join(PATIENCE)
        assert process.stderr is not None
        process.stderr.close()
