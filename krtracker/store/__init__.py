"""Everything krtracker remembers, in one DuckDB file and its published copy; judges no value."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from krtracker.errors import StoreBusyError as StoreBusyError
    from krtracker.store.answers import ClosedForecast as ClosedForecast
    from krtracker.store.answers import ConfigurationVersion as ConfigurationVersion
    from krtracker.store.answers import Foretold as Foretold
    from krtracker.store.answers import Ground as Ground
    from krtracker.store.answers import MetricState as MetricState
    from krtracker.store.answers import OutcomeSums as OutcomeSums
    from krtracker.store.answers import Restatement as Restatement
    from krtracker.store.answers import RunDetail as RunDetail
    from krtracker.store.answers import Said as Said
    from krtracker.store.answers import StoredEvaluation as StoredEvaluation
    from krtracker.store.answers import Table as Table
    from krtracker.store.failures import DiskFullError as DiskFullError
    from krtracker.store.paths import StorePaths as StorePaths
    from krtracker.store.read import Reader as Reader
    from krtracker.store.snapshot import Snapshot as Snapshot
    from krtracker.store.store import Store as Store
    from krtracker.store.untrusted import run_untrusted as run_untrusted

# Looked up late: the folder's paths are asked for by commands that never load DuckDB.
_ROOM = {
    "ClosedForecast": "answers",
    "ConfigurationVersion": "answers",
    "DiskFullError": "failures",
    "Foretold": "answers",
    "Ground": "answers",
    "MetricState": "answers",
    "OutcomeSums": "answers",
    "Reader": "read",
    "Restatement": "answers",
    "RunDetail": "answers",
    "Said": "answers",
    "Snapshot": "snapshot",
    "Store": "store",
    "StorePaths": "paths",
    "StoredEvaluation": "answers",
    "Table": "answers",
    "run_untrusted": "untrusted",
}


def __getattr__(name: str) -> Any:
    if name == "StoreBusyError":
        return import_module("krtracker.errors").StoreBusyError
    if name not in _ROOM:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_ROOM[name]}"), name)
