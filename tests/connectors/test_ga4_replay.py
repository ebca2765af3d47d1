"""A month of daily pulls from GA4, which restates two days each time: nothing is lost."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from krtracker import settings, wiring
from krtracker.periods import Span
from krtracker.store import Store, StorePaths
from krtracker.tracker import Tracker
from tests.connectors.ga4_bench import served
from tests.connectors.ga4_server import Ga4Server, key_text

__all__ = ["served"]

DAY = timedelta(days=1)
FIRST, PULLS = date(2026, 4, 1), 30
LAST = FIRST + (PULLS - 1) * DAY
TEXT = """
schema = 1
timezone = "Europe/Berlin"

[store]
path = "krtracker.duckdb"

[sources.web]
connector = "ga4"
property = 1234
endpoint = "{endpoint}"
credentials_file = "{key}"

[metrics.sessions]
kind = "count"
source = "web"
history = "40d"
report = {{ metrics = ["sessions"] }}

[metrics.sign_ups]
kind = "count"
source = "web"
history = "40d"
report = {{ metrics = ["eventCount"], filter = {{ eventName = "sign_up" }} }}
"""


def seen(day: date, pulled: date) -> int:
    """What GA4 says of a day: 80 % of it on the next day, 95 % two days later, then all of it."""
    whole = 1000 + 20 * (day - FIRST).days
    return {1: whole * 80 // 100, 2: whole * 95 // 100}.get((pulled - day).days, whole)


class Replay:
    """One source at the server, a store, and a clock that goes a day further with each pull."""

    def __init__(self, server: Ga4Server, folder: Path) -> None:
        (folder / "key.json").write_text(key_text(), "utf-8")
        text = TEXT.format(endpoint=server.plain, key=folder / "key.json")
        (folder / "krtracker.toml").write_text(text, "utf-8")
        self.server, self.clock = server, datetime(2026, 4, 2, 6, tzinfo=UTC)
        self.workspace = settings.load(folder / "krtracker.toml")
        self.store = Store.open(StorePaths(self.workspace.store_path), now=self.clock)
        self.sources = wiring.sources(self.workspace, {})
        self.tracker = Tracker(
            workspace=self.workspace,
            store=self.store,
            sources=self.sources,
            now=lambda: self.clock,
        )

    def run(self) -> None:
        for number in range(PULLS + 2):
            today = FIRST + (number + 1) * DAY
            for day in Span(FIRST, min(LAST, today - DAY)):
                self.server.property.revise(f"{day:%Y%m%d}", "sessions", str(seen(day, today)))
            self.tracker.collect()
            self.clock += DAY


@pytest.fixture(scope="module")
def replay(served: Ga4Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Replay]:
    served.property.table["days"][""].clear()
    made = Replay(served, tmp_path_factory.mktemp("replay"))
    made.run()
    yield made
    made.sources.close()
    made.store.close()


def test_the_final_series_is_the_sources_final_one(replay: Replay) -> None:
    asked = {("sessions", ""): Span(FIRST, LAST)}
    series = replay.store.reader().series(asked)["sessions", ""]
    days = [date.fromordinal(int(one)) for one in series.days]
    assert dict(zip(days, map(int, series.values), strict=True)) == {
        day: 1000 + 20 * (day - FIRST).days for day in Span(FIRST, LAST)
    }


def test_every_version_is_in_the_history(replay: Replay) -> None:
    names, rows = replay.store.reader().sql(
        "select day, list(value order by recorded_at) from krt.observation_history "
        "where metric = 'sessions' group by day order by day"
    )
    assert len(names) == 2
    stated = {day: [seen(day, day + n * DAY) for n in (1, 2, 3)] for day in Span(FIRST, LAST)}
    assert {day: [int(one) for one in versions] for day, versions in rows} == stated


def test_each_pull_is_one_request_for_all_metrics(replay: Replay) -> None:
    assert len(replay.server.requests) == PULLS + 2
