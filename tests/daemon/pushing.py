"""A real HTTP server before a real tracker and store, and raw or plain requests to it."""

from __future__ import annotations

import http.client
import io
import json
import socket
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from krtracker.connector import Secret
from krtracker.daemon.http_server import HttpServer
from krtracker.daemon.intake import Intake
from krtracker.daemon.logs import Log
from krtracker.daemon.reception import Reception, Rules
from krtracker.store import Reader
from tests.tracker.company import Company

TOKEN = "canary-4d9f1c7be02a"
PATH = "/api/v1/metrics/nps/points"
METRICS = """
[metrics.nps]
kind = "number"
source = "manual"
domain = [-100, 100]

[metrics.answered]
kind = "ratio"
source = "manual"
"""
GOOD = {"points": [{"day": "2026-11-18", "value": 41}, {"day": "2026-11-19", "value": 42.5}]}


@dataclass(frozen=True)
class Got:
    """An answer as a client sees it."""

    status: int
    body: Any
    headers: Mapping[str, str]

    @property
    def places(self) -> list[str]:
        return [one["at"] for one in self.body["problems"]]


@dataclass
class Reached:
    """A server that listens, with what it stores and says; company's clock: 2026-11-20, 9 h."""

    server: HttpServer
    reception: Reception
    reader: Reader
    said: io.StringIO
    woken: list[str]
    crashes: list[Exception] = field(default_factory=list)

    def push(self, body: Any = None, path: str = PATH, **heads: str | None) -> Got:
        """A good push, but for the body (JSON, or bytes as they are) and the headers given."""
        body = GOOD if body is None else body
        sent = body if isinstance(body, bytes) else json.dumps(body).encode()
        given = {
            "Authorization": f"Bearer {TOKEN}",
            "Content-Type": "application/json",
            **{name.replace("_", "-"): value for name, value in heads.items()},
        }
        headers = {name: value for name, value in given.items() if value is not None}
        return self.ask("POST", path, sent, headers)

    def ask(self, method: str, path: str, body: bytes | None = None, headers: Any = None) -> Got:
        line = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=20)
        try:
            line.request(method, path, body, headers or {})
            answer = line.getresponse()
            text = answer.read()
            heads = dict(answer.getheaders())
            return Got(answer.status, json.loads(text) if text else None, heads)
        finally:
            line.close()

    def raw(self, said: bytes) -> bytes:
        """All the server says to these bytes."""
        with socket.create_connection(("127.0.0.1", self.server.port), timeout=20) as line:
            line.sendall(said)
            line.shutdown(socket.SHUT_WR)
            return b"".join(iter(lambda: line.recv(65536), b""))

    def values(self) -> list[tuple[str, float]]:
        _, rows = self.reader.sql(
            "SELECT strftime(day, '%m-%d'), value FROM krt.observations "
            "WHERE metric = 'nps' AND status = 'ok' ORDER BY day"
        )
        return [(day, value) for day, value in rows]


@contextmanager
def reached(folder: Path, patience: float = 10.0) -> Generator[Reached, None, None]:
    company = Company(folder)
    company.add("metrics.toml", METRICS)
    woken: list[str] = []
    said, crashes = io.StringIO(), list[Exception]()
    log = Log(said, as_json=True, now=lambda: company.clock)
    with company.tracking() as at:
        intake = Intake(at.tracker, lambda: woken.append("soon"), lambda: company.clock)
        rules = Rules.of(
            Secret(TOKEN), listen_host="127.0.0.1", url="https://okrs.fieldnote.example/x"
        )
        reception = Reception(intake, rules, log)
        server = HttpServer(("127.0.0.1", 0), reception.answer, crashes.append, patience=patience)
        server.start()
        try:
            yield Reached(server, reception, at.reader, said, woken, crashes)
        finally:
            server.close()
            server.idle(10)
