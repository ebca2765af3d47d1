"""The control socket: a command hands its request to the daemon and reads the events; judges none.

One request is one JSON line, its events are JSON lines back, the last one `done` or `error`. The
socket belongs to its owner alone (0600). A client that says nothing, or does not listen, loses its
own connection after a while and nothing else.
"""

from __future__ import annotations

import json
import os
import socket
import socketserver
import tempfile
import threading
from collections.abc import Callable, Mapping
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

from krtracker.daemon.clients import CountedClients
from krtracker.daemon.requests import ALIVE, DONE, Event, Events, failure, raised
from krtracker.errors import KrtrackerError, StoreBusyError, UsageError
from krtracker.schedule import attempt
from krtracker.store import StorePaths

LONGEST_ADDRESS = 107
"""Bytes in the path of a Unix socket on Linux; a longer one cannot be bound (decisions.md 35)."""
LARGEST_REQUEST = 32 * 1024 * 1024
PATIENCE = 10.0
"""Seconds a client may take to say its request, or to take one event."""
SILENCE = 60.0
"""Seconds without any event after which a command gives the daemon up; a beat comes every few."""
MOST_CLIENTS = 8

Answer = Callable[[Mapping[str, Any]], Events]
Crashed = Callable[[Exception], None]


def address(paths: StorePaths) -> Path | None:
    """Where a daemon of this store listens, or None where none can have."""
    near = _near(paths)
    if len(os.fsencode(near)) <= LONGEST_ADDRESS:
        return near
    try:
        return Path(_pointer(paths).read_text(encoding="utf-8").strip())
    except OSError:
        return None


def _near(paths: StorePaths) -> Path:
    return paths.hidden / "control.sock"


def _pointer(paths: StorePaths) -> Path:
    return paths.hidden / "control.path"


class Listener:
    """The daemon's end; made only by the holder of the store, so any socket found is a dead one."""

    def __init__(
        self, paths: StorePaths, answer: Answer, crashed: Crashed, *, patience: float = PATIENCE
    ) -> None:
        self._paths = paths
        self._path = self._place()
        self._server = _Server(self._path, answer, crashed, patience=patience)
        self._thread = threading.Thread(target=self._serve, name="control", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def close(self) -> None:
        """Takes no more requests; those being answered go on."""
        if self._thread.is_alive():
            self._server.shutdown()
        self._server.server_close()
        self._remove()

    def idle(self, seconds: float) -> bool:
        """Waits until no request is being answered; False when one still is."""
        return self._server.idle(seconds)

    def _serve(self) -> None:
        self._server.serve_forever(poll_interval=0.2)

    def _place(self) -> Path:
        near = _near(self._paths)
        near.unlink(missing_ok=True)
        if len(os.fsencode(near)) <= LONGEST_ADDRESS:
            return near
        far = Path(tempfile.mkdtemp(prefix="krtracker-")) / "control.sock"
        _pointer(self._paths).write_text(str(far), encoding="utf-8")
        return far

    def _remove(self) -> None:
        self._path.unlink(missing_ok=True)
        if self._path != _near(self._paths):
            _pointer(self._paths).unlink(missing_ok=True)
            with suppress(OSError):
                self._path.parent.rmdir()


class _Server(CountedClients, socketserver.UnixStreamServer):
    request_queue_size = 16
    most_clients = MOST_CLIENTS

    def __init__(self, path: Path, answer: Answer, crashed: Crashed, *, patience: float) -> None:
        self.answer, self.crashed, self.patience = answer, crashed, patience
        busy = failure(StoreBusyError("the daemon answers others just now: try again"))
        self.too_many = json.dumps(busy).encode() + b"\n"
        mask = os.umask(0o177)
        try:
            super().__init__(str(path), _Client)
        finally:
            os.umask(mask)


class _Client(socketserver.StreamRequestHandler):
    server: _Server

    def setup(self) -> None:
        self.request.settimeout(self.server.patience)
        super().setup()

    def handle(self) -> None:
        with suppress(OSError):
            attempt(self._serve, self._crashed)

    def _serve(self) -> None:
        try:
            events = self.server.answer(self._request())
            with closing(events):
                for event in events:
                    self._say(event)
        except KrtrackerError as error:
            self._say(failure(error))
        except OSError:  # the client went away: closing the events has stopped its work
            return

    def _request(self) -> Mapping[str, Any]:
        line = self.rfile.readline(LARGEST_REQUEST + 1)
        if len(line) > LARGEST_REQUEST:
            raise UsageError("the request is larger than 32 MB: split it into several")
        try:
            found = json.loads(line)
        except ValueError:
            found = None
        if not isinstance(found, dict):
            raise UsageError("a request is one line with one JSON object")
        return found

    def _say(self, event: Event) -> None:
        self.wfile.write(json.dumps(event).encode() + b"\n")

    def _crashed(self, error: Exception) -> None:
        self.server.crashed(error)
        self._say(failure(error))


def send(paths: StorePaths, request: Mapping[str, Any]) -> Events | None:
    """Hands a request to the daemon of this store: its events; None when no daemon listens.

    The events end with `done`; an `error` event is raised as the error it stands for.
    """
    line = _connected(paths)
    return None if line is None else _events(line, request)


def _connected(paths: StorePaths) -> socket.socket | None:
    place = address(paths)
    if place is None:
        return None
    line = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    line.settimeout(SILENCE)
    try:
        line.connect(str(place))
    except (FileNotFoundError, ConnectionRefusedError):
        line.close()
        return None
    except OSError as error:
        line.close()
        raise StoreBusyError(f"the daemon cannot be reached at {place}: {error}") from error
    return line


def _events(line: socket.socket, request: Mapping[str, Any]) -> Events:
    try:
        with line, line.makefile("rb") as answers:
            line.sendall(json.dumps(request).encode() + b"\n")
            for answer in answers:
                event: Event = json.loads(answer)
                raised(event)
                if event["event"] != ALIVE:
                    yield event
                if event["event"] == DONE:
                    return
    except TimeoutError as error:
        raise StoreBusyError(f"the daemon has said nothing for {SILENCE:.0f} s") from error
    except OSError as error:
        raise StoreBusyError(f"the talk with the daemon broke off: {error}") from error
    raise StoreBusyError("the daemon ended before it was done: run the same command again")
