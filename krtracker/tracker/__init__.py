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
    from krtracker.tracker.drafting import draft_check
    from krtracker.tracker.due import due_span, due_windows
    from krtracker.tracker.naming import resolve_key_result
    from krtracker.tracker.outlooks import Outlook, honesty, ledger, outlook
    from krtracker.tracker.pushing import KeyReusedError, NotPushedError, Push
    from krtracker.tracker.receipts import Receipt, receipt
    from krtracker.tracker.replaying import Replay, Replayed, replay
    from krtracker.tracker.rule_tests import RuleTest, Tested, run_rule_test
    from krtracker.tracker.tracker import Tracker, configuration_version

__all__ = [
    "Answers",
    "Collected",
    "Failure",
    "How",
    "ImportRow",
    "KeyReusedError",
    "NotPushedError",
    "Outlook",
    "Paused",
    "Progress",
    "Push",
    "Receipt",
    "Replay",
    "Replayed",
    "RuleTest",
    "Sources",
    "Stop",
    "Tested",
    "Tracker",
    "answer_as_of",
    "answer_day",
    "configuration_at",
    "configuration_version",
    "draft_check",
    "due_span",
    "due_windows",
    "honesty",
    "ledger",
    "outlook",
    "receipt",
    "replay",
    "resolve_key_result",
    "run_rule_test",
]

# Looked up late: collecting needs no receipts, and a status line needs no collecting.
_ROOM = {
    "Answers": "asking",
    "Collected": "collected",
    "Failure": "collected",
    "How": "collected",
    "ImportRow": "collected",
    "KeyReusedError": "pushing",
    "NotPushedError": "pushing",
    "Outlook": "outlooks",
    "Paused": "collected",
    "Progress": "collected",
    "Push": "pushing",
    "Receipt": "receipts",
    "Replay": "replaying",
    "Replayed": "replaying",
    "RuleTest": "rule_tests",
    "Sources": "collected",
    "Stop": "collected",
    "Tested": "rule_tests",
    "Tracker": "tracker",
    "answer_as_of": "asking",
    "answer_day": "asking",
    "configuration_at": "asking",
    "configuration_version": "tracker",
    "draft_check": "drafting",
    "due_span": "due",
    "due_windows": "due",
    "honesty": "outlooks",
    "ledger": "outlooks",
    "outlook": "outlooks",
    "receipt": "receipts",
    "replay": "replaying",
    "resolve_key_result": "naming",
    "run_rule_test": "rule_tests",
}


def __getattr__(name: str) -> Any:
    if name not in _ROOM:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    globals()[name] = found = getattr(import_module(f"{__name__}.{_ROOM[name]}"), name)
    return found
