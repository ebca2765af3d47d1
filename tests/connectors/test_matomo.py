"""The connector `matomo` against its API: numbers, one bulk request, segments, refusals."""

from __future__ import annotations

from datetime import date
from urllib.parse import parse_qsl

import pytest

from krtracker.connector import Answer, Point, SourceRejectedError, Window
from tests.connectors.site_asking import Query, Site, matrix_holds, refused
from tests.connectors.site_servers import Matomo
from tests.connectors.site_speakers import MATOMO
from tests.connectors.speakers import CANARY, WINDOW, points

FIRST, SECOND, THIRD = WINDOW.span
MARCH = Window(date(2026, 3, 1), date(2026, 3, 31), "UTC")
GOAL = {"method": "Goals.get", "params": {"idGoal": "3"}}

ANSWERS: dict[str, tuple[Query, tuple[Point, ...]]] = {
    "visitors": ({"standard": "dau"}, points(40, 987, 6)),
    "visits": ({"standard": "sessions"}, points(50, 1000, 8)),
    "duration": (
        {"standard": "session_duration"},
        (Point(FIRST, 100, 50), Point(SECOND, 91.5, 1000), Point(THIRD, 0, 8)),
    ),
    "bounces": (
        {"standard": "bounce_rate"},
        (Point(FIRST, 0.5, 50), Point(SECOND, 0.4, 1000), Point(THIRD, 1, 8)),
    ),
    "actions a visit": (
        {"standard": "events_per_session"},
        (Point(FIRST, 3, 50), Point(SECOND, 2.6, 1000), Point(THIRD, 1, 8)),
    ),
    "actions": ({"standard": "event_count"}, points(150, 2600, 8)),
    "two event actions": (
        {"standard": "event_count", "events": ["sign_up", "login"]},
        points(0, 45, 0),
    ),
    "sign-ups, 0 on days that were seen": ({"standard": "sign_ups"}, points(0, 30, 0)),
    "repeated sign-ups": ({"standard": "sign_ups", "count": "events"}, points(0, 33, 0)),
    "new visitors": ({"standard": "new_users"}, points(4, 70, 0)),
    "conversion": (
        {"standard": "conversion", "goal_event": "sign_up"},
        (Point(FIRST, 0, 40), Point(SECOND, 30 / 987, 987), Point(THIRD, 0, 6)),
    ),
    "one of two countries": (
        {"standard": "dau", "where": {"countryCode": ["de", "a,b"]}},
        points(0, 0, 2),
    ),
    "a goal": ({"report": {**GOAL, "metrics": ["nb_conversions"]}}, points(2, 9, 0)),
    "revenue": ({"report": {**GOAL, "metrics": ["revenue"]}}, points(50, 99.5)),
    "percents": ({"report": {**GOAL, "metrics": ["conversion_rate"]}}, points(0.04, 0.005)),
    "percents as fractions": ({"report": {"metrics": ["bounce_rate"]}}, points(0.5, 0.4, 1)),
    "a method of one number": (
        {"report": {"method": "VisitsSummary.getVisits", "metrics": ["value"]}},
        points(50, 1000, 8),
    ),
    "a weighted report": (
        {"report": {"metrics": ["avg_time_on_site"], "weight": "nb_visits"}},
        (Point(FIRST, 100, 50), Point(SECOND, 92, 1000), Point(THIRD, 0, 8)),
    ),
    "rows as segments": (
        {
            "report": {
                "method": "UserCountry.getCountry",
                "metrics": ["nb_visits"],
                "by_label": True,
            }
        },
        (Point(FIRST, 20, None, "France"), Point(FIRST, 30, None, "Germany")),
    ),
    "one row": (
        {
            "report": {
                "method": "UserCountry.getCountry",
                "metrics": ["nb_visits"],
                "label": "Germany",
            }
        },
        points(30, 0, 0),
    ),
}


@pytest.mark.parametrize("name", ANSWERS)
def test_what_matomo_counts(name: str) -> None:
    query, expected = ANSWERS[name]
    with Site(MATOMO) as site:
        assert site.points(query) == expected


def test_weeks_and_months_are_dated_by_their_last_day() -> None:
    with Site(MATOMO) as site:
        weeks = site.points({"standard": "wau", "window": "calendar"}, MARCH)
        months = site.points({"standard": "mau", "window": "calendar"}, MARCH)
    assert weeks == (Point(date(2026, 3, 1), 300.0), Point(date(2026, 3, 8), 1500.0))
    assert months == (Point(date(2026, 3, 31), 2500.0),)


