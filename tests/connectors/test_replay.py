"""A month of daily pulls of numbers that change for two days: nothing is lost or asked in vain."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import groupby
from pathlib import Path
from typing import Any

import pytest

from krtracker import settings, wiring
from krtracker.periods import Span
from krtracker.store import Store, StorePaths
from krtracker.tracker import Tracker
from tests.connectors.faulty import FaultyServer
from tests.connectors.ga4_property import Property
from tests.connectors.ga4_server import Ga4Server, key_text
from tests.connectors.restated import ANSWERS, FIRST, LAST, ONE_DAY, PAGE, World, whole
from tests.connectors.site_servers import WEBSITE
from tests.connectors.speakers import CANARY

HISTORY = 40
KEY = "${env:KEY}"
OFF = Span(date(2026, 3, 13), date(2026, 3, 19))
"""A week in which nobody asked."""
PULLS = tuple(day for day in Span(FIRST + ONE_DAY, LAST + 3 * ONE_DAY) if day not in OFF)
"""The mornings of pulls: 33 days less the week off."""

TEXT = """
schema = 1
timezone = "Europe/Berlin"

[store]
path = "krtracker.duckdb"

[sources.api]
{source}

[metrics.visits]
kind = "count"
source = "api"
history = "{history}d"
{visits}

[metrics.actions]
kind = "count"
source = "api"
history = "{history}d"
{actions}
"""


@dataclass(frozen=True)
class Product:
    """A source at `{{url}}`, its two metrics, days re-read each time, requests in all by hand."""

    source: str
    visits: str
    actions: str
    requests: int
    again: int = 4


def _paged(value: str) -> str:
    pages = f'{{ by = "page", param = "page", size = {PAGE}, total = "total" }}'
    picks = f'rows = "days", day = "day", value = "{value}", pages = {pages}'
    return f'request = {{ params = {{ from = "{{start}}", to = "{{last}}" }}, {picks} }}'


def _of_sheet(value: str) -> str:
    return f'request = {{ format = "csv", day = "day", value = "{value}" }}'


TOKEN = f'url = "{{url}}"\ntoken = "{KEY}"'
GA4 = Product(
    'connector = "ga4"\nproperty = 1234\n{more}',
    'report = { metrics = ["sessions"] }',
    'report = { metrics = ["eventCount"], filter = { eventName = "sign_up" } }',
    # Two filters are two reports of one request.
    requests=26,
    again=7,
)
UMAMI = ('standard = "dau"', 'report = { metrics = ["pageviews"] }')
PRODUCTS: Mapping[str, Product] = {
    "ga4 rest": GA4,
    "ga4 grpc": GA4,
    # One request a metric, and the twelve days after the week off are three pages: 2 x (26 + 2).
    "http": Product(
        f'connector = "http"\nurl = "{{url}}"\nauth = {{ token = "{KEY}" }}',
        _paged("visits"),
        _paged("actions"),
        requests=56,
    ),
    # One request a metric: 2 x 26.
    "http csv": Product(
        f'connector = "http"\nurl = "{{url}}"\nauth = {{ token = "{KEY}" }}',
        _of_sheet("visits"),
        _of_sheet("actions"),
        requests=52,
    ),
    # One range a metric; 29 March has 23 hours and a range of its own: as the last of the four days
    # it makes 2 ranges of 1, inside 3 twice, as the first 2 again. 2 x (26 + 1 + 2 + 2 + 1).
    "prometheus": Product(
        f'connector = "prometheus"\nurl = "{{url}}"\nauth = {{ user = "r", password = "{KEY}" }}',
        "query = 'sum(increase(visits[$day]))'",
        "query = 'sum(increase(actions[$day]))'",
        requests=64,
    ),
    "mixpanel": Product(
        f'connector = "mixpanel"\nurl = "{{url}}"\nsecret = "{KEY}"',
        'standard = "dau"\nevents = "Visit"',
        'standard = "dau"\nevents = "Act"',
        requests=26,
        again=7,
    ),
    # A chart holds one event: 2 x 26.
    "amplitude": Product(
        f'connector = "amplitude"\nurl = "{{url}}"\napi_key = "{KEY}"\nsecret_key = "{KEY}"',
        'standard = "dau"',
        'standard = "event_count"',
        requests=52,
        again=7,
    ),
    "posthog": Product(
        f'connector = "posthog"\nproject_id = 1\n{TOKEN}',
        'standard = "dau"',
        'standard = "event_count"',
        requests=26,
    ),
    "plausible": Product(
        f'connector = "plausible"\nsite_id = "example.com"\n{TOKEN}',
        'standard = "dau"',
        'report = { metrics = ["pageviews"] }',
        requests=26,
    ),
    "matomo": Product(
        f'connector = "matomo"\nsite = 1\n{TOKEN}',
        'standard = "dau"',
        'report = { metrics = ["nb_actions"] }',
        requests=26,
    ),
    # One login, which holds for the whole month.
    "umami": Product(
        f'connector = "umami"\nwebsite = "{WEBSITE}"\nurl = "{{url}}"\nuser = "krtracker"\n'
        f'password = "{KEY}"',
        *UMAMI,
        requests=27,
    ),
    "umami cloud": Product(
        f'connector = "umami"\nwebsite = "{WEBSITE}"\nurl = "{{url}}/v1"\napi_key = "{KEY}"',
        *UMAMI,
        requests=26,
    ),
}


class RestatedProperty(Property):
    """The property of GA4 with the world's numbers."""

    def __init__(self, world: World) -> None:
        super().__init__()
        self._world = world

    def report(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        rows = list(self._world.rows(FIRST, self._world.today))
        self.table["days"] = {
            "": {f"{day:%Y%m%d}": {"sessions": str(n), "eventCount": "9999"} for day, n, _ in rows},
            "eventName = sign_up": {f"{day:%Y%m%d}": {"eventCount": str(m)} for day, _, m in rows},
        }
        return super().report(asked)


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
    (folder / "key.json").write_text(key_text(), "utf-8")
    told = {"credentials_file": str(folder / "key.json"), **server.source(name.split()[1])}
    more = [
        f'{key} = "{one}"' for key, one in told.items() if key not in ("credentials", "property")
    ]
    store = _pulled(folder, _text(GA4, more="\n".join(more)), world)
    server.close()
    return store, len(server.requests)


def _of_others(name: str, folder: Path, world: World) -> tuple[Store, int]:
    with FaultyServer(lambda heard: ANSWERS[name](world, heard)) as server:
        store = _pulled(folder, _text(PRODUCTS[name], url=server.url), world)
        return store, len(server.heard)


def _text(product: Product, **parts: str) -> str:
    source = product.source
    for key, one in parts.items():
        source = source.replace(f"{{{key}}}", one)
    return TEXT.format(
        source=source, visits=product.visits, actions=product.actions, history=HISTORY
    )


@pytest.fixture(scope="module", params=PRODUCTS)
def replayed(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Replayed]:
    run = _of_ga4 if request.param.startswith("ga4") else _of_others
    store, requests = run(request.param, tmp_path_factory.mktemp("replay"), World())
    yield Replayed(PRODUCTS[request.param], store, requests)
    store.close()


@pytest.mark.parametrize(("metric", "per_visit"), [("visits", 1), ("actions", 3)])
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
        "where metric = 'visits' group by day"
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
    runs = replayed.store.reader().runs("visits", limit=100)
    assert [run.window for run in reversed(runs)] == expected


def test_the_requests_are_as_few_as_the_product_allows(replayed: Replayed) -> None:
    assert len(PULLS) == 26
    assert replayed.requests == replayed.product.requests
