"""The construction the daemon needs, as `krtracker.wiring` has it; constructs nothing itself."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Protocol

from krtracker.connector import Secret
from krtracker.errors import KrtrackerError, Problem
from krtracker.model import Workspace
from krtracker.settings import read_dotenv, resolve_secrets
from krtracker.store import Store
from krtracker.tracker import Sources, Tracker

Environ = Mapping[str, str]


class Wiring(Protocol):
    """The construction the daemon needs; the module `krtracker.wiring` is one."""

    def accepted(self, configuration: Path) -> tuple[Workspace, tuple[Problem, ...]]: ...
    def sources(self, workspace: Workspace, environ: Environ) -> Sources: ...
    def tracker(self, workspace: Workspace, store: Store, environ: Environ) -> Tracker: ...
    def open_store(self, workspace: Workspace) -> Store: ...
    def now(self) -> datetime: ...


def accepted(configuration: Path, wiring: Wiring) -> Workspace:
    """The configuration with every check passed; raises ConfigurationError with all mistakes."""
    return wiring.accepted(configuration)[0]


def surroundings(configuration: Path, environ: Environ) -> dict[str, str]:
    """The `.env` file beside the configuration, under the process environment (decisions.md 29)."""
    return {**read_dotenv(configuration.parent), **environ}


def secret_texts(workspace: Workspace, environ: Environ) -> Iterable[str]:
    """The secrets a log of this workspace must hide; one that is missing hides nothing."""
    server = {"push_token": workspace.server.push_token}
    for options in (server, *(source.options for source in workspace.sources.values())):
        for name, value in options.items():
            try:
                found = resolve_secrets({name: value}, environ, workspace.folder)
            except KrtrackerError:
                continue
            yield from _revealed(found)


def _revealed(value: object) -> Iterable[str]:
    if isinstance(value, Secret):
        yield value.reveal()
    elif isinstance(value, Mapping):
        for one in value.values():
            yield from _revealed(one)
    elif isinstance(value, list | tuple):
        for one in value:
            yield from _revealed(one)
