"""How the daemon stands: what its jobs did and what fails, as the heartbeat tells it; acts on none.

Told by several threads, read by one.
"""

from __future__ import annotations

import threading
from collections.abc import Container, Mapping, Sequence
from datetime import datetime
from typing import Any

from krtracker.daemon.logs import Log
from krtracker.model import Outcome
from krtracker.schedule import Happening
from krtracker.tracker import Collected, Paused


class Standing:
    """The last word on every job and every source."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._jobs: dict[str, dict[str, Any]] = {}
        self._failing: dict[str, dict[str, str]] = {}
        self._paused: dict[str, str] = {}

    def happened(self, what: Happening, now: datetime) -> None:
        with self._lock:
            job = self._jobs.setdefault(what.job, {"last": None, "running_since": None})
            if what.kind == "started":
                job["running_since"] = now.isoformat()
            elif what.kind in {"ended", "crashed"}:
                job |= {"last": now.isoformat(), "running_since": None, "result": what.kind}
            if what.kind in {"retry", "skipped"}:
                job["next_try"] = what.at.isoformat() if what.at else None

    def collected(self, metrics: tuple[str, ...], found: Collected) -> tuple[str, ...]:
        """Takes in one round over these metrics; gives the pauses that are new, in words."""
        with self._lock:
            for failures in self._failing.values():
                for metric in metrics:
                    failures.pop(metric, None)
            for one in found.failed:
                self._failing.setdefault(one.source, {})[one.metric] = one.message
            paused = {one.metric: _why(one) for one in found.paused}
            news = [f"{m}: {why}" for m, why in paused.items() if self._paused.get(m) != why]
            for metric in metrics:
                self._paused.pop(metric, None)
            self._paused |= paused
            return tuple(news)

    def told(self, event: Mapping[str, Any]) -> None:
        """Takes in what a person's command met: `run` and `failed` events (see requests.py)."""
        with self._lock:
            if event["event"] == "run" and Outcome(event["outcome"]).covers:
                self._failing.get(event["source"], {}).pop(event["metric"], None)
                self._paused.pop(event["metric"], None)
            elif event["event"] == "failed":
                said = self._failing.setdefault(event["source"], {})
                said[event["metric"]] = event["message"]

    def keep(self, metrics: Container[str]) -> None:
        """Forgets what is no longer in the configuration."""
        with self._lock:
            self._failing = {
                source: {metric: words for metric, words in said.items() if metric in metrics}
                for source, said in self._failing.items()
            }
            self._paused = {one: why for one, why in self._paused.items() if one in metrics}

    def failing(self) -> dict[str, dict[str, str]]:
        """By source and metric, what the source last said; paused metrics are not in here."""
        with self._lock:
            return {source: dict(said) for source, said in self._failing.items() if said}

    def ailing(self) -> dict[str, Any]:
        """What fails and what is paused until a person does something, as a heartbeat has it."""
        with self._lock:
            paused = dict(self._paused)
        return {"failing": self.failing(), "paused": paused}

    def jobs(self, upcoming: Mapping[str, datetime | None]) -> dict[str, dict[str, Any]]:
        with self._lock:
            return {
                name: {"next": at.isoformat() if at else None, **self._jobs.get(name, {})}
                for name, at in upcoming.items()
            }


def _why(one: Paused) -> str:
    """Why it is paused and what goes on, named once."""
    return one.why if one.next_command in one.why else f"{one.why}; next: {one.next_command}"


def write_down(journal: Log, metrics: Sequence[str], found: Collected) -> None:
    """What one round brought, as lines of the log."""
    for one in found.failed:
        outcome = one.outcome.value
        journal.warning(
            "failed", one.message, metric=one.metric, source=one.source, outcome=outcome
        )
    changed = sum(run.written + run.retracted for run in found.runs)
    journal.info(
        "collected", metrics=metrics, runs=len(found.runs), changed=changed, asked=found.asked
    )
