"""What may be written of GA4, and what is refused with which reason."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from connectors.ga4 import Ga4Connector, Ga4Source
from krtracker import registry, wiring
from krtracker.connector import STANDARD_METRICS
from krtracker.settings import load

GA4 = registry.load("ga4")
STANDARDS = Ga4Connector.standards


def refused(kind: str, table: dict[str, Any]) -> str:
    """What is said of a table that is refused."""
    with pytest.raises(ValidationError) as caught:
        getattr(GA4, kind).model_validate(table)
    return str(caught.value)


def test_every_standard_metric_is_answered_or_refused_with_a_reason() -> None:
    assert tuple(STANDARDS) == STANDARD_METRICS
    assert {name for name, (known, _) in STANDARDS.items() if not known} == {
        "activation",
        "growth",
    }
    assert all(len(words) > 20 for _, words in STANDARDS.values())


NEEDED = {"conversion": {"goal_event": "purchase"}}


@pytest.mark.parametrize("name", STANDARD_METRICS)
def test_the_matrix_says_what_the_options_take(name: str) -> None:
    known, words = STANDARDS[name]
    table: dict[str, Any] = {"standard": name, **NEEDED.get(name, {})}
    if known:
        assert GA4.QueryOptions.model_validate(table)
    else:
        assert words in refused("QueryOptions", table)


REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "mau over 30 days": ({"standard": "mau", "days": 30}, "trailing 7 (wau) and 28 (mau) days"),
    "mau of the month": ({"standard": "mau", "window": "calendar"}, "trailing days for active"),
    "first sign-ups": ({"standard": "sign_ups", "count": "first_ever"}, 'count = "users"'),
    "a median": ({"standard": "session_duration", "statistic": "median"}, "the mean only"),
    "a gap": ({"standard": "sessions", "gap_minutes": 10}, "GA4 cuts sessions itself"),
    "weeks": ({"standard": "retention", "unit": "week"}, "weeks run from Sunday"),
    "on or after": ({"standard": "retention", "mode": "on_or_after"}, "not on or after it"),
    "own cohorts": ({"standard": "retention", "start_event": "sign_up"}, "first seen on a day"),
    "cohorts by": ({"standard": "retention", "by": "country"}, "cohorts cannot be told apart"),
    "a window": (
        {"standard": "conversion", "goal_event": "a", "window_days": 7},
        "the share of the same day",
    ),
    "another's option": ({"standard": "sessions", "day": 7}, "no option of `sessions`"),
    "no goal": ({"standard": "conversion"}, "needs goal_event"),
    "an unknown option": ({"standard": "dau", "colour": "red"}, "Extra inputs"),
    "an unknown name": ({"standard": "davu"}, "is no standard metric: GA4 knows dau"),
    "two ways": ({"standard": "dau", "report": {"metrics": ["sessions"]}}, "write either standard"),
    "no way": ({}, "write either standard"),
    "options of a report": ({"report": {"metrics": ["sessions"]}, "day": 7}, "`day` belongs"),
    "a day too many": ({"report": {"metrics": ["sessions"], "dimensions": ["date"]}}, "by day"),
    "cohorts": ({"report": {"metrics": ["cohortActiveUsers"]}}, "retention"),
    "three metrics": ({"report": {"metrics": ["a", "b", "c"]}}, "at most 2"),
    "weighted ratio": ({"report": {"metrics": ["a", "b"], "weight": "c"}}, "no `weight`"),
    "two tests": (
        {"standard": "dau", "where": {"country": {"contains": "a", "matches": "b"}}},
        "exactly one of",
    ),
    "wau/wau": (
        {"standard": "stickiness", "numerator": "wau", "denominator": "wau"},
        "dau/mau, dau/wau or wau/mau",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_ga4_cannot_do_is_refused_with_the_reason(case: str) -> None:
    table, words = REFUSED[case]
    assert words in refused("QueryOptions", table)


SOURCES: dict[str, tuple[dict[str, Any], str]] = {
    "no number": ({"property": "UA-1234-5"}, "write the number of the property"),
    "two keys": ({"property": 1, "credentials": "x", "credentials_file": "y"}, "keep one of"),
    "plain text abroad": (
        {"property": 1, "endpoint": "http://ga4.example.com"},
        "only sent over https",
    ),
    "plain gRPC": (
        {"property": 1, "transport": "grpc", "endpoint": "http://127.0.0.1:1"},
        "gRPC needs an address with https",
    ),
    "no address": ({"property": 1, "endpoint": "ga4.example.com"}, "write an address such as"),
    "a password": ({"property": 1, "endpoint": "https://a:b@c.example"}, "write an address"),
}


@pytest.mark.parametrize("case", SOURCES)
def test_a_source_that_cannot_be_asked_is_refused(case: str) -> None:
    table, words = SOURCES[case]
    assert words in refused("SourceOptions", table)


def test_a_property_may_be_written_in_three_ways() -> None:
    written = [Ga4Source(property=one) for one in (12, "12", "properties/12")]
    assert {one.property for one in written} == {"12"}


CONFIGURATION = """
[sources.web]
connector = "ga4"
property = 1234

[metrics.returning]
title = "Growth"
source = "web"
report = { metrics = ["sessions"], dimensions = ["date"] }

[metrics.sessions]
title = "Sessions"
kind = "count"
source = "web"
report = { metrics = ["sessions"] }
"""


def workspace(folder: Path, text: str = CONFIGURATION) -> Path:
    path = folder / "krtracker.toml"
    path.write_text(f"schema = 1\n{text}", "utf-8")
    return path


def test_check_says_it_at_the_place(tmp_path: Path) -> None:
    (problem,) = wiring.check(load(workspace(tmp_path)))
    assert "every report is by day" in (problem.label or "")
    assert problem.place is not None
    assert problem.place.line == 10


def test_settling_days_are_three_by_themselves(tmp_path: Path) -> None:
    metric = load(workspace(tmp_path)).metrics["sessions"]
    assert (metric.settles_in, metric.late_by) == (3, 0)
