"""What `doctor` looks at, finding by finding; each look only reads."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import TZPATH

from krtracker.cli.check import summary
from krtracker.cli.face import Face
from krtracker.cli.figures import several, size_of
from krtracker.cli.sources import on_source
from krtracker.errors import ConfigurationError, KrtrackerError, StoreBusyError
from krtracker.periods import Span, Window, local_day

if TYPE_CHECKING:
    from krtracker.model import Metric, Pull, Workspace
    from krtracker.store import StorePaths

LITTLE, TOO_LITTLE = 1e9, 1e8
"""Free bytes under which the disk is worth a warning, and a failure."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the examination; `verdict` is ok, warn or FAIL."""

    verdict: str
    subject: str
    words: str
    fix: str = ""


def examine(face: Face) -> Iterator[Finding]:
    """Everything, in the order a person would fix it."""
    try:
        workspace = face.checked_workspace()
    except ConfigurationError as error:
        words = f"{several(len(error.problems), 'mistake')}, first: {error.problems[0].message}"
        yield Finding("FAIL", "configuration", words, "krtracker check names all of them")
        return
    yield Finding("ok", "configuration", summary(workspace))
    for source in workspace.sources:
        yield of_source(face, workspace, source)
        yield from of_events(face, workspace, source)
    if workspace.server.push_token:
        yield of_server(face, workspace)
    from krtracker.store import StorePaths

    paths = StorePaths(workspace.store_path)
    yield of_store(face, paths)
    yield from of_place(paths)
    yield of_clock(face, paths)
    yield of_disk(paths)
    yield of_zones()


def of_source(face: Face, workspace: Workspace, source: str) -> Finding:
    """The source asked for one day of one of its metrics."""
    from krtracker.tracker.planning import is_asked

    place = workspace.places.get(("sources", source))
    where = f" ({place})" if place else ""
    metrics = [one for one in workspace.metrics.values() if one.source == source and is_asked(one)]
    if not metrics:
        return Finding("warn", source, "not tried: no metric of this version asks it")
    began = time.monotonic()
    try:
        pull = one_day(face, workspace, metrics[0])
    except KrtrackerError as error:
        return Finding("FAIL", source, str(error), f"set what is missing{where}")
    took = f"{(time.monotonic() - began) * 1000:.0f} ms"
    connector = workspace.sources[source].connector
    if pull.outcome.covers:
        rows = several(len(pull.points), "point")
        return Finding("ok", source, f"{connector}, {took}, {pull.metric} answered {rows}")
    asked = workspace.places.get(("metrics", pull.metric))
    fix = f"look at source {source}{where} and metric {pull.metric}" + (
        f" ({asked})" if asked else ""
    )
    return Finding("FAIL", source, f"{pull.outcome.value}: {pull.message}", fix)


def of_events(face: Face, workspace: Workspace, source: str) -> Iterator[Finding]:
    """The events that the source's standard metrics are computed from, looked over."""
    from krtracker.connector import Ask, Connector, Deadline, Examines

    def look(connector: Connector[Any], _ask: Ask[Any], deadline: Deadline) -> Any:
        if not isinstance(connector, Examines):
            return ()
        return connector.examine(face.now, deadline)

    standard = [one for one in workspace.metrics.values() if one.source == source and one.standard]
    if not standard:
        return
    today = local_day(face.now, standard[0].zone)
    window = Window(today, today, standard[0].zone)
    try:
        found = on_source(face, workspace, standard[0], window=window, ask=look)
    except KrtrackerError as error:
        yield Finding("FAIL", f"{source} events", str(error))
        return
    for one in found:
        yield Finding(one.verdict, f"{source} events", one.words, one.fix)


def of_server(face: Face, workspace: Workspace) -> Finding:
    """Whether the token of pushes can serve, and who takes them; the daemon says if it cannot."""
    from krtracker.daemon.door import rules_of
    from krtracker.daemon.parts import surroundings

    server = workspace.server
    try:
        rules_of(server, surroundings(workspace.file, face.environ), workspace.folder)
    except KrtrackerError as error:
        place = workspace.places.get(("server",))
        return Finding("FAIL", "pushes", str(error), f"set the token ({place or workspace.file})")
    taking = [one.id for one in workspace.metrics.values() if one.manual]
    if not taking:
        words = 'no metric takes them: they go to metrics with source = "manual"'
        return Finding("warn", "pushes", words)
    return Finding("ok", "pushes", f"for {', '.join(taking[:5])}, at {server.listen}")


