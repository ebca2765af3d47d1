"""The order of work and the questions the faces ask; neither SQL nor formulas live here."""

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
    "Paused",
    "Progress",
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
    "receipt",
    "replay",
    "resolve_key_result",
    "run_rule_test",
]
