"""A writing command, done by the daemon when one runs, else here; nobody sees the difference."""

from __future__ import annotations

import time
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

from krtracker.daemon.control import send
from krtracker.daemon.parts import Wiring, accepted, surroundings
from krtracker.daemon.requests import ALIVE, Events, Request, perform
from krtracker.errors import StoreBusyError
from krtracker.model import Workspace
from krtracker.settings import published_path
from krtracker.store import Store, StorePaths

PAUSE = 0.1
"""Seconds between two looks at a store that another command holds."""


def performing(
    configuration: Path,
    request: Request,
    *,
    wiring: Wiring,
    environ: Mapping[str, str],
    wait: float = 5.0,
) -> Events:
    """The events of a request (see requests.py), ending with `done`; errors are raised.

    Waits up to `wait` seconds for a store that another command holds, then raises StoreBusyError.
    """
    paths = StorePaths(published_path(configuration))
    deadline = time.monotonic() + wait
    workspace: Workspace | None = None
    while True:
        handed = send(paths, request)
        if handed is not None:
            yield from handed
            return
        workspace = workspace or accepted(configuration, wiring)
        try:
            store = wiring.open_store(workspace)
        except StoreBusyError:
            if time.monotonic() >= deadline:
                raise
            time.sleep(PAUSE)
            continue
        with store:
            yield from _performed(workspace, store, request, wiring=wiring, environ=environ)
        return


def _performed(
    workspace: Workspace,
    store: Store,
    request: Request,
    *,
    wiring: Wiring,
    environ: Mapping[str, str],
) -> Events:
    tracker = wiring.tracker(workspace, store, surroundings(workspace.file, environ))
    with closing(perform(tracker, request)) as events:
        yield from (event for event in events if event["event"] != ALIVE)
