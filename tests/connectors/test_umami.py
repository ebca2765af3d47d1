"""The connector `umami` against its API: numbers, login, requests, zones, refusals."""

from __future__ import annotations

import json
from datetime import date

import pytest

from krtracker.connector import (
    Answer,
    ConnectorError,
    Point,
    SourceRejectedError,
    SourceUnavailableError,
    UnexpectedAnswerError,
    Window,
)
from tests.connectors.faulty import Answering, Given, Heard
from tests.connectors.site_asking import Query, Site, matrix_holds, refused
from tests.connectors.site_servers import WEBSITE, Umami
from tests.connectors.site_speakers import UMAMI, UMAMI_CLOUD
from tests.connectors.speakers import CANARY, WINDOW, Speaker, points

FIRST, SECOND, THIRD = WINDOW.span
BERLIN = Window(date(2026, 3, 28), date(2026, 3, 30), "Europe/Berlin")

ANSWERS: dict[str, tuple[Query, tuple[Point, ...]]] = {
    "visitors": ({"standard": "dau"}, points(40, 987, 6)),
    "visitors of seven days": ({"standard": "wau"}, points(300, 1250, 1200)),
    "visitors of thirty days": ({"standard": "mau"}, points(2000, 2500, 2400)),
    "stickiness": (
        {"standard": "stickiness"},
        (Point(FIRST, 0.02, 2000), Point(SECOND, 987 / 2500, 2500), Point(THIRD, 0.0025, 2400)),
    ),
    "visits": ({"standard": "sessions"}, points(50, 1000, 8)),
    "duration, also as version 2 tells it": (
        {"standard": "session_duration"},
        (Point(FIRST, 72, 50), Point(SECOND, 91, 1000), Point(THIRD, 0, 8)),
    ),
    "bounces": (
        {"standard": "bounce_rate"},
        (Point(FIRST, 0.4, 50), Point(SECOND, 0.375, 1000), Point(THIRD, 1, 8)),
    ),
    "pages a visit": (
        {"standard": "events_per_session"},
        (Point(FIRST, 2.4, 50), Point(SECOND, 2.5, 1000), Point(THIRD, 1, 8)),
    ),
    "events": ({"standard": "event_count"}, points(0, 38, 2)),
    "one event": ({"standard": "event_count", "events": "download"}, points(0, 5, 2)),
    "sign-ups, 0 on days that were seen": ({"standard": "sign_ups"}, points(0, 33, 0)),
    "retention": (
        {"standard": "retention", "day": 7},
        (Point(FIRST, 0.1, 40), Point(SECOND, 0.1, 900)),
    ),
    "nobody came back": (
        {"standard": "retention", "day": 1},
        (Point(FIRST, 0.25, 40), Point(SECOND, 0, 900)),
    ),
    "where": ({"standard": "dau", "where": {"country": "DE"}}, points(0, 500, 0)),
    "a report": ({"report": {"metrics": ["pageviews"]}}, points(120, 2500, 8)),
    "a ratio": (
        {"report": {"metrics": ["events", "visits"], "events": ["download"]}},
        (Point(FIRST, 0, 50), Point(SECOND, 0.005, 1000), Point(THIRD, 0.25, 8)),
    ),
}


@pytest.mark.parametrize("name", ANSWERS)
def test_what_umami_counts(name: str) -> None:
    query, expected = ANSWERS[name]
    with Site(UMAMI) as site:
        assert site.points(query) == expected


def asked(site: Site) -> list[str]:
    """What was asked for, by the end of each path."""
    return [one.path.rpartition("/")[2] for one in site.server.heard]


def test_what_several_metrics_need_is_asked_for_once() -> None:
    names = ("dau", "sessions", "session_duration", "bounce_rate", "sign_ups")
    with Site(UMAMI) as site:
        results = site.results(*({"standard": name} for name in names))
        assert all(isinstance(one, Answer) for one in results)
        assert asked(site) == ["login", "pageviews", *["stats"] * 3, "series"]


def test_retention_begins_with_the_month_and_ends_with_the_last_return() -> None:
    window = Window(date(2026, 2, 27), date(2026, 3, 2), "UTC")
    with Site(UMAMI) as site:
        first, second = site.results(
            {"standard": "retention", "day": 1}, {"standard": "retention", "day": 7}, window=window
        )
        bodies = [json.loads(one.body)["parameters"] for one in site.server.heard[1:]]
    assert isinstance(first, Answer)
    assert isinstance(second, Answer)
    assert [point.day for point in second.points] == [FIRST, SECOND]
    assert bodies == [
        {
            "startDate": "2026-02-01T00:00:00.000Z",
            "endDate": "2026-03-07T23:59:59.999Z",
            "timezone": "UTC",
        },
        {
            "startDate": "2026-03-01T00:00:00.000Z",
            "endDate": "2026-03-09T23:59:59.999Z",
            "timezone": "UTC",
        },
    ]


