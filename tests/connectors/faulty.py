"""A server that speaks HTTP over a real socket and does what real ones do on their bad days."""

from __future__ import annotations

import contextlib
import gzip
import json
import socket
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import BinaryIO
from urllib.parse import parse_qsl, urlsplit

DATE = "Sun, 08 Mar 2026 06:00:00 GMT"
IN_TWO_MINUTES = "Sun, 08 Mar 2026 06:02:00 GMT"
CREDENTIALS = ("authorization", "x-umami-api-key")
LOGIN = b"<!DOCTYPE html><html><head><title>Sign in</title></head><body>Please log in</body></html>"


@dataclass(frozen=True)
class Heard:
    """One request as it came in; the names of headers in small letters."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def path(self) -> str:
        return urlsplit(self.target).path

    @property
    def params(self) -> dict[str, str]:
        return dict(parse_qsl(urlsplit(self.target).query, keep_blank_values=True))

    @property
    def form(self) -> dict[str, str]:
        return dict(parse_qsl(self.body.decode(), keep_blank_values=True))

    @property
    def echo(self) -> bytes:
        """All of it in JSON, credentials first: as a careless server sends it back in an error."""
        keys = [one for name, one in self.headers.items() if name in CREDENTIALS]
        body = self.body.decode()
        keys += [body[body.index("token_auth") :]] if "token_auth" in body else []
        told = f"{' '.join(keys)} {self.target} {dict(self.headers)} {body}"
        return json.dumps({"error": {"message": told}}).encode()


@dataclass(frozen=True)
class Given:
    """One answer as it goes out."""

    body: bytes
    kind: str = "application/json"
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)

    def head(self, *, length: int | None = None, **more: str) -> bytes:
        """The status line and the headers; without Content-Length where `length` is below 0."""
        size = len(self.body) if length is None else length
        lines = [f"HTTP/1.1 {self.status} X", f"Date: {DATE}", f"Content-Type: {self.kind}"]
        lines += [f"Content-Length: {size}"] if size >= 0 else ["Connection: close"]
        headers = {**self.headers, **{key.replace("_", "-"): one for key, one in more.items()}}
        lines += [f"{key}: {one}" for key, one in headers.items()]
        return "\r\n".join([*lines, "", ""]).encode()


Answering = Callable[[Heard], Given]


class Talk:
    """One request to be answered: what was heard, the how many-th it is, the good answer."""

    def __init__(
        self, server: FaultyServer, line: socket.socket, heard: Heard, number: int
    ) -> None:
        self._server, self._line, self.heard, self.number = server, line, heard, number
        self.over = False

    @property
    def good(self) -> Given:
        return self._server.good(self.heard)

    def send(self, text: bytes) -> None:
        self._line.sendall(text)

    def answer(self, given: Given) -> None:
        self.send(given.head() + given.body)

    def pause(self, seconds: float) -> None:
        """Says nothing for so long; ends the talk when the server is closed."""
        if self._server.closing.wait(seconds):
            raise OSError("the server was closed")

    def end(self) -> None:
        """Closes the connection after this."""
        self.over = True


Fault = Callable[[Talk], None]


class FaultyServer:
    """Answers every request by `fault`; those that `spared` names are answered well."""

    def __init__(
        self,
        good: Answering,
        fault: Fault | None = None,
        spared: Callable[[Heard], bool] | None = None,
    ) -> None:
        self.heard: list[Heard] = []
        self.good, self._fault, self._spared = good, fault or well, spared or (lambda _: False)
        self.closing, self.asked = threading.Event(), threading.Event()
        self._listening = _new_place()
        self._open: set[socket.socket] = set()
        self._faulty = 0
        self._lock = threading.Lock()
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._listening.getsockname()[1]}"

    def close(self) -> None:
        self.closing.set()
        with self._lock:
            everything = [self._listening, *self._open]
        for one in everything:
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()

    def __enter__(self) -> FaultyServer:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                line, _ = self._listening.accept()
                line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                with self._lock:
                    self._open.add(line)
                threading.Thread(target=self._serve, args=(line,), daemon=True).start()

    def _serve(self, line: socket.socket) -> None:
        with contextlib.suppress(OSError, ValueError), line, line.makefile("rb") as reading:
            for heard in _requests(reading):
                with self._lock:
                    self.heard.append(heard)
                    spared = self._spared(heard)
                    self._faulty += not spared
                    talk = Talk(self, line, heard, self._faulty)
                self.asked.set()
                (well if spared else self._fault)(talk)
                if talk.over:
                    line.shutdown(socket.SHUT_RDWR)
                    return


_used: set[int] = set()


def _new_place() -> socket.socket:
    """A listening socket on a port no server here had: what a host said holds for its address."""
    while True:
        listening = socket.create_server(("127.0.0.1", 0), backlog=64)
        port = listening.getsockname()[1]
        if port not in _used:
            _used.add(port)
            return listening
        listening.close()


def _requests(reading: BinaryIO) -> Iterator[Heard]:
    while first := next(reading, b""):
        method, target, _ = first.decode("latin-1").split()
        headers = {}
        while (header := next(reading, b"").decode("latin-1").strip()) != "":
            name, _, value = header.partition(":")
            headers[name.lower()] = value.strip()
        size = int(headers.get("content-length", "0"))
        yield Heard(method, target, headers, reading.read(size))


def well(talk: Talk) -> None:
    talk.answer(talk.good)


def status(code: int, body: bytes = b"", kind: str = "application/json", **headers: str) -> Fault:
    """Always this status; without a body it sends back what it heard."""
    named = {key.replace("_", "-"): one for key, one in headers.items()}

    def fault(talk: Talk) -> None:
        talk.answer(Given(body or talk.heard.echo, kind, code, named))

    return fault


def then_well(fault: Fault) -> Fault:
    """The fault at the first request, and good answers after it."""
    return lambda talk: (fault if talk.number == 1 else well)(talk)


def instead(body: bytes, kind: str = "application/json") -> Fault:
    """A body of another kind with status 200."""
    return lambda talk: talk.answer(Given(body, kind))


def silent(talk: Talk) -> None:
    """Takes the request and says nothing; ends when the other side does."""
    talk.pause(30)


def drip_body(talk: Talk) -> None:
    good = talk.good
    talk.send(good.head(length=len(good.body) + 10_000))
    _drip(talk, good.body + b" " * 10_000)


def drip_head(talk: Talk) -> None:
    _drip(talk, talk.good.head() + b" ")


def drip_unmeasured(talk: Talk) -> None:
    talk.send(talk.good.head(length=-1))
    _drip(talk, talk.good.body + b" " * 10_000)


def _drip(talk: Talk, text: bytes) -> None:
    for place in range(len(text)):
        talk.send(text[place : place + 1])
        talk.pause(0.05)


def cut_measured(talk: Talk) -> None:
    good = talk.good
    talk.send(good.head() + good.body[: len(good.body) // 2])
    talk.end()


def cut_unmeasured(talk: Talk) -> None:
    good = talk.good
    talk.send(good.head(length=-1) + good.body[: len(good.body) // 2 + 1])
    talk.end()


def cut_chunks(talk: Talk) -> None:
    half = talk.good.body[: len(talk.good.body) // 2]
    talk.send(talk.good.head(length=-1, Transfer_Encoding="chunked"))
    talk.send(f"{len(half):x}\r\n".encode() + half + b"\r\n")
    talk.end()


def cut_packed(talk: Talk) -> None:
    packed = gzip.compress(talk.good.body)[:-9]
    given = Given(packed, talk.good.kind, headers={"Content-Encoding": "gzip"})
    talk.answer(given)


def packed(talk: Talk) -> None:
    """A good answer, packed and in chunks."""
    body = gzip.compress(talk.good.body)
    talk.send(talk.good.head(length=-1, Transfer_Encoding="chunked", Content_Encoding="gzip"))
    for place in range(0, len(body), 7):
        part = body[place : place + 7]
        talk.send(f"{len(part):x}\r\n".encode() + part + b"\r\n")
    talk.send(b"0\r\n\r\n")
    talk.end()


def endless(talk: Talk) -> None:
    talk.send(talk.good.head(length=-1))
    while True:
        talk.send(b" " * 1_000_000)


BOMB = gzip.compress(b" " * 80_000_000, 9)


def bomb(talk: Talk) -> None:
    talk.answer(Given(BOMB, talk.good.kind, headers={"Content-Encoding": "gzip"}))


def redirect(location: str, code: int = 307) -> Fault:
    return lambda talk: talk.answer(Given(b"", status=code, headers={"Location": location}))


def reset(talk: Talk) -> None:
    """Ends the connection without a word."""
    talk.end()
