"""GA4 on a bad day: the right failure, words that say what to do, and never a secret."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from krtracker.connector import (
    ConnectorError,
    Deadline,
    SourceRejectedError,
    SourceUnavailableError,
    UnexpectedAnswerError,
)
from tests.connectors.ga4_bench import (
    answer,
    asked,
    failure,
    fetched,
    nothing_secret_is_said,
    opened,
    served,
    server,
    values,
)
from tests.connectors.ga4_server import ACCOUNT, GOOD, Fault, Ga4Server, key_text

__all__ = ["nothing_secret_is_said", "served", "server"]

TRANSPORTS = pytest.mark.parametrize("transport", ["rest", "grpc"])
SESSIONS = {"standard": "sessions"}
REJECTED, UNAVAILABLE, UNEXPECTED = (
    SourceRejectedError,
    SourceUnavailableError,
    UnexpectedAnswerError,
)
HOURLY = "Exhausted property tokens for a project per hour."
DAILY = "Exhausted property tokens per day. These quota tokens will return in under 24 hours."
AT_ONCE = "Exhausted concurrent requests quota. Please send fewer requests concurrently."
OFF = {
    "@type": "type.googleapis.com/google.rpc.ErrorInfo",
    "reason": "SERVICE_DISABLED",
    "domain": "googleapis.com",
    "metadata": {"service": "analyticsdata.googleapis.com"},
}


@dataclass(frozen=True)
class Case:
    """A fault of the API, what comes of it, in which words, after how many requests."""

    fault: Fault
    kind: type[ConnectorError]
    words: tuple[str, ...]
    tries: int = 1
    again: float | None = None


CASES: Mapping[str, Case] = {
    "400": Case(
        # Parted once: what tells dead days apart was asked along.
        Fault(400, "The filter is wrong."),
        REJECTED,
        ("The filter is wrong", "correct its metrics"),
        3,
    ),
    "401": Case(Fault(401, "Bad token."), REJECTED, (f"credentials of {ACCOUNT}", "renew them")),
    "403": Case(
        Fault(403, "User does not have sufficient permissions for this property."),
        REJECTED,
        (f"{ACCOUNT} may not read properties/1234", "Viewer", "sufficient permissions"),
    ),
    "404": Case(Fault(404, "Not found."), REJECTED, ("no properties/1234", "correct `property`")),
    "429 hour": Case(Fault(429, HOURLY), UNAVAILABLE, ("quota of the hour",), again=3600),
    "500": Case(Fault(500, "Internal error encountered."), UNAVAILABLE, ("500", "Internal"), 2),
    "503": Case(Fault(503, "Currently unavailable."), UNAVAILABLE, ("503", "Currently"), 2),
}


@TRANSPORTS
@pytest.mark.parametrize("case", CASES)
def test_an_error_of_the_api_becomes_the_right_failure(
    server: Ga4Server, transport: str, case: str
) -> None:
    one = CASES[case]
    server.faults = [one.fault]
    found = failure(server.source(transport), SESSIONS)
    assert type(found) is one.kind
    assert all(words in str(found) for words in one.words), str(found)
    assert "127.0.0.1" not in str(found)
    assert len(server.tokens) == one.tries
    assert getattr(found, "retry_after", None) == one.again


BYTES: Mapping[str, tuple[bytes, str]] = {
    "no message": (b"<html>Please log in</html>", "no report"),
    "cut short": (b"\x0a\x7f\x0a", "no report"),
    "no reports": (b"", "the answer holds 0"),
    "huge": (b"\x0a\xff\xff\xff\x19" + b" " * 51_000_000, "larger than the cap"),
}


@pytest.mark.parametrize("case", BYTES)
def test_what_is_no_report_over_grpc_is_unexpected(server: Ga4Server, case: str) -> None:
    server.bytes, words = BYTES[case]
    found = failure(server.source("grpc"), SESSIONS)
    assert type(found) is UNEXPECTED, found
    assert words in str(found)
    assert len(server.tokens) == 1


def test_a_switched_off_api_is_told_from_a_missing_right(server: Ga4Server) -> None:
    server.faults = [Fault(403, "It has not been used in project 1 before.", details=[OFF])]
    assert "switch on the Google Analytics Data API" in str(failure(server.source(), SESSIONS))


def test_a_used_up_day_waits_for_midnight_in_california(server: Ga4Server) -> None:
    """The answer is dated 20:00 UTC on 8 March 2026: 13:00 there, in summer time from that day."""
    server.faults = [Fault(429, DAILY)]
    found = failure(server.source(), SESSIONS)
    assert isinstance(found, SourceUnavailableError)
    assert found.retry_after == 11 * 3600
    assert "until midnight Pacific time" in str(found)


def test_a_used_up_day_over_grpc_is_tried_again_a_quarter_of_a_day_later(server: Ga4Server) -> None:
    server.faults = [Fault(429, DAILY)]
    found = failure(server.source("grpc"), SESSIONS)
    assert isinstance(found, SourceUnavailableError)
    assert found.retry_after == 6 * 3600


@pytest.mark.parametrize("wait", ["120", "Sun, 08 Mar 2026 20:02:00 GMT"])
def test_retry_after_is_kept_to_in_both_its_forms(server: Ga4Server, wait: str) -> None:
    server.faults = [Fault(429, HOURLY, headers={"Retry-After": wait})]
    found = failure(server.source(), SESSIONS)
    assert isinstance(found, SourceUnavailableError)
    assert found.retry_after == 120


def test_a_wait_among_the_details_is_kept_to(server: Ga4Server) -> None:
    kind = "type.googleapis.com/google.rpc.RetryInfo"
    server.faults = [Fault(429, HOURLY, details=[{"@type": kind, "retryDelay": "33s"}])]
    found = failure(server.source(), SESSIONS)
    assert isinstance(found, SourceUnavailableError)
    assert found.retry_after == 33


def test_too_many_at_once_are_tried_again_inside_the_deadline(server: Ga4Server) -> None:
    busy = Fault(429, AT_ONCE, headers={"Retry-After": "0"})
    server.then_well(busy, busy)
    assert values(answer(server.source(), SESSIONS))[1] == 150
    assert len(server.tokens) == 3


def test_too_many_at_once_give_up_when_the_wait_is_longer_than_the_deadline(
    server: Ga4Server,
) -> None:
    server.faults = [Fault(429, AT_ONCE)]
    found = failure(server.source(), SESSIONS, seconds=2)
    assert isinstance(found, SourceUnavailableError)
    assert "run at once" in str(found)
    assert (found.retry_after, len(server.tokens)) == (5, 1)


@TRANSPORTS
@pytest.mark.parametrize("code", [500, 503])
def test_a_server_error_that_passes_is_not_seen(
    server: Ga4Server, transport: str, code: int
) -> None:
    server.then_well(Fault(code, "Try again."))
    assert values(answer(server.source(transport), SESSIONS))[1] == 150
    assert len(server.tokens) == 2


@TRANSPORTS
def test_a_refused_key_ends_the_fetch_after_one_request(server: Ga4Server, transport: str) -> None:
    """Ten metrics that would each be refused are one refusal, raised for the whole source."""
    server.faults = [Fault(401, "Bad token.")]
    queries = [{"standard": "sessions", "where": {"country": name}} for name in "abcdefghij"]
    found = fetched(server.source(transport), [asked(one) for one in queries])
    assert [type(one) for one in found] == [SourceRejectedError]
    assert len(server.tokens) == 1


@TRANSPORTS
def test_a_token_of_another_account_is_refused(server: Ga4Server, transport: str) -> None:
    other = key_text("somebody@example.com")
    found = failure(server.source(transport, credentials=other), SESSIONS)
    assert isinstance(found, SourceRejectedError)
    assert "credentials of somebody@example.com" in str(found)


@TRANSPORTS
def test_nobody_there_is_unavailable(server: Ga4Server, transport: str) -> None:
    found = failure(server.source(transport, endpoint="https://127.0.0.1:9"), SESSIONS)
    assert isinstance(found, SourceUnavailableError)


@TRANSPORTS
def test_an_unknown_authority_is_refused_with_what_to_give(
    server: Ga4Server, transport: str
) -> None:
    source = server.source(transport)
    del source["ca_file"]
    found = failure(source, SESSIONS)
    assert isinstance(found, SourceRejectedError)
    assert "certificate is not to be trusted" in str(found)
    assert "`ca_file`" in str(found)


@TRANSPORTS
def test_silence_ends_at_the_deadline(server: Ga4Server, transport: str, tmp_path: Path) -> None:
    silent = Ga4Server(tmp_path)
    silent.hanging = True
    found = failure(silent.source(transport), SESSIONS, seconds=0.4)
    silent.close()
    assert isinstance(found, SourceUnavailableError)
    assert "within the deadline of 0." in str(found)


@TRANSPORTS
def test_closing_ends_a_fetch_that_waits(server: Ga4Server, transport: str, tmp_path: Path) -> None:
    silent = Ga4Server(tmp_path)
    silent.hanging = True
    connector = opened(silent.source(transport))
    heard: list[object] = []

    def listen() -> None:
        heard.extend(connector.fetch([asked(SESSIONS)], Deadline(20)))

    listening = threading.Thread(target=listen, daemon=True)
    listening.start()
    assert silent.arrived.wait(10)
    connector.close()
    listening.join(5)
    silent.close()
    assert not listening.is_alive()
    assert [type(one) for one in heard] == [SourceUnavailableError]


def test_a_closed_source_asks_nothing_more(server: Ga4Server) -> None:
    connector = opened(server.source())
    connector.close()
    with pytest.raises(SourceUnavailableError, match="closed: open it again"):
        list(connector.fetch([asked(SESSIONS)], Deadline(20)))
    assert server.tokens == []


def test_a_failure_between_two_pages_gives_no_points(server: Ga4Server) -> None:
    server.property.page = 2
    gone = Fault(503, "Gone.")
    server.faults = [GOOD, gone, gone]
    found = failure(server.source(), {"standard": "dau", "by": "country"})
    assert isinstance(found, SourceUnavailableError)
    assert len(server.requests) == 1
