"""The talk under all connectors over HTTP: turns, tries, deadlines, certificates, strict JSON."""

from __future__ import annotations

import gzip
import threading
from dataclasses import dataclass, field
from typing import Any

import pytest

from connectors._http import Http, Limits, Request, Timing
from connectors._http_auth import bearer
from connectors._http_gate import Gate, Rate, read_rate
from krtracker.connector import (
    ConnectorError,
    Deadline,
    Secret,
    SourceUnavailableError,
    UnexpectedAnswerError,
)
from tests.connectors import faulty
from tests.connectors.faulty import Fault, FaultyServer, Given, Heard

GOOD = Given(b'{"n": 1}')
TOKEN = Secret("t0ken-of-a-test")


def good(_: Heard) -> Given:
    return GOOD


@dataclass
class Clock:
    """A clock that moves only by waiting, and a draw that is always a half."""

    now: float = 1000.0
    waited: list[float] = field(default_factory=list)

    def wait(self, seconds: float) -> None:
        self.waited.append(seconds)
        self.now += seconds

    @property
    def timing(self) -> Timing:
        return Timing(clock=lambda: self.now, draw=lambda: 0.5, wait=self.wait)

    def deadline(self, seconds: float) -> Deadline:
        return Deadline(seconds, clock=lambda: self.now)


def failure(http: Http, deadline: Deadline, request: Request | None = None) -> ConnectorError:
    with pytest.raises(ConnectorError) as caught:
        http.json(request or Request("/x"), deadline)
    return caught.value


# Tries


def tried(fault: Fault, seconds: float = 60, **request: Any) -> tuple[list[float], int]:
    """How long was waited between tries, and how many there were."""
    clock = Clock()
    with FaultyServer(good, fault) as server:
        http = Http(server.url, timing=clock.timing)
        failure(http, clock.deadline(seconds), Request("/x", **request))
        http.close()
        return clock.waited, len(server.heard)


def test_tries_are_spread_by_full_jitter_that_doubles() -> None:
    assert tried(faulty.status(503)) == ([0.25, 0.5], 3)


def test_what_is_not_idempotent_is_tried_once() -> None:
    assert tried(faulty.status(503), method="POST", json={}, idempotent=False) == ([], 1)


def test_no_try_begins_after_the_deadline() -> None:
    assert tried(faulty.status(503, Retry_After="1"), seconds=1.5) == ([1.05], 2)


def test_of_little_time_little_is_waited_away() -> None:
    """At most a tenth of what is left, times the draw of a half."""
    waited, tries = tried(faulty.status(503), seconds=1)
    assert waited == pytest.approx([0.05, 0.0475])
    assert tries == 3


def test_retry_after_is_kept_with_a_little_more() -> None:
    assert tried(faulty.status(429, Retry_After="10")) == ([10.5, 10.5], 3)


def test_retry_after_as_a_date_is_counted_from_the_answers_own_date() -> None:
    waited, _ = tried(faulty.status(503, Retry_After=faulty.IN_TWO_MINUTES), seconds=1000)
    assert waited == [126, 126]


def test_a_server_error_without_a_promise_is_not_tried_again() -> None:
    assert tried(faulty.status(500)) == ([], 1)


# Turns


def test_a_rate_lets_so_many_through_in_any_window() -> None:
    gate, rate = Gate(), Rate(2, 60)
    assert [gate.enter(rate, now) for now in (0, 10, 20, 59, 60)] == [0, 0, 40, 1, 0]
    assert gate.enter(rate, 69) == 1


def test_a_gate_that_is_shut_lets_nobody_through() -> None:
    gate = Gate()
    gate.shut(100)
    gate.shut(50)
    assert (gate.enter(None, 40), gate.enter(None, 100)) == (60, 0)


@pytest.mark.parametrize(
    ("text", "rate"),
    [("30/min", Rate(30, 60)), ("5 / s", Rate(5, 1)), ("1/d", Rate(1, 86400)), ("", None)],
)
def test_a_rate_is_read_as_it_is_written(text: str, rate: Rate | None) -> None:
    assert read_rate(text) == rate


