"""The odds each method gives a target: ours by the front door, the others' by their paths."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import date
from pathlib import Path

import numpy as np

from krtracker.evaluation import Question, forecast_of
from krtracker.model import (
    Actual,
    Baseline,
    Cycle,
    Forecast,
    KeyResult,
    Kind,
    Metric,
    NoForecast,
    Refresh,
    Series,
    Target,
)
from krtracker.periods import Span
from tests.bench.forecast_peers import PATHS, filled
from tests.bench.forecast_series import HORIZONS, Array, Origin, level

PEERS = {"autoets": "statsforecast", "prophet": "prophet"}
DAYS = max(HORIZONS)


def asked(origin: Origin, days: int, target: float, *, total: bool) -> Question:
    """The key result that ends `days` after the origin, asked on the morning after the origin."""
    kind, today = Kind(origin.series.kind), date.fromordinal(origin.day + 1)
    how = Actual("cycle_sum") if total else Actual("mean", 7)
    if kind is Kind.RATIO:
        how = Actual("weighted_mean", 7)
    metric = Metric("m", "M", kind, "db", "UTC", Refresh("daily 06:00"), how)
    span = Span(today, date.fromordinal(origin.day + days))
    start = Baseline("fixed", 0.0 if total else level(origin.series.values, origin.at))
    name = f"q/{origin.series.name}"
    key_result = KeyResult(
        name, "kr", "q", "A goal", span, baseline=start, target=Target("reach", target)
    )
    known = np.flatnonzero(np.isfinite(origin.past))
    series = Series(
        (known + origin.day - origin.history + 1).tolist(),
        origin.past[known].tolist(),
        [1.0] * len(known) if kind is Kind.RATIO else None,
    )
    return Question(key_result, metric, Cycle("q", "Q", span), today, True, series)


def foretold(origin: Origin, days: int, target: float, *, total: bool) -> Forecast | NoForecast:
    """What krtracker says."""
    return forecast_of(asked(origin, days, target, total=total))


def endings(paths: Array, origin: Origin, days: int, *, total: bool) -> Array:
    """The outcome of each path, on the days that will have a value."""
    open_days = origin.open_days(days)
    ahead = np.maximum(paths[:, :days], 0.0 if np.nanmin(origin.past) >= 0 else -np.inf)
    if total:
        return np.asarray(ahead[:, open_days].sum(axis=1))
    return np.asarray(ahead[:, -7:][:, open_days[-7:]].mean(axis=1))


def pace_line(origin: Origin) -> Array:
    """What OKR tools do: the straight line of the last four weeks, drawn on; no spread."""
    past = filled(origin.past)
    start, now = past[-28:-21].mean(), past[-7:].mean()
    ahead = now + (now - start) / 21 * (np.arange(DAYS) + 4)
    # A total goes on at the mean rate so far; that is the line of its own sum.
    return np.stack([ahead, np.full(DAYS, past[-28:].mean())])


def seasonal_naive(origin: Origin) -> Array:
    """Last week again and again, plus whole weeks of what weeks differed by so far."""
    past, random = filled(origin.past), np.random.RandomState(1)
    changes = past[7:] - past[:-7]
    weeks = -(-DAYS // 7)
    runs = np.lib.stride_tricks.sliding_window_view(changes, 7)
    drawn = runs[random.randint(0, len(runs), (PATHS, weeks))]
    return np.asarray((past[-7:] + np.cumsum(drawn, axis=1)).reshape(PATHS, -1)[:, :DAYS])


def environment() -> Path:
    """A Python that has the peers: made once, kept beside pip's own cache."""
    home = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    folder = Path(os.environ.get("KRTRACKER_PEERS") or home / "krtracker-bench" / "forecast-peers")
    python = folder / "bin" / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
    installs = [str(python), "-m", "pip", "install", "--quiet", *PEERS.values()]
    probe = [str(python), "-c", "import statsforecast, prophet"]
    if subprocess.run(probe, capture_output=True, check=False).returncode:
        subprocess.run(installs, check=True)
    return python


def peer_paths(name: str, origins: list[Origin], folder: Path) -> tuple[Array, float]:
    """A peer's paths for all origins, and its CPU seconds for one."""
    cases, out = folder / "cases.npz", folder / f"{name}.npz"
    histories = np.full((len(origins), max(one.history for one in origins)), np.nan)
    for row, one in zip(histories, origins, strict=True):
        row[-one.history :] = one.past
    lengths = np.asarray([one.history for one in origins])
    ends = np.asarray([one.day for one in origins])
    np.savez(cases, histories=histories, lengths=lengths, ends=ends, days=DAYS)
    script = Path(__file__).with_name("forecast_peers.py")
    subprocess.run([str(environment()), str(script), name, str(cases), str(out)], check=True)
    with np.load(out) as made:
        return made["paths"].astype(float), float(made["seconds"])
