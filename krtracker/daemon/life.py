"""The life of `krtracker run`: start, work, take edited files, end in time; holds no business rule.

Jobs and requests collect in threads of their own; this thread alone evaluates, publishes, reloads
and beats, so that none of these ever runs twice at once.
"""

from __future__ import annotations

import os
import queue
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path

from krtracker.daemon.clock import Clock
from krtracker.daemon.control import Listener
from krtracker.daemon.door import Door
from krtracker.daemon.intake import Intake
from krtracker.daemon.logs import Log, library_lines
from krtracker.daemon.parts import Wiring, accepted, secret_texts, surroundings
from krtracker.daemon.pulse import BEAT, Pulse
from krtracker.daemon.reload import Watch, changed_metrics, with_frozen_targets
from krtracker.daemon.requests import Events, Request, perform
from krtracker.daemon.settling import RECOVERY, Settling
from krtracker.daemon.signals import Signals
from krtracker.daemon.standing import Standing, write_down
from krtracker.daemon.turns import Turns
from krtracker.daemon.unit import notify
from krtracker.errors import ConfigurationError, KrtrackerError, StoreUnusableError
from krtracker.model import Evaluation, Workspace
from krtracker.periods import local_day
from krtracker.schedule import Happening, Schedule, attempt
from krtracker.store import Store, StorePaths
from krtracker.tracker import Collected, How, Sources

LOOK = 1.0
"""Seconds between two looks at files and clock."""
LOOK_AGAIN = 5.0
"""Seconds between two tries to read a configuration that is not valid."""
GRACE = 5.0
"""Seconds that work in hand is given to end after SIGTERM."""
LAST_MOMENT = 9.0
"""Seconds after SIGTERM at which the process ends whatever happens."""


def run(
    configuration: Path, *, wiring: Wiring, environ: Mapping[str, str], log: Log | None = None
) -> int:
    """Runs until SIGTERM or SIGINT, and gives the exit code. Raises what forbids the start.

    StoreBusyError names the process that runs already. When a source hangs at the end, the process
    is ended here and now, once the store is closed.
    """
    log = log or Log(sys.stderr, as_json=not sys.stderr.isatty(), now=wiring.now)
    configuration = configuration.resolve()
    workspace = accepted(configuration, wiring)
    with library_lines(log), wiring.open_store(workspace) as store:
        life = Life(workspace, wiring, environ, store=store, log=log)
        with Signals(life.stop, life.look_around):
            try:
                life.begin()
                life.go_on()
            finally:
                clean = life.end()
    log.info(
        "stopped",
        message="" if clean else "a source or a client did not let go; the store is closed",
    )
    if not clean:
        os._exit(0)
    life.over()
    return 0


