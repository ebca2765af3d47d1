"""A store of many metrics, and evaluating all of it in a process of its own.

`python -m tests.bench.evaluating_store make FOLDER KEY_RESULTS DAYS`, then `... judge FOLDER`; or
`... foretell-all FOLDER`, after which a tenth of the data changes, and `... foretell FOLDER`. Judge
and foretell print CPU seconds of the answers alone and of the whole round with warnings, storing
and publishing, the peak memory in megabytes, days known, answers given, and odds among them.
"""

from __future__ import annotations

import gc
import math
import resource
import sys
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from krtracker import settings
from krtracker.connector import Connector
from krtracker.connector import Options as QueryOptions
from krtracker.errors import UsageError
from krtracker.model import Metric, Outcome, Point, Pull, Workspace
from krtracker.periods import Span
from krtracker.store import Store, StorePaths
from krtracker.tracker import Tracker, judging
from krtracker.tracker.docket import docket
from krtracker.tracker.judging import judge_objectives, round_of
from krtracker.tracker.questions import read_material

BATCH = 250
LAST = date(2026, 11, 19)
NOW = datetime(2026, 11, 20, 8, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)
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


class Clock:
    """The time that the bench says it is."""

    def __init__(self, now: datetime) -> None:
        self.now = now


def tracker(workspace: Workspace, store: Store, clock: Clock) -> Tracker:
    return Tracker(workspace=workspace, store=store, sources=NoSources(), now=lambda: clock.now)


def judge(folder: Path) -> None:
    """The daily round, every key result with a new day: the answers alone, then all of it."""
    workspace = settings.load(folder / "krtracker.toml")
    with Store.open(StorePaths(workspace.store_path), now=NOW) as store:
        seconds = answered(workspace, store)
        measured(tracker(workspace, store, Clock(NOW)), store, seconds)


def answered(workspace: Workspace, store: Store) -> float:
    """CPU seconds from the store to the answers: reading, R1 to R17, roll-ups; nothing is kept."""
    warm()
    gc.disable()
    begun = time.process_time()
    whole, reader = docket(workspace), store.reader()
    material = read_material(reader, whole.asked, more=whole.unmeasured)
    asked = round_of(whole, material, now=NOW)
    answers = judging.judge(asked, material.votes)
    objectives = judge_objectives(asked, answers, reader.objective_votes())
    spent = time.process_time() - begun
    gc.enable()
    assert (len(answers), len(objectives)) == (len(workspace.key_results), 1)
    return spent


def warm() -> None:
    """A daemon has loaded NumPy long before, and collects no garbage while it judges."""
    import numpy as np

    assert np.__version__


def by_forecast(folder: Path) -> Workspace:
    names = settings.load(folder / "krtracker.toml").metrics
    return settings.load(write_configuration(folder, key_results=len(names), by="forecast"))


def foretell_all(folder: Path) -> None:
    """Everything is foretold once, as on the first day; then a tenth of the metrics is restated."""
    workspace = by_forecast(folder)
    changed = list(workspace.metrics.values())[: len(workspace.metrics) // 10]
    with Store.open(StorePaths(workspace.store_path), now=NOW) as store:
        tracker(workspace, store, Clock(NOW)).evaluate()
        store.commit(pulls(changed, Span(LAST, LAST), LATER, lift=50.0), now=LATER)


def foretell(folder: Path) -> None:
    """The round after that, by a daemon that was started in between."""
    workspace = settings.load(folder / "krtracker.toml")
    warm()
    with Store.open(StorePaths(workspace.store_path), now=LATER) as store:
        measured(tracker(workspace, store, Clock(LATER)), store)


def measured(one: Tracker, store: Store, seconds: float = math.nan) -> None:
    """Evaluates and publishes, and prints `seconds`, what the round cost, and what was said.

    What was published the day before is there, with the constant file beside it (made once).
    """
    one.publish()
    started = time.process_time()
    answers = one.evaluate()
    one.publish()
    whole = time.process_time() - started
    known = store.reader().sql("select count(*) from krt.observations")[1][0][0]
    assert {answer.data_day for answer in answers} == {LAST}
    odds = sum(answer.probability is not None for answer in answers)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1e6 if MAC else 1e3)
    print(seconds, whole, peak, known, len(answers), odds)


MAC = sys.platform == "darwin"

if __name__ == "__main__":
    command, where, *sizes = sys.argv[1:]
    if command == "make":
        make(Path(where), *map(int, sizes))
    else:
        done = {"judge": judge, "foretell-all": foretell_all, "foretell": foretell}
        done[command](Path(where))
