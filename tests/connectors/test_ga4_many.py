"""Hundreds of metrics of one property under the whole program: requests as few as GA4 allows."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from krtracker import settings, wiring
from krtracker.store import Store, StorePaths
from krtracker.tracker import Tracker
from tests.connectors.ga4_server import Ga4Server, reports
from tests.connectors.restated_products import HEAD, ga4_tables

MORNING = datetime(2026, 4, 20, 6, tzinfo=UTC)
METRIC = """
[metrics.m{n}]
kind = "count"
source = "api"
history = "10d"
report = {{ metrics = ["{name}"]{filter} }}
"""
FILTER = ', filter = {{ country = "{country}" }}'


class Desk:
    """A property with many metrics of its own, all above 0 on each day, and a tracker of them."""

    def __init__(self, folder: Path, names: list[str], *, countries: int = 0) -> None:
        self.server = Ga4Server(folder)
        self.clock = MORNING
        table = self.server.property.table
        table["types"].update(dict.fromkeys(names, "TYPE_INTEGER"))
        days = [f"{MORNING - timedelta(days=n - 3):%Y%m%d}" for n in range(20)]
        for of in ("", *(f"country = c{n}" for n in range(countries))):
            table["days"][of] = {
                day: {"eventCount": "9"} | dict.fromkeys(names, "7") for day in days
            }
        (folder / "krtracker.toml").write_text(self._text(folder, names, countries), "utf-8")
        workspace = settings.load(folder / "krtracker.toml")
        self.store = Store.open(StorePaths(workspace.store_path), now=self.clock)
        self.sources = wiring.sources(workspace, {})
        self.tracker = Tracker(
            workspace=workspace, store=self.store, sources=self.sources, now=lambda: self.clock
        )

    def _text(self, folder: Path, names: list[str], countries: int) -> str:
        head, _, _ = ga4_tables(self.server, folder, "rest").partition("[metrics.")
        filters = [FILTER.format(country=f"c{n}") for n in range(countries)] or [""]
        asked = [(name, one) for name in names for one in filters]
        metrics = [METRIC.format(n=n, name=name, filter=one) for n, (name, one) in enumerate(asked)]
        return HEAD + head + "".join(metrics)

    def collect(self) -> list[int]:
        """How many reports each request of one round held; every metric must get its answer."""
        self.server.requests.clear()
        found = self.tracker.collect()
        assert found.failed == ()
        return [len(one["requests"]) for one in self.server.requests]

    def close(self) -> None:
        self.store.close()
        self.sources.close()
        self.server.close()


@contextmanager
def desk(folder: Path, count: int, *, countries: int = 0) -> Iterator[Desk]:
    made = Desk(folder, [f"customEvent:m{n}" for n in range(count)], countries=countries)
    yield made
    made.close()


def test_200_metrics_are_four_requests_every_morning(tmp_path: Path) -> None:
    """Ten metrics a report are 20 reports; five reports a request are 4 requests."""
    with desk(tmp_path, 200) as many:
        assert many.collect() == [5, 5, 5, 5]
        many.clock += timedelta(days=1)
        assert many.collect() == [5, 5, 5, 5]
        assert {len(one["metrics"]) for one in reports(many.server)} == {10}


def test_the_201st_metric_is_one_more_request(tmp_path: Path) -> None:
    """The 21st report leaves room, in which what tells dead days apart is asked along."""
    with desk(tmp_path, 201) as many:
        assert many.collect() == [5, 5, 5, 5, 1]


def test_metrics_of_seven_filters_are_fused_by_filter(tmp_path: Path) -> None:
    """12 metrics in each of 7 countries: 7 times reports of 10 and 2 metrics, and one report of
    what tells dead days apart, which fits in: 15 reports, 3 requests."""
    with desk(tmp_path, 12, countries=7) as many:
        assert many.collect() == [5, 5, 5]
        sizes = sorted(len(one["metrics"]) for one in reports(many.server))
        assert sizes == [1, *[2] * 7, *[10] * 7]
