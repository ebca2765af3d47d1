"""All metrics of a property are read by the fewest requests the API allows, and none is lost."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from krtracker import registry
from krtracker.connector import (
    Answer,
    Deadline,
    SourceRejectedError,
    SourceUnavailableError,
    UnexpectedAnswerError,
    Window,
)
from tests.connectors.ga4_bench import (
    FIRST,
    WINDOW,
    ZONE,
    answer,
    asked,
    failure,
    fetched,
    served,
    server,
    values,
)
from tests.connectors.ga4_server import Ga4Server, reports

__all__ = ["served", "server"]

SESSIONS = {"standard": "sessions"}


def custom(server: Ga4Server, count: int) -> list[dict[str, Any]]:
    """So many metrics of the property's own, each 1 on the first day, as questions."""
    names = [f"customEvent:m{n}" for n in range(count)]
    server.property.table["types"].update(dict.fromkeys(names, "TYPE_INTEGER"))
    day = server.property.table["days"][""]["20260301"]
    day.update({name: str(n + 1) for n, name in enumerate(names)})
    return [{"report": {"metrics": [name]}} for name in names]


def test_200_metrics_of_one_property_take_four_requests(server: Ga4Server) -> None:
    """Ten metrics a report, five reports a request: 200 / 50; what was alive goes along later."""
    queries = custom(server, 200)
    one_day = replace(WINDOW, last=FIRST)
    found = fetched(server.source(), [asked(one, one_day) for one in queries])
    assert [values(one)[1] for one in found if isinstance(one, Answer)] == list(range(1, 201))
    assert [len(one["requests"]) for one in server.requests] == [5, 5, 5, 5]
    assert {len(one["metrics"]) for one in reports(server)} == {10}


def test_days_with_nothing_cost_one_more_request_for_all_metrics_together(
    server: Ga4Server,
) -> None:
    queries = custom(server, 200)
    found = fetched(server.source(), [asked(one) for one in queries])
    assert all(isinstance(one, Answer) and values(one)[2] == 0 for one in found)
    assert len(server.requests) == 5
    assert server.requests[1]["requests"][0]["metrics"] == [{"name": "eventCount"}]


def test_what_tells_dead_days_apart_goes_along_where_it_costs_nothing(server: Ga4Server) -> None:
    found = answer(server.source(), {"standard": "sign_ups"})
    assert values(found)[2] == 0
    assert [len(one["requests"]) for one in server.requests] == [2]


def test_the_same_column_is_asked_once_for_all_who_need_it(server: Ga4Server) -> None:
    names = ("sessions", "session_duration", "bounce_rate", "events_per_session")
    fetched(server.source(), [asked({"standard": one}) for one in (*names, *names)])
    (report,) = reports(server)
    assert sorted(one["name"] for one in report["metrics"]) == [
        "averageSessionDuration",
        "bounceRate",
        "eventCount",
        "sessions",
    ]


def test_windows_that_touch_or_overlap_are_one_report(server: Ga4Server) -> None:
    windows = [
        Window(date(2026, 3, 1), date(2026, 3, 2), ZONE),
        Window(date(2026, 3, 3), date(2026, 3, 4), ZONE),
        Window(date(2026, 3, 4), date(2026, 3, 6), ZONE),
    ]
    found = fetched(server.source(), [asked(SESSIONS, one) for one in windows])
    assert [values(one) for one in found if isinstance(one, Answer)] == [
        {1: 150, 2: 180},
        {3: 130, 4: 140},
        {4: 140, 6: 100},
    ]
    assert [one["dateRanges"] for one in reports(server)] == [
        [{"startDate": "2026-03-01", "endDate": "2026-03-06"}]
    ]


def test_windows_far_apart_share_a_request_but_no_report(server: Ga4Server) -> None:
    old = Window(date(2025, 3, 1), date(2025, 3, 6), ZONE)
    fetched(server.source(), [asked(SESSIONS, old), asked(SESSIONS)])
    assert [len(one["requests"]) for one in server.requests] == [2]


def test_metrics_of_fewer_days_go_along_with_those_of_more(server: Ga4Server) -> None:
    short = replace(WINDOW, first=date(2026, 3, 4))
    found = fetched(server.source(), [asked(SESSIONS), asked({"standard": "bounce_rate"}, short)])
    assert len(reports(server)) == 1
    assert isinstance(found[1], Answer)
    assert values(found[1]) == {4: 0.45, 6: 0.6}


