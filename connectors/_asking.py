"""Asks a database one query after another under one deadline; knows no engine and no driver."""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Protocol, TypeVar

from krtracker.connector import (
    Answer,
    Ask,
    ConnectorError,
    Deadline,
    SourceUnavailableError,
    Window,
)

T = TypeVar("T")
MOST_AGGREGATES = 5_000_000
"""The most rows a scan of the standard metrics may give: days x segments x gaps."""

AGAIN = 0.05
"""Seconds between two attempts to end a statement: the first may come before it has begun."""


class Watchdog:
    """Ends the statement that runs when the deadline passes, or when the connector is closed."""

    def __init__(self, deadline: Deadline) -> None:
        self.seconds = deadline.remaining()
        self._deadline = deadline
        self._lock = threading.Lock()
        self._wake = threading.Event()
        self._cancel: Callable[[], None] | None = None
        self._thread: threading.Thread | None = None
        self._fired = self._stopped = False

    def end(self) -> None:
        """Ends what runs now, and everything that would begin after it; from any thread."""
        self._fired = True
        self._wake.set()

    def stop(self) -> None:
        """No more statements come: the thread goes."""
        self._stopped = True
        self._wake.set()

    @property
    def remaining(self) -> float:
        return 0.0 if self._fired else self._deadline.remaining()

    @property
    def late(self) -> SourceUnavailableError:
        """The failure of a statement that was ended, or never begun, for lack of time."""
        return SourceUnavailableError(
            f"no answer within the deadline of {float(f'{self.seconds:.2g}'):g} s: "
            "make the query cheaper, or raise `timeout` of the source"
        )

    @contextmanager
    def over(self, cancel: Callable[[], None]) -> Generator[None]:
        """While inside, `cancel` is called (and called again) once the deadline has passed."""
        with self._lock:
            self._cancel = cancel
        if self._thread is None:
            self._thread = threading.Thread(target=self._watch, daemon=True, name="deadline")
            self._thread.start()
        try:
            yield
        finally:
            with self._lock:
                self._cancel = None

    def _watch(self) -> None:
        self._wake.wait(self._deadline.remaining())
        while not self._stopped:
            self._fired = True
            with self._lock:
                if self._cancel:
                    self._cancel()
            self._wake.clear()
            self._wake.wait(AGAIN)


class OnDatabase(Protocol):
    """A question that runs its own statements on an open database, whatever its engine."""

    def answer(self, database: Any) -> Answer: ...


class Session(Protocol):
    """One open connection of an engine; every failure is already one of the contract's three."""

    lost: bool

    def ask(self, query: Any, window: Window, watchdog: Watchdog) -> Answer:
        """The answer of one query, in a reading transaction of its own."""
        ...

    def close(self) -> None: ...


class Asking:
    """The talk of one connector: opens a session a fetch, and a new one when that is lost."""

    def __init__(self, opening: Callable[[Watchdog], Session]) -> None:
        self._opening = opening
        self._watchdogs: set[Watchdog] = set()
        self._closed = False

    def fetch(
        self, asks: Sequence[Ask[Any]], deadline: Deadline
    ) -> Iterator[Answer | ConnectorError]:
        """One result per ask, in order; a session that cannot be opened is not tried again."""
        watchdog = Watchdog(deadline)
        self._watchdogs.add(watchdog)
        session: Session | None = None
        refused: ConnectorError | None = None
        try:
            for ask in asks:
                if session is not None and session.lost:
                    session.close()
                    session = None
                if session is None and refused is None:
                    session, refused = self._opened(watchdog)
                yield refused or self._asked(session, ask, watchdog)
        finally:
            watchdog.stop()
            self._watchdogs.discard(watchdog)
            if session is not None:
                session.close()

    def put(self, question: OnDatabase, window: Window, deadline: Deadline) -> Answer:
        """One question alone. Raises its failure."""
        query: Any = question
        (given,) = self.fetch([Ask(query, window)], deadline)
        if isinstance(given, ConnectorError):
            raise given
        return given

    def close(self) -> None:
        self._closed = True
        for watchdog in list(self._watchdogs):
            watchdog.end()

    def _opened(self, watchdog: Watchdog) -> tuple[Session | None, ConnectorError | None]:
        if self._closed:
            return None, SourceUnavailableError("the source was closed: open it again")
        if not watchdog.remaining:
            return None, watchdog.late
        try:
            return self._opening(watchdog), None
        except ConnectorError as failure:
            return None, failure

    @staticmethod
    def _asked(
        session: Session | None, ask: Ask[Any], watchdog: Watchdog
    ) -> Answer | ConnectorError:
        if session is None or not watchdog.remaining:
            return watchdog.late
        try:
            return session.ask(ask.query, ask.window, watchdog)
        except ConnectorError as failure:
            return failure


class Carried:
    """What a block raised, kept so that another thread can raise it."""

    raised: BaseException | None = None

    def __enter__(self) -> Carried:
        return self

    def __exit__(self, kind: object, raised: BaseException | None, trace: object) -> bool:
        self.raised = raised
        return True


def within(watchdog: Watchdog, connect: Callable[[], T], discard: Callable[[T], None]) -> T:
    """What `connect` returns or raises, or the deadline's failure when it takes longer.

    Drivers' own timeouts bound a step of connecting, not its sum, so it runs in a thread that can
    be left behind; a connection that comes too late is given to `discard`.
    """
    made: list[T] = []
    carried, lock, left = Carried(), threading.Lock(), threading.Event()

    def attempt() -> None:
        with carried:
            result = connect()
            with lock:
                made.append(result)
            if left.is_set():
                discard(result)

    thread = threading.Thread(target=attempt, daemon=True, name="connecting")
    thread.start()
    thread.join(watchdog.remaining)
    with lock:
        if made:
            return made[0]
        left.set()
    if carried.raised is not None:
        raise carried.raised
    raise watchdog.late
