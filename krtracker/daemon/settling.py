"""Evaluating and publishing, at once after work but not more than about once a second.

Asked for by any thread, done by the main one alone; holds no rule about the numbers.
"""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from datetime import datetime
from typing import Protocol

from krtracker.daemon.logs import Log
from krtracker.errors import KrtrackerError, StoreBusyError
from krtracker.model import Evaluation
from krtracker.schedule import attempt

BETWEEN = 1.0
"""Seconds from the end of one settling to the next, at least."""
RECOVERY = 30.0
"""Seconds until a settling that failed is tried again by itself."""

Wish = Future[Sequence[Evaluation]]


class Settles(Protocol):
    """What a settling consists of; a tracker has both."""

    def evaluate(self) -> Sequence[Evaluation]: ...
    def publish(self) -> None: ...


class Settling:
    """What has to be settled, when, and how it went; `trouble` is why the last one failed."""

    def __init__(self, tracker: Settles, log: Log, now: Callable[[], datetime]) -> None:
        self._tracker, self._log, self._now = tracker, log, now
        self._wishes = queue.SimpleQueue[Wish]()
        self._ended = threading.Event()
        self._dirty = True
        self._asked_at = self._own_at = 0.0
        self.trouble = ""
        self.evaluated_at: datetime | None = None
        self.published_at: datetime | None = None

    def touch(self) -> None:
        """Something may have changed the answers."""
        self._dirty = True

    def wish(self) -> Wish:
        """A settling soon, with its evaluations; what fails is raised by the future's result."""
        wish = Wish()
        self._wishes.put(wish)
        if self._ended.is_set():
            self._refuse()
        return wish

    def wait(self, clock: float) -> float | None:
        """Seconds until there is something to settle; None when there is nothing."""
        if not self._wishes.empty():
            return max(0.0, self._asked_at - clock)
        return max(0.0, self._own_at - clock) if self._dirty else None

    def turn(self) -> None:
        """Settles once, for all who asked until now."""
        wishes = list(self._drained())
        self._dirty = False
        begun = time.monotonic()
        well = attempt(
            lambda: self._settle(wishes, begun), lambda error: self._failed(error, wishes)
        )
        clock = time.monotonic()
        self._asked_at = clock + BETWEEN
        self._own_at = clock + (BETWEEN if well else RECOVERY)
        self._dirty = self._dirty or not well

    def end(self) -> None:
        """Refuses what is asked from now on, and what still waits."""
        self._ended.set()
        self._refuse()

    def _settle(self, wishes: Sequence[Wish], begun: float) -> None:
        evaluations = self._tracker.evaluate()
        self.evaluated_at = self._now()
        self._tracker.publish()
        self.published_at = self._now()
        if self.trouble:
            self._log.info("recovered", "the store can be written again")
        self.trouble = ""
        for wish in wishes:
            wish.set_result(evaluations)
        seconds = round(time.monotonic() - begun, 3)
        self._log.info("published", key_results=len(evaluations), seconds=seconds)

    def _failed(self, error: Exception, wishes: Sequence[Wish]) -> None:
        if isinstance(error, KrtrackerError):
            self.trouble = str(error)
            self._log.error("degraded", self.trouble, retry_in=RECOVERY)
        else:
            self.trouble = f"evaluating broke ({type(error).__name__}): see the log"
            self._log.crash("crashed", error, doing="evaluate and publish")
        for wish in wishes:
            if not wish.done():
                wish.set_exception(error)

    def _drained(self) -> Sequence[Wish]:
        found = []
        while not self._wishes.empty():
            found.append(self._wishes.get())
        return found

    def _refuse(self) -> None:
        for wish in self._drained():
            wish.set_exception(
                StoreBusyError("the daemon is stopping: what was acknowledged is kept, try again")
            )
