"""krtracker's side of the collecting bench: collect, evaluate, publish, in one process.

`python -m tests.bench.collecting_tool CONFIGURATION NOW`; prints the CPU seconds of the work alone.
"""

from __future__ import annotations

import os
import sys
import time
from datetime import datetime
from pathlib import Path

from krtracker import settings, wiring
from krtracker.store import Store, StorePaths
from krtracker.tracker import Tracker
from tests.bench import events_source
from tests.bench.events_source import FIRST, LAST

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
    folder.mkdir(parents=True)
    parts = [WORKSPACE.format(source=source, start=LAST)]
    asked = events_source.metrics(metrics)
    parts += [METRIC.format(name=name, query=query) for name, query in asked.items()]
    path = folder / "krtracker.toml"
    path.write_text("".join(parts), encoding="utf-8")
    return path


def collect(configuration: Path, now: datetime) -> None:
    workspace = settings.load(configuration)
    with Store.open(StorePaths(workspace.store_path), now=now) as store:
        sources = wiring.sources(workspace, os.environ)
        tracker = Tracker(workspace=workspace, store=store, sources=sources, now=lambda: now)
        collected = tracker.collect()
        assert not collected.failed, collected.failed
        assert len(collected.runs) == len(workspace.metrics)
        assert collected.runs[0].window.first >= FIRST
        tracker.evaluate()
        tracker.publish()


if __name__ == "__main__":
    before = time.process_time()
    collect(Path(sys.argv[1]), datetime.fromisoformat(sys.argv[2]))
    print(time.process_time() - before)
