"""A store of many metrics, and evaluating all of it in a process of its own.

`python -m tests.bench.evaluating_store make FOLDER KEY_RESULTS DAYS`, then `... judge FOLDER`, or
`... foretell FOLDER` where a tenth of the data changes between two rounds by forecast. Both print
the CPU seconds of evaluating and of storing and publishing, the peak memory in megabytes, how many
days are known and answers given, and how many of these have odds.
"""

from __future__ import annotations

import math
import resource
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from krtracker import settings
from krtracker.connector import Connector
from krtracker.connector import Options as QueryOptions
from krtracker.errors import UsageError
from krtracker.model import Metric, Outcome, Point, Pull, Workspace
from krtracker.periods import Span
from krtracker.store import Store, StorePaths
from krtracker.tracker import Tracker

BATCH = 250
LAST = date(2026, 11, 19)
NOW = datetime(2026, 11, 20, 8, tzinfo=UTC)
WORKSPACE = """\
name = "Bench"
timezone = "UTC"

[sources.log]
connector = "sql"
url = "sqlite:///none.sqlite"

[cycle]
id = "bench"
start = 2026-09-19
end = 2027-02-17

[cycle.status]
by = "{by}"

[objectives.all]
title = "All of them"
"""
"""Of every series 90 days are used, 28 for the baseline and 62 of the cycle; 90 are to come."""
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


def write_configuration(folder: Path, *, key_results: int, by: str = "pace") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "krtracker.toml"
    tables = (METRIC.format(n=number) for number in range(key_results))
    path.write_text(WORKSPACE.format(by=by) + "".join(tables), encoding="utf-8")
    return path


def points(number: int, span: Span, lift: float = 0.0) -> Iterator[Point]:
    """A wave with a weekly and a slow part; no two metrics the same."""
    for day in span:
        ordinal = day.toordinal()
        week, slow = math.sin(ordinal * 0.8976 + number), math.sin(ordinal / 90 + number / 7)
        yield Point(day, 1_000 + number + 100 * week + 50 * slow + lift)


def pulls(metrics: Sequence[Metric], span: Span, now: datetime, *, lift: float = 0.0) -> list[Pull]:
    """What sources would have answered for the span."""
    return [
        Pull(
            metric.id,
            metric.source,
            span,
            now,
            Outcome.OK,
            points=list(points(int(metric.id[1:]), span, lift)),
            query_digest=metric.query_digest,
        )
        for metric in metrics
    ]


def fill(store: Store, workspace: Workspace, span: Span, now: datetime) -> None:
    """Every metric's days, a batch a commit."""
    metrics = list(workspace.metrics.values())
    for start in range(0, len(metrics), BATCH):
        store.commit(pulls(metrics[start : start + BATCH], span, now), now=now)


def make(folder: Path, key_results: int, days: int) -> None:
    """All days but the newest, judged once; then the newest day arrives."""
    workspace = settings.load(write_configuration(folder, key_results=key_results))
    first, before = LAST - timedelta(days=days - 1), NOW - timedelta(days=1)
    with Store.open(StorePaths(workspace.store_path), now=before) as store:
        fill(store, workspace, Span(first, LAST - timedelta(days=1)), before)
        tracker(workspace, store, Clock(before)).evaluate()
        fill(store, workspace, Span(LAST, LAST), NOW)


class Timed(Store):
    """The store, which counts the CPU seconds that writing answers and publishing them take."""

    seconds = 0.0

    def save(self, *args: Any, **named: Any) -> datetime:
        begun = time.process_time()
        recorded = super().save(*args, **named)
        self.seconds += time.process_time() - begun
        return recorded

    def publish(self) -> None:
        begun = time.process_time()
        super().publish()
        self.seconds += time.process_time() - begun


def timed(workspace: Workspace) -> Timed:
    store = Timed.open(StorePaths(workspace.store_path), now=NOW)
    assert isinstance(store, Timed)
    return store


class Clock:
    """The time that the bench says it is."""

    def __init__(self, now: datetime) -> None:
        self.now = now


def tracker(workspace: Workspace, store: Store, clock: Clock) -> Tracker:
    return Tracker(workspace=workspace, store=store, sources=NoSources(), now=lambda: clock.now)


def judge(folder: Path) -> None:
    """The daily round: every key result has a new day."""
    workspace = settings.load(folder / "krtracker.toml")
    with closing(timed(workspace)) as store:
        measured(tracker(workspace, store, Clock(NOW)), store)


def foretell(folder: Path) -> None:
    """By forecast: everything is foretold, then a tenth of the metrics is restated."""
    names = settings.load(folder / "krtracker.toml").metrics
    workspace = settings.load(write_configuration(folder, key_results=len(names), by="forecast"))
    changed = list(workspace.metrics.values())[: len(names) // 10]
    with closing(timed(workspace)) as store:
        clock = Clock(NOW)
        one = tracker(workspace, store, clock)
        one.evaluate()
        clock.now, store.seconds = NOW + timedelta(hours=1), 0.0
        store.commit(pulls(changed, Span(LAST, LAST), clock.now, lift=50.0), now=clock.now)
        measured(one, store)


def measured(one: Tracker, store: Timed) -> None:
    """Evaluates and publishes, and prints what it cost and how many odds were stated."""
    started = time.process_time()
    answers = one.evaluate()
    one.publish()
    judged = time.process_time() - started - store.seconds
    known = store.reader().sql("select count(*) from krt.observations")[1][0][0]
    assert {answer.data_day for answer in answers} == {LAST}
    odds = sum(answer.probability is not None for answer in answers)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1e6 if MAC else 1e3)
    print(judged, store.seconds, peak, known, len(answers), odds)


MAC = sys.platform == "darwin"

if __name__ == "__main__":
    command, where, *sizes = sys.argv[1:]
    if command == "make":
        make(Path(where), *map(int, sizes))
    else:
        {"judge": judge, "foretell": foretell}[command](Path(where))
