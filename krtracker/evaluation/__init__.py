"""The only formulas of krtracker: from key result and points to an answer; no I/O, no clock."""

from krtracker.evaluation.calibration import (
    Calibration,
    LedgerEntry,
    calibration_by_metric,
    calibration_of,
    entry_of,
)
from krtracker.evaluation.evaluate import evaluate
from krtracker.evaluation.forecast import forecast_of
from krtracker.evaluation.needs import needed_span
from krtracker.evaluation.odds import shown_chance
from krtracker.evaluation.quantities import quantity
from krtracker.evaluation.question import Question
from krtracker.evaluation.scores import shown_score
from krtracker.evaluation.targets import check_goal

__all__ = [
    "Calibration",
    "LedgerEntry",
    "Question",
    "calibration_by_metric",
    "calibration_of",
    "check_goal",
    "entry_of",
    "evaluate",
    "forecast_of",
    "needed_span",
    "quantity",
    "shown_chance",
    "shown_score",
]