def test_days_are_those_of_the_metrics_zone() -> None:
    """Midnight in Berlin is 23:00 UTC before, and 22:00 UTC after the clocks went forward."""
    with Site(UMAMI) as site:
        site.points({"standard": "dau"}, BERLIN)
        sent = site.server.heard[-1].params
    assert sent == {
        "startAt": "1774652400000",
        "endAt": "1774907999999",
        "timezone": "Europe/Berlin",
        "unit": "day",
    }


def test_a_year_is_asked_in_parts_that_umami_answers_by_day() -> None:
    year = Window(date(2026, 1, 1), date(2026, 12, 31), "UTC")
    with Site(UMAMI) as site:
        assert site.points({"standard": "dau"}, year) == points(40, 987, 6)
        assert asked(site) == ["login", *["pageviews"] * 3]


def test_the_login_is_kept_and_renewed_when_its_token_has_worn_out() -> None:
    umami = Umami(CANARY)

    def forgetful(heard: Heard) -> Given:
        if heard.path.endswith("series"):
            umami.tokens.append("of somebody else")
        return umami(heard)

    with Site(UMAMI, forgetful) as site:
        good, late = site.results({"standard": "dau"}, {"standard": "event_count"})
        assert isinstance(good, Answer)
        assert type(late) is SourceRejectedError
        assert asked(site) == ["login", "pageviews", "series", "login", "series"]


@pytest.mark.parametrize("speaker", [UMAMI, UMAMI_CLOUD], ids=["password", "api key"])
def test_a_wrong_credential_is_rejected(speaker: Speaker) -> None:
    with Site(speaker, Umami("another", "" if speaker is UMAMI else "another")) as site:
        failure = site.failure({"standard": "dau"})
        assert len(site.server.heard) == 1
    assert type(failure) is SourceRejectedError
    assert "credential was not accepted" in str(failure)


LOGINS: dict[str, tuple[Answering, type[ConnectorError], str]] = {
    "refused": (lambda one: Given(one.echo, status=401), SourceRejectedError, "not accepted"),
    "broken": (lambda one: Given(one.echo, status=500), SourceUnavailableError, "500"),
    "no token": (lambda one: Given(one.echo), UnexpectedAnswerError, "no `token`"),
    "a token of two lines": (
        lambda _: Given(b'{"token": "a\\nHost: b"}'),
        UnexpectedAnswerError,
        "no `token`",
    ),
}


@pytest.mark.parametrize("name", LOGINS)
def test_a_login_that_fails_is_told_without_the_password(name: str) -> None:
    good, expected, words = LOGINS[name]
    with Site(UMAMI, good) as site:
        results = site.results({"standard": "dau"}, {"standard": "event_count"})
        assert set(asked(site)) == {"login"}
        assert len(site.server.heard) == (1 if expected is SourceRejectedError else 2)
    assert [type(one) for one in results] == [expected, expected]
    assert all(words in str(one) for one in results)


def test_the_matrix_says_what_the_options_take() -> None:
    matrix_holds("umami", {})


REFUSED: dict[str, tuple[Query, str]] = {
    "users who signed up": ({"standard": "sign_ups", "count": "users"}, 'count = "events"'),
    "visitors of an event": ({"standard": "dau", "events": "a"}, "visitors of page views"),
    "day 32": ({"standard": "retention", "day": 32}, "ends at day 31"),
    "on or after": ({"standard": "retention", "mode": "on_or_after"}, "not on or after"),
    "by": ({"standard": "dau", "by": "country"}, "filter by `where`"),
    "an unknown filter": ({"standard": "dau", "where": {"plan": "pro"}}, "no filter of Umami"),
    "two values": ({"standard": "dau", "where": {"country": ["DE", "FR"]}}, "one text"),
    "an unknown filter of a report": (
        {"report": {"metrics": ["visits"], "filters": {"startAt": "0"}}},
        "no filter of Umami",
    ),
    "events of visits": (
        {"report": {"metrics": ["visits"], "events": "a"}},
        'metrics = ["events"]',
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_umami_cannot_do_is_refused_with_the_reason(name: str) -> None:
    table, words = REFUSED[name]
    assert words in refused("umami", table)


SOURCES: dict[str, Query] = {
    "no credential": {"url": "https://a.example"},
    "two": {"url": "https://a.example", "user": "a", "password": "b", "api_key": "c"},
    "no password": {"url": "https://a.example", "user": "a"},
    "no address": {"user": "a", "password": "b"},
}


@pytest.mark.parametrize("name", SOURCES)
def test_a_source_has_one_login(name: str) -> None:
    table = {"website": WEBSITE, **SOURCES[name]}
    assert "write `api_key`" in refused("umami", table, "SourceOptions")
