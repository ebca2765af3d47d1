"""The jobs of a workspace on APScheduler's threads; never knows what a job does inside.

What a job pulls follows from the state of the store, never from the slot, so missed slots need no
making up.
"""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Literal, Protocol

from krtracker.model import Outcome, Refresh, Workspace
from krtracker.schedule.slots import SlotTrigger, slots

TRIES = 3
"""How often one slot asks a source that is unavailable, the first time included."""
FIRST_PAUSE = 60.0
"""Seconds: the upper limit of the first retry's pause; it doubles with each try (full jitter)."""
Uniform = Callable[[float, float], float]


@dataclass(frozen=True, slots=True)
class Job:
    """Metrics asked together: one source, one rhythm, one zone."""

    id: str
    source: str
    zone: str
    refresh: Refresh
    metrics: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Happening:
    """What became of a job: `kind` in a word, the metrics it was about, when the next try is."""

    kind: Literal["started", "ended", "crashed", "skipped", "retry"]
    job: str
    metrics: tuple[str, ...]
    message: str = ""
    at: datetime | None = None
    error: Exception | None = None


class Failed(Protocol):
    """One metric that failed; `retry_after` is in seconds where the source named it."""

    @property
    def metric(self) -> str: ...
    @property
    def outcome(self) -> Outcome: ...
    @property
    def message(self) -> str: ...
    @property
    def retry_after(self) -> float | None: ...


class Collected(Protocol):
    @property
    def failed(self) -> Sequence[Failed]: ...


def plan_jobs(workspace: Workspace) -> tuple[Job, ...]:
    """The jobs a workspace asks for, in the order of its metrics; manual metrics have none, nor
    those that follow from others by a formula."""
    groups: dict[tuple[str, str, Refresh], list[str]] = {}
    for metric in workspace.metrics.values():
        if metric.formula is None and not metric.manual and metric.source:
            groups.setdefault((metric.source, metric.zone, metric.refresh), []).append(metric.id)
    return tuple(
        Job(f"{source}: {refresh.text} ({zone})", source, zone, refresh, tuple(metrics))
        for (source, zone, refresh), metrics in groups.items()
    )


def next_try(
    tried: int, retry_after: float | None, *, now: datetime, until: datetime, uniform: Uniform
) -> datetime | None:
    """When to ask an unavailable source again, or None to leave it to the next slot (`until`).

    Full jitter: a pause drawn from 0 to 60 s, then 120 s, at most a third of what is left of the
    slot. A source that said when is asked then, plus a little, even after the next slot.
    """
    if tried >= TRIES:
        return None
    if retry_after is not None:
        return now + timedelta(seconds=retry_after + uniform(0.0, min(10.0, 0.1 * retry_after)))
    left = (until - now).total_seconds()
    limit = min(FIRST_PAUSE * 2 ** (tried - 1), left / 3)
    return now + timedelta(seconds=uniform(0.0, limit)) if limit > 0 else None


def attempt(work: Callable[[], None], crashed: Callable[[Exception], None]) -> bool:
    """Does the work of a job; a bug in it is told to `crashed` and ends this job alone."""
    try:
        work()
    except Exception as error:
        crashed(error)
        return False
    return True


def background_scheduler(defaults: dict[str, Any]) -> Any:
    """APScheduler's own, which may be stopped while it ends a one-off job."""
    from apscheduler.jobstores.base import JobLookupError
    from apscheduler.schedulers.background import BackgroundScheduler

    class Scheduler(BackgroundScheduler):  # type: ignore[misc]
        def remove_job(self, job_id: str, jobstore: str | None = None) -> None:
            # It calls itself stopped before it takes its lock, and from then on looks for the job
            # it is ending where the job is not: that broke its thread in the last moment.
            if self.running:
                super().remove_job(job_id, jobstore)
                return
            with suppress(JobLookupError):
                super().remove_job(job_id, jobstore)

    return Scheduler(timezone=UTC, job_defaults=defaults)


