"""The connector `prometheus` against the real server: what it scraped, and days of a zone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from krtracker import registry
from krtracker.connector import (
    Answer,
    Ask,
    ConnectorError,
    Deadline,
    Point,
    SourceRejectedError,
    UnexpectedAnswerError,
    Window,
)
from krtracker.testing import check_connector
from tests.connectors.prometheus_server import PASSWORD, USER, PrometheusServer, running

BERLIN = Window(date(2026, 3, 27), date(2026, 3, 30), "Europe/Berlin")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PrometheusServer]:
    with running(tmp_path_factory.mktemp("prometheus")) as started:
        yield started


def source(server: PrometheusServer, password: str = PASSWORD) -> dict[str, Any]:
    return {"url": server.url, "auth": {"user": USER, "password": password}}


def fetched(
    server: PrometheusServer, window: Window, password: str = PASSWORD, **query: Any
) -> Answer | ConnectorError:
    kind = registry.load("prometheus")
    connector = kind(kind.SourceOptions.model_validate(source(server, password)))
    try:
        ask = Ask(kind.QueryOptions.model_validate(query), window)
        (result,) = connector.fetch([ask], Deadline(20))
    finally:
        connector.close()
    return result


def answered(server: PrometheusServer, window: Window, **query: Any) -> Answer:
    result = fetched(server, window, **query)
    assert isinstance(result, Answer), result
    return result


def values(answer: Answer) -> list[float]:
    return [point.value for point in answer.points]


def today() -> Window:
    """The running day in a zone where it is about noon, so that no midnight comes between."""
    now = datetime.now(UTC)
    west = now.hour - 12
    zone = f"Etc/GMT{west:+d}" if west else "UTC"
    day = (now - timedelta(hours=west)).date()
    return Window(day, day, zone)


def test_what_was_scraped_is_counted(server: PrometheusServer) -> None:
    window = today()
    (most,) = values(answered(server, window, query="max_over_time(sold_total[$day])"))
    (scrapes,) = values(answered(server, window, query="count_over_time(sold_total[$day])"))
    (sold,) = values(answered(server, window, query="sum(increase(sold_total[$day]))"))
    assert most >= 50
    assert most % 10 == 0
    assert scrapes >= 5
    assert sold >= 40


def test_a_day_holds_its_own_samples_and_no_other_days(server: PrometheusServer) -> None:
    """One sample each full hour: 24 a day, and 23 on the day whose clock goes forward."""
    counted = answered(server, BERLIN, query="count_over_time(tick[$day])")
    assert values(counted) == [24, 24, 23, 24]
    assert [point.day.day for point in counted.points] == [27, 28, 29, 30]
    # Midnight of March 27 in Berlin is 23:00 UTC of the 26th: the hour number 23.
    assert values(answered(server, BERLIN, query="min_over_time(tick[$day])")) == [23, 47, 71, 94]
    assert values(answered(server, BERLIN, query="max_over_time(tick[$day])")) == [46, 70, 93, 117]


def test_a_gauge_has_its_last_value_of_the_day(server: PrometheusServer) -> None:
    last = answered(server, BERLIN, query="last_over_time(tick[$day])")
    assert values(last) == [46, 70, 93, 117]


def test_increase_counts_the_events_of_a_day(server: PrometheusServer) -> None:
    """One every ten minutes: 144 a day, 138 on the short one."""
    told = answered(server, BERLIN, query="sum(increase(visits_total{page='/'}[$day]))")
    assert values(told) == pytest.approx([144, 144, 138, 144], rel=1e-6)


def test_a_label_tells_series_apart(server: PrometheusServer) -> None:
    query = "sum by (page) (increase(visits_total[$day]))"
    told = answered(server, BERLIN, query=query, segment="page")
    assert {point.segment for point in told.points} == {"/", "/buy"}
    first = [point for point in told.points if point.day == BERLIN.first]
    assert [point.value for point in first] == pytest.approx([144, 288], rel=1e-6)


def test_several_series_without_a_segment_are_refused(server: PrometheusServer) -> None:
    failure = fetched(server, BERLIN, query="increase(visits_total[$day])")
    assert type(failure) is UnexpectedAnswerError
    assert "sum(...)" in str(failure)


def test_a_ratio_bears_its_denominator_as_weight(server: PrometheusServer) -> None:
    every = "sum(increase(visits_total[$day]))"
    buying = 'sum(increase(visits_total{page="/buy"}[$day]))'
    told = answered(server, BERLIN, query=f"{buying} / {every}", weight=every)
    assert values(told) == pytest.approx([2 / 3] * 4)
    assert [point.weight for point in told.points] == pytest.approx([432, 432, 414, 432], rel=1e-6)


def test_days_without_samples_are_left_out(server: PrometheusServer) -> None:
    window = Window(date(2026, 3, 30), date(2026, 4, 3), "UTC")
    told = answered(server, window, query="count_over_time(tick[$day])")
    assert list(told.points) == [Point(date(2026, 3, n), 24.0) for n in (30, 31)]


def test_nothing_by_nothing_is_refused_with_what_to_write(server: PrometheusServer) -> None:
    failure = fetched(server, BERLIN, query="sum(tick * 0) / sum(tick * 0) or vector(NaN)")
    assert type(failure) is UnexpectedAnswerError
    assert "> 0" in str(failure)


LATEST = "last_over_time(visits_total[$day])"


@pytest.mark.parametrize(
    "query", ["sum(", "rate(tick)", f"{LATEST} * on() {LATEST}"], ids=["syntax", "type", "match"]
)
def test_a_query_the_server_refuses_is_rejected_in_its_words(
    server: PrometheusServer, query: str
) -> None:
    failure = fetched(server, BERLIN, query=query)
    assert type(failure) is SourceRejectedError, failure
    assert re.search("parse error|expected type range|duplicate series", str(failure))


def test_a_wrong_password_is_rejected(server: PrometheusServer) -> None:
    failure = fetched(server, BERLIN, query="tick", password="not the one")
    assert type(failure) is SourceRejectedError
    assert "not the one" not in str(failure)


def test_the_contract_holds(server: PrometheusServer) -> None:
    check_connector(
        "prometheus",
        source(server),
        {"query": "count_over_time(tick[$day])"},
        window=BERLIN,
        failing={"query": "sum("},
        broken={"url": "http://127.0.0.1:1"},
    )
