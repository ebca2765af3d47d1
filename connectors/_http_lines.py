"""Keeps the clients of one API between requests; loads the library when the first one goes out."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import TYPE_CHECKING

from connectors._http_body import Heard
from connectors._http_failures import Verdict
from connectors._http_route import Hop
from krtracker.connector import Deadline, SourceUnavailableError

if TYPE_CHECKING:
    from connectors._http_line import Line

AGENT = {"User-Agent": "krtracker", "Accept-Encoding": "gzip, deflate"}


class Lines:
    """One client for each thread that asks, kept open while it is likely to ask again."""

    def __init__(self, ca_file: Path | None) -> None:
        self._ca_file = ca_file
        self._idle: list[Line] = []
        self._busy: set[Line] = set()
        self._lock = threading.Lock()
        self._closing = threading.Event()

    def exchange(self, hop: Hop, place: str, deadline: Deadline, *, most: int) -> Heard | Verdict:
        """The answer, or the failure of an exchange that broke, took too long or was ended."""
        from connectors._http_line import TROUBLES, LateError, made_ready
        from connectors._http_troubles import verdict_of_trouble

        if self._closing.is_set():
            return _closed()
        if deadline.expired:
            return _late(place)
        line, well = self._taken(), False
        try:
            heard = line.exchange(made_ready(hop, AGENT), deadline, most)
            well = True
            return heard
        except LateError:
            return _late(place)
        except TROUBLES as trouble:
            return _closed() if self._closing.is_set() else verdict_of_trouble(trouble, place)
        finally:
            self._given_back(line, well)

    def wait(self, seconds: float) -> None:
        """Waits, but not longer than until the source is closed."""
        self._closing.wait(seconds)

    def rest(self) -> None:
        """Lets go of the clients nobody uses now."""
        with self._lock:
            idle, self._idle = self._idle, []
        for line in idle:
            line.close()

    def close(self) -> None:
        """Ends what runs; every later exchange fails."""
        self._closing.set()
        with self._lock:
            busy = list(self._busy)
        for line in busy:
            line.cut()
        self.rest()

    def _taken(self) -> Line:
        from connectors._http_line import Line

        with self._lock:
            line = self._idle.pop() if self._idle else Line(self._ca_file)
            self._busy.add(line)
            return line

    def _given_back(self, line: Line, well: bool) -> None:
        with self._lock:
            self._busy.discard(line)
            if well and not self._closing.is_set():
                self._idle.append(line)
                return
        line.close()


def _closed() -> Verdict:
    return Verdict(SourceUnavailableError("the source was closed: open it again"))


def _late(place: str) -> Verdict:
    return Verdict(
        SourceUnavailableError(
            f"{place}: no whole answer within the deadline: "
            "ask for less, or raise `timeout` of the source"
        )
    )
