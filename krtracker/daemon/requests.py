"""The writing commands as requests: done alike in the daemon and in a command; never prints.

A request is `{"command": NAME, ...}`; what it does comes back as events, each a flat JSON object:

| event | with |
|---|---|
| `progress` | the fields of `tracker.Progress` |
| `run` | the fields of `model.Run` (`window` as `first`, `last`) |
| `failed` | `metric`, `source`, `outcome`, `message`, `retry_after` |
| `paused` | `metric`, `why`, `next_command` |
| `evaluated` | `key_results` (how many), `statuses` (how many of each) |
| `done` | `command`, `runs`, `failed`, `paused`, `asked` (counts), or what care.py tells; last |
| `error` | `message`, `exit_code`: the last one, over the socket only; in a command it is raised |
"""

from __future__ import annotations

import queue
import threading
from collections import Counter
from collections.abc import Callable, Generator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, fields, is_dataclass
from datetime import date, datetime
from enum import Enum
from typing import Any

from krtracker.daemon.care import CARE
from krtracker.errors import (
    ConfigurationError,
    KrtrackerError,
    SourcesFailedError,
    StoreBusyError,
    StoreUnusableError,
    UsageError,
)
from krtracker.model import Evaluation, Point, Run
from krtracker.periods import Span
from krtracker.tracker import Collected, How, ImportRow, Push, Stop, Tracker

Event = dict[str, Any]
Events = Generator[Event, None, None]
Request = Mapping[str, Any]
Settle = Callable[[], Sequence[Evaluation]]
ALIVE, DONE, ERROR = "alive", "done", "error"
BEAT = 5.0
"""Seconds between signs of life while a command works on something long."""


@dataclass(frozen=True)
class Desk:
    """What a command works with: the tracker, where its events go, whether to stop early."""

    tracker: Tracker
    settle: Settle
    emit: Callable[[Event], None]
    stop: Stop


class AnyOf:
    """A stop sign that is set when one of several is."""

    def __init__(self, *signs: Stop) -> None:
        self._signs = signs

    def is_set(self) -> bool:
        return any(one.is_set() for one in self._signs)


def perform(
    tracker: Tracker, request: Request, *, settle: Settle | None = None, stop: Stop | None = None
) -> Events:
    """Does one request and tells its events as they happen; errors are raised.

    `settle` evaluates and publishes (the daemon's own, so that two never do it at once). `stop`,
    or closing the iterator early, ends the work after the step in hand; what was acknowledged
    stays.
    """
    command = COMMANDS.get(str(request.get("command")))
    if command is None:
        known = ", ".join(sorted(COMMANDS))
        raise UsageError(f"no command `{request.get('command')}` can be handed over: {known}")
    gone, told = threading.Event(), queue.SimpleQueue[Event | None]()
    signs = AnyOf(gone, *([stop] if stop else []))
    desk = Desk(tracker, settle or (lambda: settled(tracker)), told.put, signs)

    def work() -> Event:
        return {"event": DONE, "command": request["command"], **command(desk, request)}

    return _streamed(work, told, gone)


def settled(tracker: Tracker) -> tuple[Evaluation, ...]:
    """Judges every key result and shows analysts the result."""
    evaluations = tracker.evaluate()
    tracker.publish()
    return evaluations


def _streamed(
    work: Callable[[], Event], told: queue.SimpleQueue[Event | None], gone: threading.Event
) -> Events:
    """The events of work done in a thread of its own, so that they come while it goes on."""
    with ThreadPoolExecutor(1, thread_name_prefix="request") as pool:
        ending: Future[Event] = pool.submit(work)
        ending.add_done_callback(lambda _: told.put(None))
        try:
            yield from _until_none(told)
            yield ending.result()
        finally:
            gone.set()


def _until_none(told: queue.SimpleQueue[Event | None]) -> Events:
    while True:
        try:
            event = told.get(timeout=BEAT)
        except queue.Empty:
            event = {"event": ALIVE}
        if event is None:
            return
        yield event


def _collect(desk: Desk, request: Request) -> Event:
    wanted = request.get("metrics") or None
    how = How(
        force=bool(request.get("force")),
        accept_empty=bool(request.get("accept_empty")),
        keep_history=bool(request.get("keep_history")),
        progress=lambda progress: desk.emit(encoded("progress", progress)),
        stop=desk.stop,
    )
    return _told(desk, desk.tracker.collect(wanted, how=how))


def _backfill(desk: Desk, request: Request) -> Event:
    span = None
    if request.get("first") or request.get("last"):
        span = Span(_day(request, "first"), _day(request, "last"))
    collected = desk.tracker.backfill(
        _text(request, "metric"),
        span,
        progress=lambda progress: desk.emit(encoded("progress", progress)),
        stop=desk.stop,
    )
    return _told(desk, collected)


def _record(desk: Desk, request: Request) -> Event:
    note, point = str(request.get("note") or ""), _point(request)
    return _ran(desk, [desk.tracker.record(_text(request, "metric"), [point], note=note)])