def one_day(face: Face, workspace: Workspace, metric: Metric) -> Pull:
    """The newest complete day of a metric, asked and not stored."""
    from krtracker.cli.try_ import asked

    newest = local_day(face.now, metric.zone) - timedelta(days=1 + metric.late_by)
    return asked(face, workspace, metric, span=Span(newest, newest))


def of_store(face: Face, paths: StorePaths) -> Finding:
    """Whether the store can be opened, or who holds it; its rules, quickly."""
    from krtracker.store import Store

    if not paths.store.exists():
        return Finding("ok", "store", "none yet; the first collect makes it")
    try:
        with Store.open(paths, now=face.now, create=False) as store:
            wrong = store.verify()
    except StoreBusyError as error:
        return of_daemon(face, paths, str(error))
    except KrtrackerError as error:
        return Finding("FAIL", "store", str(error), "krtracker db verify")
    if wrong:
        return Finding("FAIL", "store", wrong[0], "krtracker db rebuild")
    return Finding("ok", "store", f"free to open, keeps its rules, {paths.store}")


def of_place(paths: StorePaths) -> Iterator[Finding]:
    """Only where something speaks against the store's folder."""
    from krtracker.store.placement import doubt, mounted

    words = doubt(paths.hidden, mounted())
    if words:
        yield Finding("warn", "store", words, "set [store] path to a disk of this machine")


def of_daemon(face: Face, paths: StorePaths, held: str) -> Finding:
    """A held store is well when the daemon that holds it is."""
    from krtracker.daemon.heartbeat import ailments, read

    beat = read(paths.heartbeat)
    if beat is None:
        return Finding("warn", "store", held, "wait for the other command, or stop it")
    wrong = ailments(beat, face.now)
    if wrong:
        return Finding("FAIL", "daemon", wrong[0], "krtracker health says all of it")
    return Finding("ok", "daemon", f"process {beat.pid} runs since {beat.started_at}")


def of_clock(face: Face, paths: StorePaths) -> Finding:
    """Whether the clock stands behind what was already recorded."""
    from krtracker.store import Snapshot

    shown = f"{face.now:%Y-%m-%d %H:%M:%S} UTC"
    try:
        with Snapshot.open(paths.published) as snapshot:
            newest = snapshot.instant()
    except KrtrackerError:
        newest = None
    if newest is not None and newest > face.now + timedelta(seconds=5):
        words = f"{shown} is before the newest record, {newest:%Y-%m-%d %H:%M:%S} UTC"
        return Finding("FAIL", "clock", words, "set the clock (timedatectl set-ntp true)")
    return Finding("ok", "clock", shown)


def of_disk(paths: StorePaths) -> Finding:
    """The space left where the store lies, or will lie."""
    folder = next(one for one in (paths.hidden, *paths.hidden.parents) if one.exists())
    free = shutil.disk_usage(folder).free
    words = f"{size_of(free)} free at {folder}"
    if free < LITTLE:
        verdict = "FAIL" if free < TOO_LITTLE else "warn"
        return Finding(verdict, "disk", words, "free some space; nothing stored is lost")
    return Finding("ok", "disk", words)


def of_zones() -> Finding:
    """The time-zone database in use: an old one puts days at the wrong hour."""
    for folder in TZPATH:
        listed = Path(folder) / "tzdata.zi"
        if listed.exists():
            with listed.open(encoding="utf-8") as text:
                release = text.readline().strip("# \n")
            return Finding("ok", "time zones", f"{release}, {folder}")
    try:
        return Finding("ok", "time zones", f"package tzdata {version('tzdata')}")
    except PackageNotFoundError:
        return Finding("FAIL", "time zones", "no zone database", "pip install tzdata")
