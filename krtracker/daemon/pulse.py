"""The daemon's beat: the heartbeat file and systemd's watchdog; decides nothing."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any

from krtracker import __version__
from krtracker.daemon.heartbeat import Heartbeat, write
from krtracker.daemon.settling import Settling
from krtracker.daemon.unit import notify, watchdog_wanted

BEAT = 5.0
"""Seconds between two beats of the heart."""


class Pulse:
    """Beats for one process into one file, with how the settling went."""

    def __init__(
        self,
        path: Path,
        environ: Mapping[str, str],
        settling: Settling,
        *,
        now: Callable[[], datetime],
    ) -> None:
        self._path, self._environ, self._settling, self._now = path, environ, settling, now
        self._started_at = now().isoformat()

    def beat(self, configuration: str, problems: tuple[str, ...], **facts: Any) -> None:
        """One beat; `facts` are further fields of the Heartbeat."""
        evaluated, published = self._settling.evaluated_at, self._settling.published_at
        beat = Heartbeat(
            pid=os.getpid(),
            started_at=self._started_at,
            at=self._now().isoformat(),
            version=__version__,
            configuration=configuration,
            config_ok=not problems,
            problems=problems,
            degraded=self._settling.trouble,
            last_evaluation=evaluated.isoformat() if evaluated else None,
            last_publish=published.isoformat() if published else None,
            **facts,
        )
        with suppress(OSError):  # a full disk: the daemon lives on
            write(beat, self._path)
        if watchdog_wanted(self._environ):
            notify("WATCHDOG=1", self._environ)
