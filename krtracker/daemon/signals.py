"""SIGTERM, SIGINT and SIGHUP as calls in a thread, so that no long query delays them."""

from __future__ import annotations

import os
import signal
import socket
import threading
from collections.abc import Callable
from types import FrameType, TracebackType
from typing import Any

STOPPING = (signal.SIGTERM, signal.SIGINT)


class Signals:
    """Between enter and exit: the first stop signal calls `stop`, a second ends the process.

    The numbers come through a wake-up socket which Python fills in the signal handler itself;
    the main thread may be deep inside a query then.
    """

    def __init__(self, stop: Callable[[], None], reload: Callable[[], None]) -> None:
        self._stop, self._reload = stop, reload
        self._inside, self._outside = socket.socketpair()
        self._outside.setblocking(False)
        self._before: dict[int, Any] = {}
        self._stopped = False

    def __enter__(self) -> Signals:
        for number in (*STOPPING, signal.SIGHUP):
            self._before[number] = signal.signal(number, _noted)
        signal.set_wakeup_fd(self._outside.fileno(), warn_on_full_buffer=False)
        threading.Thread(target=self._read, name="signals", daemon=True).start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        signal.set_wakeup_fd(-1)
        for number, handler in self._before.items():
            signal.signal(number, handler)
        self._outside.close()

    def _read(self) -> None:
        while numbers := self._inside.recv(16):
            for number in numbers:
                self._heard(number)

    def _heard(self, number: int) -> None:
        if number == signal.SIGHUP:
            self._reload()
        elif number in STOPPING:
            if self._stopped:
                os._exit(128 + number)
            self._stopped = True
            self._stop()


def _noted(_number: int, _frame: FrameType | None) -> None:
    """The wake-up socket has the number already."""
