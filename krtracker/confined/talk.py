"""Messages between krtracker and a connector's process: whole, counted, of known types only."""

from __future__ import annotations

import io
import pickle
import socket
import time
from typing import Any

LONGEST = 256 * 2**20
"""Bytes of one message: an answer of ten million points does not come in."""

HEAD = 8
KNOWN = {
    "datetime": {"date", "datetime", "time", "timedelta", "timezone"},
    "krtracker.connector": {"Bucket", "Explained", "Finding"},
    "krtracker.model.points": {"Outcome", "Point"},
    "krtracker.periods": {"Window", "Span"},
}
"""What a message may hold beside plain values: reading one must not run what a stranger wrote."""


class TalkError(Exception):
    """The other side said something that is no part of this talk."""


class Talk:
    """One end of a socket, on which either side says one thing after another."""

    def __init__(self, end: socket.socket) -> None:
        self._end = end

    def say(self, words: object, seconds: float | None = None) -> None:
        """Raises OSError when the other side is gone or too slow, TalkError when it is too much."""
        text = pickle.dumps(words, protocol=5)
        if len(text) > LONGEST:
            raise TalkError(f"{len(text)} bytes in one answer; {LONGEST} are the most")
        self._end.settimeout(seconds)  # what was heard last left its own
        self._end.sendall(len(text).to_bytes(HEAD, "big") + text)

    def hear(self, seconds: float | None = None) -> Any:
        """What was said next. Raises TimeoutError, EOFError (nobody there any more), TalkError."""
        ends = None if seconds is None else time.monotonic() + seconds
        length = int.from_bytes(self._read(HEAD, ends), "big")
        if length > LONGEST:
            raise TalkError(f"{length} bytes in one answer; {LONGEST} are the most")
        try:
            return _Careful(io.BytesIO(self._read(length, ends))).load()
        except pickle.UnpicklingError as error:
            raise TalkError(str(error)) from error

    def close(self) -> None:
        self._end.close()

    def _read(self, length: int, ends: float | None) -> bytes:
        read = bytearray()
        while len(read) < length:
            self._end.settimeout(None if ends is None else max(0.001, ends - time.monotonic()))
            part = self._end.recv(min(length - len(read), 2**20))
            if not part:
                raise EOFError
            read += part
        return bytes(read)


class _Careful(pickle.Unpickler):
    """Reads plain values and the known types, and calls nothing else."""

    def find_class(self, module: str, name: str) -> Any:
        if name in KNOWN.get(module, ()):
            return super().find_class(module, name)
        raise pickle.UnpicklingError(f"`{name}` is no part of an answer")
