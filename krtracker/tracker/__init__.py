"""The order of work and the questions the faces ask; neither SQL nor formulas live here."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from krtracker.tracker.asking import Answers, answer_as_of, answer_day, configuration_at
    from krtracker.tracker.collected import (
        Collected,
        Failure,
        How,
        ImportRow,
        Paused,
        Progress,
        Sources,
        Stop,
    )
    from krtracker.tracker.due import due_span, due_windows
    from krtracker.tracker.naming import resolve_key_result
    from krtracker.tracker.receipts import Receipt, receipt
    from krtracker.tracker.tracker import Tracker, configuration_version

__all__ = [
    "Answers",
    "Collected",
    "Failure",
    "How",
    "ImportRow",
    "Paused",
    "Progress",
    "Receipt",
    "Sources",
    "Stop",
    "Tracker",
    "answer_as_of",
    "answer_day",
    "configuration_at",
    "configuration_version",
    "due_span",
    "due_windows",
    "receipt",
    "resolve_key_result",
]

# Looked up late: collecting needs no receipts, and a status line needs no collecting.
_ROOM = {
    "Answers": "asking",
    "Collected": "collected",
    "Failure": "collected",
    "How": "collected",
    "ImportRow": "collected",
    "Paused": "collected",
    "Progress": "collected",
    "Receipt": "receipts",
    "Sources": "collected",
    "Stop": "collected",
    "Tracker": "tracker",
    "answer_as_of": "asking",
    "answer_day": "asking",
    "configuration_at": "asking",
    "configuration_version": "tracker",
    "due_span": "due",
    "due_windows": "due",
    "receipt": "receipts",
    "resolve_key_result": "naming",
}


def __getattr__(name: str) -> Any:
    if name not in _ROOM:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    globals()[name] = found = getattr(import_module(f"{__name__}.{_ROOM[name]}"), name)
    return found
