"""Which test shows which connector under which fault: a table without a hole."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module

import pytest

from krtracker import registry
from tests.connectors.fault_cases import CASES, JSON_CASES, NUMBERS, SPEAKERS
from tests.connectors.speakers import Speaker

STATUSES = ("401", "403", "404", "429 in seconds", "429 at a date")
SERVERS = ("500", "502 with a page", "503 then well")
WIRES = ("slow drip", "cut with length", "cut without length")
BODIES = ("wrong content type", "login page", "broken JSON", "NaN", "deep nesting")
SIZES = ("endless", "gzip bomb", "endless pages", "repeating pages", "redirect to another host")
DAYS = ("missing days", "unordered days", "duplicate days")
CELLS = ("numbers as text", "percents", "error inside 200")
FAULTS = (*STATUSES, *SERVERS, *WIRES, *BODIES, *SIZES, *DAYS, *CELLS)

WITHOUT_NETWORK = {"files", "sql"}
REDIRECTED = "test_http_faults:test_another_host_is_not_entered_and_learns_nothing"

BY_STATUS = {fault: f"test_ga4_faults:CASES:{fault}" for fault in ("401", "403", "404", "500")}
RETRIED = "test_ga4_faults:test_retry_after_is_kept_to_in_both_its_forms"
PASSING = "test_ga4_faults:test_a_server_error_that_passes_is_not_seen"
READ = {
    "endless pages": "test_ga4_requests:test_more_rows_than_allowed_are_refused_with_what_to_do",
    "repeating pages": "test_ga4_requests:test_pages_that_repeat_are_not_counted_twice",
    "NaN": "test_ga4_wire:CELLS:NaN",
    "missing days": "test_ga4_requests:"
    "test_what_tells_dead_days_apart_goes_along_where_it_costs_nothing",
    "unordered days": "test_ga4_wire:test_unordered_days_become_ordered_points",
    "duplicate days": "test_ga4_wire:CELLS:a day twice",
    "numbers as text": "all its numbers are text",
    "percents": "test_ga4_wire:CELLS:percents",
}
ON_THE_WIRE = (
    *("502 with a page", "slow drip", "cut with length", "cut without length", "login page"),
    *("wrong content type", "broken JSON", "deep nesting", "endless", "gzip bomb"),
    "error inside 200",
)
NO_HTTP = "gRPC speaks HTTP/2 through Google's own library, with statuses of its own"
NO_JSON = "its messages are no JSON, and no status stands in them"
GA4: Mapping[str, Mapping[str, str]] = {
    "rest": {
        **BY_STATUS,
        "429 in seconds": RETRIED,
        "429 at a date": RETRIED,
        "503 then well": PASSING,
        "redirect to another host": "test_ga4_wire:WIRES:redirect",
        **{fault: f"test_ga4_wire:WIRES:{fault}" for fault in ON_THE_WIRE},
        **READ,
    },
    "grpc": {
        **BY_STATUS,
        "429 in seconds": "test_ga4_faults:CASES:429 hour",
        "429 at a date": f"{NO_HTTP}: a wait comes in seconds",
        "503 then well": PASSING,
        "slow drip": "test_ga4_faults:test_silence_ends_at_the_deadline",
        "cut with length": "test_ga4_faults:BYTES:cut short",
        "cut without length": "test_ga4_faults:BYTES:cut short",
        "login page": "test_ga4_faults:BYTES:no message",
        "endless": "test_ga4_faults:BYTES:huge",
        "502 with a page": NO_HTTP,
        "wrong content type": NO_HTTP,
        "gzip bomb": NO_HTTP,
        "redirect to another host": NO_HTTP,
        "broken JSON": NO_JSON,
        "deep nesting": NO_JSON,
        "error inside 200": NO_JSON,
        **READ,
    },
}


def shown(speaker: Speaker, fault: str) -> str | None:
    """Where the fault is shown, or why there is none; None for a hole in the table."""
    if fault in speaker.variants:
        return f"fault_cases:SPEAKERS:{speaker.connector}"
    if fault in CASES or (fault in JSON_CASES and speaker.json):
        return "test_http_faults:held"
    if fault in NUMBERS and speaker.number:
        return "test_http_faults:test_a_number_beyond_all_bounds_refuses_the_answer"
    return REDIRECTED if "another host" in fault else speaker.elsewhere.get(fault)


def there(place: str) -> bool:
    """Whether `module:name` or `module:TABLE:key` is there; other words are a reason."""
    if not place.startswith(("test_", "fault_cases:")):
        return len(place) > 15
    module, name, *keys = place.split(":")
    found = getattr(import_module(f"tests.connectors.{module}"), name, {})
    return keys[0] in found if keys else callable(found)


@pytest.mark.parametrize("which", sorted(SPEAKERS))
def test_every_connector_over_http_is_shown_under_every_fault(which: str) -> None:
    places = {fault: shown(SPEAKERS[which], fault) for fault in FAULTS}
    assert [fault for fault, place in places.items() if not (place and there(place))] == []


@pytest.mark.parametrize("transport", sorted(GA4))
def test_ga4_is_shown_under_every_fault_by_both_its_ways(transport: str) -> None:
    assert [fault for fault in FAULTS if not there(GA4[transport].get(fault, ""))] == []


def test_no_connector_is_left_out() -> None:
    shown_here = {"ga4", *(one.connector for one in SPEAKERS.values())}
    assert shown_here == set(registry.names()) - WITHOUT_NETWORK
