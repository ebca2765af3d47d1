"""The connector `mixpanel` over a real socket: its requests, numbers, few queries, refusals."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest

from connectors.mixpanel import MixpanelConnector
from krtracker.connector import (
    STANDARD_METRICS,
    SourceRejectedError,
    SourceUnavailableError,
    Window,
)
from krtracker.testing import check_connector
from tests.connectors import faulty
from tests.connectors.faulty import FaultyServer, Given, Heard
from tests.connectors.product_asking import (
    WINDOW,
    Expected,
    Table,
    about,
    fetched,
    recorded,
    refused,
    told,
)

SECRET = "m1xp4nel/t0p+s3cret"
USER = "krtracker.a1b2c3.mp-service-account"


def source(url: str) -> Table:
    return {
        "url": f"{url}/api/query",
        "project_id": 2195193,
        "username": USER,
        "secret": SECRET,
    }


def project(heard: Heard) -> Given:
    """Answers as Mixpanel does, from the file that fits the request."""
    wanted = base64.b64encode(f"{USER}:{SECRET}".encode()).decode()
    if heard.headers.get("authorization") != f"Basic {wanted}":
        return failing(401, "Invalid API credentials", heard)
    name = heard.path.removeprefix("/api/query/").replace("/", "_")
    asked = heard.params
    if asked.get("project_id") != "2195193" or asked.get("to_date", "") > "2026-03-08":
        return failing(400, "to_date cannot be later than today", heard)
    if name == "events":
        name = "events_week" if asked["unit"] == "week" else f"events_{asked['type']}"
    answer = recorded("mixpanel", name + ("_on" if "on" in asked and "_" not in name else ""))
    if heard.path.endswith("/events"):
        known, names = answer["data"]["values"], json.loads(asked["event"])
        answer["data"]["values"] = {name: known[name] for name in names if name in known}
    return Given(json.dumps(answer).encode())


def failing(status: int, words: str, heard: Heard) -> Given:
    return Given(json.dumps({"request": heard.target, "error": words}).encode(), status=status)


@pytest.fixture
def server() -> Iterator[FaultyServer]:
    with FaultyServer(project) as started:
        yield started


RETURNING: Table = {"standard": "retention", "start_event": "Sign up", "day": 1}
CASES: dict[str, tuple[Table, Expected]] = {
    "dau": ({"standard": "dau", "events": "Log in"}, [(1, 40), (2, 45), (3, 30)]),
    "dau filtered": (
        {"standard": "dau", "events": "Log in", "where": {"country": "DE"}},
        [(1, 12), (2, 15), (3, 9)],
    ),
    "dau by": (
        {"standard": "dau", "events": "Log in", "by": "country"},
        [(1, 12, "DE"), (1, 1, "undefined"), (2, 15, "DE"), (3, 2, "undefined")],
    ),
    "wau": ({"standard": "wau", "events": "Log in", "window": "calendar"}, [(1, 210)]),
    "mau": ({"standard": "mau", "events": "Log in", "window": "calendar"}, []),
    "event_count": (
        {"standard": "event_count", "events": ["Log in", "Upload"]},
        [(1, 98), (2, 114), (3, 77)],
    ),
    "sign_ups": ({"standard": "sign_ups", "events": "Sign up"}, [(1, 10), (2, 2), (3, 0)]),
    "sign-ups of users": (
        {"standard": "sign_ups", "events": "Sign up", "count": "users"},
        [(1, 4), (2, 5), (3, 0)],
    ),
    "retention": (RETURNING, [(1, 0.7, 10), (2, 0.5, 2)]),
    "retention, unripe": ({**RETURNING, "day": 2}, [(1, 0.6, 10)]),
    "conversion": (
        {"standard": "conversion", "start_event": "Sign up", "goal_event": "Upload"},
        [(1, 2, 4), (2, 1.8, 5)],
    ),
    "saved report": ({"report": {"bookmark_id": 61}}, [(1, 9852), (3, 9990)]),
    "saved funnel": ({"report": {"funnel_id": 7, "window_days": 7}}, [(1, 0.25, 32)]),
    "own segmentation": (
        {"report": {"event": "Log in", "where": 'properties["$os"] == "iOS"'}},
        [(1, 12), (2, 15), (3, 9)],
    ),
    "own segments": (
        {"report": {"event": "Log in", "unique": True, "on": 'properties["country"]'}},
        [(1, 12, "DE"), (1, 1, "undefined"), (2, 15, "DE"), (3, 2, "undefined")],
    ),
    "own sum": (
        {"report": {"event": "Pay", "sum": 'properties["amount"]'}},
        [(1, 12.5), (2, 0), (3, 99.25)],
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_the_numbers_are_those_of_the_project(name: str, server: FaultyServer) -> None:
    query, expected = CASES[name]
    (result,) = fetched("mixpanel", source(server.url), [query])
    assert told(result) == about(expected)


def test_metrics_of_a_fetch_share_their_requests(server: FaultyServer) -> None:
    queries = [
        {"standard": "dau", "events": "Log in"},
        {"standard": "dau", "events": "Upload"},
        CASES["sign-ups of users"][0],
        CASES["conversion"][0],
        RETURNING,
        {**RETURNING, "day": 2},
        CASES["sign_ups"][0],
    ]
    results = fetched("mixpanel", source(server.url), queries)
    assert told(results[1]) == [(1, 8), (2, 9), (3, 7)]
    assert told(results[4]) == about(CASES["retention"][1])
    assert [one.path.rpartition("/")[2] for one in server.heard] == ["events", "retention"]
    assert json.loads(server.heard[0].params["event"]) == ["Log in", "Sign up", "Upload"]
    assert server.heard[1].params["interval_count"] == "3"


def test_one_name_that_is_refused_does_not_take_the_others_along() -> None:
    def picky(heard: Heard) -> Given:
        bad = "Bad" in heard.params["event"]
        return failing(400, "unknown event", heard) if bad else project(heard)

    queries = [{"standard": "dau", "events": name} for name in ("Log in", "Bad")]
    with FaultyServer(picky) as server:
        good, bad = fetched("mixpanel", source(server.url), queries)
    assert told(good) == CASES["dau"][1]
    assert type(bad) is SourceRejectedError
    assert "unknown event" in str(bad)


WHERE = '(properties["plan"] == "a" or properties["plan"] == "b\\"") and (user["vip"] == true)'


def test_what_is_sent_is_the_documented_request(server: FaultyServer) -> None:
    where = {"plan": ["a", 'b"'], "user.vip": True}
    query = {**RETURNING, "return_event": "Log in", "mode": "on_or_after", "where": where}
    fetched("mixpanel", source(server.url), [query])
    assert server.heard[0].params == {
        "project_id": "2195193",
        "from_date": "2026-03-01",
        "to_date": "2026-03-03",
        "unit": "day",
        "retention_type": "birth",
        "born_event": "Sign up",
        "event": "Log in",
        "where": WHERE,
        "born_where": WHERE,
        "unbounded_retention": "true",
        "interval_count": "2",
    }


def test_a_projects_secret_takes_the_place_of_a_user(server: FaultyServer) -> None:
    old = {"url": f"{server.url}/api/2.0", "secret": SECRET}
    fetched("mixpanel", old, [CASES["dau"][0]])
    encoded = base64.b64encode(f"{SECRET}:".encode()).decode()
    assert server.heard[0].headers["authorization"] == f"Basic {encoded}"
    assert "project_id" not in server.heard[0].params


def test_an_hour_that_is_used_up_is_unavailable() -> None:
    body = json.dumps(recorded("mixpanel", "limit")).encode()
    with FaultyServer(project, faulty.status(429, body)) as server:
        (found,) = fetched("mixpanel", source(server.url), [CASES["dau"][0]])
    assert isinstance(found, SourceUnavailableError)
    assert found.retry_after == 60
    assert "61/60 queries" in str(found)


def test_days_that_have_not_come_are_rejected(server: FaultyServer) -> None:
    window = Window(date(2026, 3, 8), date(2026, 3, 9), "Europe/Berlin")
    (found,) = fetched("mixpanel", source(server.url), [CASES["dau"][0]], window)
    assert type(found) is SourceRejectedError
    assert "later than today" in str(found)


NEEDED: dict[str, dict[str, Any]] = {
    "dau": {"events": "a"},
    "event_count": {"events": "a"},
    "wau": {"events": "a", "window": "calendar"},
    "mau": {"events": "a", "window": "calendar"},
    "retention": {"start_event": "a"},
    "conversion": {"start_event": "a", "goal_event": "b"},
}


@pytest.mark.parametrize("name", STANDARD_METRICS)
def test_the_matrix_says_what_the_options_take(name: str) -> None:
    known, words = MixpanelConnector.standards[name]
    table = {"standard": name, **NEEDED.get(name, {})}
    if known:
        assert MixpanelConnector.QueryOptions.model_validate(table)
    else:
        assert words in refused("mixpanel", "QueryOptions", table)


REFUSED: dict[str, tuple[Table, str]] = {
    "two events": ({"standard": "dau", "events": ["a", "b"]}, "one event at a time"),
    "no event": ({"standard": "dau"}, "needs events"),
    "trailing days": ({"standard": "mau", "events": "a", "days": 30}, "calendar"),
    "no window": ({"standard": "mau", "events": "a"}, 'needs window = "calendar"'),
    "no start": ({"standard": "retention"}, "needs start_event"),
    "civil days": ({**RETURNING, "window": "calendar"}, "24 hours for retention"),
    "recurring": ({**RETURNING, "cohort": "recurring"}, "leave it out"),
    "first by": ({"standard": "sign_ups", "by": "country"}, "not told apart"),
    "two ways": ({"report": {"event": "a", "funnel_id": 1}}, "write one of"),
    "a stranger": ({"report": {"funnel_id": 1, "where": "x"}}, "does not go with `funnel_id`"),
    "two sums": ({"report": {"event": "a", "sum": "x", "average": "y"}}, "write one of `unique`"),
    "sums by": ({"report": {"event": "a", "sum": "x", "on": "y"}}, "leave `on` out"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_be_asked_is_refused_with_the_reason(case: str) -> None:
    table, words = REFUSED[case]
    assert words in refused("mixpanel", "QueryOptions", table)


def test_a_service_account_needs_its_project() -> None:
    said = refused("mixpanel", "SourceOptions", {"username": "a", "secret": SECRET})
    assert "needs `username` and `project_id`" in said


def test_the_contract_holds(server: FaultyServer) -> None:
    with FaultyServer(project, faulty.silent) as hanging:
        check_connector(
            "mixpanel",
            source(server.url),
            {"report": {"bookmark_id": 61}},
            window=Window(WINDOW.first, WINDOW.last, "US/Pacific"),
            empty=Window(date(2025, 3, 1), date(2025, 3, 3), "US/Pacific"),
            failing={"report": {"bookmark_id": 61, "series": "gone"}},
            hanging_source=source(hanging.url),
            broken={**source(server.url), "secret": f"other-{SECRET}"},
        )
