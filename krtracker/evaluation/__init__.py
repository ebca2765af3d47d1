"""The only formulas of krtracker: from key result and points to an answer; no I/O, no clock."""

from krtracker.evaluation.evaluate import evaluate
from krtracker.evaluation.forecast import forecast_of
from krtracker.evaluation.needs import needed_span
from krtracker.evaluation.quantities import quantity
from krtracker.evaluation.question import Question
from krtracker.evaluation.scores import shown_score
from krtracker.evaluation.targets import check_goal

__all__ = [
    "Question",
    "check_goal",
    "evaluate",
    "forecast_of",
    "needed_span",
    "quantity",
    "shown_score",
]