class Life:
    """One daemon over one open store."""

    def __init__(
        self,
        workspace: Workspace,
        wiring: Wiring,
        environ: Mapping[str, str],
        *,
        store: Store,
        log: Log,
    ) -> None:
        self._wiring, self._process_environ, self._log = wiring, environ, log
        self._workspace, self._paths = workspace, StorePaths(workspace.store_path)
        self._woken = queue.SimpleQueue[None]()
        self._stopping = threading.Event()
        self._last_moment = threading.Timer(LAST_MOMENT, self._cut_short)
        self._last_moment.daemon = True
        self._reload_now = False
        self._standing, self._watch = Standing(), Watch(workspace.file)
        self._problems: tuple[str, ...] = ()
        self._look_at = self._beat_at = self._reload_at = self._again_at = 0.0
        self._again: set[str] = set()
        self._retired: list[Sources] = []
        self._environ: Mapping[str, str] = surroundings(workspace.file, environ)
        self._sources: Sources = self._connected(workspace)
        self._tracker = wiring.tracker(workspace, store, self._environ)
        self._tracker.replace(workspace, self._sources)
        self._settling = Settling(self._tracker, log, wiring.now)
        self._schedule = Schedule(self._collect, self._happened, now=wiring.now)
        self._listener = Listener(self._paths, self._answer, self._crashed)
        self._clock = Clock(wiring.now)
        self._door = Door(Intake(self._tracker, self._soon, wiring.now), log, self._crashed)
        pulse = Pulse(self._paths.heartbeat, environ, self._settling, now=wiring.now)
        self._pulse, self._workers = pulse, (self._schedule, self._listener, self._door)

    # From other threads: signals, jobs, requests.

    def stop(self) -> None:
        """Ends the life soon, after LAST_MOMENT seconds at the latest."""
        self._stopping.set()
        self._last_moment.start()
        self._woken.put(None)

    def look_around(self) -> None:
        """Reads the configuration again at once (SIGHUP)."""
        self._reload_now = True
        self._woken.put(None)

    def _cut_short(self) -> None:
        self._log.error("stopped", "the end took too long; what was acknowledged is kept")
        os._exit(0)

    def _collect(self, metrics: tuple[str, ...]) -> Collected:
        found = self._tracker.collect(metrics, how=How(stop=self._stopping))
        for news in self._standing.collected(metrics, found):
            self._log.warning("paused", news)
        write_down(self._log, metrics, found)
        self._soon()
        return found

    def _happened(self, what: Happening) -> None:
        self._standing.happened(what, self._wiring.now())
        if isinstance(what.error, StoreUnusableError):
            self._log.error("degraded", what.message, job=what.job, retry_in=RECOVERY)
            self._again_at = time.monotonic() + RECOVERY
            self._again |= set(what.metrics)
        elif what.error is not None:
            self._log.crash("crashed", what.error, job=what.job)
        elif what.kind in {"skipped", "retry"}:
            self._log.warning(what.kind, what.message, job=what.job, at=what.at)

    def _answer(self, request: Request) -> Events:
        self._log.info("request", command=request.get("command"))
        told = perform(self._tracker, request, settle=self._settled, stop=self._stopping)
        with closing(told) as events:
            for event in events:
                self._standing.told(event)
                yield event

    def _soon(self) -> None:
        self._settling.touch()
        self._woken.put(None)

    def _settled(self) -> Sequence[Evaluation]:
        wish = self._settling.wish()
        self._woken.put(None)
        return wish.result()

    def _crashed(self, error: Exception) -> None:
        self._log.crash("crashed", error)

    # In the main thread.

    def begin(self) -> None:
        """Catches up on everything due, opens the socket, tells systemd."""
        self._watch.reading()
        self._watch.taken(self._workspace.files)
        self._schedule.replace(self._workspace)
        self._schedule.start()
        self._listener.start()
        self._open_door()
        self._schedule.soon()
        self._beat()
        notify("READY=1", self._process_environ)
        self._log.info(
            "started",
            pid=os.getpid(),
            configuration=self._workspace.digest[:12],
            metrics=len(self._workspace.metrics),
            key_results=len(self._workspace.key_results),
        )

    def go_on(self) -> None:
        """Works until told to stop."""
        while not self._stopping.is_set():
            self._rest()
            due = self._settling.wait(time.monotonic())
            if due is not None and due <= 0 and not self._stopping.is_set():
                self._settling.turn()
                self._beat()
            if self._reload_now or time.monotonic() >= self._look_at:
                self._look()

    def end(self) -> bool:
        """Stops taking work and gives what is in hand some time; whether all of it ended."""
        notify("STOPPING=1", self._process_environ)
        self._log.info("stopping")
        self._schedule.stop()
        self._listener.close()
        self._door.refuse()
        clean = self._finished(time.monotonic() + GRACE)
        self._settling.end()
        self._door.close()
        if clean:
            self._retired.append(self._sources)
            self._close_retired()
        self._paths.heartbeat.unlink(missing_ok=True)
        return clean

    def over(self) -> None:
        """The store is closed and nothing hangs: the process may live on."""
        self._last_moment.cancel()
        if self._last_moment.is_alive():
            self._last_moment.join()

    def _finished(self, latest: float) -> bool:
        """Waits for the work in hand, and lets analysts see the last word of it."""
        while time.monotonic() < latest:
            due = self._settling.wait(time.monotonic())
            if due is not None and due <= 0:
                self._settling.turn()
            waiting = due is not None and not self._settling.trouble
            if not waiting and all(one.idle(0.1) for one in self._workers):
                return True
        return False

    def _rest(self) -> None:
        due = self._settling.wait(time.monotonic())
        try:
            self._woken.get(timeout=LOOK if due is None else min(LOOK, due))
            while True:
                self._woken.get_nowait()
        except queue.Empty:
            return

    def _look(self) -> None:
        clock = time.monotonic()
        self._look_at = clock + LOOK
        asked, self._reload_now = self._reload_now, False
        if asked or self._watch.changed() or (self._problems and clock >= self._reload_at):
            self._reload(asked)
        self._mind_the_clock()
        if self._again and clock >= self._again_at:
            metrics, self._again = tuple(self._again), set()
            self._schedule.soon(metrics)
        self._door.look(clock)
        if self._retired and self._schedule.idle(0) and self._listener.idle(0):
            self._close_retired()
        if clock >= self._beat_at:
            self._beat()

    def _reload(self, asked: bool) -> None:
        self._reload_at = time.monotonic() + LOOK_AGAIN
        self._watch.reading()
        try:
            found = accepted(self._workspace.file, self._wiring)
            environ = surroundings(self._workspace.file, self._process_environ)
        except (KrtrackerError, OSError) as error:
            self._complain(error)
            return
        self._watch.taken(found.files)
        if self._problems:
            self._log.info("configuration", "valid again")
        self._problems = ()
        if asked or found.digest != self._workspace.digest or environ != self._environ:
            self._take(found, environ)
        self._beat()

    def _complain(self, error: Exception) -> None:
        problems = (
            tuple(str(one) for one in error.problems)
            if isinstance(error, ConfigurationError)
            else (str(error),)
        )
        news, self._problems = problems != self._problems, problems
        self._beat()
        if news:
            self._log.error(
                "configuration",
                f"not valid ({len(problems)} problems): the last valid one stays in force",
                problems=problems,
            )

    def _take(self, found: Workspace, environ: Mapping[str, str]) -> None:
        """Swaps the whole configuration; pulls under way end with the old one."""
        today = local_day(self._wiring.now(), found.zone)
        before = self._workspace
        found, held = with_frozen_targets(before, found, today)
        if held:
            self._log.error("configuration", "targets are frozen: amend them", kept=held)
        if found.store_path != before.store_path:
            self._log.error("configuration", "a new [store] path is taken at the next start")
        failing = {one for said in self._standing.failing().values() for one in said}
        metrics = {*changed_metrics(before, found), *(failing & found.metrics.keys())}
        self._environ, self._workspace = environ, found
        self._retired.append(self._sources)
        self._sources = self._connected(found)
        self._tracker.replace(found, self._sources)
        self._schedule.replace(found)
        self._standing.keep(found.metrics)
        self._open_door()
        self._schedule.soon(tuple(metrics))
        self._settling.touch()
        self._log.info("configuration", "taken", digest=found.digest[:12], asked=sorted(metrics))

    def _connected(self, workspace: Workspace) -> Sources:
        self._log.redaction.learn(secret_texts(workspace, self._environ))
        return Turns(self._wiring.sources(workspace, self._environ))

    def _open_door(self) -> None:
        self._door.take(self._workspace.server, self._environ, self._workspace.folder)

    def _close_retired(self) -> None:
        while self._retired:
            attempt(self._retired.pop().close, self._crashed)

    def _mind_the_clock(self) -> None:
        moved = self._clock.jump()
        if moved:
            way = "forward" if moved > 0 else "back"
            self._log.warning("clock", f"went {way} by {abs(moved):.0f} s")
            (self._schedule.wake if moved > 0 else self._schedule.rearm)()
        if self._clock.new_day({one.zone for one in self._workspace.metrics.values()}):
            self._settling.touch()

    def _beat(self) -> None:
        self._beat_at = time.monotonic() + BEAT
        self._pulse.beat(
            self._workspace.digest,
            self._problems,
            server=self._door.trouble,
            jobs=self._standing.jobs(self._schedule.next_slots()),
            **self._standing.ailing(),
        )
