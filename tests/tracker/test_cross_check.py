"""The evaluator against an independent SQL formulation over the published views."""

from __future__ import annotations

import math
import random
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest

from krtracker import wiring
from krtracker.model import (
    Actual,
    Baseline,
    Cycle,
    KeyResult,
    KeyResultType,
    Kind,
    Metric,
    Outcome,
    Pace,
    Point,
    Pull,
    Refresh,
    StatusRule,
    Target,
    Workspace,
)
from krtracker.periods import ONE_DAY, Span
from krtracker.store import Snapshot, Store, StorePaths
from krtracker.tracker import Tracker
from tests.tracker.cross_check_sql import GOALS, KEPT, NUMBERS, PATHS, TAKEN, WINDOWS

TODAY = date(2026, 11, 20)
NOW = datetime.combine(TODAY, time(12), UTC)
CYCLE = Span(date(2026, 10, 1), date(2026, 12, 31))
HISTORY = Span(date(2025, 7, 1), TODAY - ONE_DAY)
METRICS, KEY_RESULTS = 40, 1250

LEVELS = {
    "last": Actual("last", 0, "last"),
    "7d mean": Actual("mean", 7, "7d mean"),
    "28d mean": Actual("mean", 28, "28d mean"),
    "28d run rate": Actual("run_rate", 28, "28d run rate"),
    "cycle max": Actual("cycle_max", 0, "cycle max"),
    "cycle min": Actual("cycle_min", 0, "cycle min"),
    "cycle p90": Actual("cycle_percentile", 90, "cycle p90"),
    "last 5": Actual("last_n", 5, "last 5"),
}
RATES = {
    "7d weighted mean": Actual("weighted_mean", 7, "7d weighted mean"),
    "28d weighted mean": Actual("weighted_mean", 28, "28d weighted mean"),
}
TOTAL = Actual("cycle_sum", 0, "cycle sum")


def metric(n: int) -> Metric:
    """Every third one is a rate with weights."""
    rate = n % 3 == 0
    return Metric(
        id=f"m{n}",
        title=f"M{n}",
        kind=Kind.RATIO if rate else Kind.NUMBER,
        source="db",
        zone="UTC",
        refresh=Refresh("daily 06:00"),
        actual=RATES["7d weighted mean"] if rate else LEVELS["7d mean"],
        stale_after=10,
    )


def pull(one: Metric, rng: random.Random) -> Pull:
    """A noisy weekly pattern with a trend and a few days missing."""
    level, trend = rng.uniform(50, 5000), rng.uniform(-0.5, 1.5)
    points = []
    for n, day in enumerate(HISTORY):
        if rng.random() < 0.03:
            continue
        weekend = 0.6 if day.weekday() > 4 else 1.0
        value = level * weekend * rng.uniform(0.8, 1.2) * (1 + trend * n / HISTORY.days)
        if one.kind is Kind.RATIO:
            count = rng.randint(0, 400)
            hits = rng.randint(0, count)
            points.append(Point(day, hits / count if count else 0.0, float(count)))
        else:
            points.append(Point(day, value))
    return Pull(one.id, "db", HISTORY, NOW, Outcome.OK, points, query_digest="q")


def span_of(rng: random.Random) -> Span:
    first = CYCLE.first + timedelta(days=rng.choice([0, 0, 5, 20]))
    return Span(first, CYCLE.last - timedelta(days=rng.choice([0, 0, 14, 45])))


def baseline_of(rng: random.Random, span: Span, *, rate: bool, total: bool) -> Baseline:
    kind = rng.choice(["fixed", "previous", "mean", "same_period_last_year"])
    if kind == "fixed":
        value = rng.uniform(0.05, 0.2) if rate else rng.uniform(10, 2000)
        return Baseline("fixed", value, text=repr(value))
    if kind == "previous":
        days = rng.choice([28, 56] if total else [7, 28])
        return Baseline("previous", days=days, text=f"previous {days}d")
    if kind == "mean":
        first = span.first - timedelta(days=rng.choice([30, 63]))
        window = Span(first, first + timedelta(days=27))
        return Baseline("mean", span=window, text=f"{window.first} to {window.last}")
    return Baseline("same_period_last_year", text="same period last year")


def target_of(rng: random.Random, *, rate: bool, total: bool) -> Target:
    kind = rng.choice(["reach", "percent", "change"])
    if kind == "percent":
        share = rng.uniform(1, 80)
        return Target("percent", share, text=f"+{share!r}%")
    value = rng.uniform(0.01, 0.3) if rate else rng.uniform(10, 3000)
    if kind == "change":
        return Target("change", value, text=f"+{value!r}")
    value = 0.9 + value / 10 if rate else value * (400 if total else 12) + 20_000
    return Target("reach", value, text=repr(value))


