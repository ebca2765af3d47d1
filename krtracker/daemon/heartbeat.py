"""A small file that says the daemon lives and how it is; never opened by anything that writes data.

`krtracker health` reads it and says what ails the daemon, without asking the daemon itself.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

SILENT_AFTER = timedelta(seconds=60)
"""A beat is written every few seconds; a daemon silent this long hangs or is dead."""


@dataclass(frozen=True)
class Heartbeat:
    """One beat: who, since when, with which configuration, and what fails.

    `jobs` has, by job: `next` and `last` (ISO instants or None), `running_since`, `result`.
    `failing` has, by source: the metrics that failed last and what the source said. `paused` has,
    by metric: why it is not asked, and the command that goes on. `server` says why no pushes are
    taken.
    """

    pid: int
    started_at: str
    at: str
    version: str = ""
    configuration: str = ""
    config_ok: bool = True
    problems: tuple[str, ...] = ()
    degraded: str = ""
    server: str = ""
    last_evaluation: str | None = None
    last_publish: str | None = None
    jobs: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    failing: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    paused: Mapping[str, str] = field(default_factory=dict)


def write(beat: Heartbeat, path: Path) -> None:
    """Replaces the file whole, so that a reader never sees half of one."""
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    fresh.write_text(json.dumps(asdict(beat), indent=1), encoding="utf-8")
    fresh.chmod(0o644)
    fresh.replace(path)


def read(path: Path) -> Heartbeat | None:
    """The last beat, or None where no daemon has left one (or what lies there is none)."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        known = Heartbeat.__dataclass_fields__
        return Heartbeat(**{key: value for key, value in found.items() if key in known})
    except (OSError, ValueError, TypeError, AttributeError):
        return None


def alive(pid: int) -> bool:
    """Whether a process of this id exists, whoever it belongs to."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def ailments(
    beat: Heartbeat | None, now: datetime, lives: Callable[[int], bool] = alive
) -> tuple[str, ...]:
    """What is wrong, worst first, each with the next step; empty when the daemon is well."""
    if beat is None:
        return ("no daemon runs here: start one with `krtracker run`",)
    silent = now - datetime.fromisoformat(beat.at)
    if not lives(beat.pid):
        return (f"the daemon (process {beat.pid}) died after {beat.at}: `krtracker run`",)
    found = []
    if silent > SILENT_AFTER:
        seconds = int(silent.total_seconds())
        found.append(f"the daemon (process {beat.pid}) has been silent for {seconds} s: restart it")
    if beat.degraded:
        found.append(f"degraded: {beat.degraded}")
    if beat.server:
        found.append(beat.server)
    if not beat.config_ok:
        first = beat.problems[0].splitlines()[0] if beat.problems else "see `krtracker check`"
        found.append(f"the saved configuration is not valid, the last valid one is used: {first}")
    found += [
        f"source {source} fails for {metric}: {message}"
        for source, metrics in beat.failing.items()
        for metric, message in metrics.items()
    ]
    found += [f"metric {metric} is paused: {why}" for metric, why in beat.paused.items()]
    return tuple(found)
