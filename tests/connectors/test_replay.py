"""A month of daily pulls of numbers that change for two days: nothing is lost or asked in vain."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import groupby
from pathlib import Path

import pytest

from krtracker import settings, wiring
from krtracker.periods import Span
from krtracker.store import Store, StorePaths
from krtracker.tracker import Tracker
from tests.connectors.faulty import FaultyServer
from tests.connectors.ga4_server import Ga4Server
from tests.connectors.restated import (
    ANSWERS,
    FIRST,
    LAST,
    ONE_DAY,
    RestatedProperty,
    World,
    whole,
)
from tests.connectors.restated_products import HEAD, PRODUCTS, Product, ga4_tables, tables
from tests.connectors.speakers import CANARY

OFF = Span(date(2026, 3, 13), date(2026, 3, 19))
"""A week in which nobody asked."""
PULLS = tuple(day for day in Span(FIRST + ONE_DAY, LAST + 3 * ONE_DAY) if day not in OFF)
"""The mornings of pulls: 33 days less the week off."""


@dataclass(frozen=True)
class Replayed:
    """What a month left behind."""

    product: Product
    store: Store
    requests: int


def _pulled(folder: Path, text: str, world: World) -> Store:
    (folder / "krtracker.toml").write_text(text, "utf-8")
    workspace, clock = settings.load(folder / "krtracker.toml"), [FIRST]

    def now() -> datetime:
        return datetime.combine(clock[0], time(6), UTC)

    store = Store.open(StorePaths(workspace.store_path), now=now())
    sources = wiring.sources(workspace, {"KEY": CANARY})
    tracker = Tracker(workspace=workspace, store=store, sources=sources, now=now)
    for today in PULLS:
        world.today = clock[0] = today
        assert tracker.collect().failed == ()
    sources.close()
    return store


def _of_ga4(name: str, folder: Path, world: World) -> tuple[Store, int]:
    server = Ga4Server(folder)
    server.property = RestatedProperty(world)
    store = _pulled(folder, HEAD + ga4_tables(server, folder, name.split()[1]), world)
    server.close()
    return store, len(server.requests)


def _of_others(name: str, folder: Path, world: World) -> tuple[Store, int]:
    with FaultyServer(lambda heard: ANSWERS[name](world, heard)) as server:
        text = HEAD + tables("api", PRODUCTS[name], url=server.url)
        return _pulled(folder, text, world), len(server.heard)


@pytest.fixture(scope="module", params=[one for one in PRODUCTS if one != "umami cloud"])
def replayed(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Replayed]:
    run = _of_ga4 if request.param.startswith("ga4") else _of_others
    store, requests = run(request.param, tmp_path_factory.mktemp("replay"), World())
    yield Replayed(PRODUCTS[request.param], store, requests)
    store.close()


@pytest.mark.parametrize(("metric", "per_visit"), [("api_visits", 1), ("api_actions", 3)])
def test_the_final_series_is_the_sources_final_one(
    replayed: Replayed, metric: str, per_visit: int
) -> None:
    asked = {(metric, ""): Span(date(2026, 1, 1), LAST)}
    (series,) = replayed.store.reader().series(asked).values()
    days = [date.fromordinal(int(one)) for one in series.days]
    found = dict(zip(days, map(int, series.values), strict=True))
    assert found == {day: whole(day, per_visit) for day in Span(FIRST, LAST)}


def test_the_history_holds_every_version_that_was_to_be_seen(replayed: Replayed) -> None:
    """Of days before a pull each version once; the days of the week off come late, and whole."""
    _, rows = replayed.store.reader().sql(
        "select day, list(value order by recorded_at) from krt.observation_history "
        "where metric = 'api_visits' group by day"
    )
    found = {day: list(map(int, versions)) for day, versions in rows if day <= LAST}
    assert found == {day: list(_versions(day)) for day in Span(FIRST, LAST)}
    assert found[date(2026, 3, 11)] == [960, 1200]
    assert found[date(2026, 3, 12)] == [1220]
    assert found[date(2026, 3, 30)] == [1264, 1501, 1580]


def _versions(day: date) -> Iterator[int]:
    stated = (World(pull).seen(day) for pull in PULLS if pull > day)
    return (value for value, _ in groupby(stated))


def test_each_pull_asks_for_the_days_that_the_state_requires(replayed: Replayed) -> None:
    """First the history, then what may still change, and after the week off both at once."""
    again = timedelta(days=replayed.product.again)
    expected = [Span(day - again, day - ONE_DAY) for day in PULLS]
    expected[0] = Span(date(2026, 1, 21), FIRST)
    back = PULLS.index(date(2026, 3, 20))
    expected[back] = Span(date(2026, 3, 12) - again, date(2026, 3, 19))
    runs = replayed.store.reader().runs("api_visits", limit=100)
    assert [run.window for run in reversed(runs)] == expected


def test_the_requests_are_as_few_as_the_product_allows(replayed: Replayed) -> None:
    assert len(PULLS) == 26
    assert replayed.requests == replayed.product.requests
