"""Standard metrics over ten million events in DuckDB, against the plain query and against pandas.

`python -m pytest -m bench -s tests/bench/standard.py`; KRTRACKER_BENCH=short takes a million.
Against other SQL, costs are CPU seconds of all threads, the least of three rounds. Against pandas
they are seconds on the wall, as a person waits; a peer reads once, by DuckDB, the columns it needs.
The file is opened within the time taken, always.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Sequence
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pytest

from krtracker import registry
from krtracker.connector import Answer, Ask, Deadline, Window
from tests.bench.standard_events import FIRST, LAST, generate
from tests.bench.standard_peer import PEERS, Numbers

pytestmark = [pytest.mark.bench, pytest.mark.timeout(900)]
EVENTS = 1_000_000 if os.environ.get("KRTRACKER_BENCH") == "short" else 10_000_000
YEAR = Window(FIRST, LAST)
PLAIN = """
select cast(ts as date), count(distinct user_id) from events
where ts >= $first and ts < $end group by 1 order by 1
"""
Question = tuple[str, dict[str, Any]]
STARTS = {"start_event": "sign_up", "goal_event": "publish"}
ASKED: dict[str, Question] = {
    **{name: (name, {}) for name in PEERS if " " not in name},
    **{f"retention day {n}": ("retention", {"day": n}) for n in (1, 7, 30)},
    "activation": ("activation", STARTS),
}
EVERYTHING: tuple[Question, ...] = (
    *ASKED.values(),
    ("session_duration", {"statistic": "median"}),
    ("conversion", STARTS),
)


@pytest.fixture(scope="module")
def events(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return generate(tmp_path_factory.mktemp("standard") / "events.duckdb", EVENTS)


def asked(path: Path, questions: Iterable[Question], window: Window = YEAR) -> list[Answer]:
    """What the connector says, all questions in one fetch."""
    kind = registry.load("sql")
    table = {"table": "events", "user": "user_id", "time": "ts", "event": "name"}
    connector = kind(
        kind.SourceOptions.model_validate({"url": f"duckdb:///{path}", "events": table})
    )
    made = [
        kind.QueryOptions.model_validate({"standard": name, **options})
        for name, options in questions
    ]
    answers = list(connector.fetch([Ask(one, window) for one in made], Deadline(600)))
    connector.close()
    failed = [one for one in answers if not isinstance(one, Answer)]
    assert not failed, failed
    return [one for one in answers if isinstance(one, Answer)]


def plain(path: Path) -> list[Any]:
    """Distinct users a day as anyone would write it."""
    with duckdb.connect(str(path), read_only=True) as database:
        return database.execute(PLAIN, {"first": FIRST, "end": YEAR.end}).fetchall()


def by_pandas(path: Path, names: Sequence[str]) -> list[Numbers]:
    """The same metrics by pandas alone, from one reading of what they need."""
    peers = [PEERS[name] for name in names]
    columns = sorted({column for one in peers for column in one.columns})
    low = FIRST - timedelta(days=max(one.before for one in peers))
    high = YEAR.end + timedelta(days=max(one.after for one in peers))
    read = f"select {', '.join(columns)} from events where ts >= $low and ts < $high"
    with duckdb.connect(str(path), read_only=True) as database:
        rows = database.execute(read, {"low": low, "high": high}).df()
    return [one.answer(rows, pd.date_range(FIRST, LAST)) for one in peers]


def cost(
    work: Callable[[], object],
    rounds: int = 3,
    clock: Callable[[], float] = time.process_time,
) -> float:
    """Seconds of the cheapest round, by default of the CPU."""
    spent = []
    for _ in range(rounds):
        began = clock()
        work()
        spent.append(clock() - began)
    return min(spent)


@pytest.fixture(scope="module")
def dau_cost(events: Path) -> float:
    return cost(lambda: asked(events, [("dau", {})]))


def shown(what: str, one: float, other: float, *, against: str) -> float:
    """Prints and gives how many times as much the one costs."""
    print(f"\n  {what:34} {one:7.3f} s   {against} {other:7.3f} s   x {one / other:5.2f}", end="")
    return one / other


def test_dau_costs_little_more_than_counting_distinct_users(events: Path, dau_cost: float) -> None:
    print(f"\n\n{EVENTS:,} events in DuckDB, a year of days")
    assert shown("dau", dau_cost, cost(lambda: plain(events)), against="plain query") <= 1.5


def test_mau_costs_at_most_four_times_dau(events: Path, dau_cost: float) -> None:
    mau = cost(lambda: asked(events, [("mau", {})]))
    assert shown("mau", mau, dau_cost, against="dau") <= 4


def test_three_retentions_cost_at_most_six_times_dau(events: Path, dau_cost: float) -> None:
    three = [("retention", {"day": n}) for n in (1, 7, 30)]
    retention = cost(lambda: asked(events, three))
    assert shown("retention day 1, 7 and 30", retention, dau_cost, against="dau") <= 6


def test_together_they_cost_at_most_half(events: Path) -> None:
    together = cost(lambda: asked(events, EVERYTHING), rounds=2)
    alone = sum(cost(partial(asked, events, [one]), rounds=2) for one in EVERYTHING)
    assert shown("all of them in one fetch", together, alone, against="one by one") <= 0.5


@pytest.mark.parametrize("name", PEERS)
def test_pandas_says_the_same_and_takes_longer(events: Path, name: str) -> None:
    given = numbers(asked(events, [ASKED[name]])[0].points)
    assert given == pytest.approx(by_pandas(events, [name])[0], rel=1e-9)
    assert faster(events, [name], rounds=1) > 1


@pytest.mark.parametrize(
    "names", [["dau"], ["mau"], [f"retention day {n}" for n in (1, 7, 30)], list(PEERS)]
)
def test_pandas_takes_at_least_five_times_as_long(events: Path, names: list[str]) -> None:
    assert faster(events, names, rounds=3) >= 5


def faster(events: Path, names: list[str], *, rounds: int) -> float:
    """How many times as long pandas takes, on the wall."""
    questions = [ASKED[name] for name in names]
    ours = cost(partial(asked, events, questions), rounds, clock=time.perf_counter)
    theirs = cost(partial(by_pandas, events, names), rounds, clock=time.perf_counter)
    what = names[0] if len(names) == 1 else f"{names[0]} and {len(names) - 1} more"
    return shown(f"{what}: pandas", theirs, ours, against="krtracker")


def numbers(points: Sequence[Any]) -> dict[date, float]:
    """By day; of growth the retained alone, as the peer gives."""
    return {one.day: one.value for one in points if one.segment in {"", "retained"}}