def test_a_rate_of_more_than_can_be_counted_is_refused() -> None:
    """Only so many are remembered: beyond that it would let everything through."""
    with pytest.raises(ValueError, match="at most 10,000"):
        read_rate("20000/d")


def test_a_rate_is_waited_for_inside_the_deadline_and_told_beyond_it() -> None:
    clock = Clock()
    with FaultyServer(good) as server:
        http = Http(server.url, limits=Limits(rate="2/min"), timing=clock.timing)
        for _ in range(3):
            assert http.json(Request("/x"), clock.deadline(61)) == {"n": 1}
        assert clock.waited == [60]
        http.json(Request("/x"), clock.deadline(30))
        told = failure(http, clock.deadline(30))
        assert isinstance(told, SourceUnavailableError)
        assert told.retry_after == 60
        assert len(server.heard) == 4
        http.close()


def test_a_429_closes_the_host_for_all_with_that_credential_and_no_other() -> None:
    clock = Clock()
    with FaultyServer(good, faulty.then_well(faulty.status(429, Retry_After="300"))) as server:
        first, same = (Http(server.url, bearer(TOKEN), timing=clock.timing) for _ in range(2))
        other = Http(server.url, bearer(Secret("another")), timing=clock.timing)
        failure(first, clock.deadline(60))
        told = failure(same, clock.deadline(60))
        assert isinstance(told, SourceUnavailableError)
        assert told.retry_after == 300
        assert other.json(Request("/x"), clock.deadline(60)) == {"n": 1}
        clock.now += 300
        assert same.json(Request("/x"), clock.deadline(60)) == {"n": 1}
        assert len(server.heard) == 3


# Deadlines and closing


def test_connections_are_kept_between_requests() -> None:
    with FaultyServer(good) as server:
        http = Http(server.url)
        began = threading.active_count()
        for _ in range(20):
            http.json(Request("/x"), Deadline(5))
        assert threading.active_count() <= began + 1
        http.close()


def test_an_exchange_that_was_cut_lets_go_of_its_connection() -> None:
    """The server sees the end although nobody reads on."""
    ended = threading.Event()

    def drip(talk: faulty.Talk) -> None:
        try:
            faulty.drip_body(talk)
        finally:
            ended.set()

    with FaultyServer(good, drip) as server:
        failure(Http(server.url), Deadline(0.2))
        assert ended.wait(2)


def test_closing_ends_a_request_that_runs() -> None:
    with FaultyServer(good, faulty.silent) as server:
        http = Http(server.url)
        told: list[ConnectorError] = []
        asking = threading.Thread(target=lambda: told.append(failure(http, Deadline(20))))
        asking.start()
        assert server.asked.wait(5)
        http.close()
        asking.join(3)
        assert not asking.is_alive()
    assert type(told[0]) is SourceUnavailableError
    assert "closed" in str(told[0])


def test_a_closed_source_asks_nothing() -> None:
    with FaultyServer(good) as server:
        http = Http(server.url)
        http.close()
        assert "closed" in str(failure(http, Deadline(5)))
        assert server.heard == []


def test_a_host_without_an_address_is_unavailable() -> None:
    told = failure(Http("http://nowhere.invalid"), Deadline(5))
    assert type(told) is SourceUnavailableError
    assert "nowhere.invalid" in str(told)


def test_a_body_within_the_cap_is_read_whole_however_it_is_packed() -> None:
    body = b'{"n": [' + b"1," * 100_000 + b"1]}"
    twice = gzip.compress(body[:1000]) + gzip.compress(body[1000:])
    given = Given(twice, headers={"Content-Encoding": "gzip"})
    with FaultyServer(lambda _: given) as server:
        assert Http(server.url).reply(Request("/x"), Deadline(5)).body == body
        small = Http(server.url, limits=Limits(most_bytes=len(body) - 1))
        assert type(failure(small, Deadline(5))) is UnexpectedAnswerError
