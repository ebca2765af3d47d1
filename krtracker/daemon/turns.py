"""One question at a time to each source, whoever asks; knows nothing of what is asked."""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any

from krtracker.connector import (
    Answer,
    Ask,
    Connector,
    ConnectorError,
    Deadline,
    Options,
    SourceUnavailableError,
)
from krtracker.model import Metric
from krtracker.tracker import Sources

PATIENCE = 10.0
"""Deadlines to wait for a turn: those before it may each use up several of theirs."""


class Turns:
    """Sources whose connectors are asked by one thread at a time: a job, or a person's command."""

    def __init__(self, sources: Sources) -> None:
        self._sources = sources
        self._locks: defaultdict[str, threading.Lock] = defaultdict(threading.Lock)

    def open(self, source: str) -> Connector[Any]:
        return Turn(self._sources.open(source), self._locks[source])

    def query(self, metric: Metric) -> Options:
        return self._sources.query(metric)

    def close(self) -> None:
        self._sources.close()


class Turn:
    """A connector that waits for its turn; its deadline begins with it."""

    def __init__(self, connector: Connector[Any], lock: threading.Lock) -> None:
        self._connector, self._lock = connector, lock

    def fetch(
        self, asks: Sequence[Ask[Any]], deadline: Deadline
    ) -> Iterator[Answer | ConnectorError]:
        wait = PATIENCE * deadline.remaining()
        if not self._lock.acquire(timeout=wait):
            raise SourceUnavailableError(
                f"the source was busy with other questions for {wait:.0f} s: `krtracker health` "
                "names those that fail"
            )
        deadline.restart()
        try:
            yield from self._connector.fetch(asks, deadline)
        finally:
            self._lock.release()

    def close(self) -> None:
        self._connector.close()
