"""Collecting 1, 50 and 500 daily metrics against a careful hand-written script, in the same run.

`python -m pytest -m bench -s tests/bench/collecting.py`; KRTRACKER_BENCH=short leaves out the 500.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import duckdb
import pytest

from tests.bench.collecting_tool import write_configuration
from tests.bench.events_source import FIRST, LAST, NEXT, add_a_day, make_events
from tests.bench.measured import Cost, cost_of, python

pytestmark = [pytest.mark.bench, pytest.mark.timeout(900)]
ROUNDS = {1: 3, 50: 3, 500: 1}
METRICS = (1, 50) if os.environ.get("KRTRACKER_BENCH") == "short" else (1, 50, 500)
WINDOW = timedelta(days=7)
"""What is read again on a day: settled after 3 days, and 4 more."""


@dataclass(frozen=True)
class Compared:
    """The cheapest of the rounds of either side."""

    script: Cost
    tool: Cost

    @property
    def cpu(self) -> float:
        return self.tool.cpu / self.script.cpu

    @property
    def memory(self) -> float:
        return self.tool.memory / self.script.memory

    def __str__(self) -> str:
        return (
            f"script {self.script.cpu:6.2f} s {self.script.memory:5.0f} MB   "
            f"krtracker {self.tool.cpu:6.2f} s {self.tool.memory:5.0f} MB   "
            f"CPU x {self.cpu:4.2f}   memory x {self.memory:4.2f}"
        )


def cheapest(costs: Sequence[Cost]) -> Cost:
    return Cost(min(one.cpu for one in costs), min(one.memory for one in costs), costs[-1].output)


@pytest.fixture(scope="module")
def compared(tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, int], Compared]:
    """By step ("backfill", "a day more") and number of metrics."""
    folder = tmp_path_factory.mktemp("collecting")
    source = make_events(folder / "events.sqlite")
    found = {("backfill", metrics): compare(source, metrics, (FIRST, LAST)) for metrics in METRICS}
    add_a_day(source)
    window = (NEXT - WINDOW, NEXT)
    found |= {("a day more", metrics): compare(source, metrics, window) for metrics in METRICS}
    for (step, metrics), one in found.items():
        print(f"\n{step:10} {metrics:3} metrics   {one}", end="")
    return found


def compare(source: Path, metrics: int, window: tuple[date, date]) -> Compared:
    """Both sides in turn; a later window goes on in the folders of the first."""
    costs = []
    for turn in range(ROUNDS[metrics]):
        here = source.parent / f"{metrics}-{turn}"
        if not here.exists():
            write_configuration(here, source, metrics)
        costs.append(run_both(source, here, metrics=metrics, window=window))
    script, tool = zip(*costs, strict=True)
    return Compared(cheapest(script), cheapest(tool))


def run_both(
    source: Path, here: Path, *, metrics: int, window: tuple[date, date]
) -> tuple[Cost, Cost]:
    """One run of the script, one of krtracker on the morning after the window's last day."""
    first, last = window
    words = [str(source), str(here / "script.duckdb"), str(metrics), str(first), str(last)]
    now = f"{last + timedelta(days=1)}T08:00:00+00:00"
    tool = python("-m", "tests.bench.collecting_tool", str(here / "krtracker.toml"), now)
    return cost_of(python("-m", "tests.bench.collecting_script", *words)), cost_of(tool)


LIMITS = {("backfill", 50): 1.5, ("backfill", 500): 1.5, ("a day more", 50): 1.6}
LIMITS[("a day more", 500)] = 2.0


@pytest.mark.parametrize(("step", "metrics"), [key for key in LIMITS if key[1] in METRICS])
def test_collecting_costs_little_more_than_a_script(
    compared: dict[tuple[str, int], Compared], step: str, metrics: int
) -> None:
    assert compared[step, metrics].cpu <= LIMITS[step, metrics]


@pytest.mark.parametrize("step", ["backfill", "a day more"])
def test_memory_stays_within_one_and_a_half_of_the_script(
    compared: dict[tuple[str, int], Compared], step: str
) -> None:
    assert max(compared[step, metrics].memory for metrics in METRICS) <= 1.5


def test_both_sides_know_the_same_numbers_and_the_same_revisions(tmp_path: Path) -> None:
    source = make_events(tmp_path / "events.sqlite", events=100_000)
    here = tmp_path / "both"
    write_configuration(here, source, 20)
    run_both(source, here, metrics=20, window=(FIRST, LAST))
    add_a_day(source)
    run_both(source, here, metrics=20, window=(NEXT - WINDOW, NEXT))
    asked = "select metric, day, value from {} order by metric, day, recorded_at"
    with duckdb.connect(str(here / "script.duckdb"), read_only=True) as store:
        by_hand = store.sql(asked.format("observations")).fetchall()
    with duckdb.connect(str(here / "data" / "krtracker.duckdb"), read_only=True) as store:
        ours = store.sql(asked.format("krt.observation_history")).fetchall()
    assert len(by_hand) > 3_000
    assert ours == by_hand
