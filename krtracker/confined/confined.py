"""Stands in for a stranger's connector, which works in a child process; trusts nothing it does.

One process a source, kept from fetch to fetch and begun anew when it died, hung or grew too large:
it may crash, hang, leak, print or call exit, and all that is lost is the answer it was asked for.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic import Field

from krtracker.collect import CrashedError
from krtracker.confined.talk import Talk, TalkError
from krtracker.connector import (
    Answer,
    Ask,
    Bucket,
    Connector,
    ConnectorError,
    ConnectorType,
    Deadline,
    Explained,
    Finding,
    Interval,
    Options,
    SourceRejectedError,
    SourceUnavailableError,
    UnexpectedAnswerError,
)
from krtracker.model import Outcome


@dataclass(frozen=True, slots=True)
class Limits:
    """Bytes of address space of the child; seconds it may take beyond a deadline to say why."""

    memory: int = 4 * 2**30
    grace: float = 1.0


LIMITS = Limits()
LEAST = 1.0
"""Seconds to tell the child something: it only has to read."""


class ConfinedQuery(Options):
    """A metric's table for the connector, secrets in plain, as the child is told it."""

    table: dict[str, Any] = Field(repr=False)


class Confined:
    """A connector like any other, in a process of its own."""

    def __init__(self, name: str, table: Mapping[str, Any], limits: Limits = LIMITS) -> None:
        self._name, self._table, self._limits = name, dict(table), limits
        self._child: _Child | None = None
        self._closing = threading.Lock()

    def fetch(
        self, asks: Sequence[Ask[ConfinedQuery]], deadline: Deadline
    ) -> Iterator[Answer | ConnectorError]:
        """As the connector itself. Raises CrashedError when it or its process broke."""
        given, told = 0, [(one.query.table, one.window) for one in asks]
        try:
            for kind, *words in self._do("fetch", told, deadline):
                given = len(asks) if kind == "raised" else given + 1
                yield _answer(kind, words)
        finally:
            if given < len(asks):
                self.close()  # it may still be at work on what nobody waits for

    def close(self) -> None:
        """Ends the process at once; the next work begins another."""
        with self._closing:
            child, self._child = self._child, None
        if child is not None:
            child.end()

    def _found(self, method: str, asked: Sequence[Any], deadline: Deadline) -> list[Any]:
        """What one method answers as a whole; an ask goes as a tuple of its parts."""
        told = [(one.query.table, one.window) if isinstance(one, Ask) else one for one in asked]
        found: list[Any] = []
        for kind, *words in self._do(method, told, deadline):
            if kind == "raised":
                raise _failure(*words)
            found += words[0]
        return found

    def _do(self, method: str, asked: Any, deadline: Deadline) -> Iterator[tuple[Any, ...]]:
        """What the child says to it, piece by piece."""
        child = self._begun()
        try:
            number = child.ask(method, asked, deadline.remaining())
            while True:
                heard = child.hear(number, deadline.remaining() + self._limits.grace)
                if heard == ("ended",):
                    return
                yield heard
        except TimeoutError:
            self.close()
            raise SourceUnavailableError(
                "the deadline passed: the connector hung, and its process was ended"
            ) from None
        except (EOFError, OSError, TalkError) as error:
            words = str(error) if isinstance(error, TalkError) else child.fate()
            self.close()
            raise CrashedError(f"a bug in the connector: {words}") from None

    def _begun(self) -> _Child:
        with self._closing:
            if self._child is None:
                self._child = _Child(self._name, self._table, self._limits.memory)
            return self._child


class _Explaining(Confined):
    def explain(self, ask: Ask[Any], deadline: Deadline) -> Sequence[Explained]:
        return self._found("explain", [ask], deadline)


class _Exploring(Confined):
    def explore(self, ask: Ask[Any], interval: Interval, deadline: Deadline) -> Sequence[Bucket]:
        return self._found("explore", [ask, interval], deadline)


class _Examining(Confined):
    def examine(self, now: datetime, deadline: Deadline) -> Sequence[Finding]:
        return self._found("examine", [now], deadline)


def confined(name: str, kind: ConnectorType, table: Mapping[str, Any]) -> Connector[Any]:
    """The connector `name` in a process of its own, able to do what its type is able to do."""
    able = {"explain": _Explaining, "explore": _Exploring, "examine": _Examining}
    bases = tuple(one for method, one in able.items() if hasattr(kind, method)) or (Confined,)
    made: Connector[Any] = type("Confined", bases, {})(name, table)
    return made


class _Child:
    """The process and the talk with it."""

    def __init__(self, name: str, table: Mapping[str, Any], memory: int) -> None:
        ours, theirs = socket.socketpair()
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "krtracker.confined.child", str(theirs.fileno())],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
                env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
            )
        self._talk, self._number = Talk(ours), 0
        try:
            self._talk.say((name, dict(table), memory), LEAST)
        except OSError:
            self.end()
            raise

    def ask(self, method: str, asked: Any, seconds: float) -> int:
        """Tells it what to do; the number by which its answers are known."""
        self._number += 1
        self._talk.say((self._number, method, asked, seconds), max(seconds, LEAST))
        return self._number

    def hear(self, number: int, seconds: float) -> tuple[Any, ...]:
        """The next it says to that number; what belongs to earlier work is passed over."""
        while True:
            said = self._talk.hear(seconds)
            if not isinstance(said, tuple) or len(said) < 2:
                raise TalkError("an answer without a number")
            if said[0] == number:
                return said[1:]

    def end(self) -> None:
        """Kills it with all it started, and waits for it."""
        with suppress(OSError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        self._talk.close()

    def fate(self) -> str:
        """What became of a process that says nothing more."""
        try:
            code = self._process.wait(1)
        except subprocess.TimeoutExpired:
            return "its process stopped talking"
        if code < 0:
            return f"its process was ended by {signal.Signals(-code).name}"
        return f"it ended its process with exit code {code}"


def _answer(kind: str, words: Sequence[Any]) -> Answer | ConnectorError:
    if kind == "answer":
        points, notes, rows, parameters = words
        return Answer(points, notes=notes, rows=rows, parameters=parameters)
    failure = _failure(*words)
    if kind == "raised":
        raise failure
    return failure


def _failure(outcome: Outcome, message: str, retry_after: float | None) -> ConnectorError:
    """The failure as the connector made it. Raises CrashedError for one it did not make."""
    if outcome is Outcome.UNAVAILABLE:
        return SourceUnavailableError(message, retry_after)
    if outcome is Outcome.REJECTED:
        return SourceRejectedError(message)
    if outcome is Outcome.UNEXPECTED:
        return UnexpectedAnswerError(message)
    raise CrashedError(message)
