"""Hands a writing command to whoever holds the store and shows what happens; it writes nothing."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import closing
from typing import TYPE_CHECKING, Any

from krtracker.cli.face import Face
from krtracker.cli.news import Event, done_line, evaluated_line, run_lines, summary, trouble
from krtracker.errors import SourcesFailedError

if TYPE_CHECKING:
    from rich.progress import Progress

FAILED = SourcesFailedError.exit_code
WAIT = 10.0
"""Seconds a command waits for a store that another command holds."""


def work(face: Face, *requests: Mapping[str, Any]) -> int:
    """Does requests one after the other, here or in the daemon; 4 when a source failed."""
    told: list[Event] = []
    for request in requests:
        done = len(told)
        with closing(events_of(face, request)) as events:
            for event in shown_progress(face, events):
                told.append(event)
                if words := trouble(event):
                    face.warn(words)
        if not face.json:
            for line in run_lines(told[done:], face.out_terminal):
                face.out(line)
    if face.json:
        face.out_json({"events": told})
    else:
        conclude(face, told)
    return FAILED if any(one["event"] == "failed" for one in told) else 0


def conclude(face: Face, told: Sequence[Event]) -> None:
    """All of it in one line, where the key results stand now, and what to do next."""
    if words := summary(told):
        face.out(words)
    for event in [one for one in told if one["event"] == "evaluated"][-1:]:
        face.out(evaluated_line(event, face.out_terminal))
    face.say(done_line(told))


def events_of(face: Face, request: Mapping[str, Any]) -> Generator[Event, None, None]:
    """What happens, event by event (`daemon/requests.py` lists them)."""
    from krtracker import wiring
    from krtracker.daemon.handover import performing

    yield from performing(
        face.configuration(), request, wiring=wiring, environ=face.environ, wait=WAIT
    )


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
