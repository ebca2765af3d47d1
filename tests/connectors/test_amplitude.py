"""The connector `amplitude` over a real socket: its requests, numbers, few queries, refusals."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from datetime import date
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from connectors.amplitude import AmplitudeConnector
from krtracker.connector import (
    STANDARD_METRICS,
    Answer,
    SourceRejectedError,
    SourceUnavailableError,
    UnexpectedAnswerError,
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

KEY, SECRET = "4mpl1tude-api-key", "4mpl1tude/t0p+s3cret"


def source(url: str) -> Table:
    return {"url": f"{url}/api/2", "api_key": KEY, "secret_key": SECRET}


def project(heard: Heard) -> Given:
    """Answers as Amplitude does, from the file that fits the request."""
    wanted = base64.b64encode(f"{KEY}:{SECRET}".encode()).decode()
    if heard.headers.get("authorization") != f"Basic {wanted}":
        return Given(b"HTTP 401: Unauthorized (Invalid API key)", "text/plain", 401)
    asked, path = heard.params, heard.path.removeprefix("/api/2/")
    if path == "events/segmentation":
        event = json.loads(asked["e"])["event_type"]
        rolling = f"_{asked['rollingWindow']}" if "rollingWindow" in asked else ""
        name = "by_country" if "g" in asked else asked["m"] + rolling
        if event == "unheard of":
            return Given(b"HTTP 400: Bad Request (Unknown event type)", "text/plain", 400)
    else:
        name = {"users": "new", "sessions/average": "average"}.get(path, path)
    return Given(json.dumps(recorded("amplitude", name)).encode())


@pytest.fixture
def server() -> Iterator[FaultyServer]:
    with FaultyServer(project) as started:
        yield started


FUNNEL: Table = {"start_event": "Sign up", "goal_event": "Upload"}
CASES: dict[str, tuple[Table, Expected]] = {
    "dau": ({"standard": "dau"}, [(1, 46), (2, 47), (3, 0)]),
    "dau by": (
        {"standard": "dau", "by": "country"},
        [(1, 16, "(none)"), (1, 30, "Germany"), (2, 31, "Germany"), (3, 2, "(none)")],
    ),
    "wau": ({"standard": "wau"}, [(1, 150), (2, 160), (3, 0)]),
    "mau": ({"standard": "mau"}, [(1, 460), (2, 470), (3, 0)]),
    "stickiness": ({"standard": "stickiness"}, [(1, 0.1, 460), (2, 0.1, 470)]),
    "stickiness of weeks": (
        {"standard": "stickiness", "numerator": "wau"},
        [(1, 150 / 460, 460), (2, 160 / 470, 470)],
    ),
    "sessions": ({"standard": "sessions"}, [(1, 100), (2, 110), (3, 0)]),
    "session_duration": ({"standard": "session_duration"}, [(1, 305.25), (3, 299.5)]),
    "retention": ({"standard": "retention", "day": 1}, [(1, 0.3, 100)]),
    "sign_ups": ({"standard": "sign_ups"}, [(1, 46), (2, 47), (3, 0)]),
    "sign-up events": ({"standard": "sign_ups", "count": "events"}, [(1, 100), (2, 110), (3, 0)]),
    "new_users": ({"standard": "new_users"}, [(1, 7), (2, 5), (3, 0)]),
    "activation": ({"standard": "activation", **FUNNEL}, [(1, 0.2, 40), (2, 0.3, 40)]),
    "conversion": (
        {"standard": "conversion", **FUNNEL, "same_bucket": True},
        [(1, 1, 46), (2, 1, 47)],
    ),
    "event_count": (
        {"standard": "event_count", "events": ["a", "b"]},
        [(1, 200), (2, 220), (3, 0)],
    ),
    "own sums": (
        {"report": {"event": "Purchase", "measure": "sums", "property": "amount"}},
        [(1, 99.5), (2, 0), (3, 12.25)],
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_the_numbers_are_those_of_the_project(name: str, server: FaultyServer) -> None:
    query, expected = CASES[name]
    (result,) = fetched("amplitude", source(server.url), [query])
    assert told(result) == about(expected)


def test_metrics_of_a_fetch_share_their_charts(server: FaultyServer) -> None:
    queries = [CASES[name][0] for name in ("dau", "mau", "stickiness", "dau")]
    results = fetched("amplitude", source(server.url), queries)
    assert told(results[2]) == about(CASES["stickiness"][1])
    assert len(server.heard) == 2


def sent(query: Table, window: Window = WINDOW) -> list[list[tuple[str, str]]]:
    """The parameters of each request that a query makes, in order."""
    with FaultyServer(project) as server:
        fetched("amplitude", source(server.url), [query], window)
        return [parse_qsl(urlsplit(one.target).query) for one in server.heard]


def test_a_segmentation_is_the_documented_request() -> None:
    where = {"country": ["Germany", "Austria"], "plan": "pro", "event.genre": "Rock"}
    ((*asked,),) = sent({"standard": "wau", "events": "Play Song", "where": where})
    found: dict[str, Any] = dict(asked)
    assert (found["start"], found["end"], found["m"]) == ("20260301", "20260303", "uniques")
    assert (found["i"], found["rollingWindow"]) == ("1", "7")
    assert json.loads(found["e"]) == {
        "event_type": "Play Song",
        "filters": [
            {
                "subprop_type": "event",
                "subprop_key": "genre",
                "subprop_op": "is",
                "subprop_value": ["Rock"],
            }
        ],
    }
    assert json.loads(found["s"]) == [
        {"prop": "country", "op": "is", "values": ["Germany", "Austria"]},
        {"prop": "gp:plan", "op": "is", "values": ["pro"]},
    ]


def test_a_funnel_is_the_documented_request() -> None:
    ((*asked,),) = sent({"standard": "activation", **FUNNEL, "window_days": 2})
    events = [json.loads(value)["event_type"] for name, value in asked if name == "e"]
    assert events == ["Sign up", "Upload"]
    assert dict(asked)["cs"] == "172800"
    assert dict(asked)["mode"] == "ordered"


def test_a_long_window_is_asked_in_parts() -> None:
    years = Window(date(2024, 1, 1), date(2025, 12, 31), "Europe/Berlin")
    parts = [dict(one) for one in sent({"standard": "new_users"}, years)]
    assert [(one["start"], one["end"]) for one in parts] == [
        ("20240101", "20241230"),
        ("20241231", "20251230"),
        ("20251231", "20251231"),
    ]
    cohorts = sent({"standard": "retention", "return_event": "x"}, years)
    assert len(cohorts) == 7
    assert json.loads(dict(cohorts[0])["se"]) == {"event_type": "_new"}
    assert json.loads(dict(cohorts[0])["re"]) == {"event_type": "x"}


def test_a_cohort_without_a_year_is_of_the_year_asked_for() -> None:
    cell = {"count": 1, "outof": 2, "incomplete": False}
    dates = ["Jan 01", "Dec 31", "Feb 29"]
    series = {"dates": dates, "values": {one: [cell] * 9 for one in dates}}
    answer = json.dumps({"data": {"series": [series]}}).encode()
    window = Window(date(2023, 12, 31), date(2024, 3, 1), "UTC")
    with FaultyServer(lambda _: Given(answer)) as server:
        (found,) = fetched("amplitude", source(server.url), [{"standard": "retention"}], window)
    assert isinstance(found, Answer)
    days = [str(point.day) for point in found.points]
    assert days == ["2023-12-31", "2024-01-01", "2024-02-29"]


def failure(answer: object) -> Any:
    with FaultyServer(lambda _: Given(json.dumps(answer).encode())) as server:
        (found,) = fetched("amplitude", source(server.url), [{"standard": "dau"}])
    return found


def test_values_that_do_not_pair_with_days_are_refused() -> None:
    found = failure({"data": {"series": [[1, 2]], "xValues": ["2026-03-01"]}})
    assert type(found) is UnexpectedAnswerError
    assert "another number of values" in str(found)


def test_an_error_in_plain_text_is_told(server: FaultyServer) -> None:
    query = {"standard": "dau", "events": "unheard of"}
    (found,) = fetched("amplitude", source(server.url), [query])
    assert type(found) is SourceRejectedError
    assert "Unknown event type" in str(found)


def test_too_much_at_once_is_unavailable() -> None:
    words = b"HTTP 429: Too Many Requests (Exceeded concurrent limit with 6 requests)"
    fault = faulty.status(429, words, "text/plain")
    with FaultyServer(project, fault) as server:
        (found,) = fetched("amplitude", source(server.url), [{"standard": "dau"}])
    assert isinstance(found, SourceUnavailableError)
    assert found.retry_after == 60
    assert "concurrent limit" in str(found)


@pytest.mark.parametrize("name", STANDARD_METRICS)
def test_the_matrix_says_what_the_options_take(name: str) -> None:
    known, words = AmplitudeConnector.standards[name]
    table = {"standard": name, **(FUNNEL if name in ("activation", "conversion") else {})}
    if known:
        assert AmplitudeConnector.QueryOptions.model_validate(table)
    else:
        assert words in refused("amplitude", "QueryOptions", table)


REFUSED: dict[str, tuple[Table, str]] = {
    "two events": ({"standard": "dau", "events": ["a", "b"]}, "custom event"),
    "first sign-ups": ({"standard": "sign_ups", "count": "first_ever"}, 'count = "users"'),
    "a long window": ({"standard": "mau", "days": 91}, "at most 90 days"),
    "months": ({"standard": "mau", "window": "calendar"}, "trailing days"),
    "civil days": ({"standard": "retention", "window": "calendar"}, "24 hours"),
    "first start": (
        {"standard": "retention", "cohort": "first_ever", "start_event": "a"},
        "new users only",
    ),
    "a gap": ({"standard": "sessions", "gap_minutes": 5}, "SDKs cut the sessions"),
    "filtered sessions": (
        {"standard": "session_duration", "where": {"a": 1}},
        "cannot be filtered",
    ),
    "no goal": ({"standard": "activation", "start_event": "a"}, "needs goal_event"),
    "same bucket": (
        {"standard": "conversion", **FUNNEL, "same_bucket": True, "window_days": 7},
        "of one day",
    ),
    "sums of nothing": ({"report": {"event": "a", "measure": "sums"}}, "need the event's"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_be_asked_is_refused_with_the_reason(case: str) -> None:
    table, words = REFUSED[case]
    assert words in refused("amplitude", "QueryOptions", table)


def test_the_contract_holds(server: FaultyServer) -> None:
    with FaultyServer(project, faulty.silent) as hanging:
        check_connector(
            "amplitude",
            source(server.url),
            {"standard": "new_users"},
            window=WINDOW,
            empty=Window(date(2025, 3, 1), date(2025, 3, 3), "Europe/Berlin"),
            failing={"standard": "dau", "events": "unheard of"},
            hanging_source=source(hanging.url),
            broken={**source(server.url), "secret_key": f"other-{SECRET}"},
        )
