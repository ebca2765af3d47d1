"""What GA4 answers becomes the right points, over REST and over gRPC, with what it says of them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from krtracker.connector import Answer, SourceRejectedError, UnexpectedAnswerError, Window
from krtracker.testing import check_connector
from krtracker.testing.watching import watched
from tests.connectors.ga4_bench import (
    WINDOW,
    ZONE,
    answer,
    asked,
    failure,
    fetched,
    folder_of,
    served,
    server,
    values,
    weights,
)
from tests.connectors.ga4_server import Ga4Server, key_text

__all__ = ["served", "server"]

TRANSPORTS = pytest.mark.parametrize("transport", ["rest", "grpc"])
LONG_AGO = Window(date(1971, 1, 1), date(1971, 1, 7), ZONE)
SESSIONS = {"standard": "sessions"}

# By hand from ga4/property.json: on the 5th nothing was recorded.
STANDARD: dict[str, tuple[dict[str, Any], dict[int, float]]] = {
    "dau": ({}, {1: 120, 2: 140, 3: 100, 4: 110, 6: 90}),
    "dau by event": ({"events": ["login", "page_view"]}, {1: 118, 2: 0, 3: 0, 4: 0, 6: 0}),
    "dau where": ({"where": {"country": "Germany"}}, {1: 60, 2: 65, 3: 0, 4: 0, 6: 0}),
    "wau": ({}, {1: 400, 2: 410, 3: 405, 4: 402, 5: 395, 6: 390}),
    "mau": ({}, {1: 900, 2: 905, 3: 903, 4: 901, 5: 899, 6: 890}),
    "stickiness": ({}, {1: 0.125, 2: 0.15, 3: 0.11, 4: 0.12, 6: 0.1}),
    "stickiness dau/wau": ({"denominator": "wau"}, {1: 0.3, 2: 0.34, 3: 0.25, 4: 0.27, 6: 0.22}),
    "sessions": ({}, {1: 150, 2: 180, 3: 130, 4: 140, 6: 100}),
    "session_duration": ({}, {1: 72.5, 2: 80, 3: 61.25, 4: 65, 6: 50}),
    "sign_ups": ({}, {1: 6, 2: 0, 3: 3, 4: 0, 6: 2}),
    "sign_ups as events": ({"count": "events"}, {1: 7, 2: 0, 3: 3, 4: 0, 6: 2}),
    "new_users": ({}, {1: 20, 2: 25, 3: 0, 4: 12, 6: 9}),
    "conversion": ({"goal_event": "purchase"}, {1: 0.1, 2: 0.1, 3: 0, 4: 0, 6: 0}),
    "bounce_rate": ({}, {1: 0.4, 2: 0.35, 3: 0.5, 4: 0.45, 6: 0.6}),
    "events_per_session": ({}, {1: 20, 2: 20, 3: 20, 4: 20, 6: 20}),
    "event_count": ({}, {1: 3000, 2: 3600, 3: 2600, 4: 2800, 6: 2000}),
    "event_count of one": ({"events": "purchase"}, {1: 14, 2: 16, 3: 0, 4: 0, 6: 0}),
    "retention D1": ({"day": 1}, {1: 0.4, 2: 0.4, 3: 0.4, 4: 5 / 12}),
    # Nobody of the 4th is back on the 6th: no later day has been seen, so it may yet come.
    "retention D2": ({"day": 2}, {1: 0.25, 2: 0.24, 3: 0.3}),
    "retention D5": ({"day": 5}, {1: 0, 2: 0.16}),
}


@TRANSPORTS
@pytest.mark.parametrize("case", STANDARD)
def test_a_standard_metric_has_the_numbers_of_the_property(
    server: Ga4Server, transport: str, case: str
) -> None:
    options, expected = STANDARD[case]
    query = {"standard": case.split(maxsplit=1)[0], **options}
    assert values(answer(server.source(transport), query)) == expected


def test_means_and_ratios_carry_their_weights(server: Ga4Server) -> None:
    queries: list[dict[str, Any]] = [
        {"standard": "session_duration"},
        {"standard": "stickiness"},
        {"standard": "conversion", "goal_event": "purchase", "start_event": "sign_up"},
        {"standard": "retention", "day": 3},
    ]
    server.property.revise("20260302", "totalUsers", "30", of="eventName = sign_up")
    found = fetched(server.source(), [asked(one) for one in queries])
    told = [weights(one) for one in found[:2] + found[3:] if isinstance(one, Answer)]
    assert told == [
        {1: 150, 2: 180, 3: 130, 4: 140, 6: 100},
        {1: 900, 2: 905, 3: 903, 4: 901, 6: 890},
        {1: 20, 2: 25, 3: 10, 4: 12},
    ]
    assert isinstance(found[2], Answer)
    assert [tuple(one)[1:3] for one in found[2].points] == [(13 / 6, 6), (0.5, 30), (0, 3), (0, 2)]


def test_a_day_without_anything_recorded_is_no_zero(server: Ga4Server) -> None:
    """The 5th is missing in the sign-ups, the 2nd and 4th are 0: only then was something there."""
    found = values(answer(server.source(), {"standard": "sign_ups"}))
    assert (found.get(2), found.get(4), 5 in found) == (0, 0, False)


def test_a_window_before_the_property_is_empty(server: Ga4Server) -> None:
    window = LONG_AGO
    for query in (SESSIONS, {"standard": "sign_ups"}, {"standard": "retention"}):
        assert answer(server.source(), query, window).points == []


def test_a_dimension_gives_one_series_a_value(server: Ga4Server) -> None:
    found = answer(server.source(), {"standard": "dau", "by": "country"})
    assert values(found, "Germany") == {1: 60, 2: 65}
    assert values(found, "France") == {1: 40, 2: 75}
    assert "the segment `(other)` holds what GA4 did not keep apart" in found.notes


def test_a_report_of_ones_own_is_a_value_a_ratio_or_a_weighted_mean(server: Ga4Server) -> None:
    reports: list[dict[str, Any]] = [
        {"metrics": ["purchaseRevenue"]},
        {"metrics": ["userEngagementDuration", "totalUsers"]},
        {"metrics": ["averageSessionDuration"], "weight": "sessions", "dimensions": ["country"]},
        {"metrics": ["userEngagementDuration"]},
        {"metrics": ["eventCount"], "filter": {"eventName": "purchase"}},
    ]
    found = fetched(server.source(), [asked({"report": one}) for one in reports])
    told = [one for one in found if isinstance(one, Answer)]
    assert values(told[0]) == {1: 99.5, 2: 0, 3: 10, 4: 20, 6: 5}
    assert values(told[1])[1] == pytest.approx(6000 / 130)
    assert values(told[2], "Germany") == {1: 70, 2: 81}
    assert values(told[3]) == {1: 6000, 2: 7000, 3: 5000, 4: 5500, 6: 4000}
    assert values(told[4]) == {1: 14, 2: 16, 3: 0, 4: 0, 6: 0}


def test_the_receipt_names_property_days_and_metrics(server: Ga4Server) -> None:
    assert answer(server.source(), {"standard": "session_duration"}).parameters == {
        "property": "properties/1234",
        "start_date": "2026-03-01",
        "end_date": "2026-03-06",
        "metrics": "averageSessionDuration, sessions",
    }


def test_28_days_instead_of_30_are_said(server: Ga4Server) -> None:
    assert answer(server.source(), {"standard": "mau"}).notes == ("trailing 28 days (GA4), not 30",)


NOTES: dict[str, tuple[dict[str, Any], str]] = {
    "sampled": (
        {"samplingMetadatas": [{"samplesReadCount": "500", "samplingSpaceSize": "1000"}]},
        "sampled: GA4 estimated it from 500 of 1,000 events (50%)",
    ),
    "thresholded": ({"subjectToThresholding": True}, "thresholded: GA4 withholds small groups"),
    "other": ({"dataLossFromOtherRow": True}, "GA4 folded rare values into `(other)`"),
    "truncated": (
        {"dataTruncationReasons": [{"dataTruncationMessage": "Data is  old."}]},
        "GA4 left out data: Data is old.",
    ),
    "empty": ({"emptyReason": "NO_DATA"}, "GA4 says why there is nothing: text 'NO_DATA'"),
}


@TRANSPORTS
@pytest.mark.parametrize("case", NOTES)
def test_what_ga4_says_of_its_numbers_is_noted(
    server: Ga4Server, transport: str, case: str
) -> None:
    server.property.metadata, words = NOTES[case]
    (note,) = answer(server.source(transport), SESSIONS).notes
    assert note.startswith(words)


def test_a_quota_that_nears_its_end_is_noted(server: Ga4Server) -> None:
    server.property.quota = {"tokensPerDay": {"consumed": 9, "remaining": 1200}}
    assert answer(server.source(), SESSIONS).notes == (
        "quota of the property nearly used up: few tokens of the day left",
    )


def test_a_metric_hidden_from_the_account_is_refused_and_no_zeros_taken(server: Ga4Server) -> None:
    hidden = {"metricName": "purchaseRevenue", "restrictedMetricTypes": ["REVENUE_DATA"]}
    server.property.metadata = {
        "schemaRestrictionResponse": {"activeMetricRestrictions": [hidden]},
    }
    queries: list[dict[str, Any]] = [{"report": {"metrics": ["purchaseRevenue"]}}, SESSIONS]
    refused, fine = fetched(server.source(), [asked(one) for one in queries])
    assert isinstance(refused, SourceRejectedError)
    assert "hides `purchaseRevenue`" in str(refused)
    assert isinstance(fine, Answer)


def test_days_of_another_time_zone_are_refused_with_what_to_write(server: Ga4Server) -> None:
    server.property.table["timeZone"] = "America/New_York"
    words = str(failure(server.source(), SESSIONS))
    assert "counts its days in America/New_York, the metric in Europe/Berlin" in words
    assert 'write timezone = "America/New_York"' in words


def test_a_zone_with_the_same_days_is_only_noted(server: Ga4Server) -> None:
    server.property.table["timeZone"] = "Europe/Madrid"
    (note,) = answer(server.source(), SESSIONS).notes
    assert note == "the property's time zone is Europe/Madrid; its days are those of Europe/Berlin"


def test_zones_that_part_only_in_summer_are_told_apart(server: Ga4Server) -> None:
    """Algiers is an hour ahead all year, Berlin two in summer: the window decides."""
    server.property.table["timeZone"] = "Africa/Algiers"
    summer = Window(date(2026, 3, 27), date(2026, 4, 2), "Europe/Berlin")
    assert answer(server.source(), SESSIONS).points
    (refused,) = fetched(server.source(), [asked(SESSIONS, summer)])
    assert isinstance(refused, SourceRejectedError)


def test_restated_days_are_read_as_they_are_now(server: Ga4Server) -> None:
    before = values(answer(server.source(), SESSIONS))
    server.property.revise("20260306", "sessions", "117")
    after = values(answer(server.source(), SESSIONS))
    assert {day for day in before if before[day] != after[day]} == {6}
    assert after[6] == 117


@pytest.mark.parametrize("raw", ["N/A", "nan", "1e999", "1,5", "1_000", ""])
def test_what_is_no_number_is_refused(server: Ga4Server, raw: str) -> None:
    server.property.table["days"][""]["20260302"]["userEngagementDuration"] = raw
    server.property.loose = True
    query = {"report": {"metrics": ["userEngagementDuration"], "weight": "sessions"}}
    found = failure(server.source(), query)
    assert isinstance(found, UnexpectedAnswerError)
    assert "`userEngagementDuration` of 2026-03-02" in str(found)


def test_a_key_may_be_a_file(server: Ga4Server, tmp_path: Path) -> None:
    path = folder_of(tmp_path, "key.json", key_text())
    source = server.source(credentials_file=path)
    del source["credentials"]
    assert answer(source, SESSIONS).points


@TRANSPORTS
def test_the_login_of_the_machine_is_used_without_a_key(
    server: Ga4Server, transport: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = folder_of(tmp_path, "key.json", key_text())
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", path)
    source = server.source(transport)
    del source["credentials"]
    assert answer(source, SESSIONS).points


@TRANSPORTS
def test_the_contract_kit_passes(server: Ga4Server, transport: str) -> None:
    window = replace(WINDOW, last=date(2026, 3, 4))
    check_connector(
        "ga4",
        server.source(transport),
        {"standard": "sign_ups"},
        window=window,
        empty=LONG_AGO,
        failing={"report": {"metrics": ["dauu"]}},
        broken=server.source(transport, endpoint="https://127.0.0.1:9"),
    )


@TRANSPORTS
def test_the_contract_kit_passes_for_a_source_that_hangs(
    server: Ga4Server, transport: str, tmp_path: Path
) -> None:
    hanging = Ga4Server(tmp_path)
    hanging.hanging = True
    check_connector(
        "ga4",
        server.source(transport),
        SESSIONS,
        window=replace(WINDOW, last=date(2026, 3, 4)),
        empty=LONG_AGO,
        hanging_source=hanging.source(transport),
    )
    hanging.close()


def test_no_second_service_hears_of_a_token(server: Ga4Server) -> None:
    """gRPC opens its connection below Python: any socket of Python would be somebody else's."""
    with watched() as seen:
        assert answer(server.source("grpc"), SESSIONS).points
    assert [one for one in seen if one.startswith("socket.")] == []