class Schedule:
    """The jobs of a workspace, one thread a source: a source that hangs delays only itself.

    `run` does the work of a job and says what failed; `report` hears of everything that happens.
    """

    def __init__(
        self,
        run: Callable[[tuple[str, ...]], Collected],
        report: Callable[[Happening], None],
        *,
        now: Callable[[], datetime],
        uniform: Uniform = random.uniform,
    ) -> None:
        from apscheduler.events import EVENT_JOB_MAX_INSTANCES
        from apscheduler.triggers.base import BaseTrigger

        BaseTrigger.register(SlotTrigger)
        defaults = {"coalesce": True, "misfire_grace_time": None, "max_instances": 1}
        self._scheduler = background_scheduler(defaults)
        self._scheduler.add_listener(self._skipped, EVENT_JOB_MAX_INSTANCES)
        self._run, self._report, self._now, self._uniform = run, report, now, uniform
        self._jobs: dict[str, Job] = {}
        self._held: dict[str, datetime] = {}
        self._sources: set[str] = set()
        self._running = 0
        self._idle = threading.Condition()
        self._closing = False

    def start(self) -> None:
        self._scheduler.start()

    def replace(self, workspace: Workspace) -> None:
        """Takes the jobs of another workspace; those that stay the same keep their next slot."""
        wanted = {job.id: job for job in plan_jobs(workspace)}
        for job in wanted.values():
            if self._jobs.get(job.id) != job:
                self._add(job, job.id, SlotTrigger(job.refresh, job.zone))
        for one in self._scheduler.get_jobs():
            if one.id not in wanted:
                with suppress(LookupError):  # a one-off that has just run is gone already
                    self._scheduler.remove_job(one.id)
        self._jobs, self._held = wanted, {}

    def soon(self, metrics: Sequence[str] | None = None) -> None:
        """Runs the jobs of these metrics (None: all) once, now, beside their slots."""
        for job in self._jobs.values():
            chosen = tuple(m for m in job.metrics if metrics is None or m in metrics)
            if chosen:
                self._once(replace(job, metrics=chosen), f"now {job.id}", self._now(), tried=1)

    def wake(self) -> None:
        """Looks at the clock again: after a sleep of the machine, slots in the past are due."""
        self._scheduler.wakeup()

    def rearm(self) -> None:
        """Computes all next slots anew, after the clock was set back; none runs twice."""
        for job in filter(None, (self._scheduler.get_job(name) for name in self._jobs)):
            self._scheduler.reschedule_job(job.id, trigger=job.trigger)

    def next_slots(self) -> dict[str, datetime | None]:
        found = {name: self._scheduler.get_job(name) for name in self._jobs}
        return {name: job.next_run_time for name, job in found.items() if job is not None}

    def stop(self) -> None:
        """Takes no more work; what runs goes on."""
        self._closing = True
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)

    def idle(self, seconds: float) -> bool:
        """Waits until no job runs; False when one still does after that many seconds."""
        with self._idle:
            return self._idle.wait_for(lambda: self._running == 0, timeout=seconds)

    def slot(self, job: Job, tried: int = 1) -> None:
        """The body of a job: does its work, and sets a retry where the source was unavailable."""
        held = self._held.get(job.source)
        if self._closing or (held is not None and self._now() < held and tried == 1):
            message = "the daemon is stopping" if self._closing else "the source asked to wait"
            self._report(Happening("skipped", job.id, job.metrics, message, held))
            return
        self._count(1)
        self._report(Happening("started", job.id, job.metrics))
        try:
            attempt(lambda: self._work(job, tried), lambda error: self._crashed(job, error))
        finally:
            self._count(-1)

    def _work(self, job: Job, tried: int) -> None:
        done = self._run(job.metrics)
        self._report(Happening("ended", job.id, job.metrics))
        again = [one for one in done.failed if one.outcome is Outcome.UNAVAILABLE]
        if again and not self._closing:
            self._retry(job, again, tried)

    def _retry(self, job: Job, again: Sequence[Failed], tried: int) -> None:
        now = self._now()
        until = next(slots(job.refresh, job.zone, now), now)
        waits = [one.retry_after for one in again if one.retry_after is not None]
        named = max(waits, default=None)
        at = next_try(tried, named, now=now, until=until, uniform=self._uniform)
        if at is None:
            return
        if named is not None:
            self._held[job.source] = at
        short = replace(job, metrics=tuple(one.metric for one in again))
        self._once(short, f"retry {job.id}", at, tried=tried + 1)
        self._report(Happening("retry", job.id, short.metrics, again[0].message, at))

    def _once(self, job: Job, name: str, at: datetime, *, tried: int) -> None:
        from apscheduler.triggers.date import DateTrigger

        self._add(job, name, DateTrigger(at), tried=tried)

    def _add(self, job: Job, name: str, trigger: Any, *, tried: int = 1) -> None:
        if job.source not in self._sources:
            from apscheduler.executors.pool import ThreadPoolExecutor

            self._scheduler.add_executor(ThreadPoolExecutor(1), alias=job.source)
            self._sources.add(job.source)
        self._scheduler.add_job(
            self.slot,
            trigger,
            args=(job, tried),
            id=name,
            executor=job.source,
            replace_existing=True,
        )

    def _count(self, change: int) -> None:
        with self._idle:
            self._running += change
            self._idle.notify_all()

    def _crashed(self, job: Job, error: Exception) -> None:
        message = f"{type(error).__name__}: {error}"
        self._report(Happening("crashed", job.id, job.metrics, message, error=error))

    def _skipped(self, event: Any) -> None:
        job = self._jobs.get(event.job_id)
        message = "the slot before is still running"
        self._report(Happening("skipped", event.job_id, job.metrics if job else (), message))
