"""The HTTP server itself against slow, odd and lying clients, on a real socket."""

from __future__ import annotations

import http.client
import json
import socket
import threading
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager

import pytest

from krtracker.daemon.http_server import LARGEST_BODY, Heard, HttpServer, read_address
from krtracker.daemon.refusals import Reply

pytestmark = pytest.mark.timeout(60)
HEAD = b"POST /x HTTP/1.1\r\nHost: localhost\r\n"


def echo(heard: Heard) -> Reply:
    return Reply(200, {"method": heard.method, "said": heard.body().decode()})


@contextmanager
def serving(
    answer: Callable[[Heard], Reply] = echo, patience: float = 10.0
) -> Generator[tuple[HttpServer, list[Exception]], None, None]:
    crashes: list[Exception] = []
    server = HttpServer(("127.0.0.1", 0), answer, crashes.append, patience=patience)
    server.start()
    try:
        yield server, crashes
    finally:
        server.close()
        assert server.idle(20)


@pytest.fixture(scope="module")
def server() -> Generator[HttpServer, None, None]:
    with serving() as (made, crashes):
        yield made
        assert crashes == []


def connected(server: HttpServer) -> socket.socket:
    return socket.create_connection(("127.0.0.1", server.port), timeout=20)


def heard_from(line: socket.socket) -> bytes:
    return b"".join(iter(lambda: line.recv(65536), b""))


def told(server: HttpServer, said: bytes) -> tuple[int, bytes]:
    """The status and the whole answer to these bytes, after which nothing more comes."""
    with connected(server) as line:
        line.sendall(said)
        line.shutdown(socket.SHUT_WR)
        answer = heard_from(line)
    return int(answer.split(b" ", 2)[1]), answer


def test_a_request_is_answered_and_the_connection_closed(server: HttpServer) -> None:
    status, answer = told(server, HEAD + b"Content-Length: 2\r\n\r\nhi")
    head, _, body = answer.partition(b"\r\n\r\n")
    assert (status, json.loads(body)) == (200, {"method": "POST", "said": "hi"})
    assert b"Connection: close" in head
    assert b"Server:" not in head


def test_what_comes_after_the_announced_body_is_not_read_as_a_second_request(
    server: HttpServer,
) -> None:
    both = HEAD + b"Content-Length: 2\r\n\r\nhi" + HEAD + b"Content-Length: 0\r\n\r\n"
    assert told(server, both)[1].count(b"HTTP/1.1") == 1


@pytest.mark.parametrize(
    ("said", "status"),
    [
        (b"GARBAGE\r\n\r\n", 400),
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", 400),
        (b"POST /x HTTP/9.9\r\n\r\n", 505),
        (b"GET " + b"/" * 70_000 + b" HTTP/1.1\r\n\r\n", 414),
        (HEAD + b"X: " + b"x" * 70_000 + b"\r\n\r\n", 431),
        (HEAD + b"X: x\r\n" * 200 + b"\r\n", 431),
        (HEAD + b"\r\nhi", 411),
        (HEAD + b"Transfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n", 411),
        (HEAD + b"Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\nhi", 411),
        (HEAD + b"Content-Length: -2\r\n\r\nhi", 400),
        (HEAD + b"Content-Length: two\r\n\r\nhi", 400),
        (HEAD + b"Content-Length: 2\r\nContent-Length: 3\r\n\r\nhi!", 400),
        (HEAD + b"Content-Length: 9\r\n\r\nhi", 400),
        (HEAD + b"Content-Length: " + b"9" * 5000 + b"\r\n\r\nhi", 413),
    ],
)
def test_what_is_no_proper_request_is_answered_as_one_in_json(
    server: HttpServer, said: bytes, status: int
) -> None:
    got, answer = told(server, said)
    assert got == status
    assert json.loads(answer.partition(b"\r\n\r\n")[2])["status"] == status
    assert b"GARBAGE" not in answer


def test_a_client_that_says_nothing_and_goes_is_not_minded(server: HttpServer) -> None:
    with connected(server) as line:
        line.shutdown(socket.SHUT_WR)
        assert heard_from(line) == b""


def test_a_body_too_large_is_refused_while_it_is_still_being_sent(server: HttpServer) -> None:
    line = http.client.HTTPConnection("127.0.0.1", server.port, timeout=20)
    line.request("POST", "/x", b"x" * (3 * LARGEST_BODY))
    answer = line.getresponse()
    assert answer.status == 413
    assert b"split it" in answer.read()
    line.close()


def test_a_client_that_asks_first_is_told_to_go_on_only_when_the_body_is_wanted(
    server: HttpServer,
) -> None:
    with connected(server) as line:
        line.sendall(HEAD + b"Expect: 100-continue\r\nContent-Length: 2\r\n\r\n")
        assert line.recv(1000) == b"HTTP/1.1 100 Continue\r\n\r\n"
        line.sendall(b"hi")
        assert b'"said": "hi"' in heard_from(line)
    with connected(server) as line:
        line.sendall(HEAD + b"Expect: 100-continue\r\nContent-Length: 99999999\r\n\r\n")
        line.shutdown(socket.SHUT_WR)
        assert heard_from(line).startswith(b"HTTP/1.1 413 ")


def test_who_drips_is_cut_off_after_the_whole_time_not_after_each_drop() -> None:
    with serving(patience=0.4) as (server, _), connected(server) as line:
        line.sendall(HEAD)
        begun, ended = time.monotonic(), threading.Event()

        def drip() -> None:
            while not ended.wait(0.05):
                try:
                    line.sendall(b"X")
                except OSError:
                    return

        dripping = threading.Thread(target=drip)
        dripping.start()
        first = line.recv(65536)
        took = time.monotonic() - begun
        ended.set()
        dripping.join()
    assert first.startswith(b"HTTP/1.1 408 ")
    assert took < 5


def test_one_client_too_many_is_told_to_come_again_and_later_ones_are_served() -> None:
    with serving() as (server, _):
        held = [connected(server) for _ in range(server.most_clients)]
        for line in held:
            line.sendall(b"P")
        status, answer = told(server, b"")
        assert status == 503
        assert b"Retry-After: 1" in answer
        for line in held:
            line.close()
        assert server.idle(20)
        assert told(server, HEAD + b"Content-Length: 2\r\n\r\nhi")[0] == 200


def test_a_bug_behind_it_is_told_to_the_daemon_and_not_to_the_client() -> None:
    def broken(_heard: Heard) -> Reply:
        raise RuntimeError("secret words")

    with serving(broken) as (server, crashes):
        status, answer = told(server, HEAD + b"Content-Length: 0\r\n\r\n")
    assert status == 500
    assert b"RuntimeError" in answer
    assert b"secret words" not in answer
    assert [str(one) for one in crashes] == ["secret words"]


def test_a_taken_port_is_an_error_at_once(server: HttpServer) -> None:
    with pytest.raises(OSError, match="in use"):
        HttpServer(("127.0.0.1", server.port), echo, print, patience=1.0)


@pytest.mark.parametrize(
    ("listen", "place"),
    [("127.0.0.1:8787", ("127.0.0.1", 8787)), ("[::1]:80", ("::1", 80)), ("a:1", ("a", 1))],
)
def test_an_address_is_a_host_and_a_port(listen: str, place: tuple[str, int]) -> None:
    assert read_address(listen) == place
