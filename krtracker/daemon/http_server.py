"""An HTTP server for few, short requests, hardened against slow and odd clients; knows no route.

One request a connection. A client has a few seconds for all of it, says no more than it announced,
and gets JSON for everything, also for what is no HTTP at all.
"""

from __future__ import annotations

import io
import json
import socket
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from email.utils import formatdate
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler
from typing import Any

from krtracker.daemon.clients import CountedClients
from krtracker.daemon.refusals import RefusedError, Reply, problem, refusal
from krtracker.schedule import attempt

PATIENCE = 10.0
"""Seconds a client may take to say its request, and again to take the answer."""
LARGEST_BODY = 1024 * 1024
LONGEST_LINE = 65536
LINGER = 1.0
"""Seconds a client that was refused early may go on talking, so that it sees the answer."""


@dataclass(frozen=True, slots=True)
class Heard:
    """A request: `heads` gives every value of a header, `body` reads it or raises RefusedError."""

    method: str
    path: str
    heads: Callable[[str], Sequence[str]]
    body: Callable[[], bytes]


AnswerTo = Callable[[Heard], Reply]
Crashed = Callable[[Exception], None]


class HttpServer(CountedClients):
    """Listens from the start, answers from `start` on. Raises OSError when it cannot listen."""

    allow_reuse_address = True
    request_queue_size = 32
    most_clients = 16

    def __init__(
        self, place: tuple[str, int], answer: AnswerTo, crashed: Crashed, *, patience: float
    ) -> None:
        self.answer, self.crashed, self.patience = answer, crashed, patience
        busy = problem(503, "too many requests at once: try again", headers={"Retry-After": "1"})
        self.too_many = as_bytes(busy)
        self.address_family = socket.getaddrinfo(*place, type=socket.SOCK_STREAM)[0][0]
        super().__init__(place, _Talk)
        self.port = int(self.socket.getsockname()[1])
        self._thread = threading.Thread(target=self._serve, name="http", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def close(self) -> None:
        """Takes no more requests; those being answered go on."""
        if self._thread.is_alive():
            self.shutdown()
        self.server_close()

    def _serve(self) -> None:
        self.serve_forever(poll_interval=0.2)


def as_bytes(reply: Reply, *, headless: bool = False) -> bytes:
    """The whole answer as it goes over the wire; without its body for HEAD."""
    body = json.dumps(reply.body).encode() + b"\n"
    heads = {
        "Date": formatdate(usegmt=True),
        "Content-Type": "application/json",
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
        **reply.headers,
        "Content-Length": str(len(body)),
        "Connection": "close",
    }
    first = f"HTTP/1.1 {reply.status} {HTTPStatus(reply.status).phrase}"
    lines = [first, *(f"{name}: {value}" for name, value in heads.items()), "", ""]
    return "\r\n".join(lines).encode("ascii") + (b"" if headless else body)


class _Timed(io.RawIOBase):
    """What a socket receives until a moment; raises TimeoutError after it, however it drips."""

    def __init__(self, line: socket.socket, seconds: float) -> None:
        self._line, self._until = line, time.monotonic() + seconds

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        left = self._until - time.monotonic()
        if left <= 0:
            raise TimeoutError
        self._line.settimeout(left)
        return self._line.recv_into(buffer)


class _Talk(BaseHTTPRequestHandler):
    """One connection: read a request, answer it, close."""

    server: HttpServer
    protocol_version = "HTTP/1.1"
    _left = 0
    _waits = _answered = False

    def setup(self) -> None:
        super().setup()
        self.rfile.close()
        self.rfile = io.BufferedReader(_Timed(self.connection, self.server.patience))

    def handle(self) -> None:
        with suppress(OSError):
            attempt(self._talk, self._crashed)

    def _talk(self) -> None:
        try:
            self._listen()
        except TimeoutError:
            self._say(problem(408, f"the request took longer than {self.server.patience:g} s"))
        except RefusedError as error:
            self._say(refusal(error))
        except ConnectionError:  # the client went away
            return

    def _listen(self) -> None:
        self.raw_requestline = self.rfile.readline(LONGEST_LINE + 1)
        if not self.raw_requestline:
            return
        if len(self.raw_requestline) > LONGEST_LINE:
            raise RefusedError(414, "the request's first line is too long")
        if self.parse_request():
            self._left = self._announced()
            heard = Heard(self.command, self.path, self._heads, self._body)
            self._say(self.server.answer(heard))

    def _heads(self, name: str) -> Sequence[str]:
        return [str(one) for one in self.headers.get_all(name, [])]

    def _announced(self) -> int:
        """The bytes of the body that the head announces."""
        sizes = set(self._heads("Content-Length"))
        if self._heads("Transfer-Encoding"):
            raise RefusedError(411, "send the body whole, with its Content-Length")
        if not sizes:
            return 0
        (size, *others) = sizes
        if others or not (size.isascii() and size.isdigit()):
            raise RefusedError(400, "Content-Length must be one whole number")
        return int(size[:20])

    def _body(self) -> bytes:
        if not self._heads("Content-Length"):
            raise RefusedError(411, "send the body with its Content-Length")
        if self._left > LARGEST_BODY:
            raise RefusedError(413, f"the body is larger than {LARGEST_BODY:,} bytes: split it")
        if self._waits:
            self.connection.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
        found = self.rfile.read(self._left)
        if len(found) < self._left:
            raise RefusedError(400, f"the body ended after {len(found)} of {self._left} bytes")
        self._left = 0
        return found

    def handle_expect_100(self) -> bool:
        """Says nothing yet: a request that is refused need not send its body."""
        self._waits = True
        return True

    def send_error(self, code: int, *_words: object, **_more: object) -> None:
        """What is no HTTP, in our own form and without repeating it."""
        what = HTTPStatus(int(code))
        self._say(problem(what.value, what.description or what.phrase))

    def _say(self, reply: Reply) -> None:
        if self._answered:
            return
        self._answered = True
        self.connection.settimeout(self.server.patience)
        self.connection.sendall(as_bytes(reply, headless=getattr(self, "command", "") == "HEAD"))
        self._linger()

    def _linger(self) -> None:
        """Lets a client finish what nobody reads, or its system would throw our answer away."""
        with suppress(OSError):
            self.connection.shutdown(socket.SHUT_WR)
            ear = _Timed(self.connection, LINGER)
            while ear.readinto(bytearray(65536)):
                pass

    def _crashed(self, error: Exception) -> None:
        self.server.crashed(error)
        words = f"the daemon failed ({type(error).__name__}): its log has the details"
        self._say(problem(500, words))


def read_address(listen: str) -> tuple[str, int]:
    """Host and port of `[server] listen`."""
    host, _, port = listen.rpartition(":")
    return host.strip("[]"), int(port)
