"""The connector `plausible` against its API: numbers, requests, zones, pages, refusals."""

from __future__ import annotations

import json
from functools import partial
from typing import Any

import pytest

from krtracker.connector import (
    Answer,
    Point,
    SourceRejectedError,
    UnexpectedAnswerError,
    Window,
)
from tests.connectors.faulty import Given, Heard
from tests.connectors.site_asking import Query, Site, matrix_holds, refused
from tests.connectors.site_servers import Plausible, given
from tests.connectors.site_speakers import PLAUSIBLE
from tests.connectors.speakers import CANARY, WINDOW, points

FIRST, SECOND, THIRD = WINDOW.span

ANSWERS: dict[str, tuple[Query, tuple[Point, ...]]] = {
    "visitors": ({"standard": "dau"}, points(40, 987, 6)),
    "visits": ({"standard": "sessions"}, points(50, 1000, 8)),
    "duration": (
        {"standard": "session_duration"},
        (Point(FIRST, 72, 50), Point(SECOND, 91, 1000), Point(THIRD, 0, 8)),
    ),
    "bounces as a fraction": (
        {"standard": "bounce_rate"},
        (Point(FIRST, 0.4, 50), Point(SECOND, 0.375, 1000), Point(THIRD, 1.0, 8)),
    ),
    "events a visit": (
        {"standard": "events_per_session"},
        (Point(FIRST, 3.0, 50), Point(SECOND, 3.0, 1000), Point(THIRD, 1.25, 8)),
    ),
    "every event": ({"standard": "event_count"}, points(150, 3000, 10)),
    "sign-ups, 0 on days that were seen": (
        {"standard": "sign_ups", "events": "Signup"},
        points(0, 30, 0),
    ),
    "repeated sign-ups": (
        {"standard": "sign_ups", "events": "Signup", "count": "events"},
        points(0, 33, 0),
    ),
    "conversion": (
        {"standard": "conversion", "goal_event": "Signup"},
        (Point(FIRST, 0, 40), Point(SECOND, 30 / 987, 987), Point(THIRD, 0, 6)),
    ),
    "where": ({"standard": "dau", "where": {"visit:country": "DE"}}, points(0, 500, 0)),
    "by": (
        {"standard": "dau", "by": "visit:country"},
        (
            Point(FIRST, 30, None, "DE"),
            Point(FIRST, 10, None, "FR"),
            Point(SECOND, 500, None, "DE"),
        ),
    ),
    "a report": ({"report": {"metrics": ["pageviews"]}}, points(120, 2500, 8)),
    "a report of percents": (
        {
            "report": {
                "metrics": ["conversion_rate"],
                "filters": [["is", "event:goal", ["Signup"]]],
            }
        },
        points(None, 0.03),
    ),
    "a report of revenue": (
        {
            "report": {
                "metrics": ["total_revenue"],
                "filters": [["is", "event:goal", ["Signup"]]],
            }
        },
        points(None, 250.5),
    ),
    "a weighted report": (
        {"report": {"metrics": ["visit_duration"], "weight": "visits"}},
        (Point(FIRST, 72, 50), Point(SECOND, 91, 1000), Point(THIRD, 0, 8)),
    ),
}


@pytest.mark.parametrize("name", ANSWERS)
def test_what_plausible_counts(name: str) -> None:
    query, expected = ANSWERS[name]
    with Site(PLAUSIBLE) as site:
        assert site.points(query) == expected


def test_metrics_of_one_filter_come_by_one_request() -> None:
    names = ("dau", "sessions", "session_duration", "bounce_rate", "event_count")
    with Site(PLAUSIBLE) as site:
        results = site.results(*({"standard": name} for name in names))
        assert all(isinstance(one, Answer) for one in results)
        (heard,) = site.server.heard
    asked = json.loads(heard.body)
    wanted = ["bounce_rate", "events", "visit_duration", "visitors", "visits"]
    assert asked["metrics"] == wanted
    assert asked["date_range"] == ["2026-03-01", "2026-03-03"]