def test_a_week_that_is_not_over_is_left_out() -> None:
    with Site(MATOMO) as site:
        weeks = site.points({"standard": "wau", "window": "calendar"})
    assert weeks == (Point(date(2026, 3, 1), 300.0),)


def test_all_metrics_come_by_one_request_and_the_token_stands_in_its_body() -> None:
    names = ("dau", "sessions", "bounce_rate", "sign_ups", "new_users", "event_count")
    with Site(MATOMO) as site:
        results = site.results(*({"standard": name} for name in names))
        assert all(isinstance(one, Answer) for one in results)
        (heard,) = site.server.heard
    assert heard.form["token_auth"] == CANARY
    assert heard.params == {}
    urls = [dict(parse_qsl(one)) for key, one in heard.form.items() if key.startswith("urls[")]
    asked = [(one["method"], one.get("segment", "")) for one in urls]
    assert asked == [
        ("SitesManager.getSiteFromId", ""),
        ("VisitsSummary.get", ""),
        ("VisitsSummary.get", "eventAction==sign_up"),
        ("VisitsSummary.get", "visitorType==new"),
    ]


def test_a_lower_batch_takes_more_requests() -> None:
    with Site(MATOMO, Matomo(CANARY, limit=3)) as site:
        results = site.results(
            {"standard": "dau"}, {"standard": "sign_ups"}, {"standard": "new_users"}, batch=2
        )
        assert all(isinstance(one, Answer) for one in results), results
        assert len(site.server.heard) == 2


def test_too_large_a_batch_is_rejected_in_matomos_words() -> None:
    with Site(MATOMO, Matomo(CANARY, limit=1)) as site:
        failure = site.failure({"standard": "sign_ups"})
    assert type(failure) is SourceRejectedError
    assert "maximum number of bulk request URLs is 1" in str(failure)


def test_a_report_that_fails_does_not_take_others_with_it() -> None:
    unknown = {"report": {"method": "Funnels.getMetrics", "metrics": ["nb_entries"]}}
    with Site(MATOMO) as site:
        good, bad, again = site.results({"standard": "dau"}, unknown, {"standard": "sessions"})
        assert len(site.server.heard) == 1
    assert isinstance(good, Answer)
    assert isinstance(again, Answer)
    assert type(bad) is SourceRejectedError
    assert "does not exist in the module 'Funnels'" in str(bad)


def test_a_wrong_token_is_rejected() -> None:
    with Site(MATOMO, Matomo("another")) as site:
        failure = site.failure({"standard": "dau"})
    assert type(failure) is SourceRejectedError
    assert "requires 'view' access" in str(failure)


def test_a_table_wants_a_row_named() -> None:
    query = {"report": {"method": "UserCountry.getCountry", "metrics": ["nb_visits"]}}
    with Site(MATOMO) as site:
        assert "by_label = true" in str(site.failure(query))


def test_the_matrix_says_what_the_options_take() -> None:
    calendar = {"window": "calendar"}
    goal = {"goal_event": "sign_up"}
    matrix_holds("matomo", {"wau": calendar, "mau": calendar, "conversion": goal})


REFUSED: dict[str, tuple[Query, str]] = {
    "a trailing week": ({"standard": "wau"}, 'window = "calendar"'),
    "trailing days": ({"standard": "mau", "window": "trailing"}, "calendar weeks and months"),
    "whole sessions": ({"standard": "sessions", "split_midnight": False}, "at midnight"),
    "by": ({"standard": "dau", "by": "country"}, "by_label = true"),
    "a writing method": (
        {"report": {"method": "SitesManager.addSite", "metrics": ["value"]}},
        "pattern",
    ),
    "our parameter": (
        {"report": {"metrics": ["nb_visits"], "params": {"token_auth": "x"}}},
        "leave `token_auth` out",
    ),
    "label twice": (
        {"report": {"metrics": ["nb_visits"], "label": "a", "by_label": True}},
        "either `label` or `by_label`",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_matomo_cannot_do_is_refused_with_the_reason(name: str) -> None:
    table, words = REFUSED[name]
    assert words in refused("matomo", table)
