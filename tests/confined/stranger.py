"""Another package's connector, which answers or misbehaves as its query says; none of ours."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

import numpy as np

from krtracker.connector import (
    Answer,
    Ask,
    ConnectorError,
    Deadline,
    Finding,
    Options,
    Point,
    Secret,
    SourceRejectedError,
    SourceUnavailableError,
)

LEAKED: list[bytes] = []


class Source(Options):
    token: Secret


class Query(Options):
    query: str


class Stranger:
    """What it does stands in its query: the name of one of its methods."""

    SourceOptions = Source
    QueryOptions = Query

    def __init__(self, options: Source) -> None:
        self.options = options

    def fetch(
        self, asks: Sequence[Ask[Query]], deadline: Deadline
    ) -> Iterator[Answer | ConnectorError]:
        for ask in asks:
            yield getattr(self, ask.query.query)(ask)

    def examine(self, now: datetime, deadline: Deadline) -> Sequence[Finding]:
        return [Finding("ok", f"looked at {now:%Y-%m-%d}")]

    def close(self) -> None:
        pass

    def one(self, ask: Ask[Query], value: Any = 1.0) -> Answer:
        points = [Point(day, value) for day in ask.window.span]
        return Answer(points, notes=("sampled",), rows=7, parameters={"a": "b"})

    def process(self, ask: Ask[Query]) -> Answer:
        return self.one(ask, float(os.getpid()))

    def starts(self, ask: Ask[Query]) -> Answer:
        program = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
        return self.one(ask, float(program.pid))

    def numpy(self, ask: Ask[Query]) -> Answer:
        return self.one(ask, np.float64(2.5))

    def text(self, ask: Ask[Query]) -> Answer:
        return self.one(ask, "many")

    def object(self, ask: Ask[Query]) -> Answer:
        return self.one(ask, object())

    def prints(self, ask: Ask[Query]) -> Answer:
        print("x" * 1_000_000)
        print(self.options.token.reveal(), file=sys.stderr)
        return self.one(ask)

    def raises(self, ask: Ask[Query]) -> Answer:
        raise KeyError(self.options.token.reveal())

    def rejects(self, ask: Ask[Query]) -> ConnectorError:
        return SourceRejectedError("no such table")

    def is_down(self, ask: Ask[Query]) -> Answer:
        raise SourceUnavailableError("too busy", 30.0)

    def exits(self, ask: Ask[Query]) -> Answer:
        sys.exit(3)

    def dies(self, ask: Ask[Query]) -> Answer:
        os.kill(os.getpid(), signal.SIGSEGV)
        return self.one(ask)

    def hangs(self, ask: Ask[Query]) -> Answer:
        threading.Event().wait()
        return self.one(ask)

    def leaks(self, ask: Ask[Query]) -> Answer:
        while True:
            LEAKED.append(bytes(64 * 2**20))