def _push(desk: Desk, request: Request) -> Event:
    """What a program pushed; `refused` is why it could not be read, of which a run is kept too."""
    metric = _text(request, "metric")
    if request.get("refused"):
        desk.emit(encoded("run", desk.tracker.refuse_push(metric, str(request["refused"]))))
        return {}
    push = Push(
        metric,
        [_point(one) for one in request.get("points") or ()],
        note=str(request.get("note") or ""),
        key=str(request.get("key") or ""),
    )
    run, replayed = desk.tracker.push(push)
    if replayed:
        desk.emit(encoded("run", run))
        return {"replayed": True}
    return {**_ran(desk, [run]), "replayed": False}


def _retract(desk: Desk, request: Request) -> Event:
    segment = str(request.get("segment") or "")
    run = desk.tracker.retract(_text(request, "metric"), _day(request, "day"), segment)
    return _ran(desk, [run])


def _import(desk: Desk, request: Request) -> Event:
    rows = [import_row(one) for one in request.get("rows") or ()]
    return _ran(desk, desk.tracker.import_rows(_text(request, "metric"), rows))


def _evaluate(desk: Desk, _request: Request) -> Event:
    _settle(desk)
    return {}


def _caring(name: str) -> Callable[[Desk, Request], Event]:
    return lambda desk, _request: CARE[name](desk.tracker)


COMMANDS: Mapping[str, Callable[[Desk, Request], Event]] = {
    **{name: _caring(name) for name in CARE},
    "backfill": _backfill,
    "collect": _collect,
    "evaluate": _evaluate,
    "import": _import,
    "push": _push,
    "record": _record,
    "retract": _retract,
}


def _told(desk: Desk, collected: Collected) -> Event:
    for run in collected.runs:
        desk.emit(encoded("run", run))
    for failed in collected.failed:
        desk.emit(encoded("failed", failed))
    for paused in collected.paused:
        desk.emit(encoded("paused", paused))
    _settle(desk)
    return {
        "runs": len(collected.runs),
        "failed": len(collected.failed),
        "paused": len(collected.paused),
        "asked": collected.asked,
    }


def _ran(desk: Desk, runs: Sequence[Run]) -> Event:
    return _told(desk, Collected(runs=tuple(runs)))


def _settle(desk: Desk) -> None:
    evaluations = desk.settle()
    statuses = Counter(one.status.value for one in evaluations)
    desk.emit({"event": "evaluated", "key_results": len(evaluations), "statuses": dict(statuses)})


def encoded(event: str, value: Any) -> Event:
    """A frozen value of ours as a flat JSON object; a span becomes `first` and `last`."""
    told: Event = {"event": event}
    for field in fields(value):
        plain = _plain(getattr(value, field.name))
        if field.name == "window" and isinstance(plain, dict):
            told |= plain
        else:
            told[field.name] = plain
    return told


def _plain(value: Any) -> Any:
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, date):
        return value.isoformat()
    if is_dataclass(value):
        return {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
    return list(value) if isinstance(value, tuple) else value


def import_row(row: Mapping[str, Any]) -> ImportRow:
    """One line of an import as it travels: days and instants in ISO form, no value retracts."""
    value, weight, known = row.get("value"), row.get("weight"), row.get("recorded_at")
    return ImportRow(
        day=_day(row, "day"),
        value=None if value is None else _number(value, "value"),
        weight=None if weight is None else _number(weight, "weight"),
        segment=str(row.get("segment") or ""),
        recorded_at=_instant(known) if known else None,
    )


def _point(row: Request) -> Point:
    weight = row.get("weight")
    return Point(
        _day(row, "day"),
        _number(row.get("value"), "value"),
        None if weight is None else _number(weight, "weight"),
        str(row.get("segment") or ""),
    )


def _text(request: Request, name: str) -> str:
    found = request.get(name)
    if not isinstance(found, str) or not found:
        raise UsageError(f"the request needs `{name}`")
    return found


def _day(request: Request, name: str) -> date:
    try:
        return date.fromisoformat(str(request.get(name)))
    except ValueError as error:
        raise UsageError(f"`{name}` must be a day such as 2026-11-21") from error


def _number(value: Any, name: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise UsageError(f"`{name}` must be a number")
    return float(value)


def _instant(text: Any) -> datetime:
    try:
        found = datetime.fromisoformat(str(text))
    except ValueError as error:
        raise UsageError("`recorded_at` must be like 2026-11-21T09:30:00+01:00") from error
    if found.tzinfo is None:
        raise UsageError("`recorded_at` needs its offset from UTC, such as `Z` or `+01:00`")
    return found


KINDS: Mapping[int, type[KrtrackerError]] = {
    2: UsageError,
    4: SourcesFailedError,
    5: StoreBusyError,
    6: StoreUnusableError,
}


class RefusedConfigurationError(KrtrackerError):
    """The daemon says that the configuration is not valid; its words are in the message."""

    exit_code = ConfigurationError.exit_code


def failure(error: BaseException) -> Event:
    """An error as the event that travels; only errors of our own keep their words."""
    if isinstance(error, KrtrackerError):
        return {"event": ERROR, "message": str(error), "exit_code": error.exit_code}
    words = f"the daemon failed ({type(error).__name__}): its log has the details"
    return {"event": ERROR, "message": words, "exit_code": KrtrackerError.exit_code}


def raised(event: Event) -> None:
    """Raises the error an event stands for; does nothing for any other event."""
    if event["event"] == ERROR:
        code = event["exit_code"]
        kind = RefusedConfigurationError if code == 3 else KINDS.get(code, KrtrackerError)
        raise kind(event["message"])
