"""A store of 10,000 metrics over two years, and evaluating all of it in a process of its own.

`python -m tests.bench.evaluating_store make FOLDER`, then `... judge FOLDER`: prints the wall
seconds of evaluating and publishing, and the peak memory in megabytes.
"""

from __future__ import annotations

import math
import resource
import sys
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from krtracker import settings
from krtracker.connector import Connector
from krtracker.connector import Options as QueryOptions
from krtracker.errors import UsageError
from krtracker.model import Metric, Outcome, Point, Pull, Workspace
from krtracker.periods import Span
from krtracker.store import Store, StorePaths
from krtracker.tracker import Tracker

METRICS = 10_000
DAYS = 730
BATCH = 250
LAST = date(2026, 11, 19)
FIRST = LAST - timedelta(days=DAYS - 1)
WORKSPACE = """\
name = "Bench"
timezone = "UTC"

[sources.log]
connector = "sql"
url = "sqlite:///none.sqlite"

[cycle]
id = "bench"
start = 2026-11-18
end = 2027-02-15

[cycle.status]
by = "pace"

[objectives.all]
title = "All of them"
"""
METRIC = """
[metrics.m{n}]
source = "log"
query = "select {n}"
history = "730d"

[key_results.m{n}]
objective = "all"
metric = "m{n}"
baseline = "previous 28d"
target = "+10%"
"""


class NoSources:
    """Nothing is asked here: what is judged is in the store already."""

    def open(self, source: str) -> Connector[QueryOptions]:
        raise UsageError(f"the bench asks no source, and not `{source}`")

    def query(self, metric: Metric) -> QueryOptions:
        raise UsageError(f"the bench asks no source for `{metric.id}`")

    def close(self) -> None:
        return None


def write_configuration(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "krtracker.toml"
    tables = (METRIC.format(n=number) for number in range(METRICS))
    path.write_text(WORKSPACE + "".join(tables), encoding="utf-8")
    return path


def points(number: int, span: Span) -> Iterator[Point]:
    """A wave with a weekly and a slow part; no two metrics the same."""
    for day in span:
        ordinal = day.toordinal()
        week, slow = math.sin(ordinal * 0.8976 + number), math.sin(ordinal / 90 + number / 7)
        yield Point(day, 1_000 + number + 100 * week + 50 * slow)


def pulls(workspace: Workspace, span: Span, now: datetime) -> Iterator[list[Pull]]:
    """What sources would have answered for the span, a batch a commit."""
    metrics = list(workspace.metrics.values())
    for start in range(0, METRICS, BATCH):
        yield [
            Pull(
                metric.id,
                metric.source,
                span,
                now,
                Outcome.OK,
                points=list(points(start + place, span)),
                query_digest=metric.query_digest,
            )
            for place, metric in enumerate(metrics[start : start + BATCH])
        ]


def make(folder: Path) -> None:
    """Two years but the newest day, judged once; then the newest day arrives."""
    workspace = settings.load(write_configuration(folder))
    before = datetime(2026, 11, 19, 8, tzinfo=UTC)
    now = before
    with Store.open(StorePaths(workspace.store_path), now=before) as store:
        for span in (Span(FIRST, LAST - timedelta(days=1)), Span(LAST, LAST)):
            for batch in pulls(workspace, span, now):
                store.commit(batch, now=now)
            if now == before:
                tracker(workspace, store, now).evaluate()
            now = before + timedelta(days=1)


def tracker(workspace: Workspace, store: Store, now: datetime) -> Tracker:
    return Tracker(workspace=workspace, store=store, sources=NoSources(), now=lambda: now)


def judge(folder: Path) -> None:
    workspace = settings.load(folder / "krtracker.toml")
    now = datetime(2026, 11, 20, 8, tzinfo=UTC)
    with Store.open(StorePaths(workspace.store_path), now=now) as store:
        one = tracker(workspace, store, now)
        started, cpu = time.perf_counter(), time.process_time()
        answers = one.evaluate()
        judged = time.perf_counter()
        one.publish()
        ended, spent = time.perf_counter(), time.process_time() - cpu
        known = store.reader().sql("select count(*) from krt.observations")[1][0][0]
    assert len(answers) == METRICS
    assert {one.data_day for one in answers} == {LAST}
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3
    print(judged - started, ended - judged, spent, peak, known)


if __name__ == "__main__":
    {"make": make, "judge": judge}[sys.argv[1]](Path(sys.argv[2]))
