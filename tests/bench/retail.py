"""A real shop, 1,067,371 invoice lines, in SQLite and PostgreSQL: krtracker against pandas.

Five cycles of key results are backfilled, evaluated with `--day` for each day of 2011-Q3, and each
number compared with one computed by pandas alone. `pytest -m bench -s tests/bench/retail.py`
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

import pandas as pd
import pytest

from krtracker import settings, wiring
from krtracker.model import Evaluation
from krtracker.periods import Span
from krtracker.store import Store, StorePaths
from krtracker.tracker import Tracker, answer_day
from tests.bench.retail_company import (
    CYCLES,
    FIRST,
    LAST,
    TOTALS,
    Shop,
    fill_postgres,
    fill_sqlite,
    invoice_file,
    peer,
    peer_answers,
)
from tests.bench.retail_peer import Expected, read_lines

pytestmark = [pytest.mark.bench, pytest.mark.timeout(900)]
NOW = datetime(2011, 12, 10, 9, tzinfo=UTC)
CYCLE = "2011-q3"
DAYS = list(Span(*CYCLES[CYCLE]))
SQLITE_DAY, POSTGRES_DAY = "date(at)", "cast(at as date)"
NUMBERS = ("actual", "baseline", "target", "progress", "expected")
PACE = {"on_track", "at_risk", "off_track"}


@dataclass(frozen=True)
class Answered:
    """What krtracker says at the end of each day of the cycle, by short id."""

    by_day: dict[date, dict[str, Evaluation]]
    observations: int


@pytest.fixture(scope="module")
def lines() -> pd.DataFrame:
    return read_lines(invoice_file())


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def answered(
    request: pytest.FixtureRequest,
    lines: pd.DataFrame,
    tmp_path_factory: pytest.TempPathFactory,
) -> Answered:
    folder = tmp_path_factory.mktemp(f"retail-{request.param}")
    if request.param == "sqlite":
        shop = Shop(folder, fill_sqlite(lines, folder / "shop.sqlite"), SQLITE_DAY)
    else:
        server: Any = request.getfixturevalue("postgres")
        fill_postgres(lines, server.url().replace("+psycopg", ""))
        shop = Shop(folder, server.url(), POSTGRES_DAY)
    return answer(shop)


def answer(shop: Shop) -> Answered:
    """Backfills the two years, then asks for each day of the cycle."""
    workspace = settings.load(shop.write())
    with Store.open(StorePaths(workspace.store_path), now=NOW) as store:
        sources = wiring.sources(workspace, {"SHOP_URL": shop.url})
        tracker = Tracker(workspace=workspace, store=store, sources=sources, now=lambda: NOW)
        for metric in workspace.metrics:
            collected = tracker.backfill(metric, Span(FIRST, LAST))
            assert not collected.failed, collected.failed
        tracker.evaluate()
        tracker.publish()
        reader = store.reader()
        counted = reader.sql("select count(*) from krt.observations")[1][0][0]
        names = {one.id for one in workspace.key_results.values() if one.cycle == CYCLE}
        by_day = {
            day: {
                one.key_result.partition("/")[2]: one
                for one in answer_day(reader, workspace, day=day, now=NOW, names=names).evaluations
            }
            for day in DAYS
        }
    return Answered(by_day, counted)


@pytest.fixture(scope="module")
def expected(lines: pd.DataFrame) -> dict[date, dict[str, Expected]]:
    one = peer(lines, CYCLE)
    return {day: peer_answers(one, day) for day in DAYS}


def test_every_number_of_every_day_is_that_of_pandas(
    answered: Answered, expected: dict[date, dict[str, Expected]]
) -> None:
    compared = 0
    for day in DAYS:
        for name, wanted in expected[day].items():
            given = answered.by_day[day][name]
            if wanted.data_day < pd.Timestamp(DAYS[0]):
                continue
            assert given.data_day == wanted.data_day.date(), (day, name)
            if math.isnan(wanted.actual):
                assert given.vote.value == "no_data", (day, name)
                continue
            for number in NUMBERS:
                assert getattr(given, number) == pytest.approx(
                    getattr(wanted, number), rel=1e-9, abs=1e-9
                ), (day, name, number)
                compared += 1
    assert compared > 90 * 9 * len(NUMBERS) * 0.95


def test_every_pace_status_of_every_day_is_that_of_r9(
    answered: Answered, expected: dict[date, dict[str, Expected]]
) -> None:
    voted = 0
    for day in DAYS:
        for name, wanted in expected[day].items():
            given = answered.by_day[day][name]
            if given.pace_status is not None and given.vote.value in PACE:
                assert given.pace_status.value == wanted.vote(total=name in TOTALS), (day, name)
                voted += 1
    assert voted > 500


def test_the_cycle_ends_with_a_verdict_for_every_key_result(
    answered: Answered, expected: dict[date, dict[str, Expected]]
) -> None:
    last = DAYS[-1]
    print(f"\n\nKey results at the end of 2011-Q3, {answered.observations} observations")
    for name, given in answered.by_day[last].items():
        print(
            f"  {name:20} {given.baseline:14,.4f} -> {given.target:14,.4f}"
            f"  actual {given.actual:14,.4f}  {given.progress:7.1%}  {given.status.words}"
        )
        reached = expected[last][name].progress >= 1
        assert given.status.value == ("achieved" if reached else "missed"), name
