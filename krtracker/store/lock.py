"""One writer per store: an flock on a file of our own, which dies with its process."""

from __future__ import annotations

import fcntl
import os
from datetime import datetime
from pathlib import Path

from krtracker.errors import StoreBusyError


class StoreLock:
    """Held from construction to `release`; raises StoreBusyError naming the holder."""

    def __init__(self, path: Path, *, now: datetime) -> None:
        self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            holder = os.pread(self._file, 200, 0).decode("utf-8", "replace")
            os.close(self._file)
            raise StoreBusyError(_busy(path, holder)) from error
        os.ftruncate(self._file, 0)
        os.pwrite(self._file, f"{os.getpid()} {now.isoformat(timespec='seconds')}\n".encode(), 0)

    def release(self) -> None:
        """Lets the next writer in; harmless a second time."""
        if self._file >= 0:
            os.close(self._file)
            self._file = -1


def _busy(path: Path, holder: str) -> str:
    who, _, since = holder.strip().partition(" ")
    if not who:
        return f"another process holds the store ({path}): try again in a moment"
    return (
        f"process {who} holds the store since {since}: "
        f"wait for it, or stop it (a daemon stops with `kill {who}`)"
    )
