"""Hands a writing command to whoever holds the store and shows what happens; it writes nothing."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping
from contextlib import closing
from typing import TYPE_CHECKING, Any

from krtracker.cli.face import Face
from krtracker.cli.figures import icon, several, style
from krtracker.errors import SourcesFailedError
from krtracker.model.verdicts import Status

if TYPE_CHECKING:
    from rich.progress import Progress

Event = Mapping[str, Any]
FAILED = SourcesFailedError.exit_code
WAIT = 10.0
"""Seconds a command waits for a store that another command holds."""


def work(face: Face, *requests: Mapping[str, Any]) -> int:
    """Does requests one after the other, here or in the daemon; 4 when a source failed."""
    told: list[Event] = []
    for request in requests:
        with closing(events_of(face, request)) as events:
            for event in shown_progress(face, events):
                told.append(event)
                say(face, event)
    if face.json:
        face.out_json({"events": told})
    return FAILED if any(one["event"] == "failed" for one in told) else 0


def events_of(face: Face, request: Mapping[str, Any]) -> Generator[Event, None, None]:
    """What happens, event by event (`daemon/requests.py` lists them)."""
    from krtracker import wiring
    from krtracker.daemon.handover import performing

    yield from performing(
        face.configuration(), request, wiring=wiring, environ=face.environ, wait=WAIT
    )


def say(face: Face, event: Event) -> None:
    """One event as a line: results to stdout, troubles to stderr."""
    kind = event["event"]
    if kind == "failed":
        face.warn(f"FAIL {event['metric']} ({event['source']}): {event['message']}")
    elif kind == "paused":
        face.warn(f"paused {event['metric']}: {event['why']}; next: {event['next_command']}")
    elif face.json:
        return
    elif kind == "run":
        face.out(run_line(face, event))
    elif kind == "evaluated":
        face.out(evaluated_line(face, event))
    elif kind == "done":
        face.say(done_line(event))


def run_line(face: Face, run: Event) -> str:
    """ "dau  2026-11-01 to 2026-11-20  ok  20 days new, 3 restated"."""
    terminal = face.out_terminal
    covers = run["outcome"] in ("ok", "empty", "recorded", "imported")
    outcome = terminal.paint(str(run["outcome"]), "green" if covers else "red")
    first, last = run.get("first"), run.get("last")
    days = first if first == last else f"{first} to {last}"
    counts = {
        "new": run["written"] - run["revised"],
        "restated": run["revised"],
        "retracted": run["retracted"],
        "quarantined": run["quarantined"],
    }
    words = ", ".join(f"{count:,} {name}" for name, count in counts.items() if count)
    return f"{run['metric']}  {days}  {outcome}  {words or 'nothing new'}"


def evaluated_line(face: Face, event: Event) -> str:
    """ "12 key results: ✓ 7 on track  ▲ 3 at risk"."""
    terminal = face.out_terminal
    counts = event["statuses"]
    parts = [
        terminal.paint(
            f"{icon(one, unicode=terminal.unicode)} {counts[one.value]} {one.words}", style(one)
        )
        for one in Status
        if counts.get(one.value)
    ]
    return f"{several(event['key_results'], 'key result')}: {'  '.join(parts) or 'none judged'}"


def done_line(event: Event) -> str:
    """What to do next, by what happened."""
    if event.get("failed"):
        return f"{several(event['failed'], 'metric')} failed; next: krtracker doctor"
    if event.get("asked") == 0 and not event.get("runs") and event.get("command") == "collect":
        return "nothing was due; next: krtracker status"
    return "next: krtracker status"


def shown_progress(face: Face, events: Iterator[Event]) -> Iterator[Event]:
    """The events that are results; progress becomes a bar where a person watches."""
    bar = progress_bar(face)
    if bar is None:
        yield from (one for one in events if one["event"] != "progress")
        return
    tasks: dict[str, Any] = {}
    with bar:
        for event in events:
            if event["event"] != "progress":
                bar.stop()
                yield event
                continue
            bar.start()
            task = tasks.get(event["source"])
            if task is None:
                task = tasks[event["source"]] = bar.add_task(event["source"])
            bar.update(
                task,
                total=event["days_total"],
                completed=event["days_done"],
                description=f"{event['source']}  {event['metric']}",
            )


def progress_bar(face: Face) -> Progress | None:
    """Rich's bar on stderr, transient; None without a terminal or with `-q`."""
    if not face.err_terminal.interactive or face.verbosity < 0:
        return None
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    return Progress(
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("days"),
        TimeElapsedColumn(),
        console=Console(stderr=True, no_color=not face.err_terminal.colour),
        transient=True,
        # Not to be redirected: what a command says while it works belongs to stdout.
        redirect_stdout=False,
        redirect_stderr=False,
    )
