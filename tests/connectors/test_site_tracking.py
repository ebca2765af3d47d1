"""Plausible, Matomo and Umami under the whole program: from the settings to what is stored."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from krtracker.model import Outcome
from krtracker.periods import Span
from tests.connectors import faulty
from tests.connectors.faulty import FaultyServer
from tests.connectors.site_servers import WEBSITE
from tests.connectors.site_speakers import SITES
from tests.connectors.speakers import CANARY
from tests.tracker.company import Company

SOURCES = {
    "plausible": 'url = "{url}"\nsite_id = "example.com"\ntoken = "${env:NO_SUCH_KEY}"',
    "matomo": 'url = "{url}"\nsite = 1\ntoken = "${env:NO_SUCH_KEY}"',
    "umami": f'url = "{{url}}"\nuser = "krtracker"\nwebsite = "{WEBSITE}"\n'
    'password = "${env:NO_SUCH_KEY}"',
    "umami cloud": f'url = "{{url}}/v1"\nwebsite = "{WEBSITE}"\napi_key = "${{env:NO_SUCH_KEY}}"',
}
METRICS = """
[sources.site]
connector = "{connector}"
timezone = "UTC"
{source}

[metrics.visitors]
kind = "count"
source = "site"
report = { metrics = ["{metric}"] }
history = "270d"
"""
DAYS = Span(date(2026, 3, 1), date(2026, 3, 3))


def company(folder: Path, name: str, server: FaultyServer) -> Company:
    made = Company(folder)
    (folder / ".env").write_text(f"NO_SUCH_KEY={CANARY}\n")
    source = SOURCES[name].replace("{url}", server.url)
    text = METRICS.replace("{source}", source).replace("{connector}", SITES[name].connector)
    metric = "nb_uniq_visitors" if name == "matomo" else "visitors"
    made.add("metrics.toml", text.replace("{metric}", metric))
    return made


@pytest.mark.parametrize("name", SOURCES)
def test_what_a_site_counted_is_stored(name: str, tmp_path: Path) -> None:
    with (
        FaultyServer(SITES[name].good) as server,
        company(tmp_path, name, server).tracking() as tracking,
    ):
        assert tracking.tracker.collect(["visitors"]).failed == ()
        (series,) = tracking.reader.series({("visitors", ""): DAYS}).values()
    assert list(map(float, series.values)) == [40, 987, 6]
    everything = b"".join(path.read_bytes() for path in tmp_path.rglob("*.*") if path.is_file())
    assert everything.count(CANARY.encode()) == 1  # in .env, and nowhere else


@pytest.mark.parametrize("name", SOURCES)
def test_nothing_is_stored_of_an_answer_cut_short(name: str, tmp_path: Path) -> None:
    speaker = SITES[name]
    with (
        FaultyServer(speaker.good, faulty.cut_unmeasured, speaker.spared) as server,
        company(tmp_path, name, server).tracking() as tracking,
    ):
        (failed,) = tracking.tracker.collect(["visitors"]).failed
        assert failed.outcome is Outcome.UNEXPECTED
        (series,) = tracking.reader.series({("visitors", ""): DAYS}).values()
        assert list(series.values) == []