def test_d1_d2_and_d5_share_their_cohorts(server: Ga4Server) -> None:
    queries = [{"standard": "retention", "day": day} for day in (1, 2, 5)]
    found = fetched(server.source(), [asked(one) for one in queries])
    assert [values(one)[2] for one in found if isinstance(one, Answer)] == [0.4, 0.24, 0.16]
    (report,) = reports(server)
    assert report["cohortSpec"]["cohortsRange"]["endOffset"] == 5


def test_a_month_of_cohorts_is_three_reports_of_one_request(server: Ga4Server) -> None:
    month = Window(date(2026, 3, 1), date(2026, 3, 31), ZONE)
    answer(server.source(), {"standard": "retention", "day": 1}, month)
    (request,) = server.requests
    sizes = [len(one["cohortSpec"]["cohorts"]) for one in request["requests"]]
    assert sizes == [12, 12, 7]
    names = [one["name"] for one in request["requests"][2]["cohortSpec"]["cohorts"]]
    assert names == [f"d202603{n}" for n in range(25, 32)]


def test_one_wrong_metric_takes_no_other_down(server: Ga4Server) -> None:
    queries: list[dict[str, Any]] = [{"standard": one} for one in ("dau", "wau", "sessions")]
    queries.insert(1, {"report": {"metrics": ["dauu"]}})
    queries.insert(3, {"report": {"metrics": ["sessions"], "filter": {"planet": "Mars"}}})
    found = fetched(server.source(), [asked(one) for one in queries])
    kinds = [type(one) for one in found]
    assert kinds == [Answer, SourceRejectedError, Answer, SourceRejectedError, Answer]
    assert "Field dauu is not a valid metric" in str(found[1])
    assert "Field planet is not a valid dimension" in str(found[3])


def test_a_refusal_that_names_no_field_is_halved_down_to_the_wrong_metric(
    server: Ga4Server,
) -> None:
    server.property.mute = True
    queries = [*custom(server, 39), {"report": {"metrics": ["dauu"]}}]
    one_day = replace(WINDOW, last=FIRST)
    found = fetched(server.source(), [asked(one, one_day) for one in queries])
    assert [type(one) for one in found] == [*[Answer] * 39, SourceRejectedError]
    assert len(server.requests) <= 16


def test_pages_are_read_to_the_end_in_one_order(server: Ga4Server) -> None:
    server.property.page = 2
    found = answer(server.source(), {"standard": "dau", "by": "country"})
    assert len(found.points) == 5
    assert found.rows == 5
    assert [int(one.get("offset", 0)) for one in reports(server)] == [0, 2, 4]
    assert [len(one["orderBys"]) for one in reports(server)] == [2, 2, 2]


def test_several_reports_turn_their_pages_together(server: Ga4Server) -> None:
    server.property.page = 3
    queries = [{"standard": "dau", "by": "country"}, SESSIONS]
    found = fetched(server.source(), [asked(one) for one in queries])
    assert [len(one.points) for one in found if isinstance(one, Answer)] == [5, 5]


def test_a_report_that_ends_early_is_refused(server: Ga4Server) -> None:
    server.property.cut = 4
    found = failure(server.source(), {"standard": "dau", "by": "country"})
    assert isinstance(found, UnexpectedAnswerError)
    assert "speaks of 5 rows and stops after 4" in str(found)


def test_pages_that_repeat_are_not_counted_twice(server: Ga4Server) -> None:
    server.property.page, server.property.repeating = 2, True
    found = failure(server.source(), {"standard": "dau", "by": "country"})
    assert isinstance(found, SourceUnavailableError)
    assert "2026-03-01 twice" in str(found)


def test_more_rows_than_allowed_are_refused_with_what_to_do(server: Ga4Server) -> None:
    server.property.page = 2
    found = failure(server.source(max_rows=3), {"standard": "dau", "by": "country"})
    assert isinstance(found, SourceRejectedError)
    assert "5 rows, more than 3: use fewer dimensions" in str(found)


def test_only_what_is_listened_to_is_asked(server: Ga4Server) -> None:
    """Whoever stops after the first answer has not paid for the others."""
    kind = registry.load("ga4")
    connector = kind(kind.SourceOptions.model_validate(server.source()))
    queries = custom(server, 200)
    asks = [asked(one, replace(WINDOW, last=FIRST)) for one in queries]
    heard = iter(connector.fetch(asks, Deadline(20)))
    next(heard)
    connector.close()
    assert len(server.requests) == 1
