"""The process a stranger's connector runs in: does as it is told and ends with its parent.

`python -m krtracker.confined.child SOCKET`: hears first of its connector and limits, then of one
piece of work after another. What the connector prints goes nowhere: it is no part of the talk.
"""

from __future__ import annotations

import contextlib
import os
import queue
import resource
import socket
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from functools import partial
from typing import Any

from krtracker import registry
from krtracker.collect import Failure, guarded
from krtracker.confined.talk import Talk, TalkError
from krtracker.connector import Answer, Ask, Connector, ConnectorError, Deadline
from krtracker.model import Outcome, Point

PLAIN = (int, float, str, type(None), date)


def main() -> None:
    """Until the parent closes the talk, which ends this process in the middle of anything."""
    talk = Talk(socket.socket(fileno=int(sys.argv[1])))
    connector, table, memory = talk.hear()
    _limit(memory)
    works: queue.SimpleQueue[Any] = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(talk, works), daemon=True).start()
    work = Work(connector, table)
    while True:
        number, method, asked, seconds = works.get()
        for said in work.do(method, asked, Deadline(seconds)):
            try:
                talk.say((number, *said))
            except TalkError as error:
                talk.say((number, *_told(Failure(Outcome.CRASHED, str(error)), raised=True)))


def _limit(memory: int) -> None:
    """No more than so many bytes of address space, and no file of a crash."""
    for kind, most in ((resource.RLIMIT_AS, memory), (resource.RLIMIT_CORE, 0)):
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(kind, (most, most))


def _listen(talk: Talk, works: queue.SimpleQueue[Any]) -> None:
    """Hands over each piece of work; once there is nobody to hear, the process is over."""
    try:
        while True:
            works.put(talk.hear())
    finally:
        os._exit(0)


class Work:
    """The connector, opened at its first piece of work; every answer is a plain tuple."""

    def __init__(self, connector: str, table: Mapping[str, Any]) -> None:
        self._name, self._table = connector, table
        self._open: Connector[Any] | None = None

    def do(self, method: str, asked: Any, deadline: Deadline) -> Iterator[tuple[Any, ...]]:
        """What came of it, piece by piece; the last is ("ended",)."""
        connector = guarded(self._opened)
        if isinstance(connector, Failure):
            yield _told(connector, raised=True)
        elif method == "fetch":
            yield from self._fetched(connector, asked, deadline)
        else:
            found = guarded(lambda: getattr(connector, method)(*self._words(asked), deadline))
            yield _told(found, raised=True) if isinstance(found, Failure) else ("found", [*found])
        yield ("ended",)

    def _opened(self) -> Connector[Any]:
        if self._open is None:
            kind = registry.load(self._name)
            self._open = kind(kind.SourceOptions.model_validate(self._table))
        return self._open

    def _asks(self, asked: Sequence[tuple[Any, Any]]) -> list[Ask[Any]]:
        kind = registry.load(self._name).QueryOptions
        return [Ask(kind.model_validate(table), window) for table, window in asked]

    def _words(self, asked: Sequence[Any]) -> list[Any]:
        """The arguments of a method beside `fetch`: an ask comes as a tuple of its parts."""
        return [self._asks([one])[0] if isinstance(one, tuple) else one for one in asked]

    def _fetched(
        self, connector: Connector[Any], asked: Any, deadline: Deadline
    ) -> Iterator[tuple[Any, ...]]:
        answers = guarded(lambda: iter(connector.fetch(self._asks(asked), deadline)))
        if isinstance(answers, Failure):
            yield _told(answers, raised=True)
            return
        given = answers
        while True:
            one = guarded(lambda: next(given, None))
            if one is None:
                return
            if isinstance(one, Failure):
                yield _told(one, raised=True)
                return
            told = guarded(partial(_given, one))
            yield _told(told, raised=False) if isinstance(told, Failure) else told


def _given(one: Answer | ConnectorError) -> tuple[Any, ...]:
    if isinstance(one, ConnectorError):
        raise one
    points = [_plain(Point(*point)) for point in one.points]
    return ("answer", points, tuple(one.notes), one.rows, dict(one.parameters))


def _plain(point: Point) -> Point:
    """The point in plain types (a float of another library is a float); others are no point."""
    plain = Point._make(float(one) if isinstance(one, float) else one for one in point)
    if not all(isinstance(one, PLAIN) for one in plain):
        raise TypeError("not a plain value")
    return plain


def _told(failure: Failure, *, raised: bool) -> tuple[Any, ...]:
    kind = "raised" if raised else "failed"
    return (kind, failure.outcome, failure.message, failure.retry_after)


if __name__ == "__main__":
    main()
