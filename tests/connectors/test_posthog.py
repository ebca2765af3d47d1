"""The connector `posthog` over a real socket: numbers, few queries, refusals, and its own words."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from connectors.posthog import PosthogConnector
from krtracker.connector import (
    STANDARD_METRICS,
    Answer,
    SourceRejectedError,
    SourceUnavailableError,
)
from krtracker.testing import check_connector
from tests.connectors import faulty
from tests.connectors.faulty import FaultyServer, Given, Heard
from tests.connectors.posthog_cases import CASES
from tests.connectors.posthog_project import (
    TOKEN,
    answering,
    error,
    replayed,
    source,
)
from tests.connectors.product_asking import WINDOW, Table, about, fetched, refused, told

DAU: Table = {"standard": "dau"}


@pytest.fixture
def server() -> Iterator[FaultyServer]:
    with FaultyServer(answering(replayed())) as started:
        yield started


@pytest.mark.parametrize("name", CASES)
def test_the_numbers_are_those_counted_by_hand(name: str, server: FaultyServer) -> None:
    query, expected = CASES[name]
    (result,) = fetched("posthog", source(server.url), [query])
    assert told(result) == about(expected)


def test_four_metrics_are_one_query_and_say_the_same(server: FaultyServer) -> None:
    results = fetched("posthog", source(server.url), [query for query, _ in CASES.values()])
    for result, (_, expected) in zip(results, CASES.values(), strict=True):
        assert told(result) == about(expected)
    # 29 standard metrics in eights of four; one by segment, one of its own, the live days.
    assert len(server.heard) == 8 + 3


def test_every_standard_metric_is_answered() -> None:
    assert tuple(PosthogConnector.standards) == STANDARD_METRICS
    asked = {query.get("standard") for query, _ in CASES.values()}
    assert {name for name, (known, _) in PosthogConnector.standards.items() if known} <= asked


def test_no_value_stands_in_the_text_of_a_query(server: FaultyServer) -> None:
    evil = "x') OR 1=1 --"
    query = {"standard": "dau", "events": evil, "where": {"plan`": evil, "person.age": 42}}
    fetched("posthog", source(server.url), [query])
    asked = json.loads(server.heard[0].body)["query"]
    assert evil not in asked["query"]
    assert evil in asked["values"].values()
    assert "properties.`plan\\``" in asked["query"]
    assert "person.properties.`age`" in asked["query"]


def test_what_fails_together_is_asked_alone() -> None:
    known = replayed()

    def run(query: str, values: dict[str, Any]) -> Any:
        return None if "UNION" in query else known(query, values)

    asked = [CASES[name][0] for name in ("dau", "event_count")]
    with FaultyServer(answering(run)) as server:
        first, second = fetched("posthog", source(server.url), asked)
        assert len(server.heard) == 3
    assert told(first) == CASES["dau"][1]
    assert told(second) == CASES["event_count"][1]


def failure(given: Given) -> Any:
    with FaultyServer(lambda _: given) as server:
        (result,) = fetched("posthog", source(server.url), [DAU])
    return result


def test_bad_hogql_is_rejected_in_posthogs_words() -> None:
    found = failure(error(400, "validation_error", "illegal_hogql", "Unable to resolve field: x"))
    assert type(found) is SourceRejectedError
    assert "Unable to resolve field: x" in str(found)


def test_a_throttled_query_waits_as_long_as_posthog_says() -> None:
    words = "Request was throttled. Expected available in 12 seconds."
    given = error(429, "throttled_error", "throttled", words)
    with FaultyServer(lambda _: given, faulty.status(429, given.body, Retry_After="12")) as server:
        (found,) = fetched("posthog", source(server.url), [DAU])
    assert isinstance(found, SourceUnavailableError)
    assert found.retry_after == 12
    assert "throttled" in str(found)


def accepted(**status: Any) -> Given:
    told = {"query_status": {"id": "01", "complete": False, "error": False, **status}}
    return Given(json.dumps(told).encode(), status=202)


def test_a_query_that_was_only_begun_is_unavailable() -> None:
    found = failure(accepted())
    assert isinstance(found, SourceUnavailableError)
    assert found.retry_after == 10
    assert "still computes" in str(found)


def test_a_query_that_failed_on_the_way_is_rejected() -> None:
    found = failure(accepted(error=True, error_message="Query exceeded 10 seconds"))
    assert type(found) is SourceRejectedError
    assert "exceeded 10 seconds" in str(found)


def test_an_answer_that_is_cut_by_its_limit_is_rejected() -> None:
    rows = {"columns": ["day", "value"], "results": [["2026-03-01", 1]], "hasMore": True}
    found = failure(Given(json.dumps(rows).encode()))
    assert type(found) is SourceRejectedError
    assert "LIMIT" in str(found)


REFUSED: dict[str, tuple[Table, str]] = {
    "a median": ({"standard": "session_duration", "statistic": "median"}, "approximate"),
    "a gap": ({"standard": "sessions", "gap_minutes": 10}, "SDKs cut the sessions"),
    "rolling": ({"standard": "retention", "window": "rolling_24h"}, "civil days"),
    "weeks": ({"standard": "growth", "interval": "week"}, "growth is by day"),
    "segments": ({"standard": "retention", "by": "plan"}, "all persons together"),
    "no goal": ({"standard": "conversion", "start_event": "a"}, "needs goal_event"),
    "no brackets": ({"standard": "retention", "mode": "bracket"}, "brackets"),
    "brackets": ({"standard": "retention", "mode": "bracket", "brackets": [3, 1]}, "first not"),
    "wau/wau": ({"standard": "stickiness", "numerator": "wau", "denominator": "wau"}, "dau/mau"),
    "two windows": ({"standard": "mau", "window": "calendar", "days": 28}, "trailing window"),
    "another's option": ({"standard": "sessions", "day": 7}, "no option of `sessions`"),
    "an unknown name": ({"standard": "davu"}, "no standard metric"),
    "an unknown option": ({"standard": "dau", "colour": "red"}, "Extra inputs"),
    "two ways": ({"standard": "dau", "report": {"hogql": "SELECT {start}"}}, "write either"),
    "no way": ({}, "write either"),
    "an option of a report": ({"report": {"hogql": "{start}"}, "day": 7}, "`day` belongs"),
    "no window": ({"report": {"hogql": "SELECT 1"}}, "names no window"),
    "a placeholder": ({"report": {"hogql": "SELECT {begin} {start}"}}, "{begin} is not given"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_be_asked_is_refused_with_the_reason(case: str) -> None:
    table, words = REFUSED[case]
    assert words in refused("posthog", "QueryOptions", table)


def test_the_contract_holds(server: FaultyServer) -> None:
    with FaultyServer(server.good, faulty.silent) as hanging:
        seen = check_connector(
            "posthog",
            source(server.url),
            {"standard": "dau"},
            window=WINDOW,
            empty=None,
            failing={"standard": "dau", "events": "never recorded"},
            hanging_source=source(hanging.url),
            broken={**source(server.url), "token": f"other-{TOKEN}"},
        )
    assert isinstance(seen, Answer)


def test_a_wrong_token_is_rejected(server: FaultyServer) -> None:
    (found,) = fetched("posthog", {**source(server.url), "token": "wrong"}, [DAU])
    assert type(found) is SourceRejectedError
    assert "Invalid token" in str(found)


def test_what_is_sent_is_the_documented_request(server: FaultyServer) -> None:
    fetched("posthog", source(server.url), [DAU])
    heard: Heard = server.heard[0]
    body = json.loads(heard.body)
    assert (heard.method, heard.path) == ("POST", "/api/projects/12345/query/")
    assert heard.headers["authorization"] == f"Bearer {TOKEN}"
    assert body["query"]["kind"] == "HogQLQuery"
    assert body["refresh"] == "force_blocking"