def pace_of(rng: random.Random, span: Span, *, total: bool) -> Pace:
    kinds = ["linear", "s-curve", "step", "weekday" if total else "geometric"]
    kind = rng.choice([*kinds, "last-year"] if total else kinds)
    if kind == "step":
        day = span.first + timedelta(days=rng.randint(0, 60))
        return Pace("step", step=day, text=f"step {day}")
    return Pace(kind, text=kind)


def key_result(n: int, rng: random.Random) -> KeyResult:
    of = metric(rng.randrange(METRICS))
    rate = of.kind is Kind.RATIO
    total = not rate and rng.random() < 0.4
    span = span_of(rng)
    actual = TOTAL if total else rng.choice(list((RATES if rate else LEVELS).values()))
    return KeyResult(
        id=f"q/kr{n}",
        name=f"kr{n}",
        cycle="q",
        title="",
        span=span,
        metric=of.id,
        actual=actual,
        baseline=baseline_of(rng, span, rate=rate, total=total),
        target=target_of(rng, rate=rate, total=total),
        pace=pace_of(rng, span, total=total),
    )


def kept(n: int, rng: random.Random) -> KeyResult:
    """A goal to be kept on a metric without weights, on a share of days."""
    of = rng.choice([one for one in range(METRICS) if one % 3])
    bound = rng.uniform(50, 5000)
    return KeyResult(
        id=f"q/keep{n}",
        name=f"keep{n}",
        cycle="q",
        title="",
        span=span_of(rng),
        metric=f"m{of}",
        type=rng.choice([KeyResultType.KEEP_ABOVE, KeyResultType.KEEP_BELOW]),
        target=Target("reach", bound, text=repr(bound)),
        share=0.9,
    )


@pytest.fixture(scope="module")
def snapshot(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Snapshot]:
    """A store with two years of 40 metrics, judged once and published."""
    folder, rng = tmp_path_factory.mktemp("cross"), random.Random(20261120)
    metrics = {one.id: one for one in map(metric, range(METRICS))}
    goals = [key_result(n, rng) for n in range(KEY_RESULTS)]
    goals += [kept(n, rng) for n in range(200)]
    workspace = company(folder, metrics, goals)
    paths = StorePaths(workspace.store_path)
    with Store.open(paths, now=NOW) as store:
        store.commit([pull(one, rng) for one in metrics.values()], now=NOW)
        sources = wiring.sources(workspace, {})
        tracker = Tracker(workspace=workspace, store=store, sources=sources, now=lambda: NOW)
        tracker.evaluate()
        tracker.publish()
    with Snapshot.open(paths.published) as opened:
        yield opened


def company(folder: Path, metrics: dict[str, Metric], goals: list[KeyResult]) -> Workspace:
    return Workspace(
        folder=folder,
        file=folder / "krtracker.toml",
        name="Cross",
        zone="UTC",
        store_path=folder / "krtracker.duckdb",
        digest="c1",
        metrics=metrics,
        cycles={"q": Cycle("q", "Q", CYCLE, status=StatusRule(by="pace"))},
        key_results={one.id: one for one in goals},
        files={"krtracker.toml": ""},
    )


def close(x: float | None, y: float | None) -> bool:
    if x is None or y is None:
        return x is y
    return math.isclose(x, y, rel_tol=1e-9, abs_tol=1e-9)


def test_a_thousand_random_key_results_are_the_same_in_sql(snapshot: Snapshot) -> None:
    for script in (GOALS, WINDOWS, TAKEN, NUMBERS):
        snapshot.sql(script)
    names, rows = snapshot.sql(PATHS)
    by_sql = {row[0]: dict(zip(names[1:], row[1:], strict=True)) for row in rows}
    columns, judged = snapshot.sql(
        "select key_result, actual, baseline, target, progress, expected from krt.key_results "
        "where type = 'baseline-to-target' and status <> 'invalid'"
    )
    wrong: dict[str, Any] = {}
    for key, *said in judged:
        ours = dict(zip(columns[1:], said, strict=True))
        theirs = by_sql[key]
        if not all(close(ours[name], theirs[name]) for name in ours):
            wrong[key] = (ours, theirs)
    assert wrong == {}
    assert len(judged) >= 1000
    assert sum(row[4] is not None for row in judged) >= 950


def test_two_hundred_goals_to_be_kept_are_the_same_in_sql(snapshot: Snapshot) -> None:
    by_sql = {row[0]: row[1:] for row in snapshot.sql(KEPT)[1]}
    _, judged = snapshot.sql(
        "select key_result, bad_days, compliance, progress, actual from krt.key_results "
        "where type like 'keep-%'"
    )
    assert len(judged) == 200
    assert [key for key, *said in judged if not all(map(close, said, by_sql[key]))] == []
