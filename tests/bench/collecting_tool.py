"""krtracker's side of the collecting bench: collect, evaluate, publish, in one process.

`python -m tests.bench.collecting_tool FOLDER METRICS`: backfills, then collects day by day as its
daemon does, and prints the CPU seconds of the backfill and of each day.
"""

from __future__ import annotations

import os
import sys
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

from krtracker import settings, wiring
from krtracker.store import Store, StorePaths
from krtracker.tracker import Tracker
from tests.bench import events_source
from tests.bench.events_source import FIRST, LAST, NEXT, a_day_passes
from tests.bench.measured import spent

WORKSPACE = """\
name = "Bench"
timezone = "UTC"

[sources.log]
connector = "sql"
url = "sqlite:///{source}"

[cycle]
id = "bench"
start = {start}
end = 2026-12-31

[cycle.status]
by = "pace"

[objectives.all]
title = "All of them"
"""
METRIC = """
[metrics.{name}]
kind = "count"
source = "log"
additive = false
settles_in = "3d"
history = "365d"
query = \"\"\"{query}\"\"\"

[key_results.{name}]
objective = "all"
metric = "{name}"
baseline = 4
target = 8
"""


def write_configuration(folder: Path, source: Path, metrics: int) -> Path:
    """A key result on each metric, in a cycle that began with the newest day."""
    folder.mkdir(parents=True, exist_ok=True)
    parts = [WORKSPACE.format(source=source, start=LAST)]
    asked = events_source.metrics(metrics)
    parts += [METRIC.format(name=name, query=query) for name, query in asked.items()]
    path = folder / "krtracker.toml"
    path.write_text("".join(parts), encoding="utf-8")
    return path


def morning_after(day: date) -> datetime:
    return datetime.combine(day + timedelta(days=1), time(8), UTC)


def costs(here: Path, metrics: int) -> list[float]:
    """CPU seconds of the backfill, the start of the process with it, and of each day after it."""
    workspace = settings.load(write_configuration(here, here / "events.sqlite", metrics))
    today = [LAST]
    with Store.open(StorePaths(workspace.store_path), now=morning_after(LAST)) as store:
        sources = wiring.sources(workspace, os.environ)
        tracker = Tracker(
            workspace=workspace,
            store=store,
            sources=sources,
            now=lambda: morning_after(today[0]),
        )
        collect(tracker)
        found = [spent()]
        for today[0] in NEXT:
            a_day_passes(here / "events.sqlite", today[0])
            before = spent()
            collect(tracker)
            found.append(spent() - before)
        return found


def collect(tracker: Tracker) -> None:
    collected = tracker.collect()
    assert not collected.failed, collected.failed
    assert len(collected.runs) == len(tracker.workspace.metrics)
    assert collected.runs[0].window.first >= FIRST
    tracker.evaluate()
    tracker.publish()


if __name__ == "__main__":
    print(*costs(Path(sys.argv[1]), int(sys.argv[2])))