def test_a_metric_that_is_refused_does_not_take_others_with_it() -> None:
    goal: dict[str, Any] = {"filters": [["is", "event:goal", ["Signup"]]]}
    with Site(PLAUSIBLE) as site:
        good, bad = site.results(
            {"report": {"metrics": ["visitors"], **goal}},
            {"report": {"metrics": ["bounce_rate"], **goal}},
        )
        assert isinstance(good, Answer)
        assert tuple(good.points) == points(0, 30, 0)
        assert type(bad) is SourceRejectedError
        assert "cannot be used along with event filters" in str(bad)


def test_a_filter_reaches_plausible_as_it_was_written() -> None:
    filters = [["contains", "event:page", ["/a"], {"case_sensitive": False}]]
    with Site(PLAUSIBLE) as site:
        site.points({"report": {"metrics": ["visitors"], "filters": filters, "imports": True}})
        asked = json.loads(site.server.heard[0].body)
    assert asked["filters"] == filters
    assert asked["include"]["imports"] is True


def test_days_are_those_of_the_site() -> None:
    berlin = Window(WINDOW.first, WINDOW.last, "Europe/Berlin")
    with Site(PLAUSIBLE, Plausible(CANARY, "Europe/Berlin")) as site:
        assert site.points({"standard": "dau"}, berlin) == points(40, 987, 6)
        failure = site.failure({"standard": "dau"})
    assert "2026-03-01T00:00:00+01:00" in str(failure)


def test_warnings_are_notes() -> None:
    warning = "Imported stats are not included"
    with Site(PLAUSIBLE, Plausible(CANARY, imports_warning=warning)) as site:
        (result,) = site.results({"standard": "dau"})
    assert isinstance(result, Answer)
    assert result.notes == (f"Plausible says: {warning}",)


def pages(heard: Heard, *, turned: bool = True) -> Given:
    """12,000 countries a day, 10,000 rows a page; the first page again where it is not turned."""
    first = json.loads(heard.body)["pagination"]["offset"] if turned else 0
    rows = [
        {"metrics": [n], "dimensions": ["2026-03-01", f"country {n}"]}
        for n in range(first, min(first + 10_000, 12_000))
    ]
    return given({"results": rows, "meta": {"total_rows": 12_000}, "query": {}})


BY_COUNTRY = {"standard": "dau", "by": "visit:country"}


def test_all_pages_are_read() -> None:
    with Site(PLAUSIBLE, pages) as site:
        told = site.points(BY_COUNTRY)
        assert len(site.server.heard) == 2
    assert len(told) == 12_000
    assert sum(point.value for point in told) == sum(range(12_000))


def test_a_page_that_comes_again_is_refused() -> None:
    with Site(PLAUSIBLE, partial(pages, turned=False)) as site:
        failure = site.failure(BY_COUNTRY)
        assert len(site.server.heard) == 2
    assert type(failure) is UnexpectedAnswerError
    assert "the page from row 10,000 is there twice" in str(failure)


def test_a_wrong_key_is_rejected() -> None:
    with Site(PLAUSIBLE, Plausible("another")) as site:
        failure = site.failure({"standard": "dau"})
    assert type(failure) is SourceRejectedError
    assert "Invalid API key" in str(failure)


def test_the_matrix_says_what_the_options_take() -> None:
    matrix_holds("plausible", {"conversion": {"goal_event": "Signup"}})


REFUSED: dict[str, tuple[Query, str]] = {
    "a month": ({"standard": "mau"}, "salt changes daily"),
    "a median": ({"standard": "session_duration", "statistic": "median"}, "the mean only"),
    "a gap": ({"standard": "sessions", "gap_minutes": 10}, "cuts visits itself"),
    "first sign-ups": ({"standard": "sign_ups", "count": "first_ever"}, 'count = "users"'),
    "no goal": ({"standard": "conversion"}, "goal_event"),
    "a window": (
        {"standard": "conversion", "goal_event": "a", "window_days": 7},
        "the share of the same day",
    ),
    "a column": ({"standard": "dau", "where": {"country": "DE"}}, "visit:country"),
    "a time dimension": (
        {"report": {"metrics": ["visitors"], "dimensions": ["time:hour"]}},
        "pattern",
    ),
    "two ways": ({"standard": "dau", "report": {"metrics": ["visitors"]}}, "write either"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_plausible_cannot_do_is_refused_with_the_reason(name: str) -> None:
    table, words = REFUSED[name]
    assert words in refused("plausible", table)
