"""The whole accepted configuration as one frozen value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from krtracker.errors import Place, Problem
from krtracker.model.goals import Cycle, KeyResult, Objective
from krtracker.model.metrics import Metric


@dataclass(frozen=True, slots=True)
class Source:
    """One place numbers come from.

    `options` is the connector's own table, secrets still as references (`${env:NAME}`), paths
    already absolute. `timeout` is the total deadline of one fetch in seconds.
    """

    id: str
    connector: str
    zone: str
    timeout: float = 60.0
    max_requests: str = ""
    options: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Server:
    """Where the daemon listens; `push_token` is a reference as written, "" for no pushes."""

    listen: str = "127.0.0.1:8787"
    url: str = ""
    auth: str = "none"
    push_token: str = ""


@dataclass(frozen=True, slots=True)
class Workspace:
    """Everything the files say, checked: ids to values, each in the order of the files.

    `files` are the texts as read, by path relative to `folder`, included SQL files too: what is
    stored whole so that `--as-of` can use the configuration in force then (decisions.md 5).
    `digest` is the SHA-256 over them. `places` says where a value stands, by its path of keys.
    `remarks` are warnings and "not active in this version" notes that `check` prints.
    Sections whose behaviour comes later are kept as checked plain tables in `sections`.
    """

    folder: Path
    file: Path
    name: str
    zone: str
    store_path: Path
    digest: str
    week_start: int = 0
    holidays: tuple[date, ...] = ()
    server: Server = Server()
    sources: Mapping[str, Source] = field(default_factory=dict)
    metrics: Mapping[str, Metric] = field(default_factory=dict)
    cycles: Mapping[str, Cycle] = field(default_factory=dict)
    objectives: Mapping[str, Objective] = field(default_factory=dict)
    key_results: Mapping[str, KeyResult] = field(default_factory=dict)
    people: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    sections: Mapping[str, Any] = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=dict)
    places: Mapping[tuple[str, ...], Place] = field(default_factory=dict)
    remarks: tuple[Problem, ...] = ()
