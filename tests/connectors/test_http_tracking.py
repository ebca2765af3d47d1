"""An API under the whole program: what is asked, what is stored, and nothing of it half."""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path

from krtracker.model import Outcome
from krtracker.periods import Span
from krtracker.tracker import Collected
from tests.connectors import faulty
from tests.connectors.faulty import FaultyServer, Given, Heard, Talk
from tests.tracker.company import Company, Tracking

API = """
[sources.api]
connector = "http"
url = "{url}"
auth = { token = "${env:NO_SUCH_TOKEN}" }

[metrics.visits]
kind = "count"
source = "api"
history = "10d"

[metrics.visits.request]
params = { from = "{start}", to = "{last}" }
rows = "days"
day = "day"
value = "n"
pages = { by = "page", param = "page", size = 4, size_param = "size", total = "total" }
"""
TEN_DAYS = Span(date(2026, 11, 10), date(2026, 11, 19))


def api(one: Heard) -> Given:
    """One visit more each day of the month, in pages."""
    first, last = (date.fromisoformat(one.params[edge]) for edge in ("from", "to"))
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    size, page = int(one.params["size"]), int(one.params["page"])
    rows = [{"day": str(day), "n": day.day} for day in days[(page - 1) * size : page * size]]
    return Given(json.dumps({"days": rows, "total": len(days)}).encode())


def fails_on_the_second_page(talk: Talk) -> None:
    if talk.heard.params["page"] == "2":
        talk.answer(Given(b'{"days": [{"day": "2026-11-14", "n": 14}, {"da'))
    else:
        faulty.well(talk)


def company(folder: Path, server: FaultyServer) -> Company:
    made = Company(folder)
    (folder / ".env").write_text("NO_SUCH_TOKEN=t0ken-of-a-test\n")
    made.add("metrics.toml", API.replace("{url}", server.url))
    return made


def collected(tracking: Tracking) -> Collected:
    return tracking.tracker.collect(["visits"])


def stored(tracking: Tracking) -> list[float]:
    (series,) = tracking.reader.series({("visits", ""): TEN_DAYS}).values()
    return [float(value) for value in series.values]


def test_an_api_is_read_page_by_page_and_its_days_are_stored(tmp_path: Path) -> None:
    with FaultyServer(api) as server, company(tmp_path, server).tracking() as tracking:
        assert collected(tracking).failed == ()
        assert stored(tracking) == list(range(10, 20))
        assert [one.params["page"] for one in server.heard] == ["1", "2", "3"]
        assert {one.params["from"] for one in server.heard} == {"2026-11-10"}


def test_nothing_is_stored_of_an_answer_that_breaks_on_its_second_page(tmp_path: Path) -> None:
    with (
        FaultyServer(api, fails_on_the_second_page) as server,
        company(tmp_path, server).tracking() as tracking,
    ):
        (failed,) = collected(tracking).failed
        assert failed.outcome is Outcome.UNEXPECTED
        assert "too early" in failed.message
        assert stored(tracking) == []
    everything = b"".join(path.read_bytes() for path in tmp_path.rglob("*.*") if path.is_file())
    assert everything.count(b"t0ken-of-a-test") == 1  # in .env, and nowhere else
