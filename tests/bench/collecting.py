"""Collecting 1, 50 and 500 daily metrics against a careful hand-written script, in the same run.

`python -m pytest -m bench -s tests/bench/collecting.py`; KRTRACKER_BENCH=short leaves out the 500.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import timedelta
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


def cheapest(costs: list[Cost]) -> Cost:
    return Cost(min(one.cpu for one in costs), min(one.memory for one in costs), costs[-1].output)


@pytest.fixture(scope="module")
def compared(tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, int], Compared]:
    """By step ("backfill", "a day more") and number of metrics."""
    folder = tmp_path_factory.mktemp("collecting")
    source = make_events(folder / "events.sqlite")
    costs: dict[tuple[str, int], tuple[list[Cost], list[Cost]]] = {}
    for step, first, last in (("backfill", FIRST, LAST), ("a day more", NEXT - WINDOW, NEXT)):
        if step == "a day more":
            add_a_day(source)
        now = f"{last + timedelta(days=1)}T08:00:00+00:00"
        for metrics in METRICS:
            for turn in range(ROUNDS[metrics]):
                here = folder / f"{metrics}-{turn}"
                if step == "backfill":
                    write_configuration(here, source, metrics)
                words = [str(source), str(here / "script.duckdb"), str(metrics)]
                script = python(
                    "-m", "tests.bench.collecting_script", *words, str(first), str(last)
                )
                tool = python(
                    "-m", "tests.bench.collecting_tool", str(here / "krtracker.toml"), now
                )
                both = costs.setdefault((step, metrics), ([], []))
                both[0].append(cost_of(script))
                both[1].append(cost_of(tool))
    found = {key: Compared(cheapest(one), cheapest(other)) for key, (one, other) in costs.items()}
    for (step, metrics), one in found.items():
        print(f"\n{step:10} {metrics:3} metrics   {one}", end="")
    return found


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
    configuration = write_configuration(tmp_path / "tool", source, 20)
    script = str(tmp_path / "script.duckdb")
    for first, last in ((FIRST, LAST), (NEXT - WINDOW, NEXT)):
        if last == NEXT:
            add_a_day(source)
        words = [str(source), script, "20", str(first), str(last)]
        cost_of(python("-m", "tests.bench.collecting_script", *words))
        now = f"{last + timedelta(days=1)}T08:00:00+00:00"
        cost_of(python("-m", "tests.bench.collecting_tool", str(configuration), now))
    with duckdb.connect(script, read_only=True) as store:
        order = "order by metric, day, recorded_at"
        by_hand = store.sql(f"select metric, day, value from observations {order}").fetchall()
    with duckdb.connect(str(tmp_path / "tool" / "data" / "krtracker.duckdb"), read_only=True) as kr:
        ours = kr.sql(f"select metric, day, value from krt.observation_history {order}").fetchall()
    assert len(by_hand) > 3_000
    assert ours == by_hand
