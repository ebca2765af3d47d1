"""What servers, proxies and portals send instead of an answer, and keys that are none."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from krtracker.connector import (
    Answer,
    ConnectorError,
    SourceRejectedError,
    SourceUnavailableError,
    UnexpectedAnswerError,
)
from tests.connectors import faulty
from tests.connectors.faulty import FaultyServer, Given, Heard
from tests.connectors.ga4_bench import (
    answer,
    asked,
    failure,
    fetched,
    folder_of,
    nothing_secret_is_said,
    served,
    server,
)
from tests.connectors.ga4_property import Property
from tests.connectors.ga4_server import Ga4Server, key_text, rest_answer

__all__ = ["nothing_secret_is_said", "served", "server"]

SESSIONS = {"standard": "sessions"}
REJECTED, UNAVAILABLE, UNEXPECTED = (
    SourceRejectedError,
    SourceUnavailableError,
    UnexpectedAnswerError,
)


@dataclass(frozen=True)
class Wire:
    """A fault on the wire, what comes of it (None: the good answer) after how many requests."""

    fault: faulty.Fault
    kind: type[ConnectorError] | None
    words: str = ""
    requests: int | None = None
    seconds: float = 2.5


def body(told: Any) -> faulty.Fault:
    return faulty.instead(json.dumps(told).encode())


WIRES: Mapping[str, Wire] = {
    "401 that sends all back": Wire(faulty.status(401), REJECTED, "does not accept", 1),
    "403 that sends all back": Wire(faulty.status(403), REJECTED, "may not read", 1),
    "500 that sends all back": Wire(faulty.status(500), UNAVAILABLE, "500", 2),
    "502 with a page": Wire(
        faulty.status(502, b"<html><h1>Bad gateway</h1></html>", "text/html"),
        UNAVAILABLE,
        "502 BadGateway: Bad gateway",
        2,
    ),
    "503 then well": Wire(faulty.then_well(faulty.status(503)), None, requests=2),
    "reset then well": Wire(faulty.then_well(faulty.reset), None, requests=2),
    "slow drip": Wire(faulty.drip_body, UNAVAILABLE, "deadline", seconds=0.25),
    "slow drip of the head": Wire(faulty.drip_head, UNAVAILABLE, "deadline", seconds=0.25),
    "cut with length": Wire(faulty.cut_measured, UNAVAILABLE, "cut short", 3),
    "cut without length": Wire(faulty.cut_unmeasured, UNEXPECTED, "no report", 1),
    "cut while packed": Wire(faulty.cut_packed, UNAVAILABLE, "cut short", 3),
    "packed in chunks": Wire(faulty.packed, None),
    "login page": Wire(faulty.instead(faulty.LOGIN, "text/html"), UNEXPECTED, "no report", 1),
    "wrong content type": Wire(
        faulty.instead(b"\x89PNG\r\n", "image/png"), UNEXPECTED, "no report", 1
    ),
    "empty": Wire(faulty.instead(b""), UNEXPECTED, "no report", 1),
    "endless": Wire(faulty.endless, UNEXPECTED, "larger than the cap", seconds=20),
    "gzip bomb": Wire(faulty.bomb, UNEXPECTED, "larger than the cap", seconds=20),
    "redirect": Wire(
        faulty.redirect("https://elsewhere.example/v1"), REJECTED, "another address", 1
    ),
    "broken JSON": Wire(faulty.instead(b'{"reports": [ oops'), UNEXPECTED, "no report", 1),
    "not UTF-8": Wire(faulty.instead(b'{"reports": "\xff\xfe"}'), UNEXPECTED, "no report", 1),
    "deep nesting": Wire(faulty.instead(b"[" * 200_000), UNEXPECTED, "no report", 1),
    "a list": Wire(body([1, 2, 3]), UNEXPECTED, "no report", 1),
    "error inside 200": Wire(
        body({"error": {"code": 403, "message": "no"}}), UNEXPECTED, "the answer holds 0", 1
    ),
    "no report at all": Wire(body({"reports": [{}]}), UNEXPECTED, "no report of GA4", 1),
    "rows of another type": Wire(body({"reports": [{"rows": "nope"}]}), UNEXPECTED, "no report"),
    "other columns": Wire(
        body({"reports": [{"metricHeaders": [{"name": "users"}], "rowCount": 1}]}),
        UNEXPECTED,
        "asked for date, sessions, eventCount, but the answer has the columns text 'users'",
    ),
}


def good(heard: Heard) -> Given:
    return Given(rest_answer(heard.body, Property()))


@pytest.mark.parametrize("case", WIRES)
def test_whatever_comes_over_the_wire_is_judged(server: Ga4Server, case: str) -> None:
    wire = WIRES[case]
    with FaultyServer(good, wire.fault) as bad:
        source = server.source(endpoint=bad.url)
        (found,) = fetched(source, [asked(SESSIONS)], wire.seconds)
        heard = bad.heard
    server.tokens += [one.headers["authorization"] for one in heard]
    if wire.kind is None:
        assert isinstance(found, Answer), found
    else:
        assert type(found) is wire.kind
        assert wire.words in str(found), str(found)
    hidden = [one.headers["authorization"].removeprefix("Bearer ") for one in heard]
    assert not any(token in f"{found} {found!r}" for token in hidden)
    assert wire.requests in (None, len(heard))


CELLS: Mapping[str, tuple[Callable[[dict[str, Any]], None], str]] = {
    "a day twice": (lambda one: one["rows"].append(one["rows"][0]), "2026-03-01 twice"),
    "no day": (
        lambda one: one["rows"][0]["dimensionValues"][0].update(value="2026-03-01"),
        "a day of the answer is text '2026-03-01'",
    ),
    "a day nobody asked for": (
        lambda one: one["rows"][0]["dimensionValues"][0].update(value="20250301"),
        "2025-03-01, which nobody asked for",
    ),
    "NaN": (
        lambda one: one["rows"][0]["metricValues"][0].update(value="NaN"),
        "`sessions` of 2026-03-01 is text 'NaN'",
    ),
    "percents": (
        lambda one: one["rows"][0]["metricValues"][0].update(value="50%"),
        "`sessions` of 2026-03-01 is text '50%'",
    ),
    "too few values": (lambda one: one["rows"][0]["metricValues"].pop(), "too few or too many"),
}


@pytest.mark.parametrize("case", CELLS)
def test_a_report_that_is_none_is_refused_whole(server: Ga4Server, case: str) -> None:
    spoil, words = CELLS[case]

    def spoiled(heard: Heard) -> Given:
        told = json.loads(rest_answer(heard.body, Property()))
        spoil(told["reports"][0])
        return Given(json.dumps(told).encode())

    with FaultyServer(spoiled) as bad:
        found = failure(server.source(endpoint=bad.url), SESSIONS)
    assert isinstance(found, (UnexpectedAnswerError, SourceUnavailableError))
    assert words in str(found)


def test_unordered_days_become_ordered_points(server: Ga4Server) -> None:
    def unordered(heard: Heard) -> Given:
        told = json.loads(rest_answer(heard.body, Property()))
        told["reports"][0]["rows"].reverse()
        return Given(json.dumps(told).encode())

    with FaultyServer(unordered) as bad:
        found = answer(server.source(endpoint=bad.url), SESSIONS)
    assert found.points == answer(server.source(), SESSIONS).points


KEYS: Mapping[str, tuple[str, str]] = {
    "no JSON": ("c4n4ry, not json", "is not the JSON of a key"),
    "a list": ('["c4n4ry"]', "is not the JSON of a key"),
    "another type": ('{"type": "external_account", "token": "c4n4ry"}', "'external_account'"),
    "parts missing": (
        '{"type": "service_account", "private_key": "c4n4ry"}',
        "it lacks client_email, token_uri",
    ),
    "no PEM": (
        json.dumps({**json.loads(key_text()), "private_key": "c4n4ry"}),
        "its `private_key` cannot be read",
    ),
    "a user without a token": (
        '{"type": "authorized_user", "client_secret": "c4n4ry"}',
        "no whole key of a authorized user",
    ),
}


@pytest.mark.parametrize("case", KEYS)
def test_a_key_that_is_none_is_refused_without_a_word_of_it(server: Ga4Server, case: str) -> None:
    text, words = KEYS[case]
    found = failure(server.source(credentials=text), SESSIONS)
    assert isinstance(found, SourceRejectedError)
    assert words in str(found), str(found)
    assert "c4n4ry" not in f"{found!r} {found.__cause__!r}"
    assert server.tokens == []


def test_a_missing_key_file_is_named(server: Ga4Server, tmp_path: Path) -> None:
    source = server.source(credentials_file=str(tmp_path / "none.json"))
    del source["credentials"]
    found = failure(source, SESSIONS)
    assert isinstance(found, SourceRejectedError)
    assert f"{tmp_path}/none.json cannot be read: No such file" in str(found)


def test_a_machine_without_a_login_says_what_to_set(
    server: Ga4Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = folder_of(tmp_path, "key.json", "{}")
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", broken)
    source = server.source()
    del source["credentials"]
    found = failure(source, SESSIONS)
    assert isinstance(found, SourceRejectedError)
    assert "set GOOGLE_APPLICATION_CREDENTIALS" in str(found)


def test_a_missing_ca_file_is_named(server: Ga4Server, tmp_path: Path) -> None:
    for transport in ("rest", "grpc"):
        source = server.source(transport, ca_file=str(tmp_path / "none.pem"))
        found = failure(source, SESSIONS)
        assert isinstance(found, SourceRejectedError)
        assert "none.pem" in str(found)
